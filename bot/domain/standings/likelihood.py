"""The conditional likelihood of approval ballots, given how many candidates each voter ticked.

A candidate of model m is ticked with odds exp(s_m) times a factor that belongs to the voter and the round. Given the
number k of ticks of a ballot, that factor cancels: the probability of the ticked set is the product of exp(s) over its
candidates, divided by the sum of such products over all sets of k candidates. This is the conditional likelihood of the
Rasch model (E. B. Andersen, 1970, https://doi.org/10.1111/j.2517-6161.1970.tb00842.x), here with models as items.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, exp

from bot.domain.standings.ballots import BlindRound

Vector = list[float]
Matrix = list[list[float]]


@dataclass(frozen=True)
class RoundTerms:
    """The first derivative of a round's log-likelihood by the strengths, and its information (minus the second)."""

    gradient: Vector
    information: Matrix


def round_terms(round_: BlindRound, strengths: Sequence[float]) -> RoundTerms:
    """Return the terms of a round; `strengths` are those of its models, in their order."""
    size = len(round_.models)
    polynomials = [
        [comb(count, ticks) * exp(strength * ticks) for ticks in range(count + 1)]
        for count, strength in zip(round_.candidates, strengths, strict=True)
    ]
    gradient, information = [0.0] * size, [[0.0] * size for _ in range(size)]
    ballots = round_.informative_ballots
    for ticks, weight in Counter(map(sum, ballots)).items():
        means, products = _moments(polynomials, ticks)
        for i in range(size):
            gradient[i] -= weight * means[i]
            for j in range(size):
                information[i][j] += weight * (products[i][j] - means[i] * means[j])
    for ballot in ballots:
        for i in range(size):
            gradient[i] += ballot[i]
    return RoundTerms(gradient, information)


def _moments(polynomials: Sequence[Vector], ticks: int) -> tuple[Vector, Matrix]:
    """Return the expected ticks of each model in a ballot of `ticks`, and the expected products of two models' ticks.

    The polynomial of a model has, at each power, the weight of that many of its candidates being ticked.
    """
    size = len(polynomials)
    total = _coefficient(_product(polynomials), ticks)
    means, products = [0.0] * size, [[0.0] * size for _ in range(size)]
    for i in range(size):
        rest = _product([p for n, p in enumerate(polynomials) if n != i])
        for own, weight in enumerate(polynomials[i][: ticks + 1]):
            share = weight * _coefficient(rest, ticks - own) / total
            means[i] += own * share
            products[i][i] += own * own * share
    for i, j in combinations(range(size), 2):
        rest = _product([p for n, p in enumerate(polynomials) if n not in (i, j)])
        products[i][j] = products[j][i] = sum(
            a * b * wa * wb * _coefficient(rest, ticks - a - b) / total
            for a, wa in enumerate(polynomials[i])
            for b, wb in enumerate(polynomials[j])
        )
    return means, products


def _product(polynomials: Sequence[Vector]) -> Vector:
    result = [1.0]
    for polynomial in polynomials:
        longer = [0.0] * (len(result) + len(polynomial) - 1)
        for i, a in enumerate(result):
            for j, b in enumerate(polynomial):
                longer[i + j] += a * b
        result = longer
    return result


def _coefficient(polynomial: Vector, power: int) -> float:
    return polynomial[power] if 0 <= power < len(polynomial) else 0.0
