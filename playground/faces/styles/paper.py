"""Textures of paper grain and brush that scale with the picture."""

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from playground.faces.canvas import Canvas, Stencil
from playground.faces.shapes import Points, Rng, ellipse, moved, ribbon
from playground.faces.sketch import Colour, Mark

_FINE = 520  # grains across
_PIECES = 6


def tooth(canvas: Canvas, rng: Rng, low: int, high: int, grains: int = _FINE) -> Image.Image:
    """Return paper grain between two grey levels, with gaps that show the ground."""
    size = (grains, max(1, round(grains * canvas.height / canvas.width)))
    # Of its own generator: a larger picture has more noise, and is otherwise the same.
    own = np.random.default_rng(int(rng.integers(2**62)))
    noise = own.standard_normal((size[1], size[0])).astype(np.float32)
    levels = np.clip((noise * 0.6 + 0.62) * (high - low) + low, low, high).astype(np.uint8)
    return Image.fromarray(levels).resize((canvas.width, canvas.height), Image.Resampling.BICUBIC)


def streaks(canvas: Canvas, rng: Rng, low: int, high: int, degrees: float) -> Image.Image:
    """Return grain drawn out along one direction, as of a crayon."""
    width, height = -(-canvas.width // 2), -(-canvas.height // 2)
    side = round(np.hypot(width, height)) + 2
    noise = rng.standard_normal((46, 520)).astype(np.float32)
    levels = np.clip((noise * 0.5 + 0.6) * (high - low) + low, low, high).astype(np.uint8)
    wide = (
        Image.fromarray(levels)
        .resize((side, side), Image.Resampling.BILINEAR)
        .rotate(degrees, Image.Resampling.BILINEAR)
    )
    left, top = (side - width) // 2, (side - height) // 2
    half = wide.crop((left, top, left + width, top + height))
    return half.resize((canvas.width, canvas.height), Image.Resampling.BILINEAR)


def grained(stencil: Stencil, grain: Image.Image) -> Stencil:
    return Stencil(stencil.box, ImageChops.multiply(stencil.mask, grain.crop(stencil.box)))


def rim(stencil: Stencil, radius: float) -> Stencil:
    """Return the edge of a wash, where pigment gathers as it dries."""
    times = 3 if min(stencil.mask.size) > 12 else 1
    inside = stencil.mask.reduce(times).filter(ImageFilter.BoxBlur(radius / times))
    inside = inside.resize(stencil.mask.size, Image.Resampling.BILINEAR)
    return Stencil(stencil.box, ImageChops.multiply(stencil.mask, ImageChops.invert(inside)))


def outline(
    canvas: Canvas, mark: Mark, width: float, colour: Colour, rng: Rng, grain: Image.Image | None = None
) -> None:
    """Return a swelling pen line round a mark, in pieces since small stencils are cheap."""
    for shape in mark.shapes:
        for piece in _pieces(shape, width, rng):
            stencil = canvas.stencil([piece])
            if stencil:
                canvas.paint(grained(stencil, grain) if grain else stencil, colour)


def blot(x: float, y: float, wide: float, high: float, rng: Rng) -> Points:
    """Return a brushed patch with an uneven edge."""
    shape = ellipse(0, 0, 1, 1, steps=140)
    angle = np.linspace(0, 2 * np.pi, 140, endpoint=False)
    waves = [rng.uniform(0.02, 0.16) / k**0.5 * np.sin(angle * k + rng.uniform(0, 6.3)) for k in (2, 3, 5, 8, 13)]
    swell = np.sum(waves, axis=0)
    return moved(shape * (1 + swell)[:, None] * (wide, high), x, y)


def _pieces(shape: Points, width: float, rng: Rng) -> list[Points]:
    path = np.vstack([shape, shape[:1]])
    along = np.linspace(0, 2 * np.pi, len(path))
    swell = 1 + 0.5 * np.sin(along * 3 + rng.uniform(0, 6)) + 0.3 * np.sin(along * 7 + rng.uniform(0, 6))
    widths = width * np.clip(swell, 0.35, 1.8)
    cuts = np.linspace(0, len(path) - 1, _PIECES + 1).astype(int)
    pieces = zip(cuts[:-1], cuts[1:] + 1, strict=True)
    return [ribbon(path[start:end], widths[start:end]) for start, end in pieces if end - start > 1]
