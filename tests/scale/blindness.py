"""What a channel shows of a round before its close, as numbers, and a reader who learns from other rounds."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Json = dict[str, Any]
Numbers = NDArray[np.float64]

_FOLDS, _STEPS, _RATE, _SHRINK = 10, 400, 0.3, 0.01


@dataclass(frozen=True)
class Seen:
    """One round of two candidates: what sets the first apart from the second, and what the round itself shows.

    `first` is the truth that a reader guesses: whether the first of two models drew candidate 1.
    """

    apart: tuple[float, ...]
    around: tuple[float, ...]
    first: bool

    @property
    def features(self) -> tuple[float, ...]:
        """The round's own numbers also times its differences, since either may tell what the other means."""
        return (1.0, *self.apart, *self.around, *(a * b for a in self.apart for b in self.around))


def looks(data: bytes) -> tuple[float, ...]:
    """What a picture's pixels tell beside what they show: its size, how sharp it is, its grain, its light.

    All of the picture: a reader of its middle alone missed what the whole sheet told (see `bot/imaging.py`, `_EVEN`).
    """
    with Image.open(io.BytesIO(data)) as picture:
        grey = np.asarray(picture.convert("L"), dtype=np.float32)
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    edges = grey[1:-1, 1:-1] * 4 - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    sharp = (float(np.log(edges.var() + 1)), float(np.median(np.abs(edges))))
    grid = float(across[:, 7::8].mean() - across.mean())  # that of an earlier JPEG would show here
    height, width = grey.shape
    return (width, height, float(across.mean()), float(down.mean()), *sharp, grid, float(grey.mean()))


def guessed(rounds: Sequence[Seen]) -> int:
    """How many rounds a logistic regression guesses that learnt from all other tenths of them."""
    features = np.array([seen.features for seen in rounds])
    truth = np.array([seen.first for seen in rounds], dtype=np.float64)
    folds = np.arange(len(rounds)) % _FOLDS
    right = 0
    for fold in range(_FOLDS):
        train, held = folds != fold, folds == fold
        weights, middle, spread = _learn(features[train], truth[train])
        said = (features[held] - middle) / spread @ weights > 0
        right += int((said == (truth[held] > 0)).sum())
    return right


def _learn(features: Numbers, truth: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    middle, spread = features.mean(axis=0), features.std(axis=0)
    constant = spread < 1e-9
    middle[constant], spread[constant] = 0.0, 1.0
    scaled = (features - middle) / spread
    weights = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        weights -= _RATE * (scaled.T @ (chance - truth) / len(truth) + _SHRINK * weights)
    return weights, middle, spread


def by_luck(right: int, rounds: int) -> float:
    """How likely somebody who knows nothing guesses at least `right` of `rounds`, exactly."""
    return float(sum(comb(rounds, k) for k in range(right, rounds + 1)) / 2**rounds)
