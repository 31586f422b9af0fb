"""The roster poster: faces with captions in one picture. Pure functions; run them in a thread."""

from dataclasses import dataclass
from math import log
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageOps

from bot.imaging.color import GROUND
from bot.imaging.encoding import to_jpeg
from bot.imaging.fonts import draw_line, font_for, wrap
from bot.imaging.pictures import open_jpeg

FACES_PER_POSTER = 40
_WIDTH, _MAX_CELL_WIDTH = 2000, 640
_MARGIN, _GUTTER = 48, 24
_MAX_COLUMNS, _MAX_IN_ONE_ROW = 8, 5
_TITLE_SIZE, _TITLE_STEP, _TITLE_GAP = 60, 76, 20
_CAPTION_PADDING = 56
_LEAST_TEXT_SCALE = 0.7
# Height to width of a portrait, and width to height of a poster.
_PORTRAIT_RATIO, _PREFERRED_RATIO = 4 / 3, 1.3
# The face is in the upper part of a portrait, so crop more at the bottom.
_CROP = (0.5, 0.3)
_BACKGROUND_COLOR, _TEXT_COLOR, _MUTED_COLOR = "#ffffff", "#1d1c1d", "#616061"


@dataclass(frozen=True)
class Caption:
    """The text under a portrait."""

    name: str
    subtitle: str


@dataclass(frozen=True)
class _Cell:
    """The place of a portrait and its caption, in pixels."""

    left: int
    top: int
    width: int
    name_size: int

    @property
    def portrait_size(self) -> tuple[int, int]:
        return self.width, round(self.width * _PORTRAIT_RATIO)

    @property
    def subtitle_size(self) -> int:
        return max(17, round(self.name_size * 0.7))


class Poster:
    """A picture of `count` portraits, added in reading order. Each row is as wide as the others, without a gap."""

    def __init__(self, count: int, title: str) -> None:
        rows = _row_lengths(count)
        inner_width = min(_WIDTH - 2 * _MARGIN, rows[0] * _MAX_CELL_WIDTH + (rows[0] - 1) * _GUTTER)
        lines = wrap(title, _TITLE_SIZE, inner_width)
        top = _MARGIN + (len(lines) * _TITLE_STEP + _TITLE_GAP if lines else 0)
        self._cells, height = _lay_out(rows, inner_width, top)
        self._picture = Image.new("RGB", (inner_width + 2 * _MARGIN, height), _BACKGROUND_COLOR)
        self._added = 0
        for n, line in enumerate(lines):
            self._draw_text((_MARGIN, _MARGIN + n * _TITLE_STEP), line, _TITLE_SIZE, _TEXT_COLOR, inner_width)

    def add(self, preview: bytes | None, caption: Caption) -> None:
        """Add the next portrait, a JPEG, with its caption; None is a portrait that is lost, drawn as a grey field."""
        cell = self._cells[self._added]
        self._added += 1
        self._picture.paste(_portrait(preview, cell.portrait_size), (cell.left, cell.top))
        text_top = cell.top + cell.portrait_size[1] + 12
        self._draw_text((cell.left, text_top), caption.name, cell.name_size, _TEXT_COLOR, cell.width)
        subtitle_place = (cell.left, text_top + cell.name_size + 8)
        self._draw_text(subtitle_place, caption.subtitle, cell.subtitle_size, _MUTED_COLOR, cell.width)

    def to_jpeg(self) -> bytes:
        """Return a JPEG, at most 2000 pixels wide and about 2 MB."""
        return to_jpeg(self._picture, 88, optimize=True)

    def _draw_text(self, position: tuple[int, int], text: str, size: int, fill: str, max_width: int) -> None:
        """Draw a text, smaller where it is too long; what is still too long then ends in an ellipsis."""
        text, least = normalize("NFC", text), round(size * _LEAST_TEXT_SCALE)
        while (font := font_for(text, size)) and size > least and font.getlength(text) > max_width:
            size -= 1
        draw_line(ImageDraw.Draw(self._picture), position, text, size, fill, max_width, "la")


def _portrait(preview: bytes | None, size: tuple[int, int]) -> Image.Image:
    if preview is None:
        return Image.new("RGB", size, GROUND)
    return ImageOps.fit(open_jpeg(preview, size), size, centering=_CROP)


def _row_lengths(count: int) -> list[int]:
    """Return the portraits of each row: one row for up to five; else rows that differ by one and fit a screen."""
    if count <= _MAX_IN_ONE_ROW:
        return [count]

    def lengths(rows: int) -> list[int]:
        return [count // rows + (n < count % rows) for n in range(rows)]

    def penalty(rows: int) -> float:
        height = sum((_PORTRAIT_RATIO + 0.3) / length for length in lengths(rows))
        # Rows of unequal length have faces of unequal size.
        return abs(log(1 / height / _PREFERRED_RATIO)) + log(max(lengths(rows)) / min(lengths(rows)))

    least = -(-count // _MAX_COLUMNS)
    return min((lengths(rows) for rows in range(max(2, least), count // 2 + 1)), key=lambda row: penalty(len(row)))


def _lay_out(rows: list[int], inner_width: int, top: int) -> tuple[list[_Cell], int]:
    """Return the cells in reading order, and the picture's height."""
    cells = []
    narrowest = (inner_width - (rows[0] - 1) * _GUTTER) // rows[0]
    name_size = max(26, min(54, narrowest // 9))
    for length in rows:
        width = (inner_width - (length - 1) * _GUTTER) / length
        edges = [_MARGIN + round(n * (width + _GUTTER)) for n in range(length)]
        row = [_Cell(left, top, int(width), name_size) for left in edges]
        cells += row
        top += row[0].portrait_size[1] + name_size + row[0].subtitle_size + _CAPTION_PADDING
    return cells, top
