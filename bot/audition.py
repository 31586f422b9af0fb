"""The audition: every slot asked once, at once, with the identical prompt; then the ballot opens.

The steps here are run by the engine and may be run again after a crash: each looks first at what is already there.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Protocol

import structlog

from bot import measures
from bot.budget import Caps, Charge
from bot.catalogue import Catalogue
from bot.errors import BadKey, BadPicture, ModelError, RateLimited, Resting, RoundClosed
from bot.face import Portrait
from bot.imaging import Examined, examined
from bot.opening import Opening, seed_of
from bot.permits import Permits
from bot.ports import (
    Answer,
    Ask,
    Clock,
    Errands,
    ImageModel,
    Landing,
    Opened,
    Portraits,
    QueuedModel,
    Rounds,
    Stage,
    Upscaler,
)
from bot.presenting import Presenting, original_key, preview_key
from bot.round import Miss, Round, Slot, SlotState, State
from bot.turns import Models as Lines
from bot.turns import Turns

log = structlog.get_logger()

_LONGEST_WAIT = 30.0
_LONGEST_HOLD = 300.0
_USUAL_WAIT = 5.0  # where a vendor says "too many" without saying until when
_FEWEST_TO_OPEN_EARLY = 2
_LOOK_AGAIN = 2.0
_NUMBERED_AT_ONCE = frozenset({State.VOTING, State.CLOSED})


class Models(Lines, Protocol):
    """The configured image models and upscalers."""

    @property
    def catalogue(self) -> Catalogue: ...

    def model(self, model_id: str) -> ImageModel: ...

    def upscaler(self, upscaler_id: str) -> Upscaler: ...


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
        permits: Permits,
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
        self._permits = permits
        self._examining = asyncio.Semaphore(1)
        self._turns = Turns(models, rounds, stage, now)
        self._news: dict[str, asyncio.Event] = {}
        self.drawing = 0

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
        await self._finish(round_, slot)
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
        all_price = self._opening.price_of(round_.brief, await self._opening.caps_in(round_.place))
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
        await self._permits.spend(round_.place, person)
        _must_take_more(round_)
        if round_.next_number() is None:
            raise RoundClosed("reroll", "full", round_.character)
        slot = next(s for s in round_.slots if s.id == slot_id)
        position = max(s.position for s in round_.slots) + 1
        price = self._models.catalogue.of(slot.model).price(round_.brief.size, round_.brief.references)
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
        return bool(round_.arrived) and self._now() >= round_.patience_ends

    def _tell(self, round_id: str) -> None:
        if news := self._news.get(round_id):
            news.set()

    async def _finish(self, round_: Round, slot: Slot) -> None:
        if await self._portraits.has(original_key(slot.round_id, slot.id)):
            await self._land_stored(slot)
        elif slot.ticket:
            await self._ask(round_, slot)
        elif round_.state is State.VOID:
            await self._rounds.miss(slot.id, Miss("cancelled"), None, None)
        elif slot.state is SlotState.ASKING:
            await self._miss(slot, Miss("unknown", paid="maybe"), None)
        else:
            await self._ask(round_, slot)

    async def _ask(self, round_: Round, slot: Slot) -> None:
        """Ask in turn; where the vendor asks for a short patience, wait it out and ask once more."""
        started = perf_counter()
        try:
            for patience in (_LONGEST_WAIT, 0.0):
                if not slot.ticket and not await self._turns.take(round_, slot):
                    await self._rounds.miss(slot.id, Miss("cancelled"), None, None)
                    return
                started = perf_counter()
                if await self._asked(round_, slot, patience):
                    return
        except ModelError as error:
            until = error.until if isinstance(error, Resting) else None
            miss = Miss(error.kind, error.detail, error.paid, until)
            await self._miss(slot, miss, perf_counter() - started, error.usd)

    async def _asked(self, round_: Round, slot: Slot, patience: float) -> bool:
        """Write the intent, ask and keep what comes; False where the vendor asks to come again within `patience`."""
        if not slot.ticket and not await self._rounds.intend(slot.id, self._now()):
            await self._miss(slot, Miss("unknown", paid="maybe"), None)
            return True
        started = perf_counter()
        self.drawing += 1
        try:
            answer = await self._answer(round_, slot)
            await self._receive(slot, answer, perf_counter() - started)
        except RateLimited as limit:
            wait = limit.retry_after or _USUAL_WAIT
            self._models.line(slot.model).hold(min(wait, _LONGEST_HOLD))
            if wait > patience:
                raise
            await self._rounds.pause(slot.id, self._now() + timedelta(seconds=wait))
            return False
        finally:
            self.drawing -= 1
        return True

    async def _answer(self, round_: Round, slot: Slot) -> Answer:
        """Behind a queue the ticket is kept before anything is waited for; with a ticket nothing is asked any more."""
        model = self._model(slot)
        like = round_.brief.like
        references = (await self._portraits.get(like.key),) if like else ()
        ask = Ask(round_.prompt, round_.brief.aspect, round_.brief.size, slot.seed, references)
        if not isinstance(model, QueuedModel):
            return await model.draw(ask)
        ticket = slot.ticket
        if ticket is None:
            ticket = await model.submit(ask)
            await self._rounds.keep_ticket(slot.id, ticket)
        return await model.collect(ticket, ask.size)

    async def _receive(self, slot: Slot, answer: Answer, seconds: float) -> None:
        """Store what came before it is looked at; raises BadPicture with the price the vendor told for it."""
        await self._portraits.put(original_key(slot.round_id, slot.id), answer.data)
        answer = replace(answer, data=b"")  # what is stored is read again when its turn to be examined comes
        try:
            seen = await self._examined(slot, answer.media_type)
        except BadPicture as error:
            error.usd = answer.told
            raise
        await self._keep(slot, answer, seen, seconds)

    def _model(self, slot: Slot) -> ImageModel:
        """The slot's model; raises BadKey, which says nothing of what was ordered while there was an account."""
        try:
            return self._models.model(slot.model)
        except BadKey as error:
            error.paid = "maybe" if slot.ticket else "no"
            raise

    async def _keep(self, slot: Slot, answer: Answer, seen: Examined, seconds: float) -> None:
        """The row, last of all: a crash before it finds the bytes and does not ask again."""
        await self._portraits.put(preview_key(slot.round_id, slot.id), seen.preview)
        portrait = _portrait(slot, seen)
        landing = Landing(slot.id, portrait, answer.charge, seconds, answer.request_id, answer.seed)
        await self._rounds.land(landing, _NUMBERED_AT_ONCE if slot.again_for else frozenset({State.CLOSED}))
        measures.drawn(slot.model, seconds, answer.charge.usd, answer.charge.source)

    async def _land_stored(self, slot: Slot) -> None:
        """A portrait stored before a crash; its price is the listed one, since the vendor's answer is gone."""
        seconds = _since(slot.asked_at, self._now())
        try:
            seen = await self._examined(slot)
        except BadPicture as error:
            await self._miss(slot, Miss(error.kind, error.detail, error.paid), seconds)
            return
        answer = Answer(b"", seen.media_type, Charge(slot.price, "listed"), seed=slot.seed)
        await self._keep(slot, answer, seen, seconds)

    async def _examined(self, slot: Slot, claimed: str = "") -> Examined:
        """What is stored for the slot, checked; one after the other, since a decoded 4K picture fills 70 MB."""
        async with self._examining:
            data = await self._portraits.get(original_key(slot.round_id, slot.id))
            seen = await examined(data, slot.model)
        if claimed and claimed != seen.media_type:
            log.info("another type than claimed", model=slot.model, claimed=claimed, found=seen.media_type)
        return seen

    async def _miss(self, slot: Slot, miss: Miss, seconds: float | None, told: Decimal | None = None) -> None:
        """`told` is what the vendor says it charged, in dollars."""
        charges = {"no": None, "maybe": Charge(slot.price, "unknown"), "yes": Charge(slot.price, "listed")}
        charge = charges[miss.paid] if told is None or miss.paid == "no" else Charge(told, "exact")
        await self._rounds.miss(slot.id, miss, charge, seconds)
        measures.missed(miss.kind, miss.paid)


def _must_take_more(round_: Round) -> None:
    """A run-off is between candidates that stand; everywhere else before the close another one may join."""
    round_.must_be(State.DRAWING, State.VOTING, what="reroll")
    if round_.run_off:
        raise RoundClosed("reroll", "run_off", round_.character)


def _portrait(slot: Slot, seen: Examined) -> Portrait:
    return Portrait(
        original_key(slot.round_id, slot.id),
        seen.media_type,
        seen.width,
        seen.height,
        seen.length,
        seen.sha256,
        seen.credentials,
        seen.likeness,
    )


def _since(asked_at: datetime | None, now: datetime) -> float:
    return (now - asked_at).total_seconds() if asked_at else 0.0
