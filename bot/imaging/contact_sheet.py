"""The contact sheet: the pictures of a round in one JPEG, with their numbers. Run `contact_sheet` in a thread."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from math import ceil
from threading import Lock

from PIL import Image, ImageDraw, ImageFont

from bot.imaging.encoding import to_jpeg_under
from bot.imaging.pictures import common_size, open_jpeg, parse_ratio

SHEET_WIDTH = 1600
MAX_SHEET_BYTES = 1_000_000
_GUTTER = 8
_COVER, _COVER_LINE = (72, 74, 80), (176, 178, 184)
# Faster filters leave a trace of each picture's original size in the sheet's grain. With Hamming, the classifier of
# tests/scale/test_vote_blindness.py guessed 124 of 200 rounds; with Lanczos, 107 of the same.
_FILTER = Image.Resampling.LANCZOS
# Two threads, because a round waits for its sheet once all portraits have arrived.
_cell_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sheet")
# The lower half of a cell, which another thread waits for.
_half_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="half-cell")
# A sheet waits for its cells, so it is drawn in a thread of its own.
_sheet_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whole-sheet")


@dataclass(frozen=True)
class _Layout:
    """Columns, the size of a cell in pixels, and the scale that gives all pictures the smallest one's sharpness."""

    columns: int
    cell: tuple[int, int]
    scale: float


class SheetCells:
    """The cells of one sheet of `count` pictures, drawn as soon as their pictures are there, before the last one is.

    They depend on the smallest picture. So they are kept while each further picture leaves the layout as it is, and
    `contact_sheet` draws the cells that are missing here: the sheet is the same with and without them.
    """

    def __init__(self, aspect: str, count: int) -> None:
        self.count = count
        self._aspect = aspect
        self._cell_size = _cell_size(aspect, count)
        self._sizes: list[tuple[int, int]] = []
        self._cells: dict[tuple[bytes, _Layout], Future[Image.Image]] = {}
        self._sheet: tuple[dict[int, bytes], Future[bytes]] | None = None
        self._mutex = Lock()

    def add(self, preview: bytes) -> None:
        """Draw the cell of a further picture in a thread; returns at once. An unreadable picture has none."""
        _cell_pool.submit(self._add, preview)

    def draw_sheet(self, previews: Mapping[int, bytes]) -> None:
        """Draw the sheet of all pictures by number in a thread, for `contact_sheet` to find; returns at once."""
        shown = dict(previews)
        self._sheet = shown, _sheet_pool.submit(_draw_sheet, shown, self._aspect, (), self)

    def sheet(self, previews: Mapping[int, bytes]) -> bytes | None:
        """Return the sheet of exactly these pictures if it was drawn before; waits for its end."""
        if self._sheet is None or self._sheet[0] != previews or self._sheet[1].exception():
            return None
        return self._sheet[1].result()

    def get(self, preview: bytes, layout: _Layout) -> Future[Image.Image]:
        """Return the cell of a picture, which may still be drawn; never wait for it in a thread that draws cells."""
        key = (sha256(preview).digest(), layout)
        with self._mutex:
            cell = self._cells.get(key)
            if cell is None or (cell.done() and cell.exception()):
                cell = self._cells[key] = _cell_pool.submit(_draw_cell, preview, layout)
            return cell

    def _add(self, preview: bytes) -> None:
        with suppress(Exception):
            size = size_in_cell(preview, self._cell_size)
            with self._mutex:
                self._sizes.append(size)
                layout = _layout(self._aspect, self.count, self._sizes)
                self._cells = {key: cell for key, cell in self._cells.items() if key[1] == layout}
            self.get(preview, layout)


def contact_sheet(
    previews: Mapping[int, bytes],
    aspect: str,
    shown: Sequence[int] = (),
    cells: SheetCells | None = None,
    covered: Collection[int] = (),
) -> bytes:
    """Return a JPEG, 1600 pixels wide and under 1 MB, of all pictures or those `shown`, each with its number.

    Pictures that are not shown count for the common sharpness, so that a choice of some tells nothing about their size.
    `cells` may hold cells, or the whole sheet, that are drawn already. Of those `covered` only the number is shown.
    """
    if cells and not shown and not covered and (drawn := cells.sheet(previews)):
        return drawn
    return _draw_sheet(previews, aspect, shown, cells, covered)


