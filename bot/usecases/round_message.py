"""The message of a round: posted, reposted after a user deleted it; a round whose message Slack refuses is voided."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import structlog

from bot.domain.round import Round
from bot.domain.round_state import OPEN_STATES, REFUSED_PREFIX, RoundState
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.usecases.ports import UseCase
from bot.usecases.retries import R, retry_rejected

log = structlog.get_logger()

_POLL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RoundMessage(UseCase):
    """Keeps a message for every open round. Its methods are safe to repeat."""

    _posts: dict[str, asyncio.Event] = field(default_factory=dict, init=False)

    async def post(self, round_id: str) -> None:
        """Post the round's message if it has none; raises SlackUnavailable."""
        ended = self._posts.setdefault(round_id, asyncio.Event())
        try:
            await self._post(round_id)
        finally:
            ended.set()
            self._posts.pop(round_id, None)

    async def wait_until_posted(self, round_id: str) -> Round:
        """Return the round once it has a message, or left the drawing state: nothing is paid for it before."""
        while True:
            if ended := self._posts.get(round_id):
                await ended.wait()
            round_ = await self.storage.rounds.get(round_id)
            if round_.message_ts or round_.state is not RoundState.DRAWING:
                return round_
            await asyncio.sleep(_POLL_SECONDS)

    async def _post(self, round_id: str) -> None:
        round_ = await self.storage.rounds.get(round_id)
        if round_.state in OPEN_STATES:
            await self._or_void(round_, partial(self.ports.publisher.post, round_id))
            if round_.parent:
                self.ports.publisher.schedule_redraw(round_.parent)
            if round_.state is RoundState.DRAWING and (round_.source_thread_ts or round_.requested_by):
                await self._notify_thread_and_lead(await self.storage.rounds.get(round_id))
        elif round_.slack_error:
            await self.ports.publisher.notify_lead(round_id, "called_off")

    async def repost(self, round_id: str) -> None:
        """Post the message of an open round again if a user deleted it, with the vote reactions.

        Raises SlackUnavailable.
        """
        round_ = await self.storage.rounds.get(round_id)
        if round_.state in OPEN_STATES and round_.message_ts:
            is_reposted = await self._or_void(round_, partial(self.ports.publisher.repost, round_id))
            if is_reposted and round_.state is RoundState.VOTING:
                await self.ports.publisher.add_vote_reactions(round_id, sorted(round_.slot_id_by_number))
        elif round_.slack_error:
            await self.ports.publisher.notify_lead(round_id, "called_off")

    async def check_message(self, round_id: str) -> None:
        """Schedule a redraw, which finds out whether the message of an open round was deleted."""
        self.ports.publisher.schedule_redraw(round_id)

    async def repost_deleted(self) -> None:
        """Start jobs that repost deleted messages, and redraw rounds whose archived channel is open again."""
        for round_id in self.ports.publisher.take_deleted():
            await self.ports.job_queue.start("repost", round_id)
        await self.ports.publisher.retry_closed_channels()

    async def _notify_thread_and_lead(self, round_: Round) -> None:
        """Link the message from the thread of the request, and notify a lead who did not start the round; once each."""
        if not round_.message_ts:
            return
        try:
            if round_.source_thread_ts:
                await self.ports.publisher.link_from_thread(round_.id)
            if round_.requested_by:
                await self.ports.publisher.notify_lead(round_.id, "leads")
        except SlackUnavailable as error:
            log.warning("thread_link_failed", round=round_.id, operation=error.operation)

    async def _or_void(self, round_: Round, call: Callable[[], Awaitable[R]]) -> R | None:
        """Void a round whose message cannot be posted: its reservations are released and its lead is notified."""
        try:
            return await retry_rejected(call, self.ports.waits.rejected_message)
        except SlackRejected as error:
            if await self.storage.rounds.void(round_.id, f"{REFUSED_PREFIX}{error.code}"):
                await self.ports.publisher.notify_lead(round_.id, "called_off")
            return None
