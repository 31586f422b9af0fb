"""Engraving: dark lines that swell with the shadow and follow the form, over a pale second plate."""

import numpy as np
from PIL import Image, ImageFilter

from playground.faces.canvas import Canvas, Plate, Stencil
from playground.faces.person import Person
from playground.faces.shapes import Rng, ellipse
from playground.faces.sketch import Colour, Mark, Role, Sketch
from playground.faces.styles.burin import Burin
from playground.faces.styles.paint_marks import paint_marks

# The ink, and the paper.
_PRINTS: tuple[tuple[Colour, Colour], ...] = (
    ((28, 52, 62), (244, 238, 222)),
    ((58, 36, 32), (240, 222, 198)),
    ((36, 44, 76), (222, 228, 234)),
    ((34, 54, 42), (226, 232, 212)),
    ((74, 30, 44), (244, 224, 220)),
    ((44, 40, 44), (232, 228, 220)),
)
_SOFTNESS: dict[Role, float] = {"shade": 1.5, "light": 1.4}
_PITCH = 0.052  # units between two lines


def engraving(person: Person, sketch: Sketch, rng: Rng, width: int, height: int) -> Image.Image:
    dark, paper = _PRINTS[int(rng.integers(len(_PRINTS)))]
    canvas = Canvas(width, height, (178, 176, 170))
    halo = canvas.stencil([ellipse(person.side * 0.3, -0.2, 2.4, 2.6)], 0.5)
    if halo:
        canvas.paint(halo, (206, 204, 198))
    burin = Burin(canvas)

    def paint_mark(mark: Mark, stencil: Stencil) -> None:
        canvas.paint(stencil, mark.colour, mark.alpha)
        burin.follow(mark, stencil)

    paint_marks(canvas, sketch, paint_mark, _SOFTNESS)
    picture = Image.blend(Image.new("RGB", (width, height), paper), canvas.image, 0.34)
    picture.paste(dark, mask=Image.fromarray((_lines(canvas, person) * 255).astype(np.uint8)))
    picture.paste(paper, mask=burin.spared)
    picture.paste(dark, mask=burin.cut)
    return picture


def _lines(canvas: Canvas, person: Person) -> Plate:
    """Return the ink on each pixel, 0 to 1."""
    x, y = canvas.grid()
    darkness = _darkness(canvas)
    bulge = np.exp(-(x**2) / 1.1) * np.exp(-((y - 0.1) ** 2) / 2.4) * np.float32(0.42)
    sharpness = np.float32(canvas.unit * _PITCH * 0.5)
    ink = _screen((y + bulge * y + 0.10 * x**2 * (1 - bulge)) / _PITCH, darkness, sharpness)
    crossed = _screen(
        (x * 0.8 + y * person.side * 0.6 + bulge) / _PITCH, (darkness - np.float32(0.42)) * np.float32(1.5), sharpness
    )
    return np.maximum(ink, crossed)


def _darkness(canvas: Canvas) -> Plate:
    """Return the picture's shadows, with less flat tone and more contrast."""
    tone = canvas.image.convert("L")
    small = tone.reduce(8)
    even = small.filter(ImageFilter.GaussianBlur(canvas.unit * 0.45 / 8)).resize(tone.size, Image.Resampling.BILINEAR)
    level = np.asarray(tone, dtype=np.float32)
    level += (level - np.asarray(even, dtype=np.float32)) * np.float32(0.55)
    light = np.clip(level / np.float32(244), 0, 1) ** np.float32(0.62)
    result: Plate = (1 - light) * (np.float32(0.62) + np.float32(0.26) * (1 - light)) + np.float32(0.01)
    return result


def _screen(phase: Plate, darkness: Plate, sharpness: np.float32) -> Plate:
    """Return lines at whole numbers of `phase`, as wide as the darkness requires."""
    distance = np.abs(phase - np.floor(phase) - np.float32(0.5)) * 2
    result: Plate = np.clip((darkness - distance) * sharpness + np.float32(0.5), 0, 1)
    return result
