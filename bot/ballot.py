"""The ballot: marks, papers, votes and tally.

In the open, a vote is any mark that is on. On a sealed ballot paper a person answers two questions about each
candidate, and only a yes to both is a vote: a face that reads human but is not the character cannot be cast, nor can
the reverse. Either way a person may vote for any number of candidates, and a tie is a tie.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random


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


class Leg(StrEnum):
    """Which of a round's ballots a paper belongs to."""

    FIRST = "first"
    RUN_OFF = "run_off"


class Tell(StrEnum):
    """What gave a face away."""

    TOO_SMOOTH = "too_smooth"
    FAKE_TEXTURE = "fake_texture"
    EYES = "eyes"
    TEETH = "teeth"
    HAIR = "hair"
    LIGHT = "light"
    TOO_PRETTY = "too_pretty"
    WRONG_AGE = "wrong_age"
    NOT_THE_BRIEF = "not_the_brief"


@dataclass(frozen=True)
class Paper:
    """One person's ballot paper: the slot ids that read `human`, those that are a `likeness` of the character, and
    what gave faces away. Empty answers mean: none of these. `stamp` (µs) tells the newest.

    In a run-off the one candidate chosen stands under both questions.
    """

    round_id: str
    person: str
    leg: Leg
    human: frozenset[str]
    likeness: frozenset[str]
    tells: Mapping[str, tuple[Tell, ...]]
    stamp: int

    @property
    def votes(self) -> frozenset[str]:
        return self.human & self.likeness


@dataclass(frozen=True)
class Answers:
    """What sealed papers came to, by candidate number: both questions, tells; and how many voted for `none`."""

    human: Mapping[int, int]
    likeness: Mapping[int, int]
    tells: Mapping[int, Mapping[Tell, int]]
    none: int


@dataclass(frozen=True)
class Tally:
    """Approvals per candidate number, every number present, and how many people voted.

    In the open that is for at least one candidate; a sealed paper also counts when it says none of these.
    """

    votes: Mapping[int, int]
    voters: int
    answers: Answers | None = None

    @classmethod
    def of(cls, marks: Iterable[Mark], numbers: Mapping[str, int]) -> "Tally":
        """Count `marks`; `numbers` maps each candidate's slot id to its number."""
        votes = {(m.person, numbers[m.slot_id]) for m in marks if m.on and m.slot_id in numbers}
        counted = Counter(number for _, number in votes)
        return cls({n: counted[n] for n in sorted(numbers.values())}, len({person for person, _ in votes}))

    @classmethod
    def of_papers(cls, papers: Iterable[Paper], numbers: Mapping[str, int]) -> "Tally":
        """Count `papers`, one a person; `numbers` maps each candidate's slot id to its number."""
        cast = tuple(papers)
        votes = _counted((p.votes for p in cast), numbers)
        tells = {n: Counter(t for p in cast for t in p.tells.get(slot, ())) for slot, n in sorted(numbers.items())}
        answers = Answers(
            _counted((p.human for p in cast), numbers),
            _counted((p.likeness for p in cast), numbers),
            {number: counted for number, counted in tells.items() if counted},
            sum(not p.votes for p in cast),
        )
        return cls(votes, len(cast), answers)

    @property
    def unseen(self) -> "Tally":
        """What may be known before a sealed ballot closes: how many voted, and nothing else."""
        return Tally(dict.fromkeys(self.votes, 0), self.voters)

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
    def to_turn(self) -> int:
        """How many more votes for others would change who leads alone: 1 for a tie, 0 where none can."""
        if not self.leaders or len(self.votes) == 1:
            return 0
        first, second = sorted(self.votes.values(), reverse=True)[:2]
        return max(first - second, 1)

    def settled(self, remaining: int) -> bool:
        """Whether the sole leader stays so whatever `remaining` more people say, votes given so far standing as they
        are. Each of them may vote for any set of candidates, so each brings the next one nearer by one vote at most.
        """
        first, *rest = sorted(self.votes.values(), reverse=True) or [0]
        return self.winner is not None and first - max(rest, default=0) > (remaining if rest else -1)

    @property
    def understudy(self) -> int | None:
        """The runner-up's number, if one stands alone behind the winner."""
        rest = {n: count for n, count in self.votes.items() if n != self.winner and count}
        most = [n for n, count in rest.items() if count == max(rest.values())]
        return most[0] if self.winner and len(most) == 1 else None


@dataclass(frozen=True)
class Turnout:
    """Where voters are named: how many are `invited`, have `voted`, are still `awaited`, and left without a vote."""

    invited: int
    voted: int
    awaited: frozenset[str]
    left: int

    @property
    def complete(self) -> bool:
        """Everybody who still can has voted, and somebody did."""
        return bool(self.voted) and not self.awaited


@dataclass(frozen=True)
class RunOff:
    """A second ballot between the `numbers` that were too close to call, and the `first` ballot's tally."""

    numbers: tuple[int, ...]
    first: Tally


def too_close(tally: Tally) -> tuple[int, ...]:
    """The numbers a run-off would be between: all that share the lead, or a sole leader and all one vote behind.

    Empty when the vote is clear; a candidate without a vote is nobody's second choice.
    """
    most = max(tally.votes.values(), default=0)
    near = most if len(tally.leaders) > 1 else max(most - 1, 1)
    close = tuple(number for number, votes in tally.votes.items() if votes >= near)
    return close if len(close) > 1 else ()


def order_for(slots: Iterable[str], seed: int, person: str) -> tuple[str, ...]:
    """The candidates in an order of this person's own, the same each time they look."""
    order = sorted(slots)
    Random(f"{seed}:{person}").shuffle(order)
    return tuple(order)


def _counted(choices: Iterable[frozenset[str]], numbers: Mapping[str, int]) -> dict[int, int]:
    counted = Counter(numbers[slot] for chosen in choices for slot in chosen if slot in numbers)
    return {number: counted[number] for number in sorted(numbers.values())}


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
    numbers to slot ids; a number not `shown` at all has no reactions. What corrects a mark is newer than that mark also
    where `stamp`, of the bot's clock, is older: Slack's clock, which stamped the mark, may be ahead.
    """
    held_marks = {(m.slot_id, m.person): m for m in marks if m.way is Way.REACTION}
    on = {key for key, mark in held_marks.items() if mark.on}

    def corrected(slot_id: str, person: str, *, on: bool) -> Mark:
        known = held_marks.get((slot_id, person))
        return Mark(round_id, person, slot_id, Way.REACTION, on, max(stamp, known.stamp + 1) if known else stamp)

    by_number = {r.number: r for r in shown}
    wanted: list[Mark] = []
    for number, slot_id in slots.items():
        reaction = by_number.get(number, Reaction(number, frozenset(), complete=True))
        held = {person for slot, person in on if slot == slot_id}
        gone = held - reaction.people if reaction.complete else set()
        wanted += [corrected(slot_id, person, on=True) for person in sorted(reaction.people - held)]
        wanted += [corrected(slot_id, person, on=False) for person in sorted(gone)]
    return wanted
