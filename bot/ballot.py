"""The ballot: marks, votes and tally. A vote is any mark that is on; a person may vote for any number of candidates."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How a mark was made."""

    REACTION = "reaction"
    BUTTON = "button"


@dataclass(frozen=True)
class Mark:
    """One person's reaction to or click on one candidate (a slot's id); `stamp` is the newest event seen, in µs."""

    round_id: str
    person: str
    slot_id: str
    way: Way
    on: bool
    stamp: int


@dataclass(frozen=True)
class Tally:
    """Approvals per candidate number, every number present, and how many people voted for at least one."""

    votes: Mapping[int, int]
    voters: int

    @classmethod
    def of(cls, marks: Iterable[Mark], numbers: Mapping[str, int]) -> "Tally":
        """Count `marks`; `numbers` maps each candidate's slot id to its number."""
        votes = {(m.person, numbers[m.slot_id]) for m in marks if m.on and m.slot_id in numbers}
        counted = Counter(number for _, number in votes)
        return cls({n: counted[n] for n in sorted(numbers.values())}, len({person for person, _ in votes}))

    @property
    def leaders(self) -> tuple[int, ...]:
        """The numbers with the most votes; none when nobody voted."""
        most = max(self.votes.values(), default=0)
        return tuple(n for n, count in self.votes.items() if count == most) if most else ()

    @property
    def winner(self) -> int | None:
        """The sole leader's number; None on a tie or an empty ballot."""
        return self.leaders[0] if len(self.leaders) == 1 else None

    @property
    def understudy(self) -> int | None:
        """The runner-up's number, if one stands alone behind the winner."""
        rest = {n: count for n, count in self.votes.items() if n != self.winner and count}
        most = [n for n, count in rest.items() if count == max(rest.values())]
        return most[0] if self.winner and len(most) == 1 else None


@dataclass(frozen=True)
class Reaction:
    """What a message shows for one candidate's number; `complete` tells whether all its `people` are listed."""

    number: int
    people: frozenset[str]
    complete: bool


def corrections(
    marks: Iterable[Mark], shown: Iterable[Reaction], slots: Mapping[int, str], round_id: str, stamp: int
) -> list[Mark]:
    """The marks to write so that reactions agree with what the message shows.

    Missing ones are added; one that is on but not shown goes only where the list of people is complete. `slots` maps
    numbers to slot ids; a number not `shown` at all has no reactions.
    """
    on = {(m.slot_id, m.person) for m in marks if m.way is Way.REACTION and m.on}
    by_number = {r.number: r for r in shown}
    wanted: list[Mark] = []
    for number, slot_id in slots.items():
        reaction = by_number.get(number, Reaction(number, frozenset(), complete=True))
        held = {person for slot, person in on if slot == slot_id}
        gone = held - reaction.people if reaction.complete else set()
        wanted += [Mark(round_id, p, slot_id, Way.REACTION, True, stamp) for p in sorted(reaction.people - held)]
        wanted += [Mark(round_id, p, slot_id, Way.REACTION, False, stamp) for p in sorted(gone)]
    return wanted
