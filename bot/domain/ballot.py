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


class VoteSource(StrEnum):
    """How a mark was made."""

    REACTION = "reaction"
    BUTTON = "button"


@dataclass(frozen=True)
class VoteInput:
    """One person's reaction to or click on one candidate (a slot's id); `stamp` is the newest event seen, in µs."""

    round_id: str
    person: str
    slot_id: str
    source: VoteSource
    on: bool
    event_ts_us: int


class BallotStage(StrEnum):
    """Which of a round's ballots a paper belongs to."""

    FIRST = "first"
    RUN_OFF = "run_off"


class FlawTag(StrEnum):
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
class BallotSubmission:
    """One person's ballot paper: the slot ids that read `human`, those that are a `likeness` of the character, and
    what gave faces away. Empty answers mean: none of these. `stamp` (µs) tells the newest.

    In a run-off the one candidate chosen stands under both questions.
    """

    round_id: str
    person: str
    stage: BallotStage
    reads_human: frozenset[str]
    matches_character: frozenset[str]
    flaw_tags: Mapping[str, tuple[FlawTag, ...]]
    event_ts_us: int

    @property
    def votes(self) -> frozenset[str]:
        return self.reads_human & self.matches_character


@dataclass(frozen=True)
class SealedResults:
    """What sealed papers came to, by candidate number: both questions, tells; and how many voted for `none`."""

    reads_human: Mapping[int, int]
    matches_character: Mapping[int, int]
    flaw_tags: Mapping[int, Mapping[FlawTag, int]]
    none_fits_count: int


@dataclass(frozen=True)
class Tally:
    """Approvals per candidate number, every number present, and how many people voted.

    In the open that is for at least one candidate; a sealed paper also counts when it says none of these.
    """

    votes: Mapping[int, int]
    voters: int
    sealed_results: SealedResults | None = None

    @classmethod
    def from_vote_inputs(cls, vote_inputs: Iterable[VoteInput], numbers: Mapping[str, int]) -> "Tally":
        """Count `marks`; `numbers` maps each candidate's slot id to its number."""
        votes = {(m.person, numbers[m.slot_id]) for m in vote_inputs if m.on and m.slot_id in numbers}
        counted = Counter(number for _, number in votes)
        return cls({n: counted[n] for n in sorted(numbers.values())}, len({person for person, _ in votes}))

    @classmethod
    def from_submissions(cls, submissions: Iterable[BallotSubmission], numbers: Mapping[str, int]) -> "Tally":
        """Count `papers`, one a person; `numbers` maps each candidate's slot id to its number."""
        received = tuple(submissions)
        votes = _count_choices((p.votes for p in received), numbers)
        flaw_tags = {
            n: Counter(t for p in received for t in p.flaw_tags.get(slot, ())) for slot, n in sorted(numbers.items())
        }
        results = SealedResults(
            _count_choices((p.reads_human for p in received), numbers),
            _count_choices((p.matches_character for p in received), numbers),
            {number: counted for number, counted in flaw_tags.items() if counted},
            sum(not p.votes for p in received),
        )
        return cls(votes, len(received), results)

    @property
    def redacted(self) -> "Tally":
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
    def votes_to_change_lead(self) -> int:
        """How many more votes for others would change who leads alone: 1 for a tie, 0 where none can."""
        if not self.leaders or len(self.votes) == 1:
            return 0
        first, second = sorted(self.votes.values(), reverse=True)[:2]
        return max(first - second, 1)

    def is_decided(self, remaining: int) -> bool:
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
    pending: frozenset[str]
    departed: int

    @property
    def is_complete(self) -> bool:
        """Everybody who still can has voted, and somebody did."""
        return bool(self.voted) and not self.pending


@dataclass(frozen=True)
class RunOff:
    """A second ballot between the `numbers` that were too close to call, and the `first` ballot's tally."""

    numbers: tuple[int, ...]
    first_tally: Tally


def run_off_numbers(tally: Tally) -> tuple[int, ...]:
    """The numbers a run-off would be between: all that share the lead, or a sole leader and all one vote behind.

    Empty when the vote is clear; a candidate without a vote is nobody's second choice.
    """
    most = max(tally.votes.values(), default=0)
    threshold = most if len(tally.leaders) > 1 else max(most - 1, 1)
    close = tuple(number for number, votes in tally.votes.items() if votes >= threshold)
    return close if len(close) > 1 else ()


def shuffled_for(slot_ids: Iterable[str], seed: int, person: str) -> tuple[str, ...]:
    """The candidates in an order of this person's own, the same each time they look."""
    order = sorted(slot_ids)
    Random(f"{seed}:{person}").shuffle(order)
    return tuple(order)


def _count_choices(choices: Iterable[frozenset[str]], numbers: Mapping[str, int]) -> dict[int, int]:
    counted = Counter(numbers[slot] for chosen in choices for slot in chosen if slot in numbers)
    return {number: counted[number] for number in sorted(numbers.values())}


@dataclass(frozen=True)
class Reaction:
    """What a message shows for one candidate's number; `complete` tells whether all its `people` are listed."""

    number: int
    people: frozenset[str]
    is_complete: bool


def reconcile_reactions(
    vote_inputs: Iterable[VoteInput],
    reactions: Iterable[Reaction],
    slot_ids: Mapping[int, str],
    round_id: str,
    event_ts_us: int,
) -> list[VoteInput]:
    """The marks to write so that reactions agree with what the message shows.

    Missing ones are added; one that is on but not shown goes only where the list of people is complete. `slots` maps
    numbers to slot ids; a number not `shown` at all has no reactions. What corrects a mark is newer than that mark also
    where `stamp`, of the bot's clock, is older: Slack's clock, which stamped the mark, may be ahead.
    """
    known_inputs = {(m.slot_id, m.person): m for m in vote_inputs if m.source is VoteSource.REACTION}
    active = {key for key, mark in known_inputs.items() if mark.on}

    def correction(slot_id: str, person: str, *, on: bool) -> VoteInput:
        known = known_inputs.get((slot_id, person))
        return VoteInput(
            round_id,
            person,
            slot_id,
            VoteSource.REACTION,
            on,
            max(event_ts_us, known.event_ts_us + 1) if known else event_ts_us,
        )

    by_number = {r.number: r for r in reactions}
    changes: list[VoteInput] = []
    for number, slot_id in slot_ids.items():
        reaction = by_number.get(number, Reaction(number, frozenset(), is_complete=True))
        active_people = {person for slot, person in active if slot == slot_id}
        removed = active_people - reaction.people if reaction.is_complete else set()
        changes += [correction(slot_id, person, on=True) for person in sorted(reaction.people - active_people)]
        changes += [correction(slot_id, person, on=False) for person in sorted(removed)]
    return changes
