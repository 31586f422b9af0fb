"""Checks that the object a payload names belongs to the payload's own workspace.

Ids on buttons are opaque and the use cases trust them. Each check raises KeyError for an object of another workspace,
as for an unknown id.
"""

from cachetools import LRUCache

from bot.domain.round import Round
from bot.ports.storage import StoragePorts
from bot.telemetry import logs
from bot.usecases.recall import RecallResult
from handlers.slack.payloads.values import ButtonPress, FormSubmission, OptionsQuery

_MAX_CACHED_SLOTS = 5_000


class WorkspaceGuard:
    """Workspace checks; they also bind the round's id to the log lines of the request."""

    def __init__(self, storage: StoragePorts) -> None:
        self._storage = storage
        self._slot_owners: LRUCache[str, tuple[str, str]] = LRUCache(_MAX_CACHED_SLOTS)

    async def get_round(self, press: ButtonPress | FormSubmission) -> Round:
        """Return the round that the payload names."""
        round_ = await self._storage.rounds.get(press.id)
        _require_same_team(press, round_.place.team)
        logs.bind_round(round_.id)
        return round_

    async def check_slot(self, press: ButtonPress) -> None:
        """Check the slot that the payload names; its owner is cached, since it never changes."""
        if press.id not in self._slot_owners:
            round_ = await self._storage.rounds.by_slot(press.id)
            self._slot_owners[press.id] = round_.place.team, round_.id
        team, round_id = self._slot_owners[press.id]
        _require_same_team(press, team)
        logs.bind_round(round_id)

    async def check_draft(self, press: ButtonPress | FormSubmission | OptionsQuery) -> None:
        """Check the draft that the payload names, if it still exists; the use case reports one that does not."""
        if draft := await self._storage.drafts.get(press.id):
            _require_same_team(press, draft.place.team)

    def check_recalled(self, press: ButtonPress | FormSubmission, found: RecallResult) -> RecallResult:
        """Check what recall found for the payload, and return it."""
        for character in found.characters:
            _require_same_team(press, character.place.team)
        return found


def _require_same_team(press: ButtonPress | FormSubmission | OptionsQuery, team: str) -> None:
    if press.place.team != team:
        raise KeyError(press.id)
