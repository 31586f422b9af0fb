"""Screen print: four inks, dots in the half-tones, plates slightly out of register."""

import numpy as np
from PIL import Image, ImageFilter

from playground.faces.canvas import Canvas, Plate, Stencil
from playground.faces.person import Person
from playground.faces.shapes import Rng, ellipse
from playground.faces.sketch import Colour, Mark, Role, Sketch
from playground.faces.styles.burin import Burin
from playground.faces.styles.paint_marks import paint_marks

_INKS: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((246, 236, 214), (232, 110, 84), (28, 44, 84)),
    ((244, 234, 206), (70, 150, 148), (62, 34, 62)),
    ((248, 230, 208), (226, 156, 58), (36, 56, 60)),
)
_SOFTNESS: dict[Role, float] = {"shade": 0.9, "light": 0.9}
_PITCH = 0.060


def screenprint(person: Person, sketch: Sketch, rng: Rng, width: int, height: int) -> Image.Image:
    paper, colour, key = _INKS[int(rng.integers(len(_INKS)))]
    canvas = Canvas(width, height, (235, 232, 226))
    disc = canvas.stencil([ellipse(person.side * 0.4, -0.3, 2.0, 2.0, steps=120)])
    if disc:
        canvas.paint(disc, (150, 150, 150))

    burin = Burin(canvas)

    def paint_mark(mark: Mark, stencil: Stencil) -> None:
        canvas.paint(stencil, mark.colour, mark.alpha)
        burin.follow(mark, stencil)

    paint_marks(canvas, sketch, paint_mark, _SOFTNESS)
    tone = canvas.image.convert("L")
    soft = np.asarray(tone.filter(ImageFilter.GaussianBlur(canvas.unit * 0.02)), dtype=np.float32) / np.float32(255)
    picture = Image.new("RGB", (width, height), paper)
    shift = round(canvas.unit * 0.018) * person.side
    picture.paste(colour, (shift, abs(shift)), _dots(canvas, soft, 1.12, 0.26))
    picture.paste(key, (0, 0), _dots(canvas, np.asarray(tone, dtype=np.float32) / np.float32(255), 0.66, 0.96))
    picture.paste(paper, mask=burin.spared)
    picture.paste(key, mask=burin.cut)
    return picture


def _dots(canvas: Canvas, tone: Plate, most: float, turn: float) -> Image.Image:
    """Return the dots of a rotated screen, which join where it is darker than the limit."""
    x, y = (axis * np.float32(np.pi / _PITCH) for axis in canvas.grid())
    cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    across, down = x * cosine - y * sine, x * sine + y * cosine
    screen = (np.cos(across) * np.cos(down) + 1) / 2
    ink = np.clip(((most - tone * 1.5) - screen * 0.55) * 7 + 0.5, 0, 1)
    return Image.fromarray((ink * 255).astype(np.uint8))
