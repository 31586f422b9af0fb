"""The audition: every slot asked once, at once, with the identical prompt; then the ballot opens.

The steps here are run by the engine and may be run again after a crash: each looks first at what is already there.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.audit import AuditEvent
from bot.domain.errors import RoundClosed
from bot.domain.round import Round, RoundState
from bot.ports.clock import Now
from bot.ports.jobs import JobQueue
from bot.ports.messaging import RoundPublisher
from bot.ports.storage import StoragePorts
from bot.usecases.access import Permissions
from bot.usecases.generate_portrait import PortraitGenerator
from bot.usecases.round_pictures import RoundPictures

_MIN_CANDIDATES_TO_OPEN = 2
_POLL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Audition:
    """Draws the slots of rounds and opens their ballots."""

    storage: StoragePorts
    portrait_generator: PortraitGenerator
    publisher: RoundPublisher
    job_queue: JobQueue
    round_pictures: RoundPictures
    now: Now
    permissions: Permissions
    shortest_voting: timedelta
    _change_events: dict[str, asyncio.Event] = field(default_factory=dict, init=False)

    @property
    def generations_in_progress(self) -> int:
        """How many asks are out."""
        return self.portrait_generator.in_progress

    # Steps of the round's errand, in order.

    async def slot_ids(self, round_id: str) -> list[str]:
        """The ids of the slots to be drawn."""
        return [s.id for s in (await self.storage.rounds.get(round_id)).slots]

    async def wait_until_ready(self, round_id: str) -> None:
        """Wait until every slot is final, or patience has run out and something arrived, or the round moved on."""
        change_event = self._change_events.setdefault(round_id, asyncio.Event())
        try:
            while not self._is_ready(await self.storage.rounds.get(round_id)):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await change_event.wait()
                change_event.clear()
        finally:
            self._change_events.pop(round_id, None)

    async def open_ballot(self, round_id: str) -> None:
        """drawing -> voting with the candidates that arrived, or void when there is none; then show it."""
        round_ = await self.storage.rounds.get(round_id)
        if round_.state is RoundState.DRAWING and not round_.completed:
            await self.storage.rounds.void(round_id, "no_candidate")
        elif round_.state is RoundState.DRAWING:
            await self.round_pictures.open_ballot(round_, round_.brief.closing_time(self.now(), self.shortest_voting))
        await self.publisher.redraw_now(round_id)

    # The step of a slot's errand.

    async def generate_slot(self, slot_id: str) -> None:
        """Bring a slot to its end: a candidate or a typed miss. Never asks again for what may have been paid."""
        round_ = await self.storage.rounds.by_slot(slot_id)
        slot = next(s for s in round_.slots if s.id == slot_id)
        if slot.is_final:
            return
        await self.portrait_generator.generate(round_, slot)
        self._notify(round_.id)
        self.publisher.schedule_redraw(round_.id)
        round_ = await self.storage.rounds.get(round_.id)
        if any(late.id == slot_id for late in round_.late):
            await self.publisher.post_thread_note(round_.id, "late")
        if round_.state is not RoundState.DRAWING:
            await self.round_pictures.publish_missing(round_.id)

    # What the lead may press.

    async def open_now(self, round_id: str, person: str) -> None:
        """Open the ballot without waiting for the rest, from two candidates on."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "open_now")
        round_.require_state(RoundState.DRAWING, action="open_now")
        if len(round_.completed) < _MIN_CANDIDATES_TO_OPEN:
            raise RoundClosed("open_now", "too_few", round_.character)
        await self.round_pictures.open_ballot(round_, round_.brief.closing_time(self.now(), self.shortest_voting))
        self._notify(round_id)
        await self.publisher.redraw_now(round_id)

    async def cancel(self, round_id: str, person: str) -> None:
        """Call a round off while it draws; portraits under way are still paid for and kept."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "cancel")
        if not await self.storage.rounds.void(round_id, "cancelled"):
            raise RoundClosed("cancel", round_.state, round_.character)
        await self.storage.audit_log.add(
            AuditEvent("cancelled", round_.place, person, self.now(), round_.character_id, round_.id)
        )
        self._notify(round_id)
        await self.publisher.redraw_now(round_id)

    async def restart_unfinished(self) -> None:
        """Start again whatever should be at work and is not: a crash may hang between a commit and its errand."""
        for round_id in await self.storage.rounds.list_missing_pictures(self.now()):
            await self.job_queue.start("close", round_id)
        for round_ in await self.storage.rounds.list_unfinished():
            if round_.state is RoundState.DRAWING:
                await self.job_queue.start("round", round_.id)
            if round_.message_ts or round_.state is not RoundState.DRAWING:
                for slot in round_.slots:
                    if not slot.is_final:
                        await self.job_queue.start("slot", slot.id)

    def _is_ready(self, round_: Round) -> bool:
        if round_.state is not RoundState.DRAWING:
            return True
        if round_.all_slots_final:
            return not round_.needs_lead_decision
        return bool(round_.completed) and self.now() >= round_.patience_ends

    def _notify(self, round_id: str) -> None:
        if change_event := self._change_events.get(round_id):
            change_event.set()
