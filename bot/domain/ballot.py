"""The ballot: vote inputs, submissions and tally.

On an open ballot, a vote is any vote input that is on. On a sealed ballot, a person answers two questions about each
candidate: does it read as human, and does it match the character. Only a yes to both is a vote. A person may vote for
any number of candidates, or for none of these, which counts as voting.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random


class VoteSource(StrEnum):
    """How a vote was made."""

    REACTION = "reaction"
    BUTTON = "button"


@dataclass(frozen=True)
class VoteInput:
    """One person's reaction to, or click on, one candidate. `event_ts_us` is the newest event seen, in µs."""

    round_id: str
    person: str
    slot_id: str
    source: VoteSource
    on: bool
    event_ts_us: int


class BallotStage(StrEnum):
    """The ballot of a round that a submission belongs to."""

    FIRST = "first"
    RUN_OFF = "run_off"


class FlawTag(StrEnum):
    """What makes a face look generated."""

    TOO_SMOOTH = "too_smooth"
    FAKE_TEXTURE = "fake_texture"
    EYES = "eyes"
    TEETH = "teeth"
    HAIR = "hair"
    LIGHT = "light"
    TOO_PRETTY = "too_pretty"
    WRONG_AGE = "wrong_age"
    NOT_THE_BRIEF = "not_the_brief"


Flaws = Mapping[int, Mapping[FlawTag, int]]


@dataclass(frozen=True)
class FlawAnswer:
    """What one person finds artificial about one candidate of an open ballot."""

    round_id: str
    slot_id: str
    person: str
    tags: tuple[FlawTag, ...]
    event_ts_us: int


@dataclass(frozen=True)
class BallotSubmission:
    """One person's answers as slot ids, on a sealed ballot or in a run-off; on an open ballot only an empty one.

    An empty answer means "none of these". In a run-off, the chosen candidate is the answer to both questions. A
    submission with a higher `event_ts_us` (µs) replaces an older one.
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
    """Totals of a sealed ballot by candidate number. `none_fits_count` people voted for no candidate."""

    reads_human: Mapping[int, int]
    matches_character: Mapping[int, int]
    flaw_tags: Flaws
    none_fits_count: int


@dataclass(frozen=True)
class Tally:
    """Votes per candidate number, every number present, and the number of voters.

    "None of these" counts as voting: `none_count` people chose it on an open ballot. `open_flaws` is what people found
    artificial on an open ballot, by candidate number, counted at its close.
    """

    votes: Mapping[int, int]
    voters: int
    sealed_results: SealedResults | None = None
    none_count: int = 0
    open_flaws: Flaws = field(default_factory=dict)

    @classmethod
    def from_vote_inputs(
        cls, vote_inputs: Iterable[VoteInput], numbers: Mapping[str, int], chose_none: Collection[str] = ()
    ) -> "Tally":
        """Count vote inputs; `numbers` maps slot id to candidate number, `chose_none` are people without a vote."""
        votes = {(m.person, numbers[m.slot_id]) for m in vote_inputs if m.on and m.slot_id in numbers}
        counted = Counter(number for _, number in votes)
        voters = {person for person, _ in votes}
        return cls(
            {n: counted[n] for n in sorted(numbers.values())},
            len(voters | set(chose_none)),
            none_count=len(set(chose_none) - voters),
        )

    @classmethod
    def from_submissions(cls, submissions: Iterable[BallotSubmission], numbers: Mapping[str, int]) -> "Tally":
        """Count submissions, one a person; `numbers` maps slot id to candidate number."""
        received = tuple(submissions)
        votes = _count_choices((p.votes for p in received), numbers)
        results = SealedResults(
            _count_choices((p.reads_human for p in received), numbers),
            _count_choices((p.matches_character for p in received), numbers),
            count_flaws((p.flaw_tags for p in received), numbers),
            sum(not p.votes for p in received),
        )
        return cls(votes, len(received), results)

    def with_open_flaws(self, answers: Iterable[FlawAnswer], numbers: Mapping[str, int]) -> "Tally":
        """Return the tally of an open ballot with what people found artificial."""
        return replace(self, open_flaws=count_flaws(({a.slot_id: a.tags} for a in answers), numbers))

    @property
    def flaws(self) -> Flaws:
        """What people found artificial, by candidate number, on either kind of ballot; without those nobody tagged."""
        return self.sealed_results.flaw_tags if self.sealed_results else self.open_flaws

    @property
    def found_none(self) -> int:
        """How many voters found no candidate convincing, on either kind of ballot."""
        return self.sealed_results.none_fits_count if self.sealed_results else self.none_count

    @property
    def redacted(self) -> "Tally":
        """What is public before a sealed ballot closes: the number of voters only."""
        return Tally(dict.fromkeys(self.votes, 0), self.voters)

    @property
    def leaders(self) -> tuple[int, ...]:
        """The numbers with the most votes; empty without votes."""
        most = max(self.votes.values(), default=0)
        return tuple(n for n, count in self.votes.items() if count == most) if most else ()

    @property
    def winner(self) -> int | None:
        """The sole leader's number; None on a tie or an empty ballot."""
        return self.leaders[0] if len(self.leaders) == 1 else None

    @property
    def votes_to_change_lead(self) -> int:
        """How many votes for other candidates would change the sole leader: 1 for a tie, 0 if impossible."""
        if not self.leaders or len(self.votes) == 1:
            return 0
        first, second = sorted(self.votes.values(), reverse=True)[:2]
        return max(first - second, 1)

    def is_decided(self, remaining: int) -> bool:
        """Return whether `remaining` more voters cannot change the sole leader.

        A voter may vote for any set of candidates, so each one brings the second nearer by at most one vote.
        """
        first, *rest = sorted(self.votes.values(), reverse=True) or [0]
        return self.winner is not None and first - max(rest, default=0) > (remaining if rest else -1)

    @property
    def understudy(self) -> int | None:
        """The runner-up's number, unless several share second place."""
        rest = {n: count for n, count in self.votes.items() if n != self.winner and count}
        most = [n for n, count in rest.items() if count == max(rest.values())]
        return most[0] if self.winner and len(most) == 1 else None


