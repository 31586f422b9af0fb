"""Re-rolls of a round or of one portrait, and variations of a candidate, each at a price shown before."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bot.domain.audit import AuditEvent
from bot.domain.catalogue import ModelSpec
from bot.domain.comment import Comment
from bot.domain.errors import RoundClosed
from bot.domain.ids import seed_of
from bot.domain.prompt import Prompt
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from bot.domain.upscale import best_reference_model
from bot.ports.rounds import StartResult
from bot.usecases.comments import Comments
from bot.usecases.start_round import StartingUseCase


@dataclass(frozen=True)
class RerollOption:
    """A slot that can be re-rolled or varied, and the highest price in dollars."""

    slot: Slot
    price: Decimal


@dataclass(frozen=True)
class RerollOptions:
    """The possible re-rolls and variations, with prices in dollars.

    Before the close all prices of a kind are equal, so that no price names a model. After it a re-roll is per model.
    `next_number` is the next candidate's number, None if the ballot is full. `variation_problem` says why nothing can
    be varied. `comments` are those that may be shown now, on candidates that can be varied.
    """

    round: Round
    round_price: Decimal
    rerolls: tuple[RerollOption, ...]
    failures: tuple[RerollOption, ...]
    variations: tuple[RerollOption, ...]
    next_number: int | None
    variation_problem: Literal["", "no_model"] = ""
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Reroll(StartingUseCase):
    """Re-rolls and varies for the lead. It reserves and saves slots; their jobs call the models."""

    comments: Comments

    async def options(self, round_id: str, person: str) -> RerollOptions:
        """Return what can be re-rolled or varied and for how much."""
        round_ = await self.permissions.get_led(round_id, person, "reroll")
        round_.require_casting("reroll")
        round_.require_accepts_slots("reroll")
        next_number = round_.next_number()
        has_room = next_number is not None
        variations = self._variation_options(round_) if has_room else ()
        failures = tuple(RerollOption(slot, self._price(round_, slot)) for slot in round_.failures) if has_room else ()
        return RerollOptions(
            round_,
            self.quotes.price_of(round_.brief, await self.quotes.caps_for(round_.place)),
            self._reroll_options(round_) if has_room else (),
            failures if round_.state is not RoundState.CLOSED else (),
            variations,
            next_number,
            "" if variations or not has_room or not round_.candidates else "no_model",
            await self.comments.visible(round_) if variations else (),
        )

    async def reroll_round(self, round_id: str, person: str) -> StartResult:
        """Void the round and start a child with the same brief, in one transaction; a repeated call starts one."""
        round_ = await self.permissions.get_led(round_id, person, "reroll")
        round_.require_casting("reroll")
        result = await self.start_round.start_child(round_, person)
        self.ports.publisher.schedule_redraw(round_id)
        return result

    async def reroll_slot(self, slot_id: str, person: str, trigger: str) -> Slot:
        """Reserve one more slot like this one; the candidate that it re-rolls keeps its number and votes."""
        round_ = await self._load_allowed(slot_id, person)
        slot = next(s for s in round_.slots if s.id == slot_id)
        if not (slot.situation and slot.failure):
            round_.require_casting("reroll")
        new_id = f"{round_.id}-x{seed_of(trigger, 0):08x}"
        new = replace(
            self._new_slot(round_, new_id, slot.model, self._price(round_, slot)),
            rerolls_slot_id=slot_id,
            variation_of_slot_id=slot.variation_of_slot_id,
            prompt=slot.prompt,
            situation=slot.situation,
        )
        return await self._add_slot(round_, new, person)

    async def vary(self, slot_id: str, person: str, trigger: str, comment_ts_us: int = 0) -> Slot:
        """Reserve one more slot for a variation of a candidate, generated from its original.

        `comment_ts_us` is the timestamp of a comment on the candidate that goes along; raises KeyError if it is gone.
        """
        round_ = await self._load_allowed(slot_id, person)
        round_.require_casting("reroll")
        slot = round_.candidate_by_slot(slot_id)
        if (model := self._variation_model(round_, slot)) is None:
            raise RoundClosed("reroll", "no_varier", round_.character)
        price = next(option.price for option in self._variation_options(round_) if option.slot.id == slot_id)
        comment = await self._comment(round_, slot_id, comment_ts_us) if comment_ts_us else ""
        new_id = f"{round_.id}-v{seed_of(f'{trigger}:{comment_ts_us}' if comment_ts_us else trigger, 0):08x}"
        new = self._new_slot(round_, new_id, model.id, price)
        prompt = Prompt.for_variation(round_.prompt, comment).text
        return await self._add_slot(round_, replace(new, variation_of_slot_id=slot_id, prompt=prompt), person)

    async def enqueue(self, slot_id: str) -> None:
        """Start the slot's job; a repeated call does nothing."""
        await self.ports.job_queue.start("slot", slot_id)
        self.ports.publisher.schedule_redraw((await self.storage.rounds.by_slot(slot_id)).id)

    async def _comment(self, round_: Round, slot_id: str, event_ts_us: int) -> str:
        for comment in await self.comments.visible(round_):
            if (comment.slot_id, comment.event_ts_us) == (slot_id, event_ts_us):
                return comment.text
        raise KeyError(slot_id)

    async def _load_allowed(self, slot_id: str, person: str) -> Round:
        """Return the slot's round; raises unless the person may add a slot to it."""
        round_ = await self.storage.rounds.by_slot(slot_id)
        await self.permissions.require_lead(round_, person, "reroll")
        await self.permissions.require_spend(round_.place, person)
        round_.require_accepts_slots("reroll")
        return round_

    async def _add_slot(self, round_: Round, new: Slot, person: str) -> Slot:
        """Add the slot and one audit event; a repeated call adds nothing."""
        if known := next((s for s in round_.slots if s.id == new.id), None):
            return known
        await self.start_round.require_free_portraits_left(round_.place, person, (new,))
        added = await self.storage.slots.add(new, self.ports.caps)
        action = "rerolled_one" if new.rerolls_slot_id else "varied"
        source_slot_id = new.rerolls_slot_id or new.variation_of_slot_id
        detail = next((str(s.number) for s in round_.slots if s.id == source_slot_id and s.number), "")
        audit_event = AuditEvent(action, round_.place, person, self.ports.now(), round_.character_id, round_.id, detail)
        await self.storage.audit_log.add(audit_event)
        return added

    def _new_slot(self, round_: Round, new_id: str, model: str, price: Decimal) -> Slot:
        position = max(s.position for s in round_.slots) + 1
        return Slot(new_id, round_.id, position, model, price, seed_of(new_id, position))

    def _reroll_options(self, round_: Round) -> tuple[RerollOption, ...]:
        """List each candidate before the close, and one slot of each available model after it."""
        if round_.state is not RoundState.CLOSED:
            return tuple(RerollOption(slot, self._price(round_, slot)) for slot in round_.candidates)
        first = {s.model: s for s in reversed((*round_.failures, *round_.candidates)) if not s.variation_of_slot_id}
        slots = [
            first[model]
            for model in round_.models
            if model in first and (spec := self._model_spec(model)) and self.quotes.is_available(spec)
        ]
        return tuple(RerollOption(slot, self._price(round_, slot)) for slot in slots)

    def _variation_options(self, round_: Round) -> tuple[RerollOption, ...]:
        """List every candidate or none: a partial list would reveal which model made which."""
        by_slot = {slot.id: self._variation_model(round_, slot) for slot in round_.candidates}
        prices = {id_: m.price(round_.brief.size, reference_count=1) for id_, m in by_slot.items() if m}
        if len(prices) < len(by_slot):
            return ()
        max_price = max(prices.values(), default=Decimal(0))
        shown_prices = prices if round_.state is RoundState.CLOSED else dict.fromkeys(prices, max_price)
        return tuple(RerollOption(slot, shown_prices[slot.id]) for slot in round_.candidates)

    def _variation_model(self, round_: Round, slot: Slot) -> ModelSpec | None:
        """Return the model that varies a candidate: its own if it takes a reference, else the best one that does.

        While models are hidden, all candidates use their own model or all use the same one. Otherwise size, speed and
        style of a variation would reveal the model.
        """
        capable = {m.id: m for m in self.ports.catalogue.models if m.max_references and self.quotes.is_available(m)}
        use_own_model = round_.models_revealed or all(s.model in capable for s in round_.candidates)
        return (capable.get(slot.model) if use_own_model else None) or best_reference_model(tuple(capable.values()))

    def _price(self, round_: Round, slot: Slot) -> Decimal:
        """Return the shown and reserved price of one more slot like this one.

        Before the close it is the highest price of its kind.
        """
        if round_.state is not RoundState.CLOSED or slot.variation_of_slot_id:
            return round_.blind_price(slot)
        spec = self._model_spec(slot.model)
        return spec.price(round_.brief.size, round_.brief.reference_count) if spec else slot.price

    def _model_spec(self, model_id: str) -> ModelSpec | None:
        return next((m for m in self.ports.catalogue.models if m.id == model_id), None)
