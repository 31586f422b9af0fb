"""Hair behind the head."""

import numpy as np

from playground.faces.curls import bumpy, draw_curls
from playground.faces.person import Person
from playground.faces.shapes import Rng, both_sides, closed, stroke
from playground.faces.sketch import Colour, Sketch, mixed

_LONG = closed(both_sides([(0.8, -1.2), (1.22, -0.3), (1.30, 0.8), (1.25, 1.9), (0.9, 2.5)]))
_BOB = closed(both_sides([(0.8, -1.2), (1.20, -0.4), (1.28, 0.5), (1.18, 1.25), (0.8, 1.35)]))
_TAIL = closed([(0.5, -1.3), (1.25, -0.9), (1.42, 0.2), (1.30, 1.3), (1.10, 2.0), (1.05, 0.8), (0.9, -0.2)])


def draw_hair_behind(sketch: Sketch, person: Person, rng: Rng) -> None:
    dark = mixed(person.hair, (20, 12, 20), 0.42)
    match person.hair_style:
        case "long":
            sketch.mass(_LONG, dark, "behind")
        case "bob":
            sketch.mass(_BOB, dark, "behind")
        case "ponytail":
            sketch.mass(_TAIL * (-person.side, 1), dark, "behind")
        case "bun":
            _draw_bun(sketch, person, dark, rng)
        case "curly":
            sketch.mass(bumpy(0, -0.15, 1.36, 1.42, 22, 0.07, rng), dark, "behind")
            draw_curls(sketch, person.hair, rng, 90, (-1.35, 1.35, -1.3, 1.2), "behind", 0.6)
        case "afro":
            sketch.mass(bumpy(0, -0.55, 1.52, 1.40, 30, 0.03, rng), dark, "behind")
    if person.hair_style in ("long", "bob", "ponytail"):
        _draw_fall(sketch, person, dark, rng)


def _draw_fall(sketch: Sketch, person: Person, dark: Colour, rng: Rng) -> None:
    roots = np.linspace(-1.25, 1.25, 26) + rng.normal(0, 0.02, 26)
    falls = [
        stroke([(x * 0.7, -1.0), (x, 0.0), (x * 1.02 + 0.04, 1.0), (x * 0.98, 2.4)], rng.uniform(0.02, 0.05))
        for x in roots
    ]
    sketch.strands(falls[::2], mixed(person.hair, dark, 0.3), 0.7, "behind")
    sketch.strands(falls[1::2], mixed(dark, (10, 6, 12), 0.4), 0.6, "behind")


def _draw_bun(sketch: Sketch, person: Person, dark: Colour, rng: Rng) -> None:
    x = 0.12 * person.side
    sketch.mass(bumpy(x, -1.72, 0.46, 0.40, 14, 0.02, rng), mixed(person.hair, dark, 0.35), "knot")
    coils = []
    for angle in (0.2, 1.0, 1.9, 2.6):
        across, down = np.cos(angle), np.sin(angle)
        ends = ((x + 0.4 * across, -1.72 + 0.34 * down), (x, -1.84), (x - 0.36 * across, -1.6 - 0.3 * down))
        coils.append(stroke(ends, 0.03))
    sketch.strands(coils, dark, 0.8, "knot")
