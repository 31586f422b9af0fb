"""Time to check a portrait and to compose a contact sheet, compared with libvips on the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from random import Random
from time import perf_counter, process_time
from typing import Any, TypeVar

import pyvips
from PIL import Image

from benchmarks.report import Row, RunSize
from bot.imaging.contact_sheet import SHEET_WIDTH, contact_sheet
from bot.imaging.pictures import examine

R = TypeVar("R")

_ASPECT = "3:4"
_COUNT, _WIDTH, _HEIGHT = 8, 3072, 4096
_CELL, _CELL_HEIGHT, _GUTTER = 394, 525, 8
_IMAGE_FORMATS = ("JPEG", "PNG")
_GOAL = "no slower than libvips"

NOTE = (
    "Eight originals of 3072 x 4096 pixels become one JPEG of 1600 pixels. Castroom checks each portrait when it "
    "arrives, while the models are still drawing others: it decodes the whole picture, hashes it and stores a preview "
    "of 2048 pixels. After the last portrait, people wait only for the sheet, which two threads compose from the "
    "previews. libvips shrinks while it decodes (thumbnail_buffer, arrayjoin, jpegsave at the same quality), with one "
    "thread per core. For “all work” libvips decodes each original in full, rejects a truncated one, keeps a preview "
    "of the same size and quality, and composes the sheet from the previews; only Castroom adds hashes and numerals. "
    "Each figure is the best of several."
)


@dataclass(frozen=True)
class Timing:
    """The best of several runs: milliseconds of wall time, and of CPU time over all cores."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} ms ({self.cpu:.0f} ms of CPU)"


def measure_contact_sheets(run_size: RunSize) -> list[Row]:
    """Rows for one portrait of each size, then for eight in 4K of each format."""
    portrait_1k = make_portrait(896, 1216, 0, "JPEG")
    rows = [
        Row(
            "checking one 1K JPEG original and making its preview",
            str(_time_best(partial(_previews, [portrait_1k]), 3)[0]),
        )
    ]
    for image_format in _IMAGE_FORMATS if run_size is RunSize.FULL else _IMAGE_FORMATS[:1]:
        originals = [make_portrait(_WIDTH, _HEIGHT, seed, image_format) for seed in range(_COUNT)]
        rows += compare_with_libvips(originals, image_format, run_size.pick(1, 2))
    return rows


def compare_with_libvips(originals: Sequence[bytes], image_format: str, repeats: int) -> list[Row]:
    """Run ours and libvips' in turn, for the sheet alone and for all of the work."""
    checking, previews = _time_best(partial(_previews, originals), repeats)
    previews_by_number = dict(enumerate(previews, 1))
    sheet, castroom_sheet = _time_best(partial(contact_sheet, previews_by_number, _ASPECT), 3 * repeats)
    from_previews, _ = _time_best(partial(vips_sheet, previews), 3 * repeats)
    from_originals, libvips_sheet = _time_best(partial(vips_sheet, originals), repeats)
    same_work, _ = _time_best(partial(vips_same_work, originals), repeats)
    assert _width(castroom_sheet) == _width(libvips_sheet) == SHEET_WIDTH
    all_work = Timing(checking.wall + sheet.wall, checking.cpu + sheet.cpu)
    label = f"{len(originals)} {image_format} originals in 4K"
    return [
        Row(
            f"contact sheet of {label}, all portraits stored: Castroom, libvips from the originals",
            f"{sheet}, {from_originals}",
            _GOAL,
        ),
        Row(
            f"the same from the same previews: Castroom, libvips (previews of {image_format})",
            f"{sheet}, {from_previews}",
        ),
        Row(f"{label}, all work, from checking to the sheet: Castroom, libvips", f"{all_work}, {same_work}"),
        Row(f"of that, checking one {image_format} original", f"{checking.wall / len(originals):.0f} ms"),
    ]


def vips_sheet(pictures: Sequence[bytes]) -> bytes:
    """Compose a sheet in the usual way of libvips, which shrinks while decoding; without numerals."""
    cells = [pyvips.Image.thumbnail_buffer(p, _CELL, height=_CELL_HEIGHT, crop="centre") for p in pictures]
    return _save_jpeg(pyvips.Image.arrayjoin(cells, across=4, shim=_GUTTER, background=[255, 255, 255]), 88)


def vips_same_work(originals: Sequence[bytes]) -> bytes:
    """Decode each original in full, keep a preview, and compose the sheet from the previews."""
    return vips_sheet([_vips_preview(original) for original in originals])


def make_portrait(width: int, height: int, seed: int, image_format: str) -> bytes:
    """Make an original of soft shapes."""
    noise = Image.frombytes("RGB", (96, 128), Random(seed).randbytes(96 * 128 * 3))
    out = BytesIO()
    options: dict[str, int] = {"quality": 92} if image_format == "JPEG" else {"compress_level": 3}
    noise.resize((width, height), Image.Resampling.BICUBIC).save(out, image_format, **options)
    return out.getvalue()


def _vips_preview(original: bytes) -> bytes:
    picture = pyvips.Image.new_from_buffer(original, "", access="sequential", fail_on="truncated")
    return _save_jpeg(picture.thumbnail_image(_WIDTH // 2, height=_HEIGHT // 2), 92)


def _save_jpeg(picture: Any, quality: int) -> bytes:
    return bytes(picture.jpegsave_buffer(Q=quality))


def _previews(originals: Sequence[bytes]) -> list[bytes]:
    return [examine(original, "benchmark").preview for original in originals]


def _time_best(work: Callable[[], R], repeats: int) -> tuple[Timing, R]:
    """Return the best of several runs, and the last result."""
    times = []
    for _ in range(repeats):
        wall, cpu = perf_counter(), process_time()
        result = work()
        times.append(((perf_counter() - wall) * 1000, (process_time() - cpu) * 1000))
    return Timing(*min(times)), result


def _width(sheet: bytes) -> int:
    return Image.open(BytesIO(sheet)).width
