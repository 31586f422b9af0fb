"""State machine of one ballot: duplicate, late, reordered and concurrent events, compared with the reference ballot."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar, Self, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from benchmarks.ballot_model.reference_ballot import ReferenceBallot, VoteEvent
from benchmarks.harness.listeners import CANDIDATE_NUMBERS, LEAD, ListenerHarness, button_payload, reaction_payload
from bot.domain.ballot import VoteSource

T = TypeVar("T")

PEOPLE = (LEAD, "U0DIRECTOR", "U0PRODUCER")
_EMOJI = {1: "one", 2: "two"}
_SKEWS = (-3_000_000, 0, 3_000_000)

people, numbers = st.sampled_from(PEOPLE), st.sampled_from(CANDIDATE_NUMBERS)


@dataclass
class HistoryStats:
    """Counters of a run; a run ends with the first tally that differs."""

    histories: int = 0
    compared: int = 0
    deliveries: int = 0
    differed: int = 0

    def __add__(self, other: Self) -> "HistoryStats":
        return HistoryStats(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


class BallotMachine(RuleBasedStateMachine):
    """One ballot per history. Events wait in `in_flight` for delivery; those in `delivered` may be delivered again."""

    harness: ClassVar[ListenerHarness]
    runner: ClassVar[asyncio.Runner]
    stats: ClassVar[HistoryStats]

    @initialize(named=st.booleans(), skew=st.sampled_from(_SKEWS), chance=st.integers(0, 1_000))
    def open_ballot(self, named: bool, skew: int, chance: int) -> None:
        """Open a ballot. The bot's clock is `skew` µs off Slack's; with `named`, only two of three people vote."""
        self.skew, self.random = skew, Random(chance)
        self.voters = PEOPLE[:2] if named else ()
        self.round = self.run(self.harness.open_ballot(self.voters))
        self.slack_now = _to_micros(self.harness.now) - skew
        self.expected = ReferenceBallot(CANDIDATE_NUMBERS, self.voters)
        self.reactions: dict[int, set[str]] = {number: set() for number in CANDIDATE_NUMBERS}
        self.harness.reactions = self.reactions
        self.in_flight: list[VoteEvent] = []
        self.delivered: list[VoteEvent] = []

    # Actions of people; their events are delivered at once or later.

    @rule(person=people, number=numbers, soon=st.booleans())
    def toggle_reaction(self, person: str, number: int, soon: bool) -> None:
        """Add the reaction, or remove it if it is on."""
        self.reactions[number] ^= {person}
        self._send_or_queue(
            VoteEvent("reaction", person, number, self._advance_clock(), person in self.reactions[number]), soon
        )

    @rule(person=people, number=numbers, soon=st.booleans())
    def press_vote(self, person: str, number: int, soon: bool) -> None:
        self._send_or_queue(VoteEvent("button", person, number, self._advance_clock()), soon)

    @precondition(lambda self: self.delivered)
    @rule(soon=st.booleans())
    def undo_last(self, soon: bool) -> None:
        """Repeat the last delivered action, which undoes it."""
        last = self.delivered[-1]
        repeat = self.toggle_reaction if last.source == "reaction" else self.press_vote
        repeat(last.person, last.number, soon)

    # Deliveries.

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def deliver_one(self, data: st.DataObject) -> None:
        """Deliver any event in flight, in any order."""
        event = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        self.delivered.append(event)
        self._deliver_events(event)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def redeliver_one(self, data: st.DataObject) -> None:
        self._deliver_events(data.draw(st.sampled_from(self.delivered)))

    @precondition(lambda self: len(self.in_flight) > 1)
    @rule(twice=st.booleans())
    def deliver_many(self, twice: bool) -> None:
        """Deliver all events in flight at once, but one press per person and button: the order of two would matter."""
        distinct = {(e.source, e.person, e.number) if e.source == "button" else e: e for e in self.in_flight}
        events = list(distinct.values())
        self.in_flight = [event for event in self.in_flight if event not in events]
        self.delivered += events
        self._deliver_events(*events, *(events if twice else ()))

    # Actions of the lead, and deadlines.

    @rule(what=st.sampled_from(["close", "extend", "deadline"]))
    def control_round(self, what: str) -> None:
        """Control the round; a single rule for three actions, so that most steps are votes."""
        actions = {"close": self.close_ballot, "extend": self.extend_ballot, "deadline": self.pass_deadline}
        actions[what]()

    def close_ballot(self) -> None:
        self._press_as_lead("close", self.round.id)
        self.expected = self.expected.after_close(self.reactions, self._now)
        self._compare()

    def extend_ballot(self) -> None:
        self._press_as_lead("extend", self.round.id)
        self.expected = self.expected.after_extension()
        self._compare()

    def pass_deadline(self) -> None:
        self.slack_now += 25 * 3_600 * 1_000_000
        self._set_clock()
        self.run(self.harness.casting.close_vote.close_due(self.round.id))
        self.expected = self.expected.after_close(self.reactions, self._now)
        self._compare()

    @rule(seen=st.sampled_from([None, *CANDIDATE_NUMBERS]), right=st.booleans())
    def lock_leader(self, seen: int | None, right: bool) -> None:
        """Lock the actual leader, or the candidate that the lead saw leading."""
        seen = self.expected.after_close(self.reactions, self._now).leader if right else seen
        self._press_as_lead("lock", f"{self.round.id} {self.round.slot_id_by_number[seen]}" if seen else self.round.id)
        self.expected = self.expected.after_lock(seen, self.reactions, self._now)
        self._compare()

    @precondition(lambda self: self.in_flight)
    @rule()
    def race_vote_and_close(self) -> None:
        """Deliver a vote and a close together: the result is one order or the other."""
        event = self.in_flight.pop()
        self.delivered.append(event)
        self._dispatch(self._event_payload(event), self._lead_payload("close", self.round.id))
        before, after = self.expected.after_event(event), self.expected
        outcomes = [
            before.after_close(self.reactions, self._now),
            after.after_close(self.reactions, self._now).after_event(event),
        ]
        vote_inputs = self._vote_inputs()
        self.expected = next((one for one in outcomes if dict(one.latest) == vote_inputs), outcomes[0])
        self._compare()

    def teardown(self) -> None:
        """Close the ballot and deliver the rest, partly before the close and partly after it."""
        if not hasattr(self, "expected"):
            return
        remaining = [*self.in_flight, *self.random.sample(self.delivered, min(2, len(self.delivered)))]
        self.random.shuffle(remaining)
        late_count = self.random.choice((0, len(remaining) // 2, len(remaining)))
        for event in remaining[late_count:]:
            self._dispatch(self._event_payload(event))
            self.expected = self.expected.after_event(event)
        self.close_ballot()
        if late_count:
            self._deliver_events(*remaining[:late_count])
        self.stats.histories += 1

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @property
    def _now(self) -> int:
        return _to_micros(self.harness.now)

    def _send_or_queue(self, event: VoteEvent, soon: bool) -> None:
        if soon:
            self.delivered.append(event)
            self._deliver_events(event)
        else:
            self.in_flight.append(event)

    def _advance_clock(self) -> int:
        self.slack_now += self.random.choice((1, 1_000, 1_500_000))
        self._set_clock()
        return self.slack_now

    def _set_clock(self) -> None:
        self.harness.now = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.slack_now + self.skew)

    def _deliver_events(self, *events: VoteEvent) -> None:
        self._dispatch(*(self._event_payload(event) for event in events))
        for event in events:
            self.expected = self.expected.after_event(event)
        self._compare()

    def _press_as_lead(self, action: str, value: str) -> None:
        self._dispatch(self._lead_payload(action, value))

    def _lead_payload(self, action: str, value: str) -> dict[str, Any]:
        return button_payload(action, value, LEAD, _slack_ts(self._advance_clock()), self._ts)

    def _dispatch(self, *bodies: dict[str, Any]) -> None:
        self.stats.deliveries += len(bodies)
        self.run(self.harness.dispatch(*bodies))

    def _event_payload(self, event: VoteEvent) -> dict[str, Any]:
        event_ts = _slack_ts(event.event_ts_us)
        if event.source == "button":
            return button_payload(
                f"vote:{event.number}", self.round.slot_id_by_number[event.number], event.person, event_ts, self._ts
            )
        return reaction_payload(_EMOJI[event.number], event.person, event_ts, self._ts, added=event.is_on)

    @property
    def _ts(self) -> str:
        return str(self.round.message_ts)

    def _compare(self) -> None:
        """Compare state, votes and voter count with the reference ballot."""
        self.stats.compared += 1
        round_, vote_inputs = self.run(self.harness.load_round(self.round.id))
        tally = round_.count_votes(vote_inputs, ())
        actual = (str(round_.state), dict(tally.votes), tally.voters)
        self.stats.differed += actual != (self.expected.state, self.expected.votes, self.expected.voter_count)
        assert actual == (self.expected.state, self.expected.votes, self.expected.voter_count), actual

    def _vote_inputs(self) -> dict[tuple[str, int, str], tuple[int, bool]]:
        _, vote_inputs = self.run(self.harness.load_round(self.round.id))
        number_by_slot = {slot_id: number for number, slot_id in self.round.slot_id_by_number.items()}
        voters = self.voters or PEOPLE
        sources = {VoteSource.BUTTON: "button", VoteSource.REACTION: "reaction"}
        return {
            (v.person, number_by_slot[v.slot_id], sources[v.source]): (v.event_ts_us, v.on)
            for v in vote_inputs
            if v.person in voters
        }


def _to_micros(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def _slack_ts(micros: int) -> str:
    """Format a time as Slack does: `1764000000.000200`."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06}"
