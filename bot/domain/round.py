"""A round: one attempt to cast one character, from brief to lock.

drawing -> voting -> closed -> locked      closed -> voting (extended, run-off)      drawing | voting | closed -> void
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from random import Random

from bot.domain.ballot import (
    BallotStage,
    BallotSubmission,
    FlawAnswer,
    RunOff,
    Tally,
    Turnout,
    VoteInput,
    people_for_none,
    run_off_numbers,
)
from bot.domain.brief import SLOT_LIMIT, BallotMode, Brief
from bot.domain.errors import NotAVoter, NotLead, RoundClosed, UnavailableModel
from bot.domain.flaw_tags import FlawRemedy
from bot.domain.ids import ChannelRef
from bot.domain.slot import Slot, SlotState


class RoundState(StrEnum):
    DRAWING = "drawing"
    VOTING = "voting"
    CLOSED = "closed"
    LOCKED = "locked"
    VOID = "void"


OPEN_STATES = frozenset({RoundState.DRAWING, RoundState.VOTING, RoundState.CLOSED})
# `void_reason` where the workspace removed the app: nothing is sent to Slack any more.
UNINSTALLED = "uninstalled"
# Prefix of `void_reason` where Slack refused the round's message; Slack's error code follows.
REFUSED_PREFIX = "refused:"
# The `origin` of a re-cast.
RECAST = "recast"
# The `origin` of rounds beside their parent, which they leave as it is: their ballots lock no face.
CALLBACK, REAUDITION = "callback", "reaudition"
FOLLOW_UPS = frozenset({CALLBACK, REAUDITION})


@dataclass(frozen=True)
class LearnedChoice:
    """Why routing that learns gave a model (exact id) its place: votes, not_drawn (for 24 rounds) or words.

    `ticks` of `possible` are those in `rounds` rounds of the same look.
    """

    model: str
    why: str
    ticks: int = 0
    possible: int = 0
    rounds: int = 0


@dataclass(frozen=True)
class RoutingReason:
    """Why these models were chosen.

    `kind` is named, usual (from settings), look, words (of the brief) or only_one. `matched_rules` pairs each rule with
    the words of the brief it matched; `unavailable` are requested models that were not used. `learned` is empty unless
    the production's votes took part; `table_models` are then the exact ids that the table alone would have chosen.
    """

    kind: str
    look: str = ""
    matched_rules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unavailable: tuple[UnavailableModel, ...] = ()
    learned: tuple[LearnedChoice, ...] = ()
    table_models: tuple[str, ...] = ()

    @property
    def context(self) -> str:
        """The look, or the rule of the brief's words, in which votes are compared; empty without either."""
        return self.look or (self.matched_rules[0][0] if self.matched_rules else "")


