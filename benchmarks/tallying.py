"""The rules of a ballot once more, as plainly as they can be said: what the real one must come to, event for event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Way = Literal["button", "reaction"]


@dataclass(frozen=True)
class Happened:
    """Somebody pressed a candidate's button, or put a reaction on or took it off; `stamp` is Slack's, in µs."""

    way: Way
    person: str
    number: int
    stamp: int
    on: bool = True


@dataclass(frozen=True)
class Expected:
    """`kept` is the newest stamp heard for each person, candidate and way, and whether that left a mark."""

    numbers: tuple[int, ...]
    voters: tuple[str, ...] = ()
    state: Literal["voting", "closed", "locked"] = "voting"
    kept: Mapping[tuple[str, int, Way], tuple[int, bool]] = field(default_factory=dict)

    @property
    def votes(self) -> dict[int, int]:
        """People with at least one mark on a candidate, by number."""
        on = {(person, number) for (person, number, _), (_, on) in self.kept.items() if on}
        return {n: sum(number == n for _, number in on) for n in self.numbers}

    @property
    def people(self) -> int:
        return len({person for (person, _, _), (_, on) in self.kept.items() if on})

    @property
    def leader(self) -> int | None:
        """Whoever has more votes than everybody else."""
        first, second = sorted(self.votes.values(), reverse=True)[:2]
        return max(self.votes, key=lambda number: self.votes[number]) if first > second else None

    def heard(self, event: Happened) -> "Expected":
        """What is older than what was heard already says nothing new, nor does the same again; a press turns over."""
        key = event.person, event.number, event.way
        stamp, on = self.kept.get(key, (0, False))
        if self.state != "voting" or (self.voters and event.person not in self.voters) or event.stamp <= stamp:
            return self
        return self._keep(key, event.stamp, not on if event.way == "button" else event.on)

    def closed(self, shown: Mapping[int, Collection[str]], now: int) -> "Expected":
        """The reactions are what the message shows, whatever was heard of them."""
        return replace(self._read(shown, now), state="closed") if self.state == "voting" else self

    def extended(self) -> "Expected":
        return replace(self, state="voting") if self.state == "closed" else self

    def locked(self, seen: int | None, shown: Mapping[int, Collection[str]], now: int) -> "Expected":
        """Only whom the lead saw lead, and only if they lead still; a tie closes the ballot where the lead saw one."""
        if self.state == "voting":
            read = self._read(shown, now)
            return read.closed(shown, now).locked(seen, shown, now) if read.leader == seen else read
        return replace(self, state="locked") if self.state == "closed" and self.leader else self

    def _read(self, shown: Mapping[int, Collection[str]], now: int) -> "Expected":
        found = self
        people = {person for person, _, _ in self.kept} | {person for group in shown.values() for person in group}
        for person in people if not self.voters else people & set(self.voters):
            for number in self.numbers:
                stamp, on = self.kept.get((person, number, "reaction"), (0, False))
                if on != (person in shown.get(number, ())):
                    found = found._keep((person, number, "reaction"), max(now, stamp + 1), not on)
        return found

    def _keep(self, key: tuple[str, int, Way], stamp: int, on: bool) -> "Expected":
        return replace(self, kept={**self.kept, key: (stamp, on)})
