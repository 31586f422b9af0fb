"""Glasses, rings and studs."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import ellipse, ribbon, stroke
from playground.faces.sketch import Colour, Sketch


def draw_jewels(sketch: Sketch, person: Person) -> None:
    if "glasses" in person.marks:
        _glasses(sketch, person)
    steel: Colour = (226, 226, 232)
    if "nose ring" in person.marks:
        side, y = person.side, 0.60 * person.nose_long
        angle = np.linspace(-0.6, 3.9, 16)
        ring = np.column_stack(
            [side * 0.17 * person.nose_wide + np.cos(angle) * 0.055, y + 0.055 + np.sin(angle) * 0.06]
        )
        sketch.lines([ribbon(ring, np.full(16, 0.030))], (64, 60, 70), 0.9)
        sketch.lines([ribbon(ring, np.full(16, 0.016))], steel, 1.0)
    if "earrings" in person.marks or ("nose ring" in person.marks):
        for side in (-1, 1):
            sketch.detail(ellipse(side * 1.02, 0.48, 0.045, 0.045), (220, 180, 96) if person.woman else steel)


def _glasses(sketch: Sketch, person: Person) -> None:
    frame: Colour = [(40, 32, 34), (120, 76, 40), (150, 140, 124)][int(person.pick * 3) % 3]
    angle = np.linspace(0, 2 * np.pi, 32)
    square = 0.75 if person.pick * 11 % 1 < 0.5 else 1.0
    rims = []
    for side in (-1, 1):
        across, down = np.cos(angle), np.sin(angle)
        rim = np.column_stack(
            [
                side * person.eye_gap + np.sign(across) * np.abs(across) ** square * 0.31,
                0.02 + np.sign(down) * np.abs(down) ** square * 0.25,
            ]
        )
        rims.append(ribbon(rim, np.full(32, 0.045)))
        sketch.light(rim, (226, 238, 244), 0.14, 0.01)
        sketch.light(
            stroke([(side * person.eye_gap - 0.16, -0.12), (side * person.eye_gap - 0.02, -0.17)], 0.05),
            (255, 255, 255),
            0.6,
            0.01,
        )
        rims.append(stroke([(side * (person.eye_gap + 0.30), -0.04), (side * 0.98, -0.10)], 0.05, 1, 1))
    inner = person.eye_gap - 0.31
    rims.append(stroke([(-inner, -0.02), (0, -0.07), (inner, -0.02)], 0.045, 1, 1))
    sketch.lines(rims, frame, 0.95)