@dataclass(frozen=True)
class Round:
    """A round as stored. Money in dollars, times aware UTC.

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
    def is_open(self) -> bool:
        """Whether something can still happen by itself or waits for the lead; a follow-up ends with its close."""
        return self.state in OPEN_STATES and not (self.is_follow_up and self.state is RoundState.CLOSED)

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
    def slack_error(self) -> str:
        """Slack's error code if Slack refused the round's message, else empty."""
        return self.void_reason.removeprefix(REFUSED_PREFIX) if self.void_reason.startswith(REFUSED_PREFIX) else ""

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
    def needs_lead_decision(self) -> bool:
        """Whether no portrait arrived but some may have been charged, so the lead decides whether to retry.

        A follow-up ends then: another one is a press away, with its price.
        """
        return (
            not self.is_follow_up
            and self.all_slots_final
            and not self.completed
            and any(s.failure and s.failure.kind == "unknown" for s in self.failures)
        )

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
    def is_blind(self) -> bool:
        """Whether hiding the model means anything: not with one model, in a run-off, or where one draws all views."""
        if self.is_callback:
            return False
        candidate_models = {s.model for s in self.candidates if not s.variation_of_slot_id}
        return not self.run_off and len(candidate_models or set(self.models)) > 1

    @property
    def models_revealed(self) -> bool:
        """Whether people know by now which model drew what."""
        return (
            self.tally is not None or self.run_off is not None or self.state in (RoundState.CLOSED, RoundState.LOCKED)
        )

    @property
    def was_reopened(self) -> bool:
        """Whether the first ballot was opened again after its close had revealed the models."""
        return bool(
            self.first_closed_at and self.voting_since and self.voting_since > self.first_closed_at and not self.run_off
        )

    @property
    def first_tally(self) -> Tally | None:
        """The tally of the first ballot, once that is closed."""
        return self.run_off.first_tally if self.run_off else self.tally

    @property
    def slot_id_by_number(self) -> Mapping[int, str]:
        return {s.number: s.id for s in self.candidates if s.number is not None}

    def candidate_by_number(self, number: int) -> Slot:
        """Return the candidate with this number; raises KeyError."""
        for slot in self.candidates:
            if slot.number == number:
                return slot
        raise KeyError(number)

    @property
    def is_sealed(self) -> bool:
        """Whether votes stay private until the close."""
        return self.brief.ballot is BallotMode.SEALED

    @property
    def accepts_reactions(self) -> bool:
        """Whether number reactions count as votes."""
        return not self.is_sealed and not self.run_off

    @property
    def accepts_flaw_tags(self) -> bool:
        """Whether voters may say what looks artificial beside the ballot: not where it is blind to something else."""
        return self.accepts_reactions and not self.is_follow_up

    def can_vote(self, person: str) -> bool:
        """Return whether the person's vote counts: always, unless voters are named."""
        return not self.brief.voters or person in self.brief.voters

    def require_voter(self, person: str) -> None:
        """Raise NotAVoter unless the person's vote counts."""
        if not self.can_vote(person):
            raise NotAVoter(self.character, self.brief.voters)

    def voted_people(self, vote_inputs: Iterable[VoteInput], submissions: Iterable[BallotSubmission]) -> frozenset[str]:
        """Return who has voted on the current ballot."""
        if self.accepts_reactions:
            option_ids, inputs = set(self.ballot_options.values()), tuple(vote_inputs)
            by_input = {m.person for m in inputs if m.on and m.slot_id in option_ids}
            voted = by_input | people_for_none(inputs, submissions)
        else:
            voted = {p.person for p in submissions if p.stage is self.ballot_stage}
        return frozenset(filter(self.can_vote, voted))

    def turnout(self, voted: frozenset[str], deactivated: frozenset[str]) -> Turnout | None:
        """Return the turnout of the named voters, or None without named voters."""
        if not (invited := frozenset(self.brief.voters)):
            return None
        return Turnout(len(invited), len(voted), invited - voted - deactivated, len(invited & deactivated - voted))

    @property
    def ballot_stage(self) -> BallotStage:
        return BallotStage.RUN_OFF if self.run_off else BallotStage.FIRST

    @property
    def ballot_options(self) -> Mapping[int, str]:
        """The candidates of the current ballot, number to slot id; in a run-off only the finalists."""
        finalists = self.run_off.numbers if self.run_off else tuple(self.slot_id_by_number)
        return {number: slot_id for number, slot_id in self.slot_id_by_number.items() if number in finalists}

    def count_votes(
        self,
        vote_inputs: Iterable[VoteInput],
        submissions: Iterable[BallotSubmission],
        flaw_answers: Iterable[FlawAnswer] = (),
    ) -> Tally:
        """Return the frozen tally of a closed round, else count `vote_inputs` or `submissions`.

        `flaw_answers` count on an open ballot; they stay out of what is shown before its close.
        """
        if self.tally:
            return self.tally
        numbers = {slot_id: number for number, slot_id in self.ballot_options.items()}
        valid_submissions = [p for p in submissions if p.stage is self.ballot_stage and self.can_vote(p.person)]
        inputs = [m for m in vote_inputs if self.can_vote(m.person)]
        if self.run_off:
            return replace(Tally.from_submissions(valid_submissions, numbers), sealed_results=None)
        if self.is_sealed:
            return Tally.from_submissions(valid_submissions, numbers)
        tally = Tally.from_vote_inputs(inputs, numbers, people_for_none(inputs, valid_submissions))
        return tally.with_open_flaws([a for a in flaw_answers if self.can_vote(a.person)], numbers)

    @property
    def run_off_options(self) -> tuple[int, ...]:
        """The numbers for a run-off; empty unless the first ballot closed with a quorum and a close result.

        A follow-up locks nothing, so a tie may stand.
        """
        if (
            self.is_follow_up
            or self.state is not RoundState.CLOSED
            or self.tally is None
            or self.run_off
            or self.votes_short_of_quorum(self.tally)
        ):
            return ()
        return run_off_numbers(self.tally)

    def votes_short_of_quorum(self, tally: Tally) -> int:
        """Return how many more voters the quorum needs."""
        return max(0, (self.brief.quorum or 0) - tally.voters)

    def leader(self, tally: Tally) -> int | None:
        """Return the number of the sole leader, or None on a tie or without a quorum."""
        return None if self.votes_short_of_quorum(tally) else tally.winner

    @property
    def comments_visible(self) -> bool:
        """Whether comments on candidates may be shown: on a sealed ballot only once it is closed."""
        return not self.is_sealed or self.tally is not None

    def visible_tally(self, tally: Tally) -> Tally:
        """Return the part of `tally` that is public now."""
        return tally.redacted if self.is_sealed and self.tally is None else tally

    def candidate_by_slot(self, slot_id: str) -> Slot:
        """Return the candidate of this slot; raises KeyError if it has no number."""
        for slot in self.candidates:
            if slot.id == slot_id:
                return slot
        raise KeyError(slot_id)

    def next_number(self) -> int | None:
        """Return the number of the next extra candidate; None if all eight are used or reserved."""
        number = len(self.candidates) + sum(s.is_extra and not s.is_final for s in self.slots) + 1
        return number if number <= SLOT_LIMIT else None

    def variation_number(self, slot: Slot) -> int | None:
        """Return the number of the candidate that `slot` varies."""
        return next((s.number for s in self.slots if s.id == slot.variation_of_slot_id), None)

    def arrived_after_vote(self, slot: Slot) -> bool:
        """Return whether a candidate of a closed ballot arrived too late for the vote."""
        tally = self.first_tally
        return tally is not None and slot.number is not None and slot.number not in tally.votes

    def assign_numbers(self) -> dict[str, int]:
        """Return numbers by slot id for the arrived candidates, shuffled by the round's stored seed."""
        return self.numbers_for([s.id for s in self.completed])

    def numbers_for(self, arrived: Collection[str]) -> dict[str, int]:
        """Return the numbers by slot id that the round assigns if these slots become its candidates."""
        ids = [s.id for s in sorted(self.slots, key=lambda s: s.position) if s.id in arrived and not s.situation]
        Random(self.order_seed).shuffle(ids)
        return {slot_id: number for number, slot_id in enumerate(ids, start=1)}

    def require_lead(self, person: str, action: str) -> None:
        """Raise NotLead unless `person` leads this round."""
        if person != self.lead:
            raise NotLead(action, self.lead)

    def require_casting(self, action: str) -> None:
        """Raise RoundClosed for a follow-up: it is drawn once, and nothing is locked from it."""
        if self.is_follow_up:
            raise RoundClosed(action, self.origin, self.character)

    def require_accepts_slots(self, action: str) -> None:
        """Raise RoundClosed unless another portrait may be added; a run-off accepts none."""
        self.require_state(RoundState.DRAWING, RoundState.VOTING, RoundState.CLOSED, action=action)
        if self.run_off and self.state is RoundState.VOTING:
            raise RoundClosed(action, "run_off", self.character)

    def require_state(self, *states: RoundState, action: str) -> None:
        """Raise RoundClosed unless the round is in one of `states`."""
        if self.state not in states:
            raise RoundClosed(action, self.state, self.character)
