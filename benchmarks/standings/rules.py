"""Three rules that call one model better than another: Castroom's, a plain bootstrap, and counting locked faces."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from benchmarks.standings.team import SimulatedRound
from bot.domain.standings.fit import RIDGE, Fit, fit
from bot.domain.standings.verdicts import judge

_RESAMPLES = 400
_FEWEST_ROUNDS = 2
_TAIL = 0.025
_ERROR_RATE = 0.05

# Returns the pairs (better, worse) that a rule calls different.
Rule = Callable[[Sequence[SimulatedRound]], set[tuple[str, str]]]


def castroom_rule(history: Sequence[SimulatedRound]) -> set[tuple[str, str]]:
    """Jackknife over rounds, Bonferroni over pairs, at least ten meetings (bot/domain/standings/verdicts.py)."""
    verdicts = judge([one.ballots for one in history])
    return {(verdict.first, verdict.second) for verdict in verdicts if verdict.is_ahead}


def bootstrap_rule(history: Sequence[SimulatedRound]) -> set[tuple[str, str]]:
    """Call each pair whose 95 % bootstrap interval over rounds leaves out zero; each resample is one Newton step."""
    fitted = fit([one.ballots for one in history])
    if len(fitted.rounds) < _FEWEST_ROUNDS:
        return set()
    samples = _resample(fitted)
    called = set()
    for a, b in combinations(range(len(fitted.models)), 2):
        low, high = np.quantile(samples[:, a] - samples[:, b], (_TAIL, 1 - _TAIL))
        if low > 0:
            called.add((fitted.models[a], fitted.models[b]))
        elif high < 0:
            called.add((fitted.models[b], fitted.models[a]))
    return called


def lock_rule(history: Sequence[SimulatedRound]) -> set[tuple[str, str]]:
    """Call each pair of which one model's faces were locked more often, by a sign test at 5 %."""
    called = set()
    models = sorted({model for one in history for model in one.ballots.models})
    for a, b in combinations(models, 2):
        locked = [one.locked for one in history if set(one.ballots.models) == {a, b}]
        wins = locked.count(a)
        if _sign_test_p(max(wins, len(locked) - wins), len(locked)) < _ERROR_RATE:
            called.add((a, b) if 2 * wins > len(locked) else (b, a))
    return called


def _resample(fitted: Fit) -> NDArray[np.float64]:
    """Return the strengths of each resample of the rounds, one row each."""
    count, size = len(fitted.rounds), len(fitted.models)
    gradients, information = np.zeros((count, size)), np.zeros((count, size, size))
    for n, (round_, terms) in enumerate(zip(fitted.rounds, fitted.terms, strict=True)):
        places = [fitted.models.index(model) for model in round_.models]
        gradients[n, places] = terms.gradient
        information[n][np.ix_(places, places)] = terms.information
    strengths = np.array(fitted.strengths)
    weights = np.random.default_rng(1).multinomial(count, [1 / count] * count, size=_RESAMPLES)
    totals = np.tensordot(weights, information, 1) + RIDGE * np.eye(size)
    slopes = weights @ gradients - RIDGE * strengths
    steps = np.linalg.solve(totals, slopes[..., None])[..., 0]
    return np.asarray(strengths + steps, dtype=np.float64)


def _sign_test_p(wins: int, meetings: int) -> float:
    """Return the probability of at least this many wins of either side by chance."""
    tail: int = sum(comb(meetings, n) for n in range(wins, meetings + 1))
    return min(1.0, 2 * tail / 2.0**meetings)
