"""The canvas: shapes become antialiased masks, masks become paint."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from playground.faces.shapes import Points
from playground.faces.sketch import Colour

Box = tuple[int, int, int, int]
Plate = npt.NDArray[np.float32]
_LARGE = 250_000  # pixels; larger masks are sampled twice, smaller ones three times across


@dataclass(frozen=True, slots=True)
class Stencil:
    """A mask and its position."""

    box: Box
    mask: Image.Image


class Canvas:
    """A picture with a place for the head; `unit` is half the width of a face in pixels."""

    def __init__(self, width: int, height: int, ground: Image.Image | Colour) -> None:
        self.width, self.height = width, height
        self.unit = min(0.222 * width, 0.168 * height)
        self.middle = (0.5 * width, 0.455 * height)
        self.image = ground if isinstance(ground, Image.Image) else Image.new("RGB", (width, height), ground)
        self._named: dict[str, Stencil] = {}

    def grid(self) -> tuple[Plate, Plate]:
        """Return the columns and rows of all pixels in units, ready for broadcasting."""
        x = (np.arange(self.width, dtype=np.float32) - np.float32(self.middle[0])) / np.float32(self.unit)
        y = (np.arange(self.height, dtype=np.float32) - np.float32(self.middle[1])) / np.float32(self.unit)
        return x[None, :], y[:, None]

    def stencil(self, shapes: Sequence[Points], soft: float = 0.0) -> Stencil | None:
        """Return the union of shapes, blurred by `soft` units; None if it is outside the picture."""
        pixels = [shape * self.unit + self.middle for shape in shapes]
        reach = 2.5 * soft * self.unit + 2
        low = np.min([points.min(axis=0) for points in pixels], axis=0) - reach
        high = np.max([points.max(axis=0) for points in pixels], axis=0) + reach
        left, top = max(0, int(low[0])), max(0, int(low[1]))
        right, bottom = min(self.width, int(high[0]) + 1), min(self.height, int(high[1]) + 1)
        if right <= left or bottom <= top:
            return None
        box = (left, top, right, bottom)
        return Stencil(box, _soft_mask(pixels, box, soft * self.unit) if soft else _crisp_mask(pixels, box))

    def name(self, name: str, stencil: Stencil) -> None:
        """Store a stencil for clipping."""
        self._named[name] = stencil

    def clipped(self, stencil: Stencil, name: str | None) -> Stencil:
        inside = self._named.get(name) if name else None
        if inside is None:
            return stencil
        shown = Image.new("L", stencil.mask.size)
        shown.paste(inside.mask, (inside.box[0] - stencil.box[0], inside.box[1] - stencil.box[1]))
        return Stencil(stencil.box, ImageChops.multiply(stencil.mask, shown))

    def paint(self, stencil: Stencil, colour: Colour, alpha: float = 1.0) -> None:
        mask = stencil.mask if alpha >= 1 else stencil.mask.point(_faded(round(alpha * 100)))
        self.image.paste(colour, stencil.box, mask)


@cache
def _faded(percent: int) -> list[int]:
    return [level * percent // 100 for level in range(256)]


def _crisp_mask(pixels: Sequence[Points], box: Box) -> Image.Image:
    wide, high = box[2] - box[0], box[3] - box[1]
    times = 2 if wide * high > _LARGE else 3
    mask = _filled(pixels, box, times, (wide * times, high * times))
    return mask.reduce(times)


def _soft_mask(pixels: Sequence[Points], box: Box, radius: float) -> Image.Image:
    """Blur at a scale where the radius is three pixels, since no finer detail is visible."""
    wide, high = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, 3 / radius)
    small = (max(1, round(wide * scale)), max(1, round(high * scale)))
    mask = _filled(pixels, box, scale, small).filter(ImageFilter.GaussianBlur(radius * scale))
    return mask.resize((wide, high), Image.Resampling.BILINEAR)


def _filled(pixels: Sequence[Points], box: Box, scale: float, size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    for points in pixels:
        pen.polygon(((points - box[:2]) * scale).ravel().tolist(), fill=255)
    return mask
