"""The nose, mostly as the shadow it makes."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import closed, ellipse, stroke
from playground.faces.sketch import Sketch


def draw_nose(sketch: Sketch, person: Person) -> None:
    wide, tip = 0.225 * person.nose_wide, 0.60 * person.nose_long
    _shade(sketch, person, wide, tip)
    lit = person.side
    bridge = [(lit * 0.015, -0.15), (lit * 0.055, 0.1), (lit * 0.04, tip - 0.2), (lit * -0.01, 0.1)]
    sketch.light(closed(bridge), person.glow, 0.55, 0.02, "face")
    sketch.light(ellipse(lit * 0.035, tip - 0.09, 0.06, 0.05), person.glow, 0.75, 0.025, "face")
    edges = []
    for side in (-1, 1):
        wing = [(wide - 0.05, tip - 0.13), (wide + 0.015, tip - 0.04), (wide - 0.03, tip + 0.045)]
        hole = [(wide * 0.28, tip + 0.045), (wide * 0.58, tip + 0.02), (wide * 0.82, tip + 0.05)]
        edges += [stroke(np.array(wing) * (side, 1), 0.034), stroke(np.array(hole) * (side, 1), 0.05)]
    sketch.lines(edges, person.ink, 0.80)


def _shade(sketch: Sketch, person: Person, wide: float, tip: float) -> None:
    bump = 0.03 if "broken nose" in person.marks else 0.0
    plane = [(0.10, -0.20), (0.12 + bump, 0.10), (0.13, tip - 0.16), (wide, tip - 0.04), (wide * 0.8, tip + 0.06)]
    plane += [(0.02, tip + 0.05), (0.045, tip - 0.18), (0.03 - bump, 0.15), (0.055, -0.12)]
    sketch.shade(closed(np.array(plane) * (-person.side, 1)), person.shadow, 0.62, 0.03, "face")
    under = [(-wide, tip + 0.02), (0, tip - 0.015), (wide, tip + 0.02), (wide * 0.55, tip + 0.10), (0, tip + 0.12)]
    sketch.shade(closed([*under, (-wide * 0.55, tip + 0.10)]), person.shadow, 0.55, 0.03, "face")
