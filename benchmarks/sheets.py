"""How long checking a portrait and composing a contact sheet take, beside libvips with the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from random import Random
from time import perf_counter, process_time
from typing import Any, TypeVar

import pyvips
from PIL import Image

from benchmarks.section import Amount, Row
from bot.imaging import SHEET_WIDTH, contact_sheet, examine

R = TypeVar("R")

_ASPECT = "3:4"
_COUNT, _WIDTH, _HEIGHT = 8, 3072, 4096
_CELL, _CELL_HEIGHT, _GUTTER = 394, 525, 8
_KINDS = ("JPEG", "PNG")
_SLOWEST = "no slower than libvips"

NOTE = (
    "Eight originals of 3072 x 4096 pixels become one JPEG of 1600 pixels. Castroom checks each portrait when it "
    "lands, while others are still drawn (decoded whole, hashed, a preview of 2048 pixels kept); once the last is "
    "there, people wait for the sheet from previews alone, which two threads make. libvips shrinks while it decodes "
    "(thumbnail_buffer, arrayjoin, jpegsave at the same quality), with as many threads as there are cores. For “all "
    "of the work” libvips decodes each original whole, fails on a truncated one, keeps a preview of the same size and "
    "quality, and makes the sheet from those; hashes and numerals are Castroom's alone. Each figure is the quickest "
    "of several."
)


@dataclass(frozen=True)
class Spent:
    """The quickest of several times: milliseconds on the clock, and of all cores together."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} ms ({self.cpu:.0f} ms of CPU)"


def sheets(amount: Amount) -> list[Row]:
    """Rows for one portrait of each size, then for eight in 4K of each kind of file."""
    small = portrait(896, 1216, 0, "JPEG")
    rows = [Row("checking one 1K JPEG original and making its preview", str(_timed(partial(_previews, [small]), 3)[0]))]
    for kind in _KINDS if amount is Amount.FULL else _KINDS[:1]:
        originals = [portrait(_WIDTH, _HEIGHT, seed, kind) for seed in range(_COUNT)]
        rows += compared(originals, kind, amount.of(1, 2))
    return rows


def compared(originals: Sequence[bytes], kind: str, repeats: int) -> list[Row]:
    """Ours and libvips' in turns, the sheet alone and all of the work."""
    checking, previews = _timed(partial(_previews, originals), repeats)
    numbered = dict(enumerate(previews, 1))
    sheet, ours = _timed(partial(contact_sheet, numbered, _ASPECT), 3 * repeats)
    from_previews, _ = _timed(partial(vips_sheet, previews), 3 * repeats)
    from_originals, theirs = _timed(partial(vips_sheet, originals), repeats)
    same_work, _ = _timed(partial(vips_same_work, originals), repeats)
    assert _width(ours) == _width(theirs) == SHEET_WIDTH
    whole = Spent(checking.wall + sheet.wall, checking.cpu + sheet.cpu)
    what = f"{len(originals)} {kind} originals in 4K"
    return [
        Row(
            f"contact sheet of {what}, all portraits there: Castroom, libvips from the originals",
            f"{sheet}, {from_originals}",
            _SLOWEST,
        ),
        Row(f"the same from the same previews: Castroom, libvips (previews of {kind})", f"{sheet}, {from_previews}"),
        Row(f"{what}, all of the work, from checking to the sheet: Castroom, libvips", f"{whole}, {same_work}"),
        Row(f"of that, checking one {kind} original", f"{checking.wall / len(originals):.0f} ms"),
    ]


def vips_sheet(pictures: Sequence[bytes]) -> bytes:
    """A sheet as whoever has libvips would write it, with its own shrinking while it decodes; without numerals."""
    cells = [pyvips.Image.thumbnail_buffer(p, _CELL, height=_CELL_HEIGHT, crop="centre") for p in pictures]
    return _saved(pyvips.Image.arrayjoin(cells, across=4, shim=_GUTTER, background=[255, 255, 255]), 88)


def vips_same_work(originals: Sequence[bytes]) -> bytes:
    """Each original decoded whole and kept as a preview, and the sheet made from those."""
    return vips_sheet([_vips_preview(original) for original in originals])


def portrait(width: int, height: int, seed: int, kind: str) -> bytes:
    """An original of soft shapes."""
    noise = Image.frombytes("RGB", (96, 128), Random(seed).randbytes(96 * 128 * 3))
    out = BytesIO()
    options: dict[str, int] = {"quality": 92} if kind == "JPEG" else {"compress_level": 3}
    noise.resize((width, height), Image.Resampling.BICUBIC).save(out, kind, **options)
    return out.getvalue()


def _vips_preview(original: bytes) -> bytes:
    picture = pyvips.Image.new_from_buffer(original, "", access="sequential", fail_on="truncated")
    return _saved(picture.thumbnail_image(_WIDTH // 2, height=_HEIGHT // 2), 92)


def _saved(picture: Any, quality: int) -> bytes:
    return bytes(picture.jpegsave_buffer(Q=quality))


def _previews(originals: Sequence[bytes]) -> list[bytes]:
    return [examine(original, "benchmark").preview for original in originals]


def _timed(work: Callable[[], R], repeats: int) -> tuple[Spent, R]:
    """The quickest of so many, and what came of the last."""
    times = []
    for _ in range(repeats):
        wall, cpu = perf_counter(), process_time()
        result = work()
        times.append(((perf_counter() - wall) * 1000, (process_time() - cpu) * 1000))
    return Spent(*min(times)), result


def _width(sheet: bytes) -> int:
    return Image.open(BytesIO(sheet)).width
