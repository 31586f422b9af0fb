"""The audition: every slot asked once, at once, with the identical prompt; then the ballot opens.

The steps here are run by the engine and may be run again after a crash: each looks first at what is already there.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Protocol

from bot.budget import Caps, Charge
from bot.catalogue import Catalogue
from bot.errors import ModelError, RateLimited, RoundClosed
from bot.face import Portrait
from bot.imaging import Examined, aside, examine
from bot.opening import Opening, seed_of
from bot.ports import Answer, Ask, Clock, Errands, ImageModel, Landing, Opened, Portraits, Rounds, Stage
from bot.presenting import Presenting, original_key, preview_key
from bot.round import Miss, Round, Slot, State

_LONGEST_WAIT = 30.0
_USUAL_WAIT = 5.0  # where a vendor says "too many" without saying until when
_FEWEST_TO_OPEN_EARLY = 2
_LOOK_AGAIN = 2.0
_NUMBERED_AT_ONCE = frozenset({State.VOTING, State.CLOSED})


class Models(Protocol):
    """The configured image models."""

    @property
    def catalogue(self) -> Catalogue: ...

    def model(self, model_id: str) -> ImageModel: ...


@dataclass(frozen=True)
class Offer:
    """What a re-roll would cost, in dollars: all again, or any one (the dearest slot's price, so it names no model)."""

    round: Round
    all_price: Decimal
    each_price: Decimal
    numbers: tuple[int, ...]
    misses: tuple[Slot, ...]
    slots: Mapping[int, str]


class Audition:
    """Draws the slots of rounds and opens their ballots."""

    def __init__(
        self,
        rounds: Rounds,
        portraits: Portraits,
        models: Models,
        stage: Stage,
        errands: Errands,
        opening: Opening,
        presenting: Presenting,
        caps: Caps,
        now: Clock,
    ) -> None:
        self._rounds = rounds
        self._portraits = portraits
        self._models = models
        self._stage = stage
        self._errands = errands
        self._opening = opening
        self._presenting = presenting
        self._caps = caps
        self._now = now
        self._news: dict[str, asyncio.Event] = {}
        self.drawing = 0

    # Steps of the round's errand, in order.

    async def post(self, round_id: str) -> None:
        await self._stage.post(round_id)

    async def slots(self, round_id: str) -> list[str]:
        """The ids of the slots to be drawn."""
        return [s.id for s in (await self._rounds.get(round_id)).slots]

    async def settle(self, round_id: str) -> None:
        """Wait until every slot is final, or patience has run out and something arrived, or the round moved on."""
        news = self._news.setdefault(round_id, asyncio.Event())
        try:
            while not self._ready(await self._rounds.get(round_id)):
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), _LOOK_AGAIN)
                news.clear()
        finally:
            self._news.pop(round_id, None)

    async def open_ballot(self, round_id: str) -> None:
        """drawing -> voting with the candidates that arrived, or void when there is none; then show it."""
        round_ = await self._rounds.get(round_id)
        if round_.state is State.DRAWING and not round_.arrived:
            await self._rounds.void(round_id, "no_candidate")
        elif round_.state is State.DRAWING:
            await self._presenting.open(round_, self._now() + round_.brief.open_for)
        await self._stage.show(round_id)

    # The step of a slot's errand.

    async def draw(self, slot_id: str) -> None:
        """Bring a slot to its end: a candidate or a typed miss. Never asks again for what may have been paid."""
        round_ = await self._rounds.by_slot(slot_id)
        slot = next(s for s in round_.slots if s.id == slot_id)
        if slot.final:
            return
        self.drawing += 1
        try:
            await self._finish(round_, slot)
        finally:
            self.drawing -= 1
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
        round_.for_lead(person, "open_now")
        round_.must_be(State.DRAWING, what="open_now")
        if len(round_.arrived) < _FEWEST_TO_OPEN_EARLY:
            raise RoundClosed("open_now", "too_few", round_.character)
        await self._presenting.open(round_, self._now() + round_.brief.open_for)
        self._tell(round_id)
        await self._stage.show(round_id)

    async def cancel(self, round_id: str, person: str) -> None:
        """Call a round off while it draws; portraits under way are still paid for and kept."""
        round_ = await self._rounds.get(round_id)
        round_.for_lead(person, "cancel")
        if not await self._rounds.void(round_id, "cancelled"):
            raise RoundClosed("cancel", round_.state, round_.character)
        self._tell(round_id)
        await self._stage.show(round_id)

    async def reroll_offer(self, round_id: str, person: str) -> Offer:
        """What can be drawn again and for how much, without drawing anything."""
        round_ = await self._rounds.get(round_id)
        round_.for_lead(person, "reroll")
        _must_take_more(round_)
        numbers = tuple(round_.slot_of) if round_.next_number() else ()
        misses = round_.misses if round_.next_number() else ()
        all_price = self._opening.price_of(round_.brief)
        return Offer(round_, all_price, round_.dearest, numbers, misses, round_.slot_of)

    async def reroll_all(self, round_id: str, person: str) -> Opened:
        """Void the round and open a child with the same brief, both or neither; pressed twice it opens one child."""
        round_ = await self._rounds.get(round_id)
        round_.for_lead(person, "reroll")
        opened = await self._opening.open_child(round_, person)
        self._tell(round_id)
        self._stage.refresh(round_id)
        return opened

    async def reroll_one(self, slot_id: str, person: str, trigger: str) -> Slot:
        """Reserve one more slot of the same model; the candidate it re-rolls keeps its number and votes."""
        round_ = await self._rounds.by_slot(slot_id)
        round_.for_lead(person, "reroll")
        _must_take_more(round_)
        if round_.next_number() is None:
            raise RoundClosed("reroll", "full", round_.character)
        slot = next(s for s in round_.slots if s.id == slot_id)
        position = max(s.position for s in round_.slots) + 1
        price = self._models.catalogue.of(slot.model).prices[round_.brief.size]
        new_id = f"{round_.id}-x{seed_of(trigger, 0):08x}"
        new = Slot(new_id, round_.id, position, slot.model, price, seed_of(round_.id, position), again_for=slot_id)
        return await self._rounds.add_slot(new, self._caps)

    async def begin_slot(self, slot_id: str) -> None:
        """Start the slot's durable work; called again it does nothing."""
        await self._errands.start("slot", slot_id)
        self._stage.refresh((await self._rounds.by_slot(slot_id)).id)

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

    # Private: from the intent to the landing.

    def _ready(self, round_: Round) -> bool:
        if round_.state is not State.DRAWING:
            return True
        if round_.settled:
            return not round_.stranded
        return bool(round_.arrived) and self._now() >= round_.patience_until

    def _tell(self, round_id: str) -> None:
        if news := self._news.get(round_id):
            news.set()

    async def _finish(self, round_: Round, slot: Slot) -> None:
        if await self._portraits.has(original_key(slot.round_id, slot.id)):
            await self._land_stored(slot)
        elif round_.state is State.VOID:
            await self._rounds.miss(slot.id, Miss("cancelled"), None, None)
        elif await self._rounds.intend(slot.id, self._now()):
            await self._ask(round_, slot)
        else:
            await self._miss(slot, Miss("unknown", paid="maybe"), None)

    async def _ask(self, round_: Round, slot: Slot) -> None:
        started = perf_counter()
        try:
            answer = await self._answer(round_, slot)
            seen = await aside(examine, answer.data, slot.model)
            await self._keep(slot, answer, seen, perf_counter() - started)
        except ModelError as error:
            await self._miss(slot, Miss(error.kind, error.detail, error.paid), perf_counter() - started)

    async def _answer(self, round_: Round, slot: Slot) -> Answer:
        """Ask once; where the vendor asks for a short patience, wait it out in sight of everybody and ask once more."""
        model = self._models.model(slot.model)
        ask = Ask(round_.prompt, round_.brief.aspect, round_.brief.size, slot.seed)
        try:
            return await model.draw(ask)
        except RateLimited as limit:
            wait = limit.retry_after or _USUAL_WAIT
            if wait > _LONGEST_WAIT:
                raise
            await self._rounds.pause(slot.id, self._now() + timedelta(seconds=wait))
            self._stage.refresh(round_.id)
            await asyncio.sleep(wait)
        await self._rounds.intend(slot.id, self._now())
        return await model.draw(ask)

    async def _keep(self, slot: Slot, answer: Answer, seen: Examined, seconds: float) -> None:
        """Bytes first, row second: a crash between the two finds the bytes and does not ask again."""
        await self._portraits.put(original_key(slot.round_id, slot.id), answer.data)
        await self._portraits.put(preview_key(slot.round_id, slot.id), seen.preview)
        portrait = _portrait(slot, answer.data, seen)
        landing = Landing(slot.id, portrait, answer.charge, seconds, answer.request_id, answer.seed)
        await self._rounds.land(landing, _NUMBERED_AT_ONCE if slot.again_for else frozenset({State.CLOSED}))

    async def _land_stored(self, slot: Slot) -> None:
        """A portrait stored before a crash; its price is the listed one, since the vendor's answer is gone."""
        data = await self._portraits.get(original_key(slot.round_id, slot.id))
        seen = await aside(examine, data, slot.model)
        answer = Answer(data, seen.media_type, Charge(slot.price, "listed"), seed=slot.seed)
        await self._keep(slot, answer, seen, _since(slot.asked_at, self._now()))

    async def _miss(self, slot: Slot, miss: Miss, seconds: float | None) -> None:
        charges = {"no": None, "maybe": Charge(slot.price, "unknown"), "yes": Charge(slot.price, "listed")}
        await self._rounds.miss(slot.id, miss, charges[miss.paid], seconds)


def _must_take_more(round_: Round) -> None:
    """A run-off is between candidates that stand; everywhere else before the close another one may join."""
    round_.must_be(State.DRAWING, State.VOTING, what="reroll")
    if round_.run_off:
        raise RoundClosed("reroll", "run_off", round_.character)


def _portrait(slot: Slot, data: bytes, seen: Examined) -> Portrait:
    return Portrait(
        original_key(slot.round_id, slot.id),
        seen.media_type,
        seen.width,
        seen.height,
        len(data),
        seen.sha256,
        seen.credentials,
    )


def _since(asked_at: datetime | None, now: datetime) -> float:
    return (now - asked_at).total_seconds() if asked_at else 0.0