@dataclass(frozen=True)
class Turnout:
    """Counts for a round with named voters. `pending` people can still vote; `departed` left without a vote."""

    invited: int
    voted: int
    pending: frozenset[str]
    departed: int

    @property
    def is_complete(self) -> bool:
        """Whether everyone who still can has voted, and at least one person did."""
        return bool(self.voted) and not self.pending


@dataclass(frozen=True)
class RunOff:
    """A second ballot between `numbers`, and the tally of the first ballot."""

    numbers: tuple[int, ...]
    first_tally: Tally


def people_for_none(vote_inputs: Iterable[VoteInput], submissions: Iterable[BallotSubmission]) -> frozenset[str]:
    """Return who chose "none of these" on an open ballot: none of their vote inputs is on or newer than the choice."""
    chosen = {s.person: s.event_ts_us for s in submissions if s.stage is BallotStage.FIRST and not s.votes}
    voted = {m.person for m in vote_inputs if m.person in chosen and (m.on or m.event_ts_us > chosen[m.person])}
    return frozenset(chosen.keys() - voted)


def run_off_numbers(tally: Tally) -> tuple[int, ...]:
    """Return the numbers for a run-off: all that share the lead, or a sole leader and all one vote behind.

    Empty when the result is clear. A candidate without votes is never included.
    """
    most = max(tally.votes.values(), default=0)
    threshold = most if len(tally.leaders) > 1 else max(most - 1, 1)
    close = tuple(number for number, votes in tally.votes.items() if votes >= threshold)
    return close if len(close) > 1 else ()


def shuffled_for(slot_ids: Iterable[str], seed: int, person: str) -> tuple[str, ...]:
    """Return the candidates in an order that is stable for one person and differs between people."""
    order = sorted(slot_ids)
    Random(f"{seed}:{person}").shuffle(order)
    return tuple(order)


def count_flaws(answers: Iterable[Mapping[str, Sequence[FlawTag]]], numbers: Mapping[str, int]) -> Flaws:
    """Count tags by candidate number; each answer maps slot ids to one person's tags."""
    counts: dict[int, Counter[FlawTag]] = {number: Counter() for number in sorted(numbers.values())}
    for answer in answers:
        for slot_id, tags in answer.items():
            if slot_id in numbers:
                counts[numbers[slot_id]].update(tags)
    return {number: dict(counted) for number, counted in counts.items() if counted}


def _count_choices(choices: Iterable[frozenset[str]], numbers: Mapping[str, int]) -> dict[int, int]:
    counted = Counter(numbers[slot] for chosen in choices for slot in chosen if slot in numbers)
    return {number: counted[number] for number in sorted(numbers.values())}


@dataclass(frozen=True)
class Reaction:
    """People's reactions for one number. `is_complete` tells whether `people` lists all of them."""

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
    """Return the vote inputs to write so that stored reactions match the message.

    Missing reactions are added. A stored reaction that the message lacks is removed only where the list is complete.
    `slot_ids` maps number to slot id; a number without an entry in `reactions` has none. A correction is always newer
    than the input it corrects, because Slack's clock may be ahead of the bot's.
    """
    known_inputs = {(m.slot_id, m.person): m for m in vote_inputs if m.source is VoteSource.REACTION}
    active = {key for key, known in known_inputs.items() if known.on}

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
