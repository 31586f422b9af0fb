"""One history of a ballot: events that come twice, late, out of order or all at once, beside a model told the same."""

import asyncio
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar, Self

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from benchmarks.ballot_model.reference_ballot import ReferenceBallot, VoteEvent
from benchmarks.harness.listeners import CANDIDATE_NUMBERS, LEAD, ListenerHarness, button_payload, reaction_payload
from bot.domain.ballot import VoteSource

PEOPLE = (LEAD, "U0DIRECTOR", "U0PRODUCER")
_EMOJI = {1: "one", 2: "two"}
_SKEWS = (-3_000_000, 0, 3_000_000)

people, numbers = st.sampled_from(PEOPLE), st.sampled_from(CANDIDATE_NUMBERS)


@dataclass
class HistoryStats:
    """How much there was of it; it ends with the first tally that `differed`."""

    histories: int = 0
    compared: int = 0
    deliveries: int = 0
    differed: int = 0

    def __add__(self, other: Self) -> "HistoryStats":
        return HistoryStats(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


class BallotMachine(RuleBasedStateMachine):
    """One ballot a history. `flying` happened and has not arrived; `arrived` may arrive again at any time."""

    harness: ClassVar[ListenerHarness]
    runner: ClassVar[asyncio.Runner]
    stats: ClassVar[HistoryStats]

    @initialize(named=st.booleans(), skew=st.sampled_from(_SKEWS), chance=st.integers(0, 1_000))
    def open_ballot(self, named: bool, skew: int, chance: int) -> None:
        """The bot's clock is three seconds behind Slack's, right or ahead; two of three people may be named to vote."""
        self.skew, self.random = skew, Random(chance)
        self.voters = PEOPLE[:2] if named else ()
        self.round = self.run(self.harness.open_ballot(self.voters))
        self.slack_now = _to_micros(self.harness.now) - skew
        self.expected = ReferenceBallot(CANDIDATE_NUMBERS, self.voters)
        self.reactions: dict[int, set[str]] = {number: set() for number in CANDIDATE_NUMBERS}
        self.harness.reactions = self.reactions
        self.in_flight: list[VoteEvent] = []
        self.delivered: list[VoteEvent] = []

    # What people do; it arrives at once or later.

    @rule(person=people, number=numbers, soon=st.booleans())
    def toggle_reaction(self, person: str, number: int, soon: bool) -> None:
        """Puts the emoji on, or takes it off where it is on."""
        self.reactions[number] ^= {person}
        self._send_or_queue(
            VoteEvent("reaction", person, number, self._advance_clock(), person in self.reactions[number]), soon
        )

    @rule(person=people, number=numbers, soon=st.booleans())
    def press_vote(self, person: str, number: int, soon: bool) -> None:
        self._send_or_queue(VoteEvent("button", person, number, self._advance_clock()), soon)

    @precondition(lambda self: self.arrived)
    @rule(soon=st.booleans())
    def undo_last(self, soon: bool) -> None:
        """Does what undoes the last thing that arrived."""
        last = self.delivered[-1]
        repeat = self.toggle_reaction if last.source == "reaction" else self.press_vote
        repeat(last.person, last.number, soon)

    # What arrives.

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def deliver_one(self, data: st.DataObject) -> None:
        """Any of what is on its way, be it the last that happened."""
        event = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        self.delivered.append(event)
        self._deliver_events(event)

    @precondition(lambda self: self.arrived)
    @rule(data=st.data())
    def redeliver_one(self, data: st.DataObject) -> None:
        self._deliver_events(data.draw(st.sampled_from(self.delivered)))

    @precondition(lambda self: len(self.flying) > 1)
    @rule(twice=st.booleans())
    def deliver_many(self, twice: bool) -> None:
        """Of one person's presses on one button only one, since the order of two would decide."""
        distinct = {(e.source, e.person, e.number) if e.source == "button" else e: e for e in self.in_flight}
        events = list(distinct.values())
        self.in_flight = [event for event in self.in_flight if event not in events]
        self.delivered += events
        self._deliver_events(*events, *(events if twice else ()))

    # What the lead does, and the clock.

    @rule(what=st.sampled_from(["close", "extend", "deadline"]))
    def control_round(self, what: str) -> None:
        """One rule, lest histories are more about the lead than about votes."""
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
        """With the leader there is, or with whoever was seen leading."""
        seen = self.expected.after_close(self.reactions, self._now).leader if right else seen
        self._press_as_lead("lock", f"{self.round.id} {self.round.slot_of[seen]}" if seen else self.round.id)
        self.expected = self.expected.after_lock(seen, self.reactions, self._now)
        self._compare()

    @precondition(lambda self: self.flying)
    @rule()
    def race_vote_and_close(self) -> None:
        """Whichever came first, all of it is one or the other."""
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
        """In the end the ballot closes on what the message shows, and everything arrives: before that, or after it."""
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

    # Private.

    def run(self, work: Any) -> Any:
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
                f"vote:{event.number}", self.round.slot_of[event.number], event.person, event_ts, self._ts
            )
        return reaction_payload(_EMOJI[event.number], event.person, event_ts, self._ts, added=event.is_on)

    @property
    def _ts(self) -> str:
        return str(self.round.message_ts)

    def _compare(self) -> None:
        """The bot's state, votes and number of voters are the model's."""
        self.stats.compared += 1
        round_, vote_inputs = self.run(self.harness.load_round(self.round.id))
        tally = round_.count(vote_inputs, ())
        actual = (str(round_.state), dict(tally.votes), tally.voters)
        self.stats.differed += actual != (self.expected.state, self.expected.votes, self.expected.voter_count)
        assert actual == (self.expected.state, self.expected.votes, self.expected.voter_count), actual

    def _vote_inputs(self) -> dict[tuple[str, int, str], tuple[int, bool]]:
        _, vote_inputs = self.run(self.harness.load_round(self.round.id))
        number_by_slot = {slot: number_by_slot for number_by_slot, slot in self.round.slot_of.items()}
        voters = self.voters or PEOPLE
        sources = {VoteSource.BUTTON: "button", VoteSource.REACTION: "reaction"}
        return {
            (m.person, number_by_slot[m.slot_id], sources[m.way]): (m.stamp, m.on)
            for m in vote_inputs
            if m.person in voters
        }


def _to_micros(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def _slack_ts(micros: int) -> str:
    """As Slack writes moments: `1764000000.000200`."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06}"
