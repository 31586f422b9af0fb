"""Soft chalk on toned paper: no outlines, uneven edges, visible paper."""

from PIL import Image

from playground.faces.canvas import Canvas, Stencil
from playground.faces.person import Person
from playground.faces.shapes import Rng
from playground.faces.sketch import Colour, Mark, Role, Sketch, mixed
from playground.faces.styles.paint_marks import paint_marks
from playground.faces.styles.paper import blot, grained, streaks, tooth

_PAPERS: tuple[tuple[Colour, Colour], ...] = (
    ((72, 80, 92), (132, 148, 150)),
    ((104, 84, 72), (176, 140, 104)),
    ((66, 82, 76), (136, 156, 128)),
    ((88, 72, 88), (164, 128, 140)),
)
_SOFTNESS: dict[Role, float] = {"shade": 1.5, "light": 1.3}


def chalk(person: Person, sketch: Sketch, rng: Rng, width: int, height: int) -> Image.Image:
    paper, rubbed = _PAPERS[int(rng.integers(len(_PAPERS)))]
    if person.light & {"night", "cold"}:
        paper, rubbed = (44, 52, 74), (96, 116, 146)
    canvas = Canvas(width, height, paper)
    grain = tooth(canvas, rng, 96, 255, 360)
    drawn_out = streaks(canvas, rng, 20, 235, -38 * person.side)
    halo = canvas.stencil([blot(person.side * 0.4, -0.3, 2.3, 2.1, rng)], 0.35)
    if halo:
        canvas.paint(grained(halo, drawn_out), rubbed, 0.9)

    def paint_mark(mark: Mark, stencil: Stencil) -> None:
        match mark.role:
            case "mass":
                edge = canvas.stencil(mark.shapes, 0.022) or stencil
                canvas.paint(edge, mixed(mark.colour, paper, 0.24), 0.96)
                canvas.paint(grained(grained(edge, grain), drawn_out), mixed(mark.colour, (255, 250, 236), 0.16), 0.9)
            case "shade":
                canvas.paint(grained(stencil, grain), mixed(mark.colour, paper, 0.30), mark.alpha)
            case "light":
                canvas.paint(grained(stencil, grain), mark.colour, mark.alpha * 1.25)
            case "line" | "strand" | "speck":
                canvas.paint(grained(stencil, grain), mark.colour, mark.alpha)
            case _:
                canvas.paint(stencil, mark.colour, mark.alpha)

    paint_marks(canvas, sketch, paint_mark, _SOFTNESS)
    return canvas.image
