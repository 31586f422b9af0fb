"""The strengths of models by the conditional likelihood, and what they would be without each single round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.standings.ballots import BlindRound
from bot.domain.standings.likelihood import Matrix, RoundTerms, Vector, round_terms

# A weak pull towards equal strengths keeps a model that won every time finite. Half of it is the `alpha` of choix.
RIDGE = 0.1
_STEPS = 50
_LARGEST_STEP = 2.0
_PRECISION = 1e-10


@dataclass(frozen=True)
class Fit:
    """Strengths of `models` on the log-odds scale, with sum zero, and the same without each of `rounds`.

    `total` and `terms` are the likelihood's derivatives at these strengths, of all rounds and of each.
    """

    models: tuple[str, ...]
    strengths: Vector
    rounds: tuple[BlindRound, ...]
    total: RoundTerms
    terms: tuple[RoundTerms, ...]

    def difference(self, first: str, second: str, *without: int) -> float:
        """Return how much stronger the first model is: the logarithm of the odds between two of their candidates.

        `without` are places of rounds that are left out: one Newton step from the fit to all rounds.
        """
        a, b = self.models.index(first), self.models.index(second)
        difference = self.strengths[a] - self.strengths[b]
        if not without:
            return difference
        rest = RoundTerms(list(self.total.gradient), [list(row) for row in self.total.information])
        index = {model: n for n, model in enumerate(self.models)}
        for place in without:
            _add(rest, self.rounds[place], index, self.terms[place], -1.0)
        step = newton_step(rest)
        return difference + step[a] - step[b]


def fit(rounds: Sequence[BlindRound], ridge: float = RIDGE) -> Fit:
    """Fit the strengths of all models of the rounds. Rounds without an informative ballot are left out."""
    informative = tuple(round_ for round_ in rounds if round_.informative_ballots)
    models = tuple(sorted({model for round_ in informative for model in round_.models}))
    index = {model: n for n, model in enumerate(models)}
    strengths = [0.0] * len(models)
    for _ in range(_STEPS):
        terms = _all_terms(informative, index, strengths)
        step = newton_step(_total(informative, index, terms, ridge, strengths))
        scale = min(1.0, _LARGEST_STEP / max(map(abs, step), default=1.0)) if any(step) else 1.0
        strengths = [s + scale * d for s, d in zip(strengths, step, strict=True)]
        if max(map(abs, step), default=0.0) < _PRECISION:
            break
    terms = _all_terms(informative, index, strengths)
    return Fit(models, strengths, informative, _total(informative, index, terms, ridge, strengths), tuple(terms))


def _all_terms(rounds: Sequence[BlindRound], index: Mapping[str, int], strengths: Vector) -> list[RoundTerms]:
    return [round_terms(round_, [strengths[index[model]] for model in round_.models]) for round_ in rounds]


def _total(
    rounds: Sequence[BlindRound], index: Mapping[str, int], terms: Sequence[RoundTerms], ridge: float, strengths: Vector
) -> RoundTerms:
    """Return the sum of the rounds' terms and the ridge's."""
    total = RoundTerms(
        [-ridge * s for s in strengths],
        [[ridge if i == j else 0.0 for j in range(len(strengths))] for i in range(len(strengths))],
    )
    for round_, one in zip(rounds, terms, strict=True):
        _add(total, round_, index, one, 1.0)
    return total


def _add(total: RoundTerms, round_: BlindRound, index: Mapping[str, int], terms: RoundTerms, sign: float) -> None:
    """Add a round's terms to the total, or take them off."""
    places = [index[model] for model in round_.models]
    for i, place in enumerate(places):
        total.gradient[place] += sign * terms.gradient[i]
        for j, other in enumerate(places):
            total.information[place][other] += sign * terms.information[i][j]


def newton_step(terms: RoundTerms) -> Vector:
    """Solve information * step = gradient by elimination; the ridge makes the information positive definite."""
    rows: Matrix = [[*row, value] for row, value in zip(terms.information, terms.gradient, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, size):
            factor = rows[row][column] / rows[column][column]
            rows[row] = [value - factor * above for value, above in zip(rows[row], rows[column], strict=True)]
    step = [0.0] * size
    for row in reversed(range(size)):
        known = sum(rows[row][column] * step[column] for column in range(row + 1, size))
        step[row] = (rows[row][size] - known) / rows[row][row]
    return step
