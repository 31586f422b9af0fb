"""A round: one attempt to cast one character, from brief to lock.

drawing -> voting -> closed -> locked      closed -> voting (extended, run-off)      drawing | voting | closed -> void
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from random import Random

from bot.ballot import Leg, Mark, Paper, RunOff, Tally, Turnout, too_close
from bot.brief import SLOT_LIMIT, Brief, Secrecy
from bot.errors import Absent, NotAVoter, NotYours, RoundClosed
from bot.face import Place
from bot.slot import Slot, SlotState


class State(StrEnum):
    """Where a round stands."""

    DRAWING = "drawing"
    VOTING = "voting"
    CLOSED = "closed"
    LOCKED = "locked"
    VOID = "void"


OPEN = frozenset({State.DRAWING, State.VOTING, State.CLOSED})
# How `why_void` begins where Slack refused the round's message; its own word follows.
REFUSED = "refused:"
# The `origin` of a round that casts a face anew.
RECAST = "recast"


@dataclass(frozen=True)
class Reason:
    """Why these models: `kind` is named, usual (named by customs), look (asked for, or Castroom's pair), words (of
    the brief) or only_one.

    `heard` pairs each rule that spoke with the words of the brief it heard; `absent` are models wanted but not asked.
    """

    kind: str
    look: str = ""
    heard: tuple[tuple[str, tuple[str, ...]], ...] = ()
    absent: tuple[Absent, ...] = ()


@dataclass(frozen=True)
class Round:
    """A round as it is stored. Money in dollars, times aware UTC; `message_ts` is the address of its one message.

    `sheet_refused` is Slack's word for why the newest contact sheet does not hang. `patience_until` less `opened_at` is
    how long its models may take together. `origin` tells how it came of its `parent` (rerolled, refined, recast), and
    `because` is the reason its lead gave for that. `asked_by` started it where somebody else leads it; a thread that it
    was `asked_in` is told where it is. The ballot that is held now was opened, or extended last, at `voting_since`.
    """

    id: str
    place: Place
    character_id: str
    lead: str
    brief: Brief
    prompt: str
    prompt_version: str
    reason: Reason
    order_seed: int
    opened_at: datetime
    patience_until: datetime
    state: State = State.DRAWING
    why_void: str = ""
    closes_at: datetime | None = None
    message_ts: str | None = None
    sheet_file: str | None = None
    sheet_shows: int = 0
    sheet_refused: str = ""
    record_file: str | None = None
    locked_slot: str | None = None
    ballot_version: int = 0
    parent: str | None = None
    origin: str = ""
    because: str = ""
    asked_by: str = ""
    voting_since: datetime | None = None
    asked_in: str = ""
    tally: Tally | None = None
    run_off: RunOff | None = None
    slots: tuple[Slot, ...] = ()

    @property
    def character(self) -> str:
        return self.brief.name

    @property
    def starter(self) -> str:
        """Who started the round, and spends for its first portraits."""
        return self.asked_by or self.lead

    def spender_of(self, slot: Slot) -> str:
        """Who pays for a slot: the starter for the first portraits, the lead for what is drawn beyond them."""
        return self.lead if slot.again_for or slot.vary_of else self.starter

    @property
    def candidates(self) -> tuple[Slot, ...]:
        """The numbered candidates, in the order of their numbers."""
        numbered = (s for s in self.slots if s.number is not None)
        return tuple(sorted(numbered, key=lambda s: s.number or 0))

    @property
    def arrived(self) -> tuple[Slot, ...]:
        return tuple(s for s in self.slots if s.state is SlotState.CANDIDATE)

    @property
    def late(self) -> tuple[Slot, ...]:
        """Portraits that came after the ballot opened and have no number yet."""
        return tuple(s for s in self.arrived if s.number is None) if self.state is not State.DRAWING else ()

    @property
    def misses(self) -> tuple[Slot, ...]:
        """The misses nobody has re-rolled."""
        again = {s.again_for for s in self.slots}
        return tuple(s for s in self.slots if s.state is SlotState.MISS and s.id not in again)

    @property
    def refused(self) -> str:
        """Slack's word for why the round's message could not stand; empty for every other end."""
        return self.why_void.removeprefix(REFUSED) if self.why_void.startswith(REFUSED) else ""

    @property
    def locked(self) -> Slot | None:
        """The candidate that became the face."""
        return next((s for s in self.slots if s.id == self.locked_slot), None)

    @property
    def settled(self) -> bool:
        return all(s.final for s in self.slots)

    @property
    def stranded(self) -> bool:
        """Nothing arrived and something may have been paid for: a person decides whether to draw again."""
        return self.settled and not self.arrived and any(s.miss and s.miss.kind == "unknown" for s in self.misses)

    @property
    def patience_ends(self) -> datetime:
        """When voting opens with what has arrived.

        Patience counts from the first question to a model, since Slack may hold the message up for minutes before that;
        and what had to wait for its turn has the whole of it from the moment it is asked, since the wait was ours.
        """
        patience = self.patience_until - self.opened_at
        asked = [s.asked_at for s in self.slots if s.asked_at]
        first = min(asked) + patience if asked else self.patience_until
        begun = (s.paused_until or s.asked_at for s in self.slots if not s.final)
        return max([first, *(at + patience for at in begun if at)])

    @property
    def price(self) -> Decimal:
        """What the round may cost at most, in dollars: what is settled as it came, the rest as reserved."""
        return sum((s.price if s.cost is None else s.cost for s in self.slots), Decimal(0))

    @property
    def above(self) -> Decimal:
        """How far portraits passed what was reserved for them, in dollars."""
        passed = (s.cost - s.price for s in self.slots if s.cost is not None and s.cost > s.price)
        return sum(passed, Decimal(0))

    @property
    def another(self) -> Decimal:
        """What another round like this one may cost at most, in dollars."""
        return sum((s.price for s in self.slots if not s.further), Decimal(0))

    @property
    def wanted(self) -> int:
        """How many portraits the round began with."""
        return sum(not s.further for s in self.slots)

    @property
    def dearest(self) -> Decimal:
        """The price shown for any re-roll, so that it names no model. Variations have one of their own."""
        return max(s.price for s in self.slots if not s.vary_of)

    def veiled(self, slot: Slot) -> Decimal:
        """The price told of one slot before the close: the same whichever model it has."""
        return slot.price if slot.vary_of else self.dearest

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.model for s in self.slots))

    @property
    def blind(self) -> bool:
        """Whether hiding the model means anything: a round left with one model is not blind, nor is a run-off."""
        drawn = {s.model for s in self.candidates if not s.vary_of}
        return not self.run_off and len(drawn or set(self.models)) > 1

    @property
    def named(self) -> bool:
        """Whether people know by now which model drew what."""
        return self.tally is not None or self.run_off is not None or self.state in (State.CLOSED, State.LOCKED)

    @property
    def slot_of(self) -> Mapping[int, str]:
        return {s.number: s.id for s in self.candidates if s.number is not None}

    def numbered(self, number: int) -> Slot:
        """The candidate with this number; raises KeyError for a number nobody has."""
        for slot in self.candidates:
            if slot.number == number:
                return slot
        raise KeyError(number)

    @property
    def sealed(self) -> bool:
        """Whether votes are on private papers that nobody counts before the close."""
        return self.brief.ballot is Secrecy.SEALED

    @property
    def reacted_to(self) -> bool:
        """Whether number reactions are votes."""
        return not self.sealed and not self.run_off

    def may_vote(self, person: str) -> bool:
        """Whether the person's vote counts: everybody's does unless voters are named."""
        return not self.brief.voters or person in self.brief.voters

    def must_vote(self, person: str) -> None:
        """Raise NotAVoter unless the person's vote counts."""
        if not self.may_vote(person):
            raise NotAVoter(self.character, self.brief.voters)

    def have_voted(self, marks: Iterable[Mark], papers: Iterable[Paper]) -> frozenset[str]:
        """Who has voted on the ballot that is held now."""
        on = set(self.on_ballot.values())
        by_mark = {m.person for m in marks if m.on and m.slot_id in on} if self.reacted_to else set()
        by_paper = {p.person for p in papers if p.leg is self.leg} if not self.reacted_to else set()
        return frozenset(person for person in by_mark | by_paper if self.may_vote(person))

    def turnout(self, voted: frozenset[str], gone: frozenset[str]) -> Turnout | None:
        """How many of the named voters voted, given who of them left the workspace; None where nobody is named."""
        if not (invited := frozenset(self.brief.voters)):
            return None
        return Turnout(len(invited), len(voted), invited - voted - gone, len(invited & gone - voted))

    @property
    def leg(self) -> Leg:
        return Leg.RUN_OFF if self.run_off else Leg.FIRST

    @property
    def on_ballot(self) -> Mapping[int, str]:
        """The candidates people can vote for now, number to slot id: in a run-off the finalists."""
        finalists = self.run_off.numbers if self.run_off else tuple(self.slot_of)
        return {number: slot_id for number, slot_id in self.slot_of.items() if number in finalists}

    def count(self, marks: Iterable[Mark], papers: Iterable[Paper]) -> Tally:
        """The tally: the frozen one once the round closed, else what `marks` or `papers` come to."""
        if self.tally:
            return self.tally
        numbers = {slot_id: number for number, slot_id in self.on_ballot.items()}
        cast = [p for p in papers if p.leg is self.leg and self.may_vote(p.person)]
        marks = [m for m in marks if self.may_vote(m.person)]
        if self.run_off:
            return replace(Tally.of_papers(cast, numbers), answers=None)
        return Tally.of_papers(cast, numbers) if self.sealed else Tally.of(marks, numbers)

    @property
    def close_call(self) -> tuple[int, ...]:
        """The numbers a run-off can be held between: after a first ballot that closed with a quorum and too close."""
        if self.state is not State.CLOSED or self.tally is None or self.run_off or self.lacking(self.tally):
            return ()
        return too_close(self.tally)

    def lacking(self, tally: Tally) -> int:
        """How many more people must vote for the vote to decide anything."""
        return max(0, (self.brief.quorum or 0) - tally.voters)

    def leader(self, tally: Tally) -> int | None:
        """The number the vote decides for: the sole leader's, once enough people voted."""
        return None if self.lacking(tally) else tally.winner

    def shown(self, tally: Tally) -> Tally:
        """As much of `tally` as anybody may see now."""
        return tally.unseen if self.sealed and self.tally is None else tally

    def candidate(self, slot_id: str) -> Slot:
        """The candidate of this slot; raises KeyError while it has no number."""
        for slot in self.candidates:
            if slot.id == slot_id:
                return slot
        raise KeyError(slot_id)

    def next_number(self) -> int | None:
        """The number a further candidate gets; None once eight are taken, or will be by what is being drawn."""
        number = len(self.candidates) + sum(s.further and not s.final for s in self.slots) + 1
        return number if number <= SLOT_LIMIT else None

    def varied(self, slot: Slot) -> int | None:
        """The number of the candidate that `slot` varies."""
        return next((s.number for s in self.slots if s.id == slot.vary_of), None)

    def came_after(self, slot: Slot) -> bool:
        """Whether a candidate of a closed ballot came too late to be voted for."""
        asked = self.run_off.first if self.run_off else self.tally
        return asked is not None and slot.number is not None and slot.number not in asked.votes

    def shuffled(self) -> dict[str, int]:
        """Numbers for the candidates that have arrived: 1, 2, 3 without gaps in the round's own stored order."""
        ids = [s.id for s in sorted(self.arrived, key=lambda s: s.position)]
        Random(self.order_seed).shuffle(ids)
        return {slot_id: number for number, slot_id in enumerate(ids, start=1)}

    def for_lead(self, person: str, what: str) -> None:
        """Raise NotYours unless `person` leads this round."""
        if person != self.lead:
            raise NotYours(what, self.lead)

    def must_take_more(self, what: str) -> None:
        """Raise RoundClosed unless another portrait may join; a run-off is between candidates that stand."""
        self.must_be(State.DRAWING, State.VOTING, State.CLOSED, what=what)
        if self.run_off and self.state is State.VOTING:
            raise RoundClosed(what, "run_off", self.character)

    def must_be(self, *states: State, what: str) -> None:
        """Raise RoundClosed unless the round stands in one of `states`."""
        if self.state not in states:
            raise RoundClosed(what, self.state, self.character)
