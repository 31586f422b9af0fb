"""The identity of a person as a faint grain in the picture, which survives JPEG and another size, not a crop.

Each bit is spread over some 80 cells of a grid, as cells a little bluer or yellower than their neighbours: eyes see
little of it, and drawings change their colour less often than their brightness.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from playground.faces.identity import LENGTH, Identity

# Columns and rows of an upright grid; a picture that is wider than high has them the other way round.
_GRID = (112, 149)
# Levels of 255; more where the style itself has coloured dots.
_STRENGTH, _STRENGTHS = 5, {"screenprint": 8}
_CLIP = 8.0
_BITS = LENGTH * 8
_KEY = 20261128

Cells = npt.NDArray[np.float32]


def mark(picture: Image.Image, identity: Identity) -> Image.Image:
    """Return the picture with the identity in its grain."""
    order, signs = _spread()
    bits = np.unpackbits(np.frombuffer(identity.to_bytes(), dtype=np.uint8)).astype(np.int16) * 2 - 1
    strength = _STRENGTHS.get(identity.style, _STRENGTH)
    cells = (bits[order] * signs * strength + 128).astype(np.uint8)
    columns, rows = _grid_of(picture)
    grain = Image.fromarray(cells.reshape(rows, columns)).resize(picture.size, Image.Resampling.NEAREST)
    return _add(picture, grain)


def read_mark(picture: Image.Image) -> Identity | None:
    """Return the identity in a picture's grain; None where there is none, as in a photo or a crop."""
    order, signs = _spread()
    columns, rows = _grid_of(picture)
    small = np.asarray(picture.convert("RGB").resize((columns, rows), Image.Resampling.BOX), dtype=np.float32)
    cells: Cells = small[..., 2] - (small[..., 0] + small[..., 1]) / np.float32(2)
    votes = np.bincount(order, weights=(_residual(cells).ravel() * signs), minlength=_BITS)
    return Identity.from_bytes(np.packbits((votes > 0).astype(np.uint8)).tobytes())


def _add(picture: Image.Image, grain: Image.Image) -> Image.Image:
    """Add grain around 128 to the blue of a picture."""
    red, green, blue = picture.convert("RGB").split()
    grained = np.asarray(blue, dtype=np.int16) + np.asarray(grain, dtype=np.int16) - 128
    return Image.merge("RGB", (red, green, Image.fromarray(np.clip(grained, 0, 255).astype(np.uint8))))


def _residual(cells: Cells) -> Cells:
    """Return each cell without the mean of its neighbours, clipped, so that edges of the drawing count little."""
    padded = np.pad(cells, 1, mode="edge")
    rows, columns = cells.shape
    around = sum(
        padded[1 + down : 1 + down + rows, 1 + across : 1 + across + columns]
        for down in (-1, 0, 1)
        for across in (-1, 0, 1)
        if (down, across) != (0, 0)
    )
    result: Cells = np.clip(cells - around / 8, -_CLIP, _CLIP)
    return result


def _grid_of(picture: Image.Image) -> tuple[int, int]:
    return _GRID if picture.height >= picture.width else (_GRID[1], _GRID[0])


@cache
def _spread() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16]]:
    """Return the bit of each cell, and whether the cell shows it or its opposite."""
    rng = np.random.default_rng(_KEY)
    count = _GRID[0] * _GRID[1]
    order = rng.permutation(count) % _BITS
    return order, (rng.integers(0, 2, count) * 2 - 1).astype(np.int16)
