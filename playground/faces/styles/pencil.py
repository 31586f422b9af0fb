"""Coloured pencil: short parallel strokes over white paper, a graphite line round every shape."""

from PIL import Image

from playground.faces.canvas import Canvas, Stencil
from playground.faces.person import Person
from playground.faces.shapes import Rng
from playground.faces.sketch import Colour, Mark, Role, Sketch, mixed
from playground.faces.styles.paint_marks import paint_marks
from playground.faces.styles.paper import grained, outline, streaks, tooth

_PAPER: Colour = (250, 248, 243)
_TINTS: tuple[Colour, ...] = ((200, 176, 140), (150, 176, 186), (196, 150, 140), (160, 178, 140), (176, 160, 190))
_GRAPHITE: Colour = (70, 66, 72)
_SOFTNESS: dict[Role, float] = {"shade": 1.0, "light": 1.0}


def pencil(person: Person, sketch: Sketch, rng: Rng, width: int, height: int) -> Image.Image:
    canvas = Canvas(width, height, _PAPER)
    grain = tooth(canvas, rng, 120, 255, 380)
    one, other = (streaks(canvas, rng, 0, 250, degrees * person.side) for degrees in (-32, 24))
    colour = (86, 106, 140) if person.light & {"night", "cold"} else _TINTS[int(rng.integers(len(_TINTS)))]
    tint = mixed(_PAPER, colour, 0.75)
    whole = Stencil((0, 0, width, height), Image.new("L", (width, height), 150))
    canvas.paint(grained(whole, one), tint)

    def paint_mark(mark: Mark, stencil: Stencil) -> None:
        match mark.role:
            case "mass":
                canvas.paint(stencil, mixed(_PAPER, mark.colour, 0.42))
                canvas.paint(grained(stencil, one), mark.colour, 0.85)
                outline(canvas, mark, 0.017, _GRAPHITE, rng, grain)
            case "shade":
                canvas.paint(grained(stencil, one), mark.colour, mark.alpha)
                canvas.paint(grained(stencil, other), mixed(mark.colour, _GRAPHITE, 0.4), mark.alpha * 0.6)
            case "light":
                canvas.paint(stencil, mixed(mark.colour, _PAPER, 0.6), mark.alpha * 0.8)
            case "line" | "strand":
                canvas.paint(grained(stencil, grain), mixed(mark.colour, _GRAPHITE, 0.35), mark.alpha)
            case _:
                canvas.paint(grained(stencil, grain), mark.colour, mark.alpha)

    paint_marks(canvas, sketch, paint_mark, _SOFTNESS)
    return canvas.image
