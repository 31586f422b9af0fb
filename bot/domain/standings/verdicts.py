"""Verdicts: which model of a pair is ahead, by a jackknife over rounds, or that it is too early to say."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import stdev

from bot.domain.standings.ballots import BlindRound, sum_ticks
from bot.domain.standings.fit import Fit, fit
from bot.domain.standings.student_t import critical_value, two_sided_p

MIN_MEETINGS = 10
_ERROR_RATE = 0.05
_MOST_FURTHER_ROUNDS = 200
# A difference this many times the least significant one stays significant without any single round.
_FAR = 1.5


@dataclass(frozen=True)
class Verdict:
    """What is known of a pair: `first` is the model with the higher strength.

    `meetings` are the rounds that both drew for and whose ballots compare them. `ticks` of `possible` are those of each
    model in these rounds. `difference` is the logarithm of the odds between two candidates, `low` and `high` its 95 %
    interval (None below two meetings). `is_ahead` is false where it is too early; `further_rounds` then says how many
    more meetings would show a difference of this size, None for more than 200. `flips_without` are ids of rounds: the
    verdict would be "too early" without any single one of them.
    """

    first: str
    second: str
    meetings: int
    ticks: tuple[int, int]
    possible: tuple[int, int]
    difference: float
    low: float | None
    high: float | None
    is_ahead: bool
    further_rounds: int | None
    flips_without: tuple[str, ...] = ()


def judge(rounds: Sequence[BlindRound]) -> tuple[Verdict, ...]:
    """Return a verdict for each pair of models that met, the surest first.

    A verdict "ahead" is wrong for any pair in at most 5 % of histories: the limit is divided by the number of pairs.
    """
    fitted = fit(rounds)
    pairs = [pair for pair in combinations(fitted.models, 2) if _meetings(fitted, *pair)]
    verdicts = [_judge_pair(fitted, *pair, len(pairs)) for pair in pairs]
    return tuple(
        sorted(verdicts, key=lambda v: (not v.is_ahead, v.further_rounds or _MOST_FURTHER_ROUNDS, -v.meetings))
    )


def _meetings(fitted: Fit, first: str, second: str) -> list[int]:
    """Return the places of the rounds in which both models have candidates."""
    return [n for n, round_ in enumerate(fitted.rounds) if first in round_.models and second in round_.models]


def _judge_pair(fitted: Fit, first: str, second: str, pairs: int) -> Verdict:
    if fitted.difference(first, second) < 0:
        first, second = second, first
    difference = fitted.difference(first, second)
    met = _meetings(fitted, first, second)
    limit = _ERROR_RATE / pairs
    error = _jackknife(fitted, first, second).error
    degrees = len(met) - 1
    is_ahead = len(met) >= MIN_MEETINGS and _is_significant(difference, error, degrees, limit)
    margin = critical_value(_ERROR_RATE, degrees) * error if degrees > 0 else None
    shown = [fitted.rounds[n] for n in met]
    (first_ticks, first_possible), (second_ticks, second_possible) = sum_ticks(shown, first), sum_ticks(shown, second)
    return Verdict(
        first,
        second,
        len(met),
        (first_ticks, second_ticks),
        (first_possible, second_possible),
        difference,
        None if margin is None else difference - margin,
        None if margin is None else difference + margin,
        is_ahead,
        None if is_ahead else _further_rounds(difference, error, len(met), limit),
        _rounds_that_flip(fitted, first, second, limit) if is_ahead else (),
    )


@dataclass(frozen=True)
class _Estimate:
    """A difference with its standard error."""

    difference: float
    error: float


def _jackknife(fitted: Fit, first: str, second: str, *without: int) -> _Estimate:
    """Return the jackknife's estimate over rounds, `without` some.

    B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982, https://doi.org/10.1137/1.9781611970319.
    """
    difference = fitted.difference(first, second, *without)
    places = [n for n in range(len(fitted.rounds)) if n not in without]
    if len(places) < 2:
        return _Estimate(difference, 0.0)
    single = [fitted.difference(first, second, *without, place) for place in places]
    factor = (len(places) - 1) / sqrt(len(places))
    return _Estimate(difference, factor * stdev(single))


def _is_significant(difference: float, error: float, degrees: int, limit: float) -> bool:
    return degrees > 0 and error > 0 and two_sided_p(difference / error, degrees) < limit


def _rounds_that_flip(fitted: Fit, first: str, second: str, limit: float) -> tuple[str, ...]:
    """Return the meetings without any single one of which the difference would not be significant."""
    met, found = _meetings(fitted, first, second), []
    for place in _near_meetings(fitted, first, second, met, limit):
        rest = _jackknife(fitted, first, second, place)
        if rest.difference <= 0 or not _is_significant(rest.difference, rest.error, len(met) - 2, limit):
            found.append(fitted.rounds[place].id)
    return tuple(found)


def _near_meetings(fitted: Fit, first: str, second: str, met: Sequence[int], limit: float) -> list[int]:
    """Return the meetings whose absence may decide: all but those without which the difference stays far above it.

    A jackknife without a round takes a Newton step for each other round, so hundreds of rounds would take seconds. Here
    the error comes from the jackknife of all rounds, which leaving out one more round changes little.
    """
    singles = [fitted.difference(first, second, place) for place in range(len(fitted.rounds))]
    count, total, squares = len(singles) - 1, sum(singles), sum(single * single for single in singles)
    if count < 2 or len(met) < 3:
        return list(met)
    critical = critical_value(limit, len(met) - 2)

    def may_decide(place: int) -> bool:
        own = singles[place]
        variance = max(0.0, squares - own * own - (total - own) ** 2 / count) / (count - 1)
        return own < _FAR * critical * (count - 1) / sqrt(count) * sqrt(variance)

    return [place for place in met if may_decide(place)]


def _further_rounds(difference: float, error: float, meetings: int, limit: float) -> int | None:
    """Return how many more meetings would make a difference of this size significant, None for more than 200.

    The error shrinks with the square root of the number of meetings. Where it is unknown, the least number counts.
    """
    least = max(1, MIN_MEETINGS - meetings)
    if not error and difference:
        return least

    def is_enough(further: int) -> bool:
        total = meetings + further
        return _is_significant(difference, error * sqrt(meetings / total), total - 1, limit)

    further = range(least, _MOST_FURTHER_ROUNDS + 1)
    place = bisect_left(further, True, key=is_enough)
    return further[place] if place < len(further) else None
