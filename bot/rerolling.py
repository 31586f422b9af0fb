"""Drawing again: a whole round, one portrait, or another moment of one; each for a price that was told before."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bot.budget import Caps
from bot.catalogue import Catalogue, ModelFacts
from bot.deed import Deed
from bot.errors import RoundClosed
from bot.finish import best_likeness
from bot.opening import Opening, seed_of
from bot.permits import Permits
from bot.ports import Chronicle, Clock, Errands, Health, Opened, Rounds, Stage
from bot.prompt import Prompt
from bot.round import Round, State
from bot.slot import Slot


@dataclass(frozen=True)
class Choice:
    """Something that can be drawn again: a slot, and up to how many dollars that costs."""

    slot: Slot
    price: Decimal


@dataclass(frozen=True)
class Offer:
    """What can be drawn again, in dollars: all of it, one candidate (after the close: one model), a miss, or another
    moment of a candidate. Before the close all prices of a kind are the same, so that none names a model.

    `further` is the number the next candidate gets, None where none fits. `unvaried` tells why nothing can be varied.
    """

    round: Round
    all_price: Decimal
    again: tuple[Choice, ...]
    misses: tuple[Choice, ...]
    varied: tuple[Choice, ...]
    further: int | None
    unvaried: Literal["", "no_model"] = ""


class Rerolling:
    """Has portraits drawn again, for the lead. Nothing here is asked: slots are saved and reserved, then begun."""

    def __init__(
        self,
        rounds: Rounds,
        stage: Stage,
        errands: Errands,
        opening: Opening,
        catalogue: Catalogue,
        health: Health,
        caps: Caps,
        now: Clock,
        permits: Permits,
        chronicle: Chronicle,
    ) -> None:
        self._rounds = rounds
        self._stage = stage
        self._errands = errands
        self._opening = opening
        self._catalogue = catalogue
        self._health = health
        self._caps = caps
        self._now = now
        self._permits = permits
        self._chronicle = chronicle

    async def offer(self, round_id: str, person: str) -> Offer:
        """What can be drawn again and for how much, without drawing anything."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "reroll")
        round_.must_take_more("reroll")
        further = round_.next_number()
        room = further is not None
        varied = self._varied(round_) if room else ()
        missed = tuple(Choice(slot, self._price(round_, slot)) for slot in round_.misses) if room else ()
        return Offer(
            round_,
            self._opening.price_of(round_.brief, await self._opening.caps_in(round_.place)),
            self._again(round_) if room else (),
            missed if round_.state is not State.CLOSED else (),
            varied,
            further,
            "" if varied or not room or not round_.candidates else "no_model",
        )

    async def all(self, round_id: str, person: str) -> Opened:
        """End the round and open a child with the same brief, both or neither; pressed twice it opens one child."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "reroll")
        opened = await self._opening.open_child(round_, person)
        self._stage.refresh(round_id)
        return opened

    async def one(self, slot_id: str, person: str, trigger: str) -> Slot:
        """Reserve one more slot like this one; the candidate it re-rolls keeps its number and votes."""
        round_ = await self._ready(slot_id, person)
        slot = next(s for s in round_.slots if s.id == slot_id)
        new_id = f"{round_.id}-x{seed_of(trigger, 0):08x}"
        new = self._new(round_, new_id, slot.model, self._price(round_, slot))
        return await self._add(
            round_, replace(new, again_for=slot_id, vary_of=slot.vary_of, prompt=slot.prompt), person
        )

    async def vary(self, slot_id: str, person: str, trigger: str) -> Slot:
        """Reserve one more slot for another moment of a candidate's face, drawn from its original."""
        round_ = await self._ready(slot_id, person)
        slot = round_.candidate(slot_id)
        if (model := self._varier(round_, slot)) is None:
            raise RoundClosed("reroll", "no_varier", round_.character)
        price = next(choice.price for choice in self._varied(round_) if choice.slot.id == slot_id)
        new = self._new(round_, f"{round_.id}-v{seed_of(trigger, 0):08x}", model.id, price)
        prompt = Prompt.varied(round_.prompt).text
        return await self._add(round_, replace(new, vary_of=slot_id, prompt=prompt), person)

    async def begin(self, slot_id: str) -> None:
        """Start the slot's durable work; called again it does nothing."""
        await self._errands.start("slot", slot_id)
        self._stage.refresh((await self._rounds.by_slot(slot_id)).id)

    async def _ready(self, slot_id: str, person: str) -> Round:
        """The slot's round, once the person may have it draw one more."""
        round_ = await self._rounds.by_slot(slot_id)
        await self._permits.lead(round_, person, "reroll")
        await self._permits.spend(round_.place, person)
        round_.must_take_more("reroll")
        return round_

    async def _add(self, round_: Round, new: Slot, person: str) -> Slot:
        """Pressed twice there is one slot, and one deed."""
        if known := next((s for s in round_.slots if s.id == new.id), None):
            return known
        added = await self._rounds.add_slot(new, self._caps)
        what = "rerolled_one" if new.again_for else "varied"
        came_of = new.again_for or new.vary_of
        note = next((str(s.number) for s in round_.slots if s.id == came_of and s.number), "")
        deed = Deed(what, round_.place, person, self._now(), round_.character_id, round_.id, note)
        await self._chronicle.write(deed)
        return added

    def _new(self, round_: Round, new_id: str, model: str, price: Decimal) -> Slot:
        position = max(s.position for s in round_.slots) + 1
        return Slot(new_id, round_.id, position, model, price, seed_of(new_id, position))

    def _again(self, round_: Round) -> tuple[Choice, ...]:
        """Before the close each candidate; after it each model that can still be asked, by one slot of its own."""
        if round_.state is not State.CLOSED:
            return tuple(Choice(slot, self._price(round_, slot)) for slot in round_.candidates)
        first = {s.model: s for s in reversed((*round_.misses, *round_.candidates)) if not s.vary_of}
        asked = [first[model] for model in round_.models if model in first and self._can_ask(self._facts(model))]
        return tuple(Choice(slot, self._price(round_, slot)) for slot in asked)

    def _varied(self, round_: Round) -> tuple[Choice, ...]:
        """Every candidate or none, since who can be varied would tell who drew."""
        by_slot = {slot.id: self._varier(round_, slot) for slot in round_.candidates}
        prices = {id_: m.price(round_.brief.size, references=1) for id_, m in by_slot.items() if m}
        if len(prices) < len(by_slot):
            return ()
        dearest = max(prices.values(), default=Decimal(0))
        told = prices if round_.state is State.CLOSED else dict.fromkeys(prices, dearest)
        return tuple(Choice(slot, told[slot.id]) for slot in round_.candidates)

    def _varier(self, round_: Round, slot: Slot) -> ModelFacts | None:
        """Who draws another moment of a candidate: its own model if that takes a reference, else the best likeness.

        While models are hidden they all draw their own or one model draws for all: a variation's size, speed and hand
        would else tell whose candidate it is.
        """
        able = {m.id: m for m in self._catalogue.models if m.references and self._can_ask(m)}
        each = round_.named or all(s.model in able for s in round_.candidates)
        return (able.get(slot.model) if each else None) or best_likeness(tuple(able.values()))

    def _price(self, round_: Round, slot: Slot) -> Decimal:
        """What one more slot like this one is said to cost, and reserves: before the close the dearest of its kind."""
        if round_.state is not State.CLOSED or slot.vary_of:
            return round_.veiled(slot)
        facts = self._facts(slot.model)
        return facts.price(round_.brief.size, round_.brief.references) if facts else slot.price

    def _facts(self, model_id: str) -> ModelFacts | None:
        return next((m for m in self._catalogue.models if m.id == model_id), None)

    def _can_ask(self, model: ModelFacts | None) -> bool:
        today = self._now().date()
        return bool(model and self._catalogue.available(model, today) and self._health.available(model.id))
