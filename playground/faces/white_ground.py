"""A plain white background, where the prompt asks for one."""

import re

from PIL import Image, ImageChops, ImageFilter

from playground.faces.canvas import Canvas
from playground.faces.sketch import Role, Sketch

_WHITE = re.compile(r"\b(?:plain|pure|seamless) white (?:\w+ )?(?:background|backdrop|ground)\b", re.IGNORECASE)
# Soft shades reach beyond the person; these marks are the person.
_SOLID: tuple[Role, ...] = ("mass", "detail", "line", "strand")
# Part of the width by which the outline is kept, so that pen lines round a mass stay.
_OUTLINE = 0.008


def asks_for_white(prompt: str) -> bool:
    return bool(_WHITE.search(prompt))


def cut_out(picture: Image.Image, sketch: Sketch) -> Image.Image:
    """Return the picture with everything but the person white."""
    canvas = Canvas(*picture.size, (0, 0, 0))
    person = Image.new("L", picture.size)
    for mark in sketch.marks:
        if mark.role in _SOLID and (stencil := canvas.stencil(mark.shapes)):
            covered = person.crop(stencil.box)
            person.paste(ImageChops.lighter(covered, stencil.mask), stencil.box)
    radius = max(1, round(picture.width * _OUTLINE))
    # A blur and a steep threshold widen the shape smoothly, much faster than a maximum filter of this size.
    widened = person.filter(ImageFilter.BoxBlur(radius)).point([min(255, level * 6) for level in range(256)])
    return Image.composite(picture, Image.new("RGB", picture.size, "white"), ImageChops.lighter(person, widened))
