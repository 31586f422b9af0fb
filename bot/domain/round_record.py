"""A round's fields as stored, and what follows from its slots: candidates, numbers, pictures and prices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random

from bot.domain.ballot import RunOff, Tally
from bot.domain.brief import SLOT_LIMIT, Brief
from bot.domain.flaw_tags import FlawRemedy
from bot.domain.ids import ChannelRef
from bot.domain.round_state import CALLBACK, FOLLOW_UPS, REAUDITION, RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import Slot, SlotState


@dataclass(frozen=True)
class RoundRecord:
    """The fields of a round as stored. Money in dollars, times aware UTC.

    `message_ts` is the timestamp of the round's message. `sheet_refused` is Slack's error code for the newest contact
    sheet. `patience_until` minus `opened_at` is how long the models may take. `origin` is how it came from `parent`
    (rerolled, refined, recast, callback, reaudition), `recast_reason` the lead's reason. `requested_by` started it
    where another person leads it. `source_thread_ts` is the thread it was requested in. The current ballot was opened
    or extended at `voting_since`; the models were revealed at `first_closed_at`. A portrait is hidden since
    `reported_at`. `remedies` are words of a refined brief that answer what looked artificial in `parent`.
    `door_token` is the id of the access token that started it over a door.
    """

    id: str
    place: ChannelRef
    character_id: str
    lead: str
    brief: Brief
    prompt: str
    prompt_version: str
    routing_reason: RoutingReason
    order_seed: int
    opened_at: datetime
    patience_until: datetime
    state: RoundState = RoundState.DRAWING
    void_reason: str = ""
    closes_at: datetime | None = None
    message_ts: str | None = None
    sheet_file: str | None = None
    sheet_candidate_count: int = 0
    sheet_refused: str = ""
    record_file: str | None = None
    locked_slot: str | None = None
    ballot_version: int = 0
    parent: str | None = None
    origin: str = ""
    recast_reason: str = ""
    requested_by: str = ""
    voting_since: datetime | None = None
    first_closed_at: datetime | None = None
    source_thread_ts: str = ""
    tally: Tally | None = None
    run_off: RunOff | None = None
    reported_at: datetime | None = None
    remedies: tuple[FlawRemedy, ...] = ()
    door_token: str = ""
    slots: tuple[Slot, ...] = ()

    @property
    def character(self) -> str:
        return self.brief.name

    @property
    def started_by(self) -> str:
        """Who started the round and pays for its first portraits."""
        return self.requested_by or self.lead

    def payer_of(self, slot: Slot) -> str:
        """Return who pays for a slot: the starter for the first portraits, the lead for extra ones."""
        return self.lead if slot.rerolls_slot_id or slot.variation_of_slot_id else self.started_by

    @property
    def candidates(self) -> tuple[Slot, ...]:
        """The numbered candidates by number."""
        numbered = (s for s in self.slots if s.number is not None)
        return tuple(sorted(numbered, key=lambda s: s.number or 0))

    @property
    def completed(self) -> tuple[Slot, ...]:
        return tuple(s for s in self.slots if s.state is SlotState.CANDIDATE)

    @property
    def drawn(self) -> tuple[Slot, ...]:
        """The portraits that a model drew for this round: all but the copied originals of a follow-up."""
        return tuple(s for s in self.completed if not s.copy_of_slot_id)

    @property
    def is_follow_up(self) -> bool:
        """Whether it is a callback or a re-audition: its ballot closes without a lock."""
        return self.origin in FOLLOW_UPS

    @property
    def is_callback(self) -> bool:
        return self.origin == CALLBACK

    @property
    def is_reaudition(self) -> bool:
        return self.origin == REAUDITION

    def views_of(self, candidate: Slot) -> tuple[Slot, ...]:
        """Return the portraits of a callback's candidate in other situations that have arrived."""
        views = [s for s in self.completed if s.situation and s.variation_of_slot_id == candidate.id]
        return tuple(sorted(views, key=lambda s: self.situations.index(s.situation)))

    @property
    def situations(self) -> tuple[str, ...]:
        """The situations of a callback, in the form's order."""
        return tuple(dict.fromkeys(s.situation for s in self.slots if s.situation))

    @property
    def pictures(self) -> tuple[Slot, ...]:
        """What the contact sheet shows: the candidates by number, in a callback each with its views after it."""
        return tuple(slot for candidate in self.candidates for slot in (candidate, *self.views_of(candidate)))

    def shown_number(self, slot: Slot) -> int | None:
        """Return the number that a picture stands under: a view has that of its candidate."""
        return self.variation_number(slot) if slot.situation else slot.number

    @property
    def late(self) -> tuple[Slot, ...]:
        """Portraits that arrived after the ballot opened and have no number yet; views never have one."""
        if self.state is RoundState.DRAWING:
            return ()
        return tuple(s for s in self.completed if s.number is None and not s.situation)

    @property
    def failures(self) -> tuple[Slot, ...]:
        """Failed slots that were not re-rolled."""
        rerolled = {s.rerolls_slot_id for s in self.slots}
        return tuple(s for s in self.slots if s.state is SlotState.FAILED and s.id not in rerolled)

    @property
    def locked_candidate(self) -> Slot | None:
        """The candidate that became the face."""
        return next((s for s in self.slots if s.id == self.locked_slot), None)

    @property
    def hidden(self) -> tuple[Slot, ...]:
        """The candidates that were reported and are hidden; all where a report of an earlier version names none."""
        named = tuple(s for s in self.candidates if s.reported_at)
        return named or (self.candidates if self.reported_at else ())

    @property
    def hidden_numbers(self) -> tuple[int, ...]:
        return tuple(s.number for s in self.hidden if s.number)

    @property
    def is_face_hidden(self) -> bool:
        """Whether the portrait that became the face was reported and is hidden."""
        return any(s.id == self.locked_slot for s in self.hidden)

    @property
    def all_slots_final(self) -> bool:
        return all(s.is_final for s in self.slots)

    @property
    def patience_ends(self) -> datetime:
        """When voting opens with the portraits that have arrived.

        Patience counts from the first request, since posting the message may take minutes. A slot that waited for a
        rate limit gets the full time from its request.
        """
        patience = self.patience_until - self.opened_at
        request_times = [s.requested_at for s in self.slots if s.requested_at]
        first_end = min(request_times) + patience if request_times else self.patience_until
        starts = (s.wait_until or s.requested_at for s in self.slots if not s.is_final)
        return max([first_end, *(at + patience for at in starts if at)])

    @property
    def price(self) -> Decimal:
        """The most the round may cost, in dollars: actual costs where known, reservations otherwise."""
        return sum((s.price if s.cost is None else s.cost for s in self.slots), Decimal(0))

    @property
    def overspend(self) -> Decimal:
        """How far charges exceeded their reservations, in dollars."""
        overspends = (s.cost - s.price for s in self.slots if s.cost is not None and s.cost > s.price)
        return sum(overspends, Decimal(0))

    @property
    def repeat_price(self) -> Decimal:
        """The most another round like this one may cost, in dollars."""
        return sum((s.price for s in self.first_slots), Decimal(0))

    @property
    def requested_count(self) -> int:
        """How many portraits the models were asked for when the round began."""
        return len(self.first_slots)

    @property
    def first_slots(self) -> tuple[Slot, ...]:
        """The portraits that models were asked for when the round began: no copies, nothing added later."""
        is_first = (not s.is_extra or (s.situation and not s.rerolls_slot_id) for s in self.slots)
        return tuple(s for s, first in zip(self.slots, is_first, strict=True) if first and not s.copy_of_slot_id)

    @property
    def max_slot_price(self) -> Decimal:
        """The price shown for any re-roll, so that it does not reveal the model. Variations have their own price."""
        return max(s.price for s in self.slots if not s.variation_of_slot_id)

    def blind_price(self, slot: Slot) -> Decimal:
        """Return the price of a slot shown before the close; the same for every model."""
        return slot.price if slot.variation_of_slot_id else self.max_slot_price

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.model for s in self.slots))

    @property
    def slot_id_by_number(self) -> Mapping[int, str]:
        return {s.number: s.id for s in self.candidates if s.number is not None}

    def candidate_by_number(self, number: int) -> Slot:
        """Return the candidate with this number; raises KeyError."""
        return {slot.number: slot for slot in self.candidates}[number]

    def candidate_by_slot(self, slot_id: str) -> Slot:
        """Return the candidate of this slot; raises KeyError if it has no number."""
        return {slot.id: slot for slot in self.candidates}[slot_id]

    def next_number(self) -> int | None:
        """Return the number of the next extra candidate; None if all eight are used or reserved."""
        number = len(self.candidates) + sum(s.is_extra and not s.is_final for s in self.slots) + 1
        return number if number <= SLOT_LIMIT else None

    def variation_number(self, slot: Slot) -> int | None:
        """Return the number of the candidate that `slot` varies."""
        return next((s.number for s in self.slots if s.id == slot.variation_of_slot_id), None)

    def assign_numbers(self) -> dict[str, int]:
        """Return numbers by slot id for the arrived candidates, shuffled by the round's stored seed."""
        return self.numbers_for([s.id for s in self.completed])

    def numbers_for(self, arrived: Collection[str]) -> dict[str, int]:
        """Return the numbers by slot id that the round assigns if these slots become its candidates."""
        ids = [s.id for s in sorted(self.slots, key=lambda s: s.position) if s.id in arrived and not s.situation]
        Random(self.order_seed).shuffle(ids)
        return {slot_id: number for number, slot_id in enumerate(ids, start=1)}
