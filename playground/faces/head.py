"""Skull, ears and neck, and the light on them."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Points, both_sides, closed, ellipse, mirrored, moved, stroke, turned
from playground.faces.sketch import Pose, Sketch, mixed

CHIN = 1.46


def head_pose(person: Person) -> Pose:
    """Turn the face like a ball, whose middle moves while its edge stays; then tilt it on the neck."""

    def pose(points: Points) -> Points:
        x, y = points[:, 0], points[:, 1]
        depth = np.sqrt(np.clip(1 - (x / 1.06) ** 2 - (np.minimum(y, 0.2) / 1.7) ** 2, 0, 1))
        depth *= np.where(y > 0.9, np.clip(1 - (y - 0.9) * 0.45, 0, 1), 1)
        posed = np.column_stack([x + depth * np.sin(person.turn) * 0.85, y * person.length])
        return moved(turned(moved(posed, 0, -1.2), person.tilt), 0, 1.2)

    return pose


def outline(person: Person) -> Points:
    """Return the face from the crown to the chin."""
    jaw, chin, cheek = person.jaw, person.chin, person.cheek
    right = [
        (0.0, -1.42),
        (0.50, -1.32),
        (0.84, -0.98),
        (0.97, -0.45),
        (cheek, 0.05),
        (cheek * 0.94, 0.45),
        (jaw + 0.04, 0.88),
        ((jaw + chin) * 0.52, 1.22),
        (chin, CHIN - 0.06),
        (0.0, CHIN),
    ]
    return closed(both_sides(right))


def draw_neck(sketch: Sketch, person: Person) -> None:
    wide = 0.46 if person.woman or person.age < 16 else 0.60
    wide += 0.06 * ("heavy" in person.marks) - 0.04 * ("gaunt" in person.marks)
    right = [(wide * 0.96, 0.7), (wide * 0.92, 1.4), (wide, 1.75), (wide + 0.30, 2.05), (wide + 0.8, 2.5), (0.0, 3.0)]
    sketch.mass(closed(both_sides([(0.0, 0.5), *right])), mixed(person.skin, person.shadow, 0.22), "neck")
    drop = [
        (-0.9, 0.8),
        (0.9, 0.8),
        (0.72, 1.45),
        (0.2 - 0.15 * person.side, 1.86),
        (-0.35 - 0.15 * person.side, 1.8),
        (-0.72, 1.4),
    ]
    sketch.shade(closed(drop), person.shadow, 0.72, 0.05, "neck")
    dark = [(-0.2, 0.8), (-1.2, 0.8), (-1.4, 3.0), (-0.5, 3.0), (-0.28, 2.0)]
    shape = closed(dark) if person.side > 0 else mirrored(closed(dark))
    sketch.shade(shape, person.shadow, 0.5, 0.08, "neck")
    tendons = [stroke([(side * 0.36, 1.5), (side * 0.22, 1.85), (side * 0.10, 2.12)], 0.028) for side in (-1, 1)]
    sketch.lines(tendons, person.shadow, 0.35 + 0.4 * person.lines, "neck")
    if person.lines > 0.35:
        folds = [stroke([(-0.3, y), (0.0, y + 0.06), (0.32, y - 0.02)], 0.018) for y in (1.74, 1.9)]
        sketch.lines(folds, person.shadow, person.lines * 0.8, "neck")


def draw_ears(sketch: Sketch, person: Person) -> None:
    """Draw the ears; the one on the averted side is smaller."""
    for side in (-1, 1):
        seen = 1 - side * person.turn * 1.7
        size, out = person.ears, 0.13 * max(0.35, seen)
        shape = np.array(
            [
                (0.90, -0.16),
                (0.98 + out, -0.24),
                (1.0 + out * 1.35, 0.0),
                (0.98 + out, 0.26),
                (0.95 + out * 0.4, 0.46),
                (0.88, 0.40),
            ]
        )
        shape = closed((shape - (0, 0.1)) * (1, size) + (0, 0.1)) * (side, 1)
        lit = person.skin if side == person.side else mixed(person.skin, person.shadow, 0.45)
        sketch.mass(shape, mixed(lit, (200, 90, 80), 0.12), f"ear{side}")
        fold = [(0.96 + out * 0.5, -0.10), (0.97 + out * 0.9, 0.02), (0.95 + out * 0.5, 0.20)]
        sketch.lines([stroke(np.array(fold) * (side, 1), 0.04, 0.4, 0.4)], person.shadow, 0.8, f"ear{side}")


def draw_skull(sketch: Sketch, person: Person) -> None:
    """Draw the mass of the face, its shadow side and its lights."""
    sketch.mass(outline(person), person.skin, "face")
    draw_form(sketch, person)


def draw_form(sketch: Sketch, person: Person) -> None:
    """Draw shadows and lights on the mass of the face."""
    _form(sketch, person)
    red = (206, 84, 70)
    blush = 0.20 + 0.22 * ("weathered" in person.marks) + 0.12 * (person.age < 16)
    for side in (-1, 1):
        sketch.shade(ellipse(side * 0.60, 0.46, 0.30, 0.22), mixed(person.skin, red, 0.55), blush, 0.14, "face")
    if person.age > 42 or "gaunt" in person.marks:
        hollow = 0.12 + 0.3 * person.lines + 0.25 * ("gaunt" in person.marks)
        for side in (-1, 1):
            shape = closed(np.array([(0.86, 0.34), (0.62, 0.62), (0.52, 0.96), (0.66, 0.92), (0.80, 0.66)]) * (side, 1))
            sketch.shade(shape, person.shadow, hollow, 0.09, "face")


def _form(sketch: Sketch, person: Person) -> None:
    dark, lit = -person.side, person.side
    near = 0.12 if "side" in person.light else 0.0
    edge = [
        (0.52, -1.5),
        (0.66 - near, -0.9),
        (0.74 - near, -0.42),
        (0.60 - near, -0.18),
        (0.74 - near, 0.12),
        (0.58 - near, 0.42),
    ]
    edge += [(0.62 - near, 0.74), (0.44 - near, 1.08), (0.16, 1.34), (0.05, 1.6), (1.4, 1.6), (1.5, 0.0), (1.3, -1.5)]
    strength = 0.50 + 0.22 * bool(person.light & {"side", "night"})
    sketch.shade(closed(np.array(edge) * (dark, 1)), person.shadow, strength, 0.09, "face")
    sketch.shade(ellipse(0, 1.62, 0.9, 0.30), person.shadow, 0.42, 0.10, "face")
    for side in (-1, 1):
        socket = ellipse(side * person.eye_gap, -0.08, 0.27, 0.15)
        sketch.shade(socket, person.shadow, 0.34 + 0.16 * person.lines, 0.07, "face")
    sketch.light(ellipse(lit * 0.28, -0.72, 0.34, 0.26), person.glow, 0.40, 0.16, "face")
    sketch.light(ellipse(lit * 0.62, 0.22, 0.20, 0.13, -lit * 0.5), person.glow, 0.50, 0.09, "face")
    sketch.light(ellipse(lit * 0.08, 1.26, 0.13, 0.08), person.glow, 0.30, 0.06, "face")
