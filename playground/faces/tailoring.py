"""Parts of garments: torso, knitted band, shirt collar, jacket."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import both_sides, closed, ellipse, mirrored, stroke
from playground.faces.sketch import Colour, Sketch, mixed


def draw_body(sketch: Sketch, person: Person, colour: Colour, neck: float = 0.62, drop: float = 2.1) -> None:
    """Draw the torso with its shadow side and a few folds; the neckline is `neck` wide and falls to `drop`."""
    wide = 2.15 if person.woman or person.age < 16 else 2.45
    wide += 0.15 * ("heavy" in person.marks) - 0.12 * ("gaunt" in person.marks)
    right = [(neck * 0.5, drop), (neck, 1.80), (1.1, 2.02), (wide * 0.82, 2.30), (wide, 2.85), (wide + 0.15, 4.5)]
    sketch.mass(closed(both_sides([(0.0, drop + 0.06), *right, (0.0, 4.8)])), colour, "cloth")
    dark = mixed(colour, (16, 14, 34), 0.55)
    shape = closed([(0.35, 2.1), (1.1, 2.3), (1.5, 2.7), (1.2, 4.8), (3.2, 4.8), (2.8, 2.2), (1.2, 1.8)])
    sketch.shade(shape if person.side < 0 else mirrored(shape), dark, 0.62, 0.10, "cloth")
    lit = stroke([(0.8, 1.98), (1.35, 2.14), (wide * 0.86, 2.40), (wide * 0.98, 2.9)], 0.16)
    sketch.light(lit if person.side > 0 else mirrored(lit), mixed(colour, (255, 246, 224), 0.6), 0.42, 0.07, "cloth")
    folds = [
        stroke(np.array(path) * (side, 1), 0.05)
        for side in (-1, 1)
        for path in ([(1.0, 2.15), (1.1, 2.6), (0.98, 3.2)], [(1.6, 2.5), (1.66, 3.0), (1.5, 3.6)])
    ]
    sketch.lines(folds, dark, 0.5, "cloth")


def draw_band(sketch: Sketch, colour: Colour, low: float, high: float, wide: float) -> None:
    """Draw a knitted collar round the neck."""
    sag = 0.16
    shape = [
        (-wide, high),
        (0, high + sag),
        (wide, high),
        (wide * 1.12, low - 0.1),
        (wide * 0.8, low + 0.08),
        (0, low + sag + 0.06),
        (-wide * 0.8, low + 0.08),
        (-wide * 1.12, low - 0.1),
    ]
    sketch.mass(closed(shape), mixed(colour, (255, 255, 255), 0.06), "collar")
    ribs = [
        stroke(
            [(x, high - 0.05 + sag * (1 - (x / wide) ** 2)), (x * 1.08, low + 0.12 + sag * (1 - (x / wide) ** 2))],
            0.022,
            1,
            1,
        )
        for x in np.linspace(-wide * 1.02, wide * 1.02, 17)
    ]
    sketch.lines(ribs, mixed(colour, (16, 14, 34), 0.5), 0.6, "collar")


def draw_collar(sketch: Sketch, colour: Colour, wide: float) -> None:
    for side in (-1, 1):
        wing = np.array(
            [
                (wide * 0.9, 1.66),
                (wide * 1.2, 1.86),
                (0.66, 2.42),
                (0.36, 2.46),
                (0.02, 2.40),
                (0.22, 2.16),
                (wide * 0.72, 1.86),
            ]
        )
        sketch.mass(wing * (side, 1), mixed(colour, (255, 255, 255), 0.22))


def draw_jacket(sketch: Sketch, person: Person, colour: Colour) -> None:
    wide = 2.2 if person.woman else 2.5
    dark = mixed(colour, (10, 8, 24), 0.5)
    for side in (-1, 1):
        name = f"jacket{side}"
        shape = [
            (0.60, 1.74),
            (1.1, 1.98),
            (wide * 0.82, 2.28),
            (wide, 2.9),
            (wide + 0.2, 4.8),
            (0.08, 4.8),
            (0.16, 4.1),
            (0.52, 2.7),
        ]
        sketch.mass(closed(np.array(shape) * (side, 1)), colour, name)
        if side != person.side:
            sketch.shade(ellipse(side * 1.9, 3.2, 0.9, 1.4), dark, 0.7, 0.2, name)
        lapel = np.array([(0.58, 1.76), (0.98, 2.22), (0.80, 2.40), (1.02, 2.52), (0.5, 3.5), (0.10, 4.6), (0.24, 3.4)])
        sketch.mass(lapel * (side, 1), mixed(colour, (255, 250, 240), 0.10))
        sketch.lines([stroke(np.array([(1.7, 2.4), (1.62, 3.0), (1.72, 3.8)]) * (side, 1), 0.04)], dark, 0.7, name)
