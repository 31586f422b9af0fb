"""A plait over the shoulder."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import closed, curve, stroke, turned
from playground.faces.sketch import Sketch, mixed

_LOBES = 17


def draw_plait(sketch: Sketch, person: Person) -> None:
    """Draw overlapping lobes along a falling curve, on the lit side."""
    side = person.side
    path = curve(np.array([(0.80, 0.62), (1.02, 1.25), (1.02, 1.9), (0.88, 2.6), (0.92, 3.3), (0.95, 3.9)]) * (side, 1))
    along = np.linspace(0, len(path) - 1, _LOBES).astype(int)
    dark, bright = mixed(person.hair, (26, 14, 24), 0.5), mixed(person.hair, (255, 246, 230), 0.45)
    for number, index in enumerate(along):
        wide = 0.27 - 0.08 * number / _LOBES
        swing = 1 if number % 2 else -1
        lobe = np.array([(-0.05, -0.18), (0.12, -0.20), (0.22, -0.04), (0.14, 0.18), (0.0, 0.28), (-0.08, 0.10)]) * (
            swing * wide * 4.4,
            0.92,
        )
        name = f"lobe{number}"
        sketch.mass(closed(turned(lobe, swing * 0.35) + path[index]), person.hair, name)
        hairs = [
            turned(
                np.array([(0.02 + t, -0.16), (0.09 + t * 1.2, 0.0), (0.02 + t * 0.5, 0.22)])
                * (swing * wide * 4.4, 0.92),
                swing * 0.35,
            )
            + path[index]
            for t in (0.0, 0.05, 0.1)
        ]
        sketch.strands([stroke(hairs[0], 0.026), stroke(hairs[2], 0.02)], dark, 0.7, name)
        sketch.strands([stroke(hairs[1], 0.03)], bright, 0.55 if swing == side else 0.3, name)
