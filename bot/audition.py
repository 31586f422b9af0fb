"""The audition: every slot asked once, at once, with the identical prompt; then the ballot opens.

The steps here are run by the engine and may be run again after a crash: each looks first at what is already there.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot.deed import Deed
from bot.drawing import Drawing
from bot.errors import RoundClosed
from bot.permits import Permits
from bot.ports import Chronicle, Clock, Errands, Rounds, Stage
from bot.presenting import Presenting
from bot.round import Round, State

_FEWEST_TO_OPEN_EARLY = 2
_LOOK_AGAIN = 2.0


class Audition:
    """Draws the slots of rounds and opens their ballots."""

    def __init__(
        self,
        rounds: Rounds,
        drawing: Drawing,
        stage: Stage,
        errands: Errands,
        presenting: Presenting,
        now: Clock,
        permits: Permits,
        chronicle: Chronicle,
        shortest_voting: timedelta,
    ) -> None:
        self._rounds = rounds
        self._drawing = drawing
        self._stage = stage
        self._errands = errands
        self._presenting = presenting
        self._now = now
        self._permits = permits
        self._chronicle = chronicle
        self._shortest_voting = shortest_voting
        self._news: dict[str, asyncio.Event] = {}

    @property
    def drawing(self) -> int:
        """How many asks are out."""
        return self._drawing.under_way

    # Steps of the round's errand, in order.

    async def slots(self, round_id: str) -> list[str]:
        """The ids of the slots to be drawn."""
        return [s.id for s in (await self._rounds.get(round_id)).slots]

    async def settle(self, round_id: str) -> None:
        """Wait until every slot is final, or patience has run out and something arrived, or the round moved on."""
        news = self._news.setdefault(round_id, asyncio.Event())
        try:
            while not self._ready(await self._rounds.get(round_id)):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN):
                        await news.wait()
                news.clear()
        finally:
            self._news.pop(round_id, None)

    async def open_ballot(self, round_id: str) -> None:
        """drawing -> voting with the candidates that arrived, or void when there is none; then show it."""
        round_ = await self._rounds.get(round_id)
        if round_.state is State.DRAWING and not round_.arrived:
            await self._rounds.void(round_id, "no_candidate")
        elif round_.state is State.DRAWING:
            await self._presenting.open(round_, round_.brief.closing(self._now(), self._shortest_voting))
        await self._stage.show(round_id)

    # The step of a slot's errand.

    async def draw(self, slot_id: str) -> None:
        """Bring a slot to its end: a candidate or a typed miss. Never asks again for what may have been paid."""
        round_ = await self._rounds.by_slot(slot_id)
        slot = next(s for s in round_.slots if s.id == slot_id)
        if slot.final:
            return
        await self._drawing.finish(round_, slot)
        self._tell(round_.id)
        self._stage.refresh(round_.id)
        round_ = await self._rounds.get(round_.id)
        if any(late.id == slot_id for late in round_.late):
            await self._stage.remark(round_.id, "late")
        if round_.state is not State.DRAWING:
            await self._presenting.catch_up(round_.id)

    # What the lead may press.

    async def open_now(self, round_id: str, person: str) -> None:
        """Open the ballot without waiting for the rest, from two candidates on."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "open_now")
        round_.must_be(State.DRAWING, what="open_now")
        if len(round_.arrived) < _FEWEST_TO_OPEN_EARLY:
            raise RoundClosed("open_now", "too_few", round_.character)
        await self._presenting.open(round_, round_.brief.closing(self._now(), self._shortest_voting))
        self._tell(round_id)
        await self._stage.show(round_id)

    async def cancel(self, round_id: str, person: str) -> None:
        """Call a round off while it draws; portraits under way are still paid for and kept."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "cancel")
        if not await self._rounds.void(round_id, "cancelled"):
            raise RoundClosed("cancel", round_.state, round_.character)
        await self._chronicle.write(
            Deed("cancelled", round_.place, person, self._now(), round_.character_id, round_.id)
        )
        self._tell(round_id)
        await self._stage.show(round_id)

    async def resume(self) -> None:
        """Start again whatever should be at work and is not: a crash may hang between a commit and its errand."""
        for round_id in await self._rounds.unshown(self._now()):
            await self._errands.start("close", round_id)
        for round_ in await self._rounds.moving():
            if round_.state is State.DRAWING:
                await self._errands.start("round", round_.id)
            if round_.message_ts or round_.state is not State.DRAWING:
                for slot in round_.slots:
                    if not slot.final:
                        await self._errands.start("slot", slot.id)

    def _ready(self, round_: Round) -> bool:
        if round_.state is not State.DRAWING:
            return True
        if round_.settled:
            return not round_.stranded
        return bool(round_.arrived) and self._now() >= round_.patience_ends

    def _tell(self, round_id: str) -> None:
        if news := self._news.get(round_id):
            news.set()
