"""Gouache: opaque flat colour with crisp shadows on a painted ground."""

import numpy as np
from PIL import Image

from playground.faces.canvas import Canvas, Stencil
from playground.faces.person import Person
from playground.faces.shapes import Rng, closed, ellipse
from playground.faces.sketch import Colour, Mark, Role, Sketch, mixed
from playground.faces.styles.paint_marks import paint_marks
from playground.faces.styles.paper import grained, tooth

_GROUNDS: tuple[tuple[Colour, Colour], ...] = (
    ((62, 92, 100), (226, 168, 112)),
    ((196, 118, 82), (240, 206, 150)),
    ((98, 112, 88), (214, 196, 140)),
    ((120, 84, 98), (232, 172, 140)),
    ((52, 70, 98), (198, 186, 164)),
    ((214, 178, 132), (150, 92, 74)),
    ((156, 172, 168), (92, 112, 122)),
    ((172, 96, 84), (92, 60, 76)),
    ((74, 74, 84), (214, 130, 92)),
)
# A sun, an arch, a wall with a window's light, a hill.
_BACKDROPS = (
    ellipse(0.5, -0.35, 1.95, 1.95, steps=160),
    np.vstack([ellipse(0.15, -0.5, 1.75, 1.75, steps=120)[60:], np.array([(1.9, -0.5), (1.9, 6.0), (-1.6, 6.0)])]),
    np.array([(0.25, -4.0), (4.0, -4.0), (4.0, 6.0), (-0.9, 6.0)]),
    closed([(-5.0, 0.9), (-2.0, 0.2), (0.5, -0.5), (2.6, -0.2), (5.0, 0.6), (5.0, 7.0), (-5.0, 7.0)]),
)
_SOFTNESS: dict[Role, float] = {"shade": 0.30, "light": 0.45}


def gouache(person: Person, sketch: Sketch, rng: Rng, width: int, height: int) -> Image.Image:
    ground, disc = _GROUNDS[int(rng.integers(len(_GROUNDS)))]
    if person.light & {"night", "cold", "dawn"}:
        ground, disc = (38, 48, 78), (112, 128, 164)
    canvas = Canvas(width, height, ground)
    grain = tooth(canvas, rng, 205, 255)
    backdrop = canvas.stencil([_BACKDROPS[int(rng.integers(len(_BACKDROPS)))] * (person.side, 1)])
    if backdrop:
        canvas.paint(grained(backdrop, grain), disc)

    def paint_mark(mark: Mark, stencil: Stencil) -> None:
        if mark.role == "mass":
            canvas.paint(stencil, mixed(mark.colour, (30, 20, 40), 0.14))
            canvas.paint(grained(stencil, grain), mark.colour)
        else:
            canvas.paint(
                grained(stencil, grain) if mark.role in ("shade", "light") else stencil, mark.colour, mark.alpha
            )

    paint_marks(canvas, sketch, paint_mark, _SOFTNESS)
    return canvas.image
