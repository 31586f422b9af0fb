"""Pictures of a character sheet: a view beside the locked face, and the sheet of all views. Run them in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PIL import Image, ImageDraw, ImageOps

from bot.imaging.encoding import to_jpeg
from bot.imaging.fonts import draw_line
from bot.imaging.pictures import open_jpeg, size_in_aspect

_PAIR_WIDTH, _PAIR_GUTTER, _PAIR_LABEL = 1600, 8, 92
_PAGE, _INK, _QUIET, _FRAME = (250, 250, 248), (24, 24, 26), (110, 110, 114), (214, 214, 210)
# Columns and width of a cell in pixels, up to a number of cells: a page stays below 20 megapixels.
_LAYOUTS = ((3, 3, 720), (10, 5, 560), (1_000, 6, 440))
_MARGIN, _GAP = 60, 36
_HEADER, _LABEL, _FOOTER = 170, 84, 90
_MISSING = (238, 238, 234)


@dataclass(frozen=True)
class SheetCell:
    """One cell of a sheet: the view's name, a line below it, and its preview (JPEG); None for a missing picture."""

    title: str
    note: str
    preview: bytes | None


def beside_locked_face(locked: bytes, view: bytes, aspect: str) -> bytes:
    """Return two previews at one size and crop, the locked face on the left, with labels above them: a JPEG."""
    cell_w, cell_h = size_in_aspect(aspect, (_PAIR_WIDTH - _PAIR_GUTTER) // 2)
    canvas = Image.new("RGB", (_PAIR_WIDTH, cell_h + _PAIR_LABEL), _PAGE)
    pen = ImageDraw.Draw(canvas)
    for index, (label, preview) in enumerate((("locked face", locked), ("this view", view))):
        left = index * (cell_w + _PAIR_GUTTER)
        draw_line(pen, (left + 12, _PAIR_LABEL // 2), label, 52, _INK, cell_w - 24)
        canvas.paste(_fitted(preview, (cell_w, cell_h)), (left, _PAIR_LABEL))
    return to_jpeg(canvas, 90)


def sheet_page(title: str, subtitle: str, footer: str, cells: Sequence[SheetCell], aspect: str) -> bytes:
    """Return all views on one page, labels below the pictures and never on them: a JPEG."""
    columns, cell_width = next((columns, width) for most, columns, width in _LAYOUTS if len(cells) <= most)
    rows = max(1, ceil(len(cells) / columns))
    cell_w, cell_h = size_in_aspect(aspect, cell_width)
    width = 2 * _MARGIN + columns * cell_w + (columns - 1) * _GAP
    height = _HEADER + rows * (cell_h + _LABEL) + (rows - 1) * _GAP + _FOOTER
    page = Image.new("RGB", (width, height), _PAGE)
    pen = ImageDraw.Draw(page)
    room = width - 2 * _MARGIN
    draw_line(pen, (_MARGIN, 66), title, 58, _INK, room)
    draw_line(pen, (_MARGIN, 126), subtitle, 30, _QUIET, room)
    for index, cell in enumerate(cells):
        left = _MARGIN + index % columns * (cell_w + _GAP)
        top = _HEADER + index // columns * (cell_h + _LABEL + _GAP)
        _draw_cell(page, pen, cell, (left, top), (cell_w, cell_h))
    draw_line(pen, (_MARGIN, height - _FOOTER // 2 - 4), footer, 28, _QUIET, room)
    return to_jpeg(page, 90)


def _draw_cell(
    page: Image.Image, pen: ImageDraw.ImageDraw, cell: SheetCell, corner: tuple[int, int], size: tuple[int, int]
) -> None:
    left, top = corner
    if cell.preview is None:
        pen.rectangle((left, top, left + size[0] - 1, top + size[1] - 1), fill=_MISSING, outline=_FRAME, width=2)
        draw_line(pen, (left + 36, top + size[1] // 2), "missing", 36, _QUIET, size[0] - 72)
    else:
        page.paste(_fitted(cell.preview, size), corner)
    below = top + size[1]
    draw_line(pen, (left, below + 26), cell.title, 30, _INK, size[0])
    draw_line(pen, (left, below + 60), cell.note, 24, _QUIET, size[0])


def _fitted(preview: bytes, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(open_jpeg(preview, size), size, Image.Resampling.LANCZOS)
