"""The weakness map: how often portraits of a model were tagged with each kind of flaw, and how surely.

A portrait counts once for a kind, however many people tagged it. The portraits of one round share a brief, voters and
their mood, so they may all say the same: the interval counts a round as one observation, and fewer where some rounds
have more portraits than others (L. Kish, Survey Sampling, 1965: the effective size under full correlation). It is
Wilson's score interval (E. B. Wilson, 1927, https://doi.org/10.1080/01621459.1927.10502953), rather too wide.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.domain.ballot import Flaws, FlawTag
from bot.domain.standings.verdicts import MIN_MEETINGS

# Two-sided 95 % of the normal distribution.
_Z = 1.959964
# An interval that is wider says too little to be shown as a share.
_WIDEST = 0.4
_MOST_FURTHER_ROUNDS = 200


@dataclass(frozen=True)
class TaggedRound:
    """A counted round in which people were asked what looked artificial: exact model ids and tags by candidate."""

    models: Mapping[int, str]
    flaws: Flaws


@dataclass(frozen=True)
class Weakness:
    """How many portraits of a model have a tag; `low` and `high` are the 95 % interval of the share.

    `is_early` where there are fewer than ten rounds, or the interval is wider than 40 points; `further_rounds` is then
    about how many more would end that.
    """

    tag: FlawTag
    tagged: int
    share: float
    low: float
    high: float
    is_early: bool
    further_rounds: int


@dataclass(frozen=True)
class ModelWeaknesses:
    """The map of one model (exact id): `portraits` in `rounds`, and every kind of flaw, the most frequent first."""

    model: str
    portraits: int
    rounds: int
    weaknesses: tuple[Weakness, ...]


def map_weaknesses(rounds: Sequence[TaggedRound]) -> tuple[ModelWeaknesses, ...]:
    """Return the map of each model, that with the most portraits first."""
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    tagged: Counter[tuple[str, FlawTag]] = Counter()
    for one in rounds:
        for model, count in Counter(one.models.values()).items():
            sizes[model].append(count)
        for number, model in one.models.items():
            tagged.update((model, tag) for tag, count in one.flaws.get(number, {}).items() if count)
    maps = [
        ModelWeaknesses(model, sum(drawn), len(drawn), _weaknesses({tag: tagged[model, tag] for tag in FlawTag}, drawn))
        for model, drawn in sizes.items()
    ]
    return tuple(sorted(maps, key=lambda one: (-one.portraits, one.model)))


def wilson_interval(share: float, observations: float) -> tuple[float, float]:
    """Return the 95 % interval of a share of so many independent observations."""
    square = _Z * _Z / observations
    middle = (share + square / 2) / (1 + square)
    margin = sqrt(share * (1 - share) * square + square * square / 4) / (1 + square)
    return max(0.0, middle - margin), min(1.0, middle + margin)


def _weaknesses(tagged: Mapping[FlawTag, int], sizes: Sequence[int]) -> tuple[Weakness, ...]:
    """Return each kind's weakness; `sizes` are the portraits of each round."""
    found = [_weakness(tag, count, sizes) for tag, count in tagged.items()]
    return tuple(sorted(found, key=lambda one: -one.tagged))


def _weakness(tag: FlawTag, tagged: int, sizes: Sequence[int]) -> Weakness:
    portraits, rounds = sum(sizes), len(sizes)
    share, observations = tagged / portraits, portraits**2 / sum(size**2 for size in sizes)
    low, high = wilson_interval(share, observations)
    further = 0
    while further < _MOST_FURTHER_ROUNDS and (
        rounds + further < MIN_MEETINGS or _is_wide(share, observations * (rounds + further) / rounds)
    ):
        further += 1
    return Weakness(tag, tagged, share, low, high, further > 0, further)


def _is_wide(share: float, observations: float) -> bool:
    low, high = wilson_interval(share, observations)
    return high - low > _WIDEST
