"""A simulated studio whose taste differs from the routing table: models, looks, and rounds with their votes."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from random import Random

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.standings.ballots import BlindRound

LOOKS = ("skin", "literal", "balanced")
_MODELS = 5
_MODEL_SPREAD, _LOOK_SPREAD = 0.5, 0.35
_TABLE_NOISE = 0.8
_FACES_A_MODEL, _VOTERS = 2, (3, 6)
_VOTER_NOISE, _THRESHOLD, _THRESHOLD_SPREAD = 1.5, 0.8, 0.9
# How much better than the model that it replaces a new one is, in standard deviations of a face's appeal.
NEW_MODEL_ADVANTAGE = 1.3


def make_model(number: int) -> ModelSpec:
    """Return a model; all cost the same, so that price decides nothing."""
    name = f"model{number}"
    pixels = dict.fromkeys(Size, "1024x1365")
    return ModelSpec("studio", name, name, name, "", dict.fromkeys(Size, Decimal("0.05")), pixels)


@dataclass
class Studio:
    """The true appeal of each model in each look, and the table's order of models for each look.

    The table ranks by the true appeal with noise: it is right a little more often than not.
    """

    random: Random
    models: list[ModelSpec] = field(default_factory=lambda: [make_model(n) for n in range(_MODELS)])
    appeal: dict[tuple[str, str], float] = field(default_factory=dict)
    table: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for model in self.models:
            shared = self.random.gauss(0, _MODEL_SPREAD)
            for look in LOOKS:
                self.appeal[model.id, look] = shared + self.random.gauss(0, _LOOK_SPREAD)
        for look in LOOKS:
            believed = {m.name: self.appeal[m.id, look] + self.random.gauss(0, _TABLE_NOISE) for m in self.models}
            self.table[look] = sorted(believed, key=lambda name: -believed[name])

    def replace_weakest(self) -> None:
        """Let a new, better model take the weakest one's place in the table."""
        weakest = min(self.models, key=lambda m: sum(self.appeal[m.id, look] for look in LOOKS))
        new = make_model(len(self.models) + 10)
        self.models[self.models.index(weakest)] = new
        for look in LOOKS:
            self.appeal[new.id, look] = self.appeal[weakest.id, look] + NEW_MODEL_ADVANTAGE
            self.table[look] = [new.name if name == weakest.name else name for name in self.table[look]]

    def shortfall(self, pair: tuple[str, str], look: str) -> float:
        """Return how much the pair's mean appeal falls short of the best pair's."""
        best = max(self._mean(candidate, look) for candidate in combinations([m.id for m in self.models], 2))
        return best - self._mean(pair, look)

    def play(self, round_id: str, pair: tuple[str, str], look: str) -> BlindRound:
        """Return the ballots of a round: people tick the faces that pass their threshold."""
        slots = {f"{model}-{n}": model for model in pair for n in range(_FACES_A_MODEL)}
        faces = {slot: self.appeal[model, look] + self.random.gauss(0, 1) for slot, model in slots.items()}
        votes = []
        for _ in range(self.random.randint(*_VOTERS)):
            threshold = self.random.gauss(_THRESHOLD, _THRESHOLD_SPREAD)
            votes.append(frozenset(s for s in slots if faces[s] + self.random.gauss(0, _VOTER_NOISE) > threshold))
        return BlindRound.from_votes(round_id, slots, votes)

    def _mean(self, pair: tuple[str, str], look: str) -> float:
        return sum(self.appeal[model, look] for model in pair) / len(pair)
