"""Stubble, moustaches and beards."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Points, Rng, closed, ellipse, stroke
from playground.faces.sketch import Sketch, mixed


def draw_beard(sketch: Sketch, person: Person, rng: Rng) -> None:
    match person.beard:
        case "stubble":
            _stubble(sketch, person, rng)
        case "beard":
            _full(sketch, person, rng)
        case "moustache":
            _moustache(sketch, person)


def _jaw(person: Person, up: float) -> Points:
    """Return the bearded part of a face, from the ears round the chin; `up` is its height on the cheek."""
    right = [(0.99, 0.10), (0.86, 0.40), (0.66, 0.60 - up), (0.42, 0.76 - up), (0.20, 0.72), (0.0, 0.70)]
    left = [(-x, y) for x, y in right[-2::-1]]
    low = [
        (-0.98, 0.5),
        (-person.jaw - 0.06, 0.92),
        (-0.52, 1.34),
        (-0.2, 1.5),
        (0.2, 1.5),
        (0.52, 1.34),
        (person.jaw + 0.06, 0.92),
        (0.98, 0.5),
    ]
    return closed([*right, *left, *low])


def _stubble(sketch: Sketch, person: Person, rng: Rng) -> None:
    sketch.shade(_jaw(person, 0.0), mixed(person.shadow, (70, 76, 92), 0.5), 0.34, 0.07, "face")
    x, y = rng.uniform(-0.95, 0.95, 620), rng.uniform(0.62, 1.46, 620)
    keep = (
        (np.abs(x) * 0.62 + 0.42 < y)
        & ~((np.abs(x) < 0.36) & (np.abs(y - 0.95) < 0.12))
        & ~((np.abs(x) < 0.24) & (y < 0.74))
    )
    hairs = [
        np.array([(a - 0.006, b), (a + 0.006, b), (a + a * 0.02 + 0.003, b + 0.035)])
        for a, b in zip(x[keep], y[keep], strict=True)
    ]
    sketch.specks(hairs, mixed(mixed(person.hair, (30, 26, 30), 0.5), person.shadow, 0.2), 0.72, "face")


def _full(sketch: Sketch, person: Person, rng: Rng) -> None:
    long = 0.18 + 0.42 * (person.pick * 5 % 1)
    colour = person.hair
    cheek = [(1.0, 0.0), (0.94, 0.36), (0.74, 0.66), (0.50, 0.74), (0.36, 0.73), (0.16, 0.70)]
    tip = [(1.0, 0.5), (0.92, 1.0), (0.66, 1.40 + long * 0.5), (0.25, 1.52 + long)]
    right, left = [*tip[::-1], *cheek], [(-x, y) for x, y in (*cheek[::-1], *tip)]
    sketch.mass(closed([*right, (0.0, 0.72), *left]), colour, "beard")
    dark, bright = mixed(colour, (30, 18, 26), 0.45), mixed(colour, (255, 248, 232), 0.5)
    sketch.shade(ellipse(-person.side * 0.75, 1.2, 0.4, 0.7), dark, 0.55, 0.12, "beard")
    sketch.shade(ellipse(0, 1.16, 0.3, 0.10), dark, 0.45, 0.06, "beard")
    hairs = []
    for angle in np.linspace(-1.0, 1.0, 46):
        x, y = angle * 0.92, 0.55 + 0.45 * np.cos(angle * 1.4)
        bend = x * 0.96 + rng.uniform(-0.03, 0.03)
        path = [(x, y), (bend, y + 0.3), (x * 0.72, y + 0.62 + long * 0.7)]
        hairs.append(stroke(path, rng.uniform(0.016, 0.034)))
    sketch.strands(hairs[::2], dark, 0.6, "beard")
    sketch.strands(hairs[1::2], bright, 0.6, "beard")
    _moustache(sketch, person, 0.9)


def _moustache(sketch: Sketch, person: Person, size: float = 1.0) -> None:
    right = [(0.0, 0.70), (0.16, 0.70), (0.34, 0.80), (0.48 * size, 0.98), (0.30, 0.92), (0.10, 0.90), (0.0, 0.865)]
    shape = closed([*right, *[(-x, y) for x, y in right[-2:0:-1]]])
    sketch.mass(shape, person.hair, "moustache")
    hairs = []
    for t in np.linspace(0, 1, 7):
        path = np.array(
            [(0.03 + 0.05 * t, 0.72), (0.16 + 0.1 * t, 0.78 + 0.02 * t), (0.22 + 0.24 * t, 0.90 + 0.06 * t)]
        )
        hairs += [stroke(path * (side, 1), 0.018) for side in (-1, 1)]
    sketch.strands(hairs[::2], mixed(person.hair, (30, 18, 26), 0.5), 0.7, "moustache")
    sketch.strands(hairs[1::2], mixed(person.hair, (255, 248, 232), 0.45), 0.6, "moustache")
