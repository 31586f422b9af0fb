"""The audition: calls the model of every slot once, in parallel, with the same prompt; then opens the ballot.

Jobs run these steps and may run them again after a crash, so each step first looks at what is stored.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.errors import RoundClosed
from bot.domain.ids import round_id_of_key
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import SlotState
from bot.telemetry import tracing
from bot.usecases.access import Permissions
from bot.usecases.generate_portrait import PortraitGenerator
from bot.usecases.ports import UseCase
from bot.usecases.round_message import RoundMessage
from bot.usecases.round_pictures import RoundPictures

log = structlog.get_logger()

_MIN_CANDIDATES_TO_OPEN = 2
_POLL_SECONDS = 2.0
_HEAD_START_SECONDS = 0.05
_MAX_OPENING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Audition(UseCase):
    """Generates the slots of rounds and opens their ballots."""

    portrait_generator: PortraitGenerator
    round_message: RoundMessage
    round_pictures: RoundPictures
    permissions: Permissions
    _changes: dict[str, "asyncio.Queue[Round | None]"] = field(default_factory=dict, init=False)
    _generations: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)

    # Steps of the round job: its message, then its ballot.

    async def post_and_generate(self, round_id: str) -> None:
        """Post the round's message, then start to generate its slots in this process.

        The models do not wait for the durable slot jobs, which take these generations over, or repeat what a crash
        interrupted. Returns shortly after, since the start of a job takes the processor from the calls. Raises
        SlackUnavailable.
        """
        await self.round_message.post(round_id)
        round_ = await self.storage.rounds.get(round_id)
        if round_.message_ts or round_.state is not RoundState.DRAWING:
            started = [self._start_generation(round_, slot.id) for slot in round_.slots if not slot.is_final]
            if started:
                await asyncio.wait(started, timeout=_HEAD_START_SECONDS)

    async def open_when_ready(self, round_id: str) -> None:
        """Open the ballot once every slot is final, or patience ends with a candidate; void a round without any.

        Only redraws a round that left the drawing state meanwhile.
        """
        await self._open(await self._wait(round_id))

    # Steps of the round jobs that an earlier version started.

    async def slot_ids(self, round_id: str) -> list[str]:
        """List the slots to generate."""
        return [s.id for s in (await self.storage.rounds.get(round_id)).slots]

    async def wait_until_ready(self, round_id: str) -> None:
        """Wait as `open_when_ready`."""
        await self._wait(round_id)

    async def open_ballot(self, round_id: str) -> None:
        """Open the ballot with the portraits so far, or void the round if there are none; then redraw it."""
        await self._open(await self.storage.rounds.get(round_id))

    async def _wait(self, round_id: str) -> Round:
        """Wait until the round can open its ballot, or left the drawing state; return it."""
        changes = self._changes.setdefault(round_id, asyncio.Queue())
        try:
            round_ = await self.storage.rounds.get(round_id)
            while not self._is_ready(round_):
                await self.round_pictures.expect_pictures(round_)
                changed = None
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        changed = await changes.get()
                round_ = changed or await self.storage.rounds.get(round_id)
            return round_
        finally:
            self._changes.pop(round_id, None)

    async def _open(self, round_: Round) -> None:
        """Open the ballot, or void a round without portraits, then redraw it.

        An opening that fails or takes long redraws the message before, with the progress that `_run_generation` left.
        """
        redraw_progress = asyncio.get_running_loop().call_later(
            _MAX_OPENING_SECONDS, self.ports.publisher.schedule_redraw, round_.id
        )
        if round_.state is RoundState.DRAWING and not _is_votable(round_):
            await self.storage.rounds.void(round_.id, "no_candidate")
        elif round_.state is RoundState.DRAWING:
            await self.round_pictures.open_ballot(
                round_, round_.brief.closing_time(self.ports.now(), self.ports.shortest_voting)
            )
        redraw_progress.cancel()
        self.round_pictures.forget_pictures(round_.id)
        await self.ports.publisher.redraw_now(round_.id)

    # The step of the slot job, without and with the wait for the round's message.

    async def generate_slot(self, slot_id: str) -> None:
        """Make a slot final: a candidate or a failure. Never repeats a call that may have been paid for."""
        await self._generate(await self.storage.rounds.by_slot(slot_id), slot_id)

    async def generate_when_posted(self, slot_id: str) -> None:
        """Make a slot final as `generate_slot`, once its round has a message."""
        await self._generate(await self.round_message.wait_until_posted(round_id_of_key(slot_id)), slot_id)

    async def _generate(self, round_: Round, slot_id: str) -> None:
        """Join the generation of a slot in this process, or start it."""
        await self._start_generation(round_, slot_id)

    def _start_generation(self, round_: Round, slot_id: str) -> "asyncio.Task[None]":
        """Return the slot's generation in this process; there is one at a time."""
        if not (task := self._generations.get(slot_id)):
            task = asyncio.create_task(self._run_generation(round_, slot_id), name=f"generate {slot_id}")
            self._generations[slot_id] = task
            task.add_done_callback(partial(self._end_generation, slot_id))
        return task

    def _end_generation(self, slot_id: str, task: "asyncio.Task[None]") -> None:
        self._generations.pop(slot_id, None)
        if not task.cancelled() and (error := task.exception()):
            log.warning("generation_ended_early", slot=slot_id, error=type(error).__name__)

    async def _run_generation(self, round_: Round, slot_id: str) -> None:
        slot = next(s for s in round_.slots if s.id == slot_id)
        if slot.is_final:
            return
        with tracing.span("slot.generation", round_.id, item=slot_id):
            await self.portrait_generator.generate(round_, slot)
        round_ = await self.storage.rounds.get(round_.id)
        is_opened_now = self._notify(round_.id, round_) and self._is_ready(round_)
        # The ballot's redraw follows at once: another one before it would delay the contact sheet.
        if not is_opened_now:
            self.ports.publisher.schedule_redraw(round_.id)
        if any(late.id == slot_id for late in round_.late):
            await self.ports.publisher.post_thread_note(round_.id, "late")
        if round_.state is not RoundState.DRAWING:
            await self.round_pictures.publish_missing(round_.id)

    # Controls of the lead.

    async def open_now(self, round_id: str, person: str) -> None:
        """Open the ballot before all slots are final; needs at least two candidates."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "open_now")
        round_.require_casting("open_now")
        round_.require_state(RoundState.DRAWING, action="open_now")
        if len(round_.completed) < _MIN_CANDIDATES_TO_OPEN:
            raise RoundClosed("open_now", "too_few", round_.character)
        await self.round_pictures.open_ballot(
            round_, round_.brief.closing_time(self.ports.now(), self.ports.shortest_voting)
        )
        self._notify(round_id)
        await self.ports.publisher.redraw_now(round_id)

    async def cancel(self, round_id: str, person: str) -> None:
        """Void a round while it draws; the calls in progress are still paid for, and their portraits are stored."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "cancel")
        if not await self.storage.rounds.void(round_id, "cancelled"):
            raise RoundClosed("cancel", round_.state, round_.character)
        await self.storage.audit_log.add(
            AuditEvent("cancelled", round_.place, person, self.ports.now(), round_.character_id, round_.id)
        )
        self._notify(round_id)
        await self.ports.publisher.redraw_now(round_id)
        if round_.is_follow_up and round_.parent:
            self.ports.publisher.schedule_redraw(round_.parent)

    async def restart_unfinished(self) -> None:
        """Start the jobs of unfinished rounds again: a crash may come between a commit and the start of its job."""
        for round_id in await self.storage.rounds.list_missing_pictures(self.ports.now()):
            await self.ports.job_queue.start("close", round_id)
        for round_ in await self.storage.rounds.list_unfinished():
            if round_.state is RoundState.DRAWING:
                await self.ports.job_queue.start("round", round_.id)
            if round_.message_ts or round_.state is not RoundState.DRAWING:
                for slot in round_.slots:
                    if not slot.is_final:
                        await self.ports.job_queue.start("slot", slot.id)

    def _is_ready(self, round_: Round) -> bool:
        if round_.state is not RoundState.DRAWING:
            return True
        if round_.all_slots_final:
            return not round_.needs_lead_decision
        return _is_votable(round_) and self.ports.now() >= round_.patience_ends

    def _notify(self, round_id: str, changed: Round | None = None) -> bool:
        """Wake the job that waits for the round, and return whether one does; `changed` is the round as just read."""
        changes = self._changes.get(round_id)
        if changes:
            changes.put_nowait(changed)
        return changes is not None


def _is_votable(round_: Round) -> bool:
    """Return whether there is something to vote on: in a follow-up, beside every original a portrait of a model."""
    has_originals = all(s.state is SlotState.CANDIDATE for s in round_.slots if s.copy_of_slot_id)
    return bool(round_.drawn) and has_originals
