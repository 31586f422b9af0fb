"""Reference ballot: the voting rules in their simplest form. The real ballot must agree with it after each event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

VoteSource = Literal["button", "reaction"]


@dataclass(frozen=True)
class VoteEvent:
    """A press of a vote button, or a reaction added or removed; `event_ts_us` is Slack's time in µs."""

    source: VoteSource
    person: str
    number: int
    event_ts_us: int
    is_on: bool = True


@dataclass(frozen=True)
class ReferenceBallot:
    """State of a ballot; `latest` holds the newest (time, is on) for each person, candidate and source."""

    numbers: tuple[int, ...]
    voters: tuple[str, ...] = ()
    state: Literal["voting", "closed", "locked"] = "voting"
    latest: Mapping[tuple[str, int, VoteSource], tuple[int, bool]] = field(default_factory=dict)

    @property
    def votes(self) -> dict[int, int]:
        """Number of people who vote for each candidate."""
        votes = {(person, number) for (person, number, _), (_, is_on) in self.latest.items() if is_on}
        return {n: sum(number == n for _, number in votes) for n in self.numbers}

    @property
    def voter_count(self) -> int:
        return len({person for (person, _, _), (_, is_on) in self.latest.items() if is_on})

    @property
    def leader(self) -> int | None:
        """The candidate with strictly the most votes; None for a tie."""
        first, second = sorted(self.votes.values(), reverse=True)[:2]
        return max(self.votes, key=lambda number: self.votes[number]) if first > second else None

    def after_event(self, event: VoteEvent) -> "ReferenceBallot":
        """Apply an event; ignore an older or repeated one. A press toggles the vote."""
        key = event.person, event.number, event.source
        last_ts_us, is_on = self.latest.get(key, (0, False))
        if (
            self.state != "voting"
            or (self.voters and event.person not in self.voters)
            or event.event_ts_us <= last_ts_us
        ):
            return self
        return self._with_vote(key, event.event_ts_us, not is_on if event.source == "button" else event.is_on)

    def after_close(self, reactions: Mapping[int, Collection[str]], now: int) -> "ReferenceBallot":
        """Close with the reactions that the message shows, whatever events were delivered."""
        return replace(self._reconcile_reactions(reactions, now), state="closed") if self.state == "voting" else self

    def after_extension(self) -> "ReferenceBallot":
        return replace(self, state="voting") if self.state == "closed" else self

    def after_lock(
        self, expected_leader: int | None, reactions: Mapping[int, Collection[str]], now: int
    ) -> "ReferenceBallot":
        """Lock only if `expected_leader` still leads; without a leader a press asks what to do and changes nothing."""
        if expected_leader is None:
            return self
        if self.state == "voting":
            reconciled = self._reconcile_reactions(reactions, now)
            return (
                reconciled.after_close(reactions, now).after_lock(expected_leader, reactions, now)
                if reconciled.leader == expected_leader
                else reconciled
            )
        return replace(self, state="locked") if self.state == "closed" and self.leader else self

    def _reconcile_reactions(self, reactions: Mapping[int, Collection[str]], now: int) -> "ReferenceBallot":
        ballot = self
        people = {person for person, _, _ in self.latest} | {person for group in reactions.values() for person in group}
        for person in people if not self.voters else people & set(self.voters):
            for number in self.numbers:
                last_ts_us, is_on = self.latest.get((person, number, "reaction"), (0, False))
                if is_on != (person in reactions.get(number, ())):
                    ballot = ballot._with_vote((person, number, "reaction"), max(now, last_ts_us + 1), not is_on)
        return ballot

    def _with_vote(self, key: tuple[str, int, VoteSource], event_ts_us: int, is_on: bool) -> "ReferenceBallot":
        return replace(self, latest={**self.latest, key: (event_ts_us, is_on)})
