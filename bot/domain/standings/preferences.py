"""What a production's votes teach about models: a posterior mean with the routing table as prior.

The score of a model in a context (a look) is the table's advantage, plus an effect of the model that all contexts
share, plus a small effect of the model in that context. The effects are the most probable ones under normal priors,
given the conditional likelihood of the ballots. Votes of one round resemble each other, so the likelihood is damped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.standings.ballots import BlindRound, sum_ticks
from bot.domain.standings.fit import newton_step
from bot.domain.standings.likelihood import RoundTerms, Vector, round_terms

# Standard deviations of the effects in units of the log-odds, and the weight of a ballot.
_MODEL_SPREAD, _CONTEXT_SPREAD, _DAMPING = 0.5, 0.35, 0.35
# The table's advantage of its first two models.
TABLE_ADVANTAGE = 0.2
_STEPS = 12
_PRECISION = 1e-6

# Returns the table's advantage of a model (exact id) in a context.
Prior = Callable[[str, str], float]


@dataclass(frozen=True)
class ContextRound:
    """A counted round and the context of its brief: the look or the rule that chose its models."""

    ballots: BlindRound
    context: str


@dataclass(frozen=True)
class Preferences:
    """What was learnt. `effects` has a model's shared effect under (model, ""), and each context's under its name."""

    effects: dict[tuple[str, str], float]
    rounds: tuple[ContextRound, ...]

    def score(self, model: str, context: str, advantage: float) -> float:
        """Return the expected log-odds of a model's candidates; 0 for an average one."""
        return advantage + self.effects.get((model, ""), 0.0) + self.effects.get((model, context), 0.0)

    def ticks(self, model: str, context: str) -> tuple[int, int, int]:
        """Return the ticks, the possible ticks and the rounds of a model in a context."""
        own = [r.ballots for r in self.rounds if r.context == context and model in r.ballots.models]
        return *sum_ticks(own, model), len(own)


def learn(rounds: Sequence[ContextRound], prior: Prior) -> Preferences:
    """Return the most probable effects; it takes some tenths of a second for hundreds of rounds."""
    informative = tuple(r for r in rounds if r.ballots.informative_ballots)
    keys = sorted({key for r in informative for m in r.ballots.models for key in ((m, ""), (m, r.context))})
    index = {key: place for place, key in enumerate(keys)}
    effects = [0.0] * len(keys)
    for _ in range(_STEPS):
        step = newton_step(_terms(informative, index, effects, prior))
        effects = [effect + change for effect, change in zip(effects, step, strict=True)]
        if max(map(abs, step), default=0.0) < _PRECISION:
            break
    return Preferences(dict(zip(keys, effects, strict=True)), tuple(rounds))


def _terms(
    rounds: Sequence[ContextRound], index: dict[tuple[str, str], int], effects: Vector, prior: Prior
) -> RoundTerms:
    """Return the derivatives of the damped log-likelihood and of the priors."""
    size = len(effects)
    precisions = [1 / (_CONTEXT_SPREAD if context else _MODEL_SPREAD) ** 2 for _, context in index]
    gradient = [-precision * effect for precision, effect in zip(precisions, effects, strict=True)]
    information = [[precisions[i] if i == j else 0.0 for j in range(size)] for i in range(size)]
    for one in rounds:
        models = one.ballots.models
        places = [(index[model, ""], index[model, one.context]) for model in models]
        strengths = [
            prior(model, one.context) + effects[shared] + effects[own]
            for model, (shared, own) in zip(models, places, strict=True)
        ]
        terms = round_terms(one.ballots, strengths)
        for i, own_places in enumerate(places):
            for place in own_places:
                gradient[place] += _DAMPING * terms.gradient[i]
                for j, other_places in enumerate(places):
                    for other in other_places:
                        information[place][other] += _DAMPING * terms.information[i][j]
    return RoundTerms(gradient, information)
