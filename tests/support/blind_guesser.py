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
class ObservedRound:
    """One round of two candidates: what sets the first apart from the second, and what the round itself shows.

    `first` is the truth that a reader guesses: whether the first of two models drew candidate 1.
    """

    differences: tuple[float, ...]
    context: tuple[float, ...]
    is_first_model: bool

    @property
    def features(self) -> tuple[float, ...]:
        """The round's own numbers also times its differences, since either may tell what the other means."""
        return (1.0, *self.differences, *self.context, *(a * b for a in self.differences for b in self.context))


def image_features(data: bytes) -> tuple[float, ...]:
    """What a picture's pixels tell beside what they show: its size, how sharp it is, its grain, its light.

    All of the picture: a reader of its middle alone missed what the whole sheet shows.
    """
    with Image.open(io.BytesIO(data)) as picture:
        grey = np.asarray(picture.convert("L"), dtype=np.float32)
    horizontal, vertical = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    edges = grey[1:-1, 1:-1] * 4 - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    sharpness = (float(np.log(edges.var() + 1)), float(np.median(np.abs(edges))))
    jpeg_grid = float(horizontal[:, 7::8].mean() - horizontal.mean())  # that of an earlier JPEG would show here
    height, width = grey.shape
    return (width, height, float(horizontal.mean()), float(vertical.mean()), *sharpness, jpeg_grid, float(grey.mean()))


def count_correct_guesses(rounds: Sequence[ObservedRound]) -> int:
    """How many rounds a logistic regression guesses that learnt from all other tenths of them."""
    features = np.array([observed.features for observed in rounds])
    truth = np.array([observed.is_first_model for observed in rounds], dtype=np.float64)
    folds = np.arange(len(rounds)) % _FOLDS
    correct = 0
    for fold in range(_FOLDS):
        train, held_out = folds != fold, folds == fold
        weights, mean, deviation = _fit(features[train], truth[train])
        predicted = (features[held_out] - mean) / deviation @ weights > 0
        correct += int((predicted == (truth[held_out] > 0)).sum())
    return correct


def _fit(features: Numbers, truth: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    constant = deviation < 1e-9
    mean[constant], deviation[constant] = 0.0, 1.0
    scaled = (features - mean) / deviation
    weights = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        probability = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        weights -= _RATE * (scaled.T @ (probability - truth) / len(truth) + _SHRINK * weights)
    return weights, mean, deviation


def chance_probability(correct: int, rounds: int) -> float:
    """How likely somebody who knows nothing guesses at least `right` of `rounds`, exactly."""
    return float(sum(comb(rounds, k) for k in range(correct, rounds + 1)) / 2**rounds)
