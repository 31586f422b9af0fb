"""Marks of life on a face: lines, freckles, weather, scars."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Pairs, Points, Rng, ellipse, moved, stroke
from playground.faces.sketch import Colour, Sketch, mixed


def draw_skin(sketch: Sketch, person: Person, rng: Rng) -> None:
    if "weathered" in person.marks:
        _weather(sketch, person, rng)
    if "freckles" in person.marks:
        _freckles(sketch, person, rng)
    if person.age > 64:
        spots = [
            ellipse(x, y, s, s * 0.8)
            for x, y, s in zip(
                rng.uniform(-0.8, 0.8, 9), rng.uniform(-1.0, 0.7, 9), rng.uniform(0.015, 0.035, 9), strict=True
            )
        ]
        sketch.specks(spots, mixed(person.skin, (120, 74, 44), 0.6), 0.45, "face")
    if "scar" in person.marks:
        side = -1 if person.pick < 0.5 else 1
        path = np.array([(0.40, -0.52), (0.50, -0.18), (0.56, 0.2), (0.50, 0.52)]) * (side, 1)
        sketch.lines([stroke(path, 0.05)], mixed(person.skin, (216, 120, 110), 0.7), 0.9, "face")
        sketch.lines([stroke(moved(path, -0.012, 0), 0.016)], mixed(person.glow, (255, 236, 226), 0.5), 0.9, "face")


def draw_lines(sketch: Sketch, person: Person) -> None:
    """Draw lines on the forehead, at the eyes, the nose and the mouth, as many as the age implies."""
    amount, smile = person.lines, person.expression == "smile"
    colour = mixed(person.shadow, person.ink, 0.35)
    beside = [(0.25, 0.56), (0.36, 0.72), (0.44, 0.92), (0.43, 1.06 - 0.1 * smile)]
    depth = 0.14 + 0.6 * amount + 0.2 * smile * (person.age > 22)
    sketch.lines(_pair(beside, 0.022 + 0.018 * amount), colour, depth, "face")
    if amount > 0.05:
        rows = [(-0.62, 0.42), (-0.75, 0.50), (-0.87, 0.40), (-0.52, 0.28)][: 1 + round(amount * 3)]
        sketch.lines([_wavy(y, wide) for y, wide in rows], colour, 0.22 + 0.55 * amount, "face")
    feet = max(amount, 0.95 * ("crow's feet" in person.marks), 0.3 * smile)
    if feet > 0.12:
        sketch.lines(_crows_feet(person, feet), colour, 0.25 + 0.65 * feet, "face")
    if amount > 0.35 or person.expression == "stern":
        frown = [stroke([(x, -0.40), (x * 0.8, -0.30), (x * 0.9, -0.20)], 0.022) for x in (-0.07, 0.07)]
        sketch.lines(frown, colour, 0.4 + 0.5 * amount, "face")
    if amount > 0.45:
        _old_lines(sketch, amount, colour)


def _old_lines(sketch: Sketch, amount: float, colour: Colour) -> None:
    """Draw the lines of deeply lined faces: below the mouth, on the cheeks, above the lip."""
    sketch.lines(_pair([(0.36, 1.0), (0.38, 1.12), (0.33, 1.24)], 0.024), colour, amount * 0.75, "face")
    cheeks = [*_pair([(0.52, 0.28), (0.62, 0.44), (0.66, 0.62)], 0.018)]
    cheeks += _pair([(0.66, 0.34), (0.74, 0.52), (0.74, 0.70)], 0.016)
    sketch.lines(cheeks, colour, amount * 0.38, "face")
    lip = [stroke([(x, 0.78), (x * 0.96, 0.86)], 0.014) for x in (-0.2, -0.1, 0.0, 0.1, 0.2)]
    sketch.lines(lip, colour, amount * 0.6, "face")


def _pair(path: Pairs, width: float) -> list[Points]:
    return [stroke(np.array(path) * (side, 1), width) for side in (-1, 1)]


def _crows_feet(person: Person, amount: float) -> list[Points]:
    feet = []
    corner = person.eye_gap + 0.23
    for side in (-1, 1):
        for rise in np.linspace(-0.16, 0.20, 2 + round(3 * amount)):
            path = [
                (corner, rise * 0.25),
                (corner + 0.09, rise * 0.7),
                (corner + 0.15 + 0.07 * amount, rise * 1.25 + 0.01),
            ]
            feet.append(stroke(np.array(path) * (side, 1), 0.016 + 0.010 * amount, 0.6, 0.0))
    return feet


def _wavy(y: float, wide: float) -> Points:
    return stroke(
        [(-wide, y + 0.03), (-wide * 0.5, y - 0.015), (0, y + 0.015), (wide * 0.5, y - 0.015), (wide, y + 0.03)], 0.020
    )


def _weather(sketch: Sketch, person: Person, rng: Rng) -> None:
    red = mixed(person.skin, (176, 60, 44), 0.6)
    sketch.shade(ellipse(0, 0.42, 0.22, 0.18), red, 0.42, 0.10, "face")
    sketch.shade(ellipse(0, -0.7, 0.5, 0.14), red, 0.2, 0.12, "face")
    blotches = [
        ellipse(x, y, s, s * 0.7, rng.uniform(0, 3), 9)
        for x, y, s in zip(
            rng.uniform(-0.85, 0.85, 46),
            rng.uniform(-0.9, 1.2, 46),
            rng.uniform(0.012, 0.034, 46),
            strict=True,
        )
    ]
    sketch.specks(blotches, red, 0.34, "face")


def _freckles(sketch: Sketch, person: Person, rng: Rng) -> None:
    x = np.concatenate(
        [
            rng.normal(-0.46, 0.2, 46),
            rng.normal(0.46, 0.2, 46),
            rng.normal(0, 0.16, 24),
            rng.uniform(-0.6, 0.6, 14),
        ]
    )
    y = np.concatenate([rng.normal(0.34, 0.13, 92), rng.normal(0.22, 0.14, 24), rng.uniform(-0.9, -0.45, 14)])
    spots = [
        ellipse(a, b, s, s * 0.85, steps=8) for a, b, s in zip(x, y, rng.uniform(0.010, 0.023, len(x)), strict=True)
    ]
    sketch.specks(spots, mixed(person.skin, (150, 74, 34), 0.75), 0.72, "face")
