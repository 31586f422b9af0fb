"""Checks that the object a payload names belongs to the payload's own workspace, and that the user is in its channel.

Ids on buttons are opaque and the use cases trust them. Each check raises KeyError for an object of another workspace,
as for an unknown id, and NotAvailableHere for a user who is not in the channel now: messages and forms outlive a
removal from a private channel.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from cachetools import LRUCache
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.errors import NotAvailableHere
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.ports.storage import StoragePorts
from bot.telemetry import logs
from bot.usecases.recall import RecallResult
from handlers.slack.directory import SlackDirectory
from handlers.slack.lookups import start_membership_checks
from handlers.slack.payloads.values import ButtonPress, FormSubmission, OptionsQuery

# The key of a Bolt context under which listeners find the checks.
GUARD = "guard"
_MAX_CACHED_SLOTS = 5_000


class WorkspaceGuard:
    """Workspace checks; they also bind the round's id to the log lines of the request."""

    def __init__(self, storage: StoragePorts, directory: SlackDirectory) -> None:
        self._storage = storage
        self._directory = directory
        self._slot_owners: LRUCache[str, tuple[ChannelRef, str]] = LRUCache(_MAX_CACHED_SLOTS)

    async def bind(self, context: AsyncBoltContext, next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
        """Give the checks to the listeners of a request; a Bolt middleware."""
        start_membership_checks()
        context[GUARD] = self
        return await next()

    async def require_member(self, person: str, place: ChannelRef) -> None:
        """Raise NotAvailableHere unless the user is in the conversation now; a place without a channel passes.

        Raises SlackUnavailable.
        """
        if place.channel and not await self._directory.is_member(person, place):
            raise NotAvailableHere("not_member")

    async def get_round(self, press: ButtonPress | FormSubmission) -> Round:
        """Return the round that the payload names."""
        return await self._checked(press, await self._storage.rounds.get(press.id))

    async def check_slot(self, press: ButtonPress) -> None:
        """Check the slot that the payload names.

        Its owner is cached, and read again for a press elsewhere, since a channel can get another id.
        """
        if press.id not in self._slot_owners or self._slot_owners[press.id][0] != press.place:
            round_ = await self._storage.rounds.by_slot(press.id)
            self._slot_owners[press.id] = round_.place, round_.id
        place, round_id = self._slot_owners[press.id]
        _require_same_team(press, place.team)
        logs.bind_round(round_id)
        await self._require_member_of(press, place)

    async def get_round_of_slot(self, submission: FormSubmission) -> Round:
        """Return the round of the slot that the form names."""
        return await self._checked(submission, await self._storage.rounds.by_slot(submission.id))

    async def _checked(self, press: ButtonPress | FormSubmission, round_: Round) -> Round:
        _require_same_team(press, round_.place.team)
        logs.bind_round(round_.id)
        await self._require_member_of(press, round_.place)
        return round_

    async def check_draft(self, press: ButtonPress | FormSubmission | OptionsQuery) -> None:
        """Check the draft that the payload names, if it still exists; the use case reports one that does not."""
        if draft := await self._storage.drafts.get(press.id):
            _require_same_team(press, draft.place.team)
            await self._require_member_of(press, draft.place)

    async def check_cast_many(self, press: ButtonPress | FormSubmission) -> None:
        """Check the list of characters that the payload names."""
        many = await self._storage.cast_many.get(press.id)
        _require_same_team(press, many.place.team)
        await self._require_member_of(press, many.place)

    async def _require_member_of(self, press: ButtonPress | FormSubmission | OptionsQuery, place: ChannelRef) -> None:
        """Check the channel of an object; the channel of a pressed message was checked by its listener."""
        if place != press.place:
            await self.require_member(press.person, place)

    def check_recalled(self, press: ButtonPress | FormSubmission, found: RecallResult) -> RecallResult:
        """Check what recall found for the payload, and return it."""
        for character in found.characters:
            _require_same_team(press, character.place.team)
        return found


def _require_same_team(press: ButtonPress | FormSubmission | OptionsQuery, team: str) -> None:
    if press.place.team != team:
        raise KeyError(press.id)
