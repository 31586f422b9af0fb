"""The contact sheet of a callback: a row for each candidate, the original first. Run it in a thread."""

from collections.abc import Collection, Mapping, Sequence

from PIL import Image, ImageDraw, ImageOps

from bot.imaging.contact_sheet import MAX_SHEET_BYTES, SHEET_WIDTH, draw_cover, draw_number, sheet_font, size_in_cell
from bot.imaging.encoding import to_jpeg_under
from bot.imaging.pictures import common_size, open_jpeg, size_in_aspect

_GUTTER, _ROW_GAP, _CAPTION = 8, 28, 52
_MISSING, _MISSING_TEXT = (232, 232, 232), (110, 110, 110)
_CAPTION_TEXT = (60, 60, 60)
_FILTER = Image.Resampling.LANCZOS


def callback_sheet(
    rows: Mapping[int, Sequence[bytes | None]], captions: Sequence[str], aspect: str, covered: Collection[int] = ()
) -> bytes:
    """Return a JPEG, 1600 pixels wide and under 1 MB: a row for each number, a column for each caption.

    `rows` are previews; None is a view that no model drew. All pictures have the sharpness of the smallest one. Of rows
    that are `covered` only the number is shown.
    """
    columns = len(captions)
    width = (SHEET_WIDTH - _GUTTER * (columns - 1)) // columns
    cell = size_in_aspect(aspect, width)
    scale = _common_scale(rows, cell, aspect)
    height = _CAPTION + len(rows) * cell[1] + _ROW_GAP * max(0, len(rows) - 1)
    sheet = Image.new("RGB", (SHEET_WIDTH, height), "white")
    for column, caption in enumerate(captions):
        _draw_text(sheet, (column * (width + _GUTTER) + width // 2, _CAPTION // 2), caption, _CAPTION_TEXT)
    for row, (number, previews) in enumerate(sorted(rows.items())):
        top = _CAPTION + row * (cell[1] + _ROW_GAP)
        for column, preview in enumerate(previews):
            corner = (column * (width + _GUTTER), top)
            if number in covered:
                sheet.paste(draw_cover(cell), corner)
            else:
                _draw_cell(sheet, corner, cell, preview, scale)
        draw_number(sheet, (0, top), width, number)
    return to_jpeg_under(sheet, MAX_SHEET_BYTES)


def _common_scale(rows: Mapping[int, Sequence[bytes | None]], cell: tuple[int, int], aspect: str) -> float:
    """Return how far pictures are reduced before they fill a cell, so that all are as sharp as the smallest."""
    sizes = [size_in_cell(preview, cell) for previews in rows.values() for preview in previews if preview]
    smallest, _ = common_size(sizes, aspect)
    return min(1.0, smallest / cell[0])


def _draw_cell(
    sheet: Image.Image, corner: tuple[int, int], cell: tuple[int, int], preview: bytes | None, scale: float
) -> None:
    width, height = cell
    if preview is None:
        sheet.paste(Image.new("RGB", cell, _MISSING), corner)
        _draw_text(sheet, (corner[0] + width // 2, corner[1] + height // 2), "missing", _MISSING_TEXT)
        return
    reduced = ImageOps.fit(open_jpeg(preview, cell), (round(width * scale), round(height * scale)), _FILTER)
    sheet.paste(reduced.resize(cell, _FILTER) if reduced.size != cell else reduced, corner)


def _draw_text(sheet: Image.Image, middle: tuple[int, int], text: str, colour: tuple[int, int, int]) -> None:
    ImageDraw.Draw(sheet).text(middle, text, fill=colour, font=sheet_font(28), anchor="mm")