def _draw_sheet(
    previews: Mapping[int, bytes],
    aspect: str,
    shown: Sequence[int] = (),
    cells: SheetCells | None = None,
    covered: Collection[int] = (),
) -> bytes:
    numbers = sorted(shown or previews)
    cell_size = _cell_size(aspect, len(numbers))
    layout = _layout(aspect, len(numbers), [size_in_cell(data, cell_size) for data in previews.values()])
    cells = cells or SheetCells(aspect, len(numbers))
    drawn = {number: cells.get(previews[number], layout) for number in numbers if number not in covered}
    cell_w, cell_h = cell_size
    rows = ceil(len(numbers) / layout.columns)
    sheet = Image.new("RGB", (SHEET_WIDTH, rows * cell_h + _GUTTER * (rows - 1)), "white")
    for index, number in enumerate(numbers):
        corner = (index % layout.columns * (cell_w + _GUTTER), index // layout.columns * (cell_h + _GUTTER))
        sheet.paste(drawn[number].result() if number in drawn else draw_cover(cell_size), corner)
        draw_number(sheet, corner, cell_w, number)
    return to_jpeg_under(sheet, MAX_SHEET_BYTES)


def _layout(aspect: str, count: int, sizes: Iterable[tuple[int, int]]) -> _Layout:
    """Return the layout of a sheet of `count` pictures; `sizes` are those of all pictures as their cells open them."""
    cell = _cell_size(aspect, count)
    min_width, _ = common_size(list(sizes), aspect)
    return _Layout(_column_count(count), cell, min(1.0, min_width / cell[0]))


def _cell_size(aspect: str, count: int) -> tuple[int, int]:
    columns, (ratio_width, ratio_height) = _column_count(count), parse_ratio(aspect)
    width = (SHEET_WIDTH - _GUTTER * (columns - 1)) // columns
    return width, round(width * ratio_height / ratio_width)


def _column_count(count: int) -> int:
    return {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}.get(count, 4)


def size_in_cell(data: bytes, min_size: tuple[int, int]) -> tuple[int, int]:
    """Return the size at which `open_jpeg` opens a preview, without decoding it."""
    with Image.open(BytesIO(data), formats=("JPEG",)) as image:
        image.draft("RGB", min_size)
        return image.size


def _draw_cell(preview: bytes, layout: _Layout) -> Image.Image:
    """Return one picture of the sheet: reduced to the smallest picture's resolution, then scaled to the cell."""
    width, height = layout.cell
    picture = open_jpeg(preview, layout.cell)
    fitted = resize_to_fill(picture, (round(width * layout.scale), round(height * layout.scale)))
    return fitted.resize(layout.cell, _FILTER) if fitted.width != width else fitted


def resize_to_fill(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale and crop a picture in its middle to `size`, in two threads: a round waits for its last cell.

    Each half is filtered with the rows beyond its edge, so that the seam cannot be seen.
    """
    width, height = size
    scale = min(picture.width / width, picture.height / height)
    left, top = max(0.0, (picture.width - width * scale) / 2), max(0.0, (picture.height - height * scale) / 2)
    right, bottom = picture.width - left, picture.height - top
    upper_height = height // 2
    if not upper_height:
        return picture.resize(size, _FILTER, (left, top, right, bottom))
    middle = top + (bottom - top) * upper_height / height
    lower = _half_pool.submit(picture.resize, (width, height - upper_height), _FILTER, (left, middle, right, bottom))
    filled = Image.new("RGB", size)
    filled.paste(picture.resize((width, upper_height), _FILTER, (left, top, right, middle)))
    filled.paste(lower.result(), (0, upper_height))
    return filled


def draw_cover(size: tuple[int, int]) -> Image.Image:
    """Return the cell in place of a hidden picture: grey, with an eye that is crossed out."""
    width, height = size
    cover = Image.new("RGB", size, _COVER)
    draw, middle, radius = ImageDraw.Draw(cover), (width / 2, height / 2), min(width, height) / 6
    left, top, right, bottom = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    stroke = max(4, round(radius / 9))
    # Two arcs of larger circles meet in the corners of the eye.
    for shift in (radius * 0.75, -radius * 0.75):
        arc = (left - radius / 4, top + shift - radius / 4, right + radius / 4, bottom + shift + radius / 4)
        draw.arc(arc, *((217, 323) if shift > 0 else (37, 143)), fill=_COVER_LINE, width=stroke)
    pupil = radius / 3
    draw.ellipse((middle[0] - pupil, middle[1] - pupil, middle[0] + pupil, middle[1] + pupil), fill=_COVER_LINE)
    draw.line((left, bottom, right, top), fill=_COVER, width=stroke * 3)
    draw.line((left, bottom, right, top), fill=_COVER_LINE, width=stroke)
    return cover


def draw_number(sheet: Image.Image, corner: tuple[int, int], cell_width: int, number: int) -> None:
    """Draw a large number on a dark disc in the upper left corner of a cell."""
    radius = max(24, cell_width // 12)
    left, top = (side + radius // 3 for side in corner)
    mask = Image.new("L", (2 * radius + 1, 2 * radius + 1), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 2 * radius, 2 * radius), fill=170)
    sheet.paste(Image.new("RGB", mask.size, "black"), (left, top), mask=mask)
    middle, font = (left + radius, top + radius), sheet_font(round(radius * (1.35 if number < 100 else 1.0)))
    ImageDraw.Draw(sheet).text(middle, str(number), fill="white", font=font, anchor="mm")


@lru_cache(maxsize=8)
def sheet_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font at this size in pixels."""
    return ImageFont.load_default(size=size)
