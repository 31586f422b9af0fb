"""A simulated team that votes on rounds whose models differ by a known amount."""

from dataclasses import dataclass
from itertools import combinations
from random import Random

from bot.domain.standings.ballots import BlindRound

MODELS = ("a", "b", "c", "d")
_FACES_A_MODEL = 2
_TEAM_SIZE = 6
_FEWEST_VOTERS = 3
_VOTER_NOISE = 1.5
_ROUND_STRICTNESS = 0.7
_PERSON_STRICTNESS = 0.7
_MEAN_STRICTNESS = 0.8


@dataclass(frozen=True)
class SimulatedRound:
    """A round, and the model whose candidate had the most votes (ties by chance)."""

    ballots: BlindRound
    locked: str


def simulate(rounds: int, advantage: float, random: Random, usual_pair_share: float = 0.0) -> list[SimulatedRound]:
    """Simulate a history in which the faces of model a are better by `advantage` standard deviations of appeal.

    Each round draws two models with two faces each; three to six people tick every face that passes their threshold,
    which differs by person and round. `usual_pair_share` of the rounds draw a and b.
    """
    strictness = [random.gauss(_MEAN_STRICTNESS, _PERSON_STRICTNESS) for _ in range(_TEAM_SIZE)]
    return [_simulate_round(f"r{n}", advantage, random, strictness, usual_pair_share) for n in range(rounds)]


def _simulate_round(
    round_id: str, advantage: float, random: Random, strictness: list[float], usual_pair_share: float
) -> SimulatedRound:
    is_usual = random.random() < usual_pair_share
    pair = MODELS[:2] if is_usual else random.choice(list(combinations(MODELS, 2)))
    slots = {f"{model}{n}": model for model in pair for n in range(_FACES_A_MODEL)}
    appeal = {slot: random.gauss(0, 1) + (advantage if model == MODELS[0] else 0) for slot, model in slots.items()}
    threshold = random.gauss(0, _ROUND_STRICTNESS)
    voters = random.sample(strictness, random.randint(_FEWEST_VOTERS, _TEAM_SIZE))
    votes = [
        frozenset(s for s in slots if appeal[s] + random.gauss(0, _VOTER_NOISE) > threshold + own) for own in voters
    ]
    counts = {slot: sum(slot in vote for vote in votes) for slot in slots}
    locked = random.choice([slot for slot, count in counts.items() if count == max(counts.values())])
    return SimulatedRound(BlindRound.from_votes(round_id, slots, votes), slots[locked])
