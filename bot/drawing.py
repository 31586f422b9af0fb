"""One slot, from the intent to the landing: its model is asked once, and what came is kept before it is looked at.

All of it may be run again after a crash: each step looks first at what is already there.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from time import perf_counter
from typing import Protocol

import structlog

from bot import measures
from bot.budget import Charge
from bot.catalogue import Catalogue
from bot.errors import BadKey, BadPicture, ModelError, PortraitLost, RateLimited, Resting
from bot.face import Portrait
from bot.holding import Holding
from bot.imaging import Examined, examined
from bot.ports import Answer, Ask, Clock, ImageModel, Landing, Portraits, QueuedModel, Rounds, Stage, Upscaler
from bot.presenting import original_key, preview_key
from bot.round import Round, State
from bot.slot import Miss, Slot, SlotState
from bot.turns import Models as Lines
from bot.turns import Turns
from bot.waits import Waits

log = structlog.get_logger()

_LONGEST_WAIT = 30.0
_LONGEST_HOLD = 300.0
_USUAL_WAIT = 5.0  # where a vendor says "too many" without saying until when
_NUMBERED_AT_ONCE = frozenset({State.VOTING, State.CLOSED})


class Models(Lines, Protocol):
    """The configured image models and upscalers."""

    @property
    def catalogue(self) -> Catalogue: ...

    def model(self, model_id: str) -> ImageModel: ...

    def upscaler(self, upscaler_id: str) -> Upscaler: ...


class Drawing:
    """Brings slots to their end; `under_way` counts the asks that are out."""

    def __init__(
        self,
        rounds: Rounds,
        portraits: Portraits,
        models: Models,
        stage: Stage,
        now: Clock,
        holding: Holding,
        waits: Waits,
    ) -> None:
        self._rounds = rounds
        self._portraits = portraits
        self._models = models
        self._now = now
        self._examining = asyncio.Semaphore(1)
        self._turns = Turns(models, rounds, stage, now, waits)
        self._holding = holding
        self.under_way = 0

    async def finish(self, round_: Round, slot: Slot) -> None:
        """A candidate or a typed miss; never asks again for what may have been paid."""
        stored = partial(self._portraits.has, original_key(slot.round_id, slot.id))
        if await self._holding.on(round_.id, stored):
            await self._land_stored(round_, slot)
        elif slot.ticket:
            await self._ask(round_, slot)
        elif round_.state is State.VOID:
            await self._rounds.miss(slot.id, Miss("cancelled"), None, None)
        elif slot.state is SlotState.ASKING:
            await self._miss(round_, slot, Miss("unknown", paid="maybe"), None)
        else:
            await self._ask(round_, slot)

    async def _ask(self, round_: Round, slot: Slot) -> None:
        """Ask in turn; where the vendor asks for a short patience, wait it out and ask once more."""
        started = perf_counter()
        try:
            for patience in (_LONGEST_WAIT, 0.0):
                if not slot.ticket and not await self._may_ask(round_, slot):
                    await self._rounds.miss(slot.id, Miss("cancelled"), None, None)
                    return
                started = perf_counter()
                if await self._asked(round_, slot, patience):
                    return
        except ModelError as error:
            until = error.until if isinstance(error, Resting) else None
            miss = Miss(error.kind, error.detail, error.paid, until)
            await self._miss(round_, slot, miss, perf_counter() - started, error.usd)

    async def _may_ask(self, round_: Round, slot: Slot) -> bool:
        """Once what comes could be kept, and it is the slot's turn; False when the round ended meanwhile."""
        waited = await self._holding.ready(round_.id)
        if waited and (await self._rounds.get(round_.id)).state is State.VOID:
            return False
        return await self._turns.take(round_, slot)

    async def _asked(self, round_: Round, slot: Slot, patience: float) -> bool:
        """Write the intent, ask and keep what comes; False where the vendor asks to come again within `patience`.

        What the model is shown is read first: a question that cannot be put together was not asked.
        """
        hold = partial(self._holding.on, round_.id)
        try:
            ask = await hold(partial(self._question, round_, slot))
        except PortraitLost as error:
            await self._holding.tell(round_.id, error)
            await self._miss(round_, slot, Miss("picture_lost"), None)
            return True
        if not slot.ticket and not await hold(partial(self._rounds.intend, slot.id, self._now())):
            await self._miss(round_, slot, Miss("unknown", paid="maybe"), None)
            return True
        started = perf_counter()
        self.under_way += 1
        try:
            # Without a name here: `_receive` lets go of the bytes once they are stored.
            await self._receive(slot, await self._answer(slot, ask), perf_counter() - started)
        except RateLimited as limit:
            wait = limit.retry_after or _USUAL_WAIT
            self._models.line(slot.model).hold(min(wait, _LONGEST_HOLD))
            if wait > patience:
                raise
            await hold(partial(self._rounds.pause, slot.id, self._now() + timedelta(seconds=wait)))
            return False
        finally:
            self.under_way -= 1
        return True

    async def _question(self, round_: Round, slot: Slot) -> Ask:
        """Raises PortraitLost; with a ticket the model has seen the references already."""
        references = () if slot.ticket else await self._references(round_, slot)
        return Ask(slot.prompt or round_.prompt, round_.brief.aspect, round_.brief.size, slot.seed, references)

    async def _answer(self, slot: Slot, ask: Ask) -> Answer:
        """Behind a queue the ticket is kept before anything is waited for; with a ticket nothing is asked any more."""
        model = self._model(slot)
        if not isinstance(model, QueuedModel):
            return await model.draw(ask)
        ticket = slot.ticket
        if ticket is None:
            ticket = await model.submit(ask)
            await self._holding.on(slot.round_id, partial(self._rounds.keep_ticket, slot.id, ticket))
        return await model.collect(ticket, ask.size)

    async def _references(self, round_: Round, slot: Slot) -> tuple[bytes, ...]:
        """The picture whose face is to be kept: for a variation its candidate's original, else the brief's own."""
        varied = next((s.portrait for s in round_.slots if s.id == slot.vary_of), None)
        key = varied.key if varied else round_.brief.like.key if round_.brief.like else ""
        return (await self._portraits.get(key),) if key else ()

    async def _receive(self, slot: Slot, answer: Answer, seconds: float) -> None:
        """Store what came before it is looked at; raises BadPicture with the price the vendor told for it."""
        key = original_key(slot.round_id, slot.id)
        await self._holding.on(slot.round_id, partial(self._portraits.put, key, answer.data))
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
        hold = partial(self._holding.on, slot.round_id)
        await hold(partial(self._portraits.put, preview_key(slot.round_id, slot.id), seen.preview))
        portrait = _portrait(slot, seen)
        landing = Landing(slot.id, portrait, answer.charge, seconds, answer.request_id, answer.seed)
        number_if = _NUMBERED_AT_ONCE if slot.further else frozenset({State.CLOSED})
        await hold(partial(self._rounds.land, landing, number_if))
        measures.drawn(slot.model, seconds, answer.charge.usd, answer.charge.source)

    async def _land_stored(self, round_: Round, slot: Slot) -> None:
        """A portrait stored before a crash; its price is the listed one, since the vendor's answer is gone."""
        seconds = _since(slot.asked_at, self._now())
        try:
            seen = await self._examined(slot)
        except BadPicture as error:
            await self._miss(round_, slot, Miss(error.kind, error.detail, error.paid), seconds)
            return
        answer = Answer(b"", seen.media_type, Charge(self._listed(round_, slot), "listed"), seed=slot.seed)
        await self._keep(slot, answer, seen, seconds)

    async def _examined(self, slot: Slot, claimed: str = "") -> Examined:
        """What is stored for the slot, checked; one after the other, since a decoded 4K picture fills 70 MB."""
        async with self._examining:
            data = await self._portraits.get(original_key(slot.round_id, slot.id))
            seen = await examined(data, slot.model)
        if claimed and claimed != seen.media_type:
            log.info("another type than claimed", model=slot.model, claimed=claimed, found=seen.media_type)
        return seen

    async def _miss(
        self, round_: Round, slot: Slot, miss: Miss, seconds: float | None, told: Decimal | None = None
    ) -> None:
        """`told` is what the vendor says it charged, in dollars."""
        charges = {
            "no": None,
            "maybe": Charge(slot.price, "unknown"),
            "yes": Charge(self._listed(round_, slot), "listed"),
        }
        charge = charges[miss.paid] if told is None or miss.paid == "no" else Charge(told, "exact")
        await self._holding.on(round_.id, partial(self._rounds.miss, slot.id, miss, charge, seconds))
        measures.missed(miss.kind, miss.paid)

    def _listed(self, round_: Round, slot: Slot) -> Decimal:
        """What its model's price list says; what was reserved for a further slot may be more, to name no model."""
        model = next((m for m in self._models.catalogue.models if m.id == slot.model), None)
        if model is None or not slot.further:
            return slot.price
        return min(slot.price, model.price(round_.brief.size, 1 if slot.vary_of else round_.brief.references))


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
