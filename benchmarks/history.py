"""One history of a ballot: events that come twice, late, out of order or all at once, beside a model told the same."""

import asyncio
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar, Self

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from benchmarks.booth import LEAD, NUMBERS, Booth, press, reaction
from benchmarks.tallying import Expected, Happened
from bot.ballot import Way

PEOPLE = (LEAD, "U0DIRECTOR", "U0PRODUCER")
_EMOJI = {1: "one", 2: "two"}
_SKEWS = (-3_000_000, 0, 3_000_000)

people, numbers = st.sampled_from(PEOPLE), st.sampled_from(NUMBERS)


@dataclass
class Played:
    """How much there was of it; it ends with the first tally that `differed`."""

    histories: int = 0
    compared: int = 0
    deliveries: int = 0
    differed: int = 0

    def __add__(self, other: Self) -> "Played":
        return Played(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


class History(RuleBasedStateMachine):
    """One ballot a history. `flying` happened and has not arrived; `arrived` may arrive again at any time."""

    booth: ClassVar[Booth]
    runner: ClassVar[asyncio.Runner]
    played: ClassVar[Played]

    @initialize(named=st.booleans(), skew=st.sampled_from(_SKEWS), chance=st.integers(0, 1_000))
    def a_ballot_opens(self, named: bool, skew: int, chance: int) -> None:
        """The bot's clock is three seconds behind Slack's, right or ahead; two of three people may be named to vote."""
        self.skew, self.random = skew, Random(chance)
        self.voters = PEOPLE[:2] if named else ()
        self.round = self.run(self.booth.open_ballot(self.voters))
        self.slack = _micros(self.booth.now) - skew
        self.expected = Expected(NUMBERS, self.voters)
        self.shown: dict[int, set[str]] = {number: set() for number in NUMBERS}
        self.booth.shown = self.shown
        self.flying: list[Happened] = []
        self.arrived: list[Happened] = []

    # What people do; it arrives at once or later.

    @rule(person=people, number=numbers, soon=st.booleans())
    def somebody_reacts(self, person: str, number: int, soon: bool) -> None:
        """Puts the emoji on, or takes it off where it is on."""
        self.shown[number] ^= {person}
        self._happens(Happened("reaction", person, number, self._later(), person in self.shown[number]), soon)

    @rule(person=people, number=numbers, soon=st.booleans())
    def somebody_presses(self, person: str, number: int, soon: bool) -> None:
        self._happens(Happened("button", person, number, self._later()), soon)

    @precondition(lambda self: self.arrived)
    @rule(soon=st.booleans())
    def somebody_thinks_better_of_it(self, soon: bool) -> None:
        """Does what undoes the last thing that arrived."""
        last = self.arrived[-1]
        do = self.somebody_reacts if last.way == "reaction" else self.somebody_presses
        do(last.person, last.number, soon)

    # What arrives.

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def something_arrives(self, data: st.DataObject) -> None:
        """Any of what is on its way, be it the last that happened."""
        event = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        self.arrived.append(event)
        self._arrive(event)

    @precondition(lambda self: self.arrived)
    @rule(data=st.data())
    def something_arrives_again(self, data: st.DataObject) -> None:
        self._arrive(data.draw(st.sampled_from(self.arrived)))

    @precondition(lambda self: len(self.flying) > 1)
    @rule(twice=st.booleans())
    def much_arrives_at_once(self, twice: bool) -> None:
        """Of one person's presses on one button only one, since the order of two would decide."""
        unlike = {(e.way, e.person, e.number) if e.way == "button" else e: e for e in self.flying}
        events = list(unlike.values())
        self.flying = [event for event in self.flying if event not in events]
        self.arrived += events
        self._arrive(*events, *(events if twice else ()))

    # What the lead does, and the clock.

    @rule(what=st.sampled_from(["close", "extend", "deadline"]))
    def the_ballot_is_steered(self, what: str) -> None:
        """One rule, lest histories are more about the lead than about votes."""
        steer = {"close": self.the_lead_closes, "extend": self.the_lead_extends, "deadline": self.the_deadline_passes}
        steer[what]()

    def the_lead_closes(self) -> None:
        self._press("close", self.round.id)
        self.expected = self.expected.closed(self.shown, self._now)
        self._agree()

    def the_lead_extends(self) -> None:
        self._press("extend", self.round.id)
        self.expected = self.expected.extended()
        self._agree()

    def the_deadline_passes(self) -> None:
        self.slack += 25 * 3_600 * 1_000_000
        self._set_clock()
        self.run(self.booth.casting.voting.close_due(self.round.id))
        self.expected = self.expected.closed(self.shown, self._now)
        self._agree()

    @rule(seen=st.sampled_from([None, *NUMBERS]), right=st.booleans())
    def the_lead_locks(self, seen: int | None, right: bool) -> None:
        """With the leader there is, or with whoever was seen leading."""
        seen = self.expected.closed(self.shown, self._now).leader if right else seen
        self._press("lock", f"{self.round.id} {self.round.slot_of[seen]}" if seen else self.round.id)
        self.expected = self.expected.locked(seen, self.shown, self._now)
        self._agree()

    @precondition(lambda self: self.flying)
    @rule()
    def a_vote_races_the_close(self) -> None:
        """Whichever came first, all of it is one or the other."""
        event = self.flying.pop()
        self.arrived.append(event)
        self._deliver(self._body(event), self._steering("close", self.round.id))
        before, after = self.expected.heard(event), self.expected
        either = [before.closed(self.shown, self._now), after.closed(self.shown, self._now).heard(event)]
        marks = self._marks()
        self.expected = next((one for one in either if dict(one.kept) == marks), either[0])
        self._agree()

    def teardown(self) -> None:
        """In the end the ballot closes on what the message shows, and everything arrives: before that, or after it."""
        if not hasattr(self, "expected"):
            return
        rest = [*self.flying, *self.random.sample(self.arrived, min(2, len(self.arrived)))]
        self.random.shuffle(rest)
        late = self.random.choice((0, len(rest) // 2, len(rest)))
        for event in rest[late:]:
            self._deliver(self._body(event))
            self.expected = self.expected.heard(event)
        self.the_lead_closes()
        if late:
            self._arrive(*rest[:late])
        self.played.histories += 1

    # Private.

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @property
    def _now(self) -> int:
        return _micros(self.booth.now)

    def _happens(self, event: Happened, soon: bool) -> None:
        if soon:
            self.arrived.append(event)
            self._arrive(event)
        else:
            self.flying.append(event)

    def _later(self) -> int:
        self.slack += self.random.choice((1, 1_000, 1_500_000))
        self._set_clock()
        return self.slack

    def _set_clock(self) -> None:
        self.booth.now = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.slack + self.skew)

    def _arrive(self, *events: Happened) -> None:
        self._deliver(*(self._body(event) for event in events))
        for event in events:
            self.expected = self.expected.heard(event)
        self._agree()

    def _press(self, action: str, value: str) -> None:
        self._deliver(self._steering(action, value))

    def _steering(self, action: str, value: str) -> dict[str, Any]:
        return press(action, value, LEAD, _stamp(self._later()), self._ts)

    def _deliver(self, *bodies: dict[str, Any]) -> None:
        self.played.deliveries += len(bodies)
        self.run(self.booth.deliver(*bodies))

    def _body(self, event: Happened) -> dict[str, Any]:
        stamp = _stamp(event.stamp)
        if event.way == "button":
            return press(f"vote:{event.number}", self.round.slot_of[event.number], event.person, stamp, self._ts)
        return reaction(_EMOJI[event.number], event.person, stamp, self._ts, added=event.on)

    @property
    def _ts(self) -> str:
        return str(self.round.message_ts)

    def _agree(self) -> None:
        """The bot's state, votes and number of voters are the model's."""
        self.played.compared += 1
        round_, marks = self.run(self.booth.look(self.round.id))
        tally = round_.count(marks, ())
        told = (str(round_.state), dict(tally.votes), tally.voters)
        self.played.differed += told != (self.expected.state, self.expected.votes, self.expected.people)
        assert told == (self.expected.state, self.expected.votes, self.expected.people), told

    def _marks(self) -> dict[tuple[str, int, str], tuple[int, bool]]:
        _, marks = self.run(self.booth.look(self.round.id))
        number = {slot: number for number, slot in self.round.slot_of.items()}
        voters = self.voters or PEOPLE
        ways = {Way.BUTTON: "button", Way.REACTION: "reaction"}
        return {(m.person, number[m.slot_id], ways[m.way]): (m.stamp, m.on) for m in marks if m.person in voters}


def _micros(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def _stamp(micros: int) -> str:
    """As Slack writes moments: `1764000000.000200`."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06}"
