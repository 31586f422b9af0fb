"""Hair on a head with little of it, or in spikes."""

import numpy as np

from playground.faces.curls import bumpy_cap
from playground.faces.full_hair import draw_full_hair
from playground.faces.person import Person
from playground.faces.shapes import Rng, both_sides, closed, ellipse, stroke
from playground.faces.sketch import Sketch, mixed

_SHAVED = closed(
    [
        *both_sides([(0, -1.48), (0.5, -1.38), (0.86, -1.08), (0.99, -0.62), (1.0, 0.02)])[:5],
        *[(0.92, -0.1), (0.84, -0.48), (0.66, -0.86), (0.3, -0.98), (-0.3, -0.98), (-0.66, -0.86), (-0.84, -0.48)],
        *[(-0.92, -0.1), (-1.0, 0.02), (-0.99, -0.62), (-0.86, -1.08), (-0.5, -1.38)],
    ]
)
_TEMPLE = closed(
    [(1.05, 0.15), (1.12, -0.3), (1.06, -0.8), (0.84, -1.12), (0.62, -1.16), (0.74, -0.86), (0.86, -0.5), (0.92, -0.12)]
)
_FRINGE = np.array(
    [
        (-0.46, -1.3),
        (0.46, -1.3),
        (0.42, -1.0),
        (0.2, -0.78),
        (0.12, -0.96),
        (-0.06, -0.72),
        (-0.14, -0.94),
        (-0.34, -0.82),
    ]
)


def draw_hair(sketch: Sketch, person: Person, rng: Rng) -> None:
    match person.hair_style:
        case "bald":
            crown = ellipse(person.side * 0.34, -1.06, 0.26, 0.15, person.side * 0.5)
            sketch.light(crown, person.glow, 0.75, 0.06, "face")
            sketch.shade(ellipse(-person.side * 0.2, -1.5, 0.9, 0.2), person.shadow, 0.25, 0.10, "face")
        case "shaved":
            _draw_shaved(sketch, person, rng)
        case "receding":
            _draw_receding(sketch, person, rng)
        case "mohawk":
            _draw_shaved(sketch, person, rng)
            _draw_spikes(sketch, person, rng)
        case "afro":
            draw_full_hair(sketch, person, rng, bumpy_cap(1.50, -1.92, 26, 0.03, rng), curls=190)
        case "curly":
            draw_full_hair(sketch, person, rng, bumpy_cap(1.22, -1.66, 15, 0.07, rng), curls=100)
        case _:
            draw_full_hair(sketch, person, rng)


def _draw_shaved(sketch: Sketch, person: Person, rng: Rng) -> None:
    sketch.shade(_SHAVED, mixed(person.hair, person.shadow, 0.4), 0.72, 0.03, "face")
    sketch.light(ellipse(person.side * 0.34, -1.14, 0.24, 0.13), person.glow, 0.35, 0.06, "face")
    x, y = rng.uniform(-1.0, 1.0, 420), rng.uniform(-1.46, -0.1, 420)
    kept = (np.abs(x) > 0.86) | (y < -0.95)
    dots = [ellipse(a, b, 0.012, 0.016, steps=6) for a, b in zip(x[kept], y[kept], strict=True)]
    sketch.specks(dots, mixed(person.hair, (10, 8, 10), 0.3), 0.8, "face")


def _draw_receding(sketch: Sketch, person: Person, rng: Rng) -> None:
    """Draw a wreath at the temples and wisps over a high forehead."""
    dark, bright = mixed(person.hair, (20, 14, 20), 0.45), mixed(person.hair, (255, 246, 226), 0.4)
    for side in (-1, 1):
        sketch.mass(_TEMPLE * (side, 1), person.hair, f"hair{side}")
        locks = []
        for t in np.linspace(0, 1, 8):
            path = [(0.66 + 0.3 * t, -1.15 + 0.2 * t), (0.9 + 0.1 * t, -0.7 + 0.2 * t), (0.95 + 0.08 * t, 0.1 * t)]
            locks.append(stroke(np.array(path) * (side, 1), 0.03))
        sketch.strands(locks[::2], dark, 0.7, f"hair{side}")
        sketch.strands(locks[1::2], bright, 0.7, f"hair{side}")
    wisps = []
    for x in np.linspace(-0.6, 0.5, 14):
        end = (x * 0.8 + 0.1, -1.02 + rng.uniform(-0.05, 0.05))
        wisps.append(stroke([(x, -1.40 + abs(x) * 0.12), (x * 0.9 + 0.06, -1.2), end], 0.02))
    sketch.strands(wisps, person.hair, 0.75)
    sketch.light(ellipse(person.side * 0.3, -1.0, 0.26, 0.15), person.glow, 0.6, 0.06, "face")


def _draw_spikes(sketch: Sketch, person: Person, rng: Rng) -> None:
    ribs = []
    for x in np.linspace(-0.42, 0.42, 9):
        tip = x * 1.9 + rng.uniform(-0.08, 0.08)
        height, bend = 2.15 - abs(x) * 0.5 + rng.uniform(-0.12, 0.1), x * 1.3 + (tip - x) * 0.2
        spike = [(x - 0.15, -1.05), (bend - 0.12, -1.5), (tip, -height), (bend + 0.12, -1.5), (x + 0.15, -1.05)]
        sketch.mass(np.array(spike), person.hair, "hair")
        ribs.append(stroke([(x, -1.1), (bend, -1.5), (tip, -height + 0.06)], 0.05))
    sketch.mass(_FRINGE, person.hair, "hair")
    sketch.strands(ribs[::2], mixed(person.hair, (255, 255, 210), 0.45), 0.8)
    sketch.strands(ribs[1::2], mixed(person.hair, (10, 10, 30), 0.45), 0.8)
