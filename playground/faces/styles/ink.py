"""Ink and wash: a swelling pen line over transparent washes that leave the paper white."""

import numpy as np
from PIL import Image

from playground.faces.canvas import Canvas, Stencil
from playground.faces.person import Person
from playground.faces.shapes import Points, Rng
from playground.faces.sketch import Colour, Mark, Role, Sketch, mixed
from playground.faces.styles.paint_marks import paint_marks
from playground.faces.styles.paper import blot, grained, outline, rim, tooth

_PAPER: Colour = (247, 242, 231)
_INK: Colour = (38, 30, 40)
_WASHES: tuple[Colour, ...] = ((132, 160, 170), (204, 160, 120), (160, 168, 130), (190, 146, 150), (150, 150, 180))
_SOFTNESS: dict[Role, float] = {"shade": 0.55, "light": 0.8}


def ink(person: Person, sketch: Sketch, rng: Rng, width: int, height: int) -> Image.Image:
    canvas = Canvas(width, height, _PAPER)
    grain = tooth(canvas, rng, 160, 255, 420)
    wash = (86, 100, 142) if person.light & {"night", "cold"} else _WASHES[int(rng.integers(len(_WASHES)))]
    for x, y, wide, high in ((-person.side * 0.7, -0.5, 1.7, 1.75), (person.side * 0.5, 0.6, 1.6, 1.3)):
        patch = canvas.stencil([blot(x, y, wide, high, rng)])
        if patch:
            _wash(canvas, patch, wash, 0.42, grain)
    hatching = _hatching(canvas, person)

    def paint_mark(mark: Mark, stencil: Stencil) -> None:
        match mark.role:
            case "mass":
                canvas.paint(stencil, mixed(_PAPER, mark.colour, 0.12))
                _wash(canvas, stencil, mark.colour, 0.72, grain)
                outline(canvas, mark, 0.028, _INK, rng)
            case "shade":
                canvas.paint(grained(stencil, grain), mixed(mark.colour, (70, 60, 110), 0.22), mark.alpha * 0.66)
                canvas.paint(grained(stencil, hatching), _INK, mark.alpha * 0.5)
            case "light":
                canvas.paint(stencil, mixed(mark.colour, _PAPER, 0.6), mark.alpha * 0.8)
            case "line":
                canvas.paint(stencil, mixed(mark.colour, _INK, 0.62), mark.alpha)
            case "strand":
                dark = sum(mark.colour) < 330
                canvas.paint(stencil, mixed(mark.colour, _INK, 0.55) if dark else mark.colour, mark.alpha)
            case _:
                canvas.paint(stencil, mark.colour, mark.alpha)

    paint_marks(canvas, sketch, paint_mark, _SOFTNESS)
    _leave_edge(canvas, rng)
    return canvas.image


def _wash(canvas: Canvas, stencil: Stencil, colour: Colour, alpha: float, grain: Image.Image) -> None:
    canvas.paint(grained(stencil, grain), colour, alpha)
    canvas.paint(rim(stencil, canvas.unit * 0.03), mixed(colour, _INK, 0.25), alpha * 0.5)


def _hatching(canvas: Canvas, person: Person) -> Image.Image:
    """Return parallel pen strokes away from the light."""
    x, y = canvas.grid()
    wave = (y + person.side * x * np.float32(0.8)) * 58 + np.sin(x * 5)
    return Image.fromarray((np.clip(np.sin(wave) * 3 - 1.5, 0, 1) * 255).astype(np.uint8))


def _leave_edge(canvas: Canvas, rng: Rng) -> None:
    """Leave an uneven white margin of paper."""
    middle: Points = np.array([canvas.width, canvas.height]) / 2
    frame = (middle - np.array(canvas.middle)) / canvas.unit
    half = middle / canvas.unit
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    square = np.column_stack(
        [np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.10, np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.10]
    )
    swell = np.sum([0.006 * np.sin(angle * k + rng.uniform(0, 6.3)) for k in (2, 5, 9, 14, 23)], axis=0)
    kept = canvas.stencil([square * (half * 0.955) * (1 + swell)[:, None] + frame])
    if kept:
        bare = Image.new("L", canvas.image.size, 246)
        bare.paste(0, kept.box, kept.mask)
        canvas.image.paste(_PAPER, mask=bare)
