"""The roster poster: faces with captions in one picture. Pure functions; run them in a thread.

Pillow's default font has little beyond unaccented Latin letters and draws a box for a missing glyph. Other text uses a
system font if there is one, so callers check `can_render` first.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from math import ceil, log

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.imaging.encoding import to_jpeg

FACES_PER_POSTER = 40
_WIDTH, _MAX_CELL_WIDTH = 2000, 640
_MARGIN, _GUTTER = 48, 24
_MAX_COLUMNS = 8
_TITLE_SIZE = 60
# Height to width of a portrait, and width to height of a poster.
_PORTRAIT_RATIO, _PREFERRED_RATIO = 4 / 3, 1.3
# The face is in the upper part of a portrait, so crop more at the bottom.
_CROP = (0.5, 0.3)
_BACKGROUND_COLOR, _TEXT_COLOR, _MUTED_COLOR = "#ffffff", "#1d1c1d", "#616061"
_MISSING_GLYPH = "\uffff"
# System fonts in order of preference; the first that has every glyph of a text is used.
_FALLBACK_FONTS = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")


@dataclass(frozen=True)
class Caption:
    """The text under a portrait."""

    name: str
    subtitle: str


class Poster:
    """A picture of `count` portraits, added in reading order."""

    def __init__(self, count: int, title: str) -> None:
        self._columns = _column_count(count)
        available_width = (_WIDTH - 2 * _MARGIN - (self._columns - 1) * _GUTTER) // self._columns
        self._cell_width = min(available_width, _MAX_CELL_WIDTH)
        self._portrait_height = round(self._cell_width * _PORTRAIT_RATIO)
        self._name_size = max(26, min(54, self._cell_width // 9))
        self._subtitle_size = max(17, round(self._name_size * 0.7))
        self._row_height = self._portrait_height + self._name_size + self._subtitle_size + 56
        self._top = _MARGIN + (_TITLE_SIZE + 36 if title else 0)
        width = 2 * _MARGIN + self._columns * self._cell_width + (self._columns - 1) * _GUTTER
        height = self._top + ceil(count / self._columns) * self._row_height
        self._picture = Image.new("RGB", (width, height), _BACKGROUND_COLOR)
        self._added = 0
        if title:
            self._draw_text((_MARGIN, _MARGIN), title, _TITLE_SIZE, _TEXT_COLOR, width - 2 * _MARGIN)

    def add(self, preview: bytes, caption: Caption) -> None:
        """Add the next portrait, a JPEG, with its caption."""
        row, column = divmod(self._added, self._columns)
        left, top = _MARGIN + column * (self._cell_width + _GUTTER), self._top + row * self._row_height
        self._added += 1
        size = (self._cell_width, self._portrait_height)
        with Image.open(BytesIO(preview), formats=("JPEG",)) as image:
            image.draft("RGB", size)
            self._picture.paste(ImageOps.fit(image.convert("RGB"), size, centering=_CROP), (left, top))
        text_top = top + self._portrait_height + 12
        self._draw_text((left, text_top), caption.name, self._name_size, _TEXT_COLOR, self._cell_width)
        self._draw_text(
            (left, text_top + self._name_size + 8),
            caption.subtitle,
            self._subtitle_size,
            _MUTED_COLOR,
            self._cell_width,
        )

    def to_jpeg(self) -> bytes:
        """Return a JPEG, at most 2000 pixels wide and about 2 MB."""
        return to_jpeg(self._picture, 88, optimize=True)

    def _draw_text(self, position: tuple[int, int], text: str, size: int, fill: str, max_width: int) -> None:
        if (font := font_for(text, size)) is None:
            return
        ImageDraw.Draw(self._picture).text(
            position, truncate_to_width(text, font, max_width), fill=fill, font=font, anchor="lt"
        )


def can_render(text: str) -> bool:
    """Return whether a font has a glyph for every character."""
    return font_for(text, 32) is not None


def _column_count(count: int) -> int:
    """Return one row for up to five; else the columns with few gaps and a shape that fits a screen."""
    if count <= 5:
        return count

    def penalty(columns: int) -> float:
        rows = ceil(count / columns)
        return (rows * columns - count) / count + abs(
            log(columns / (rows * (_PORTRAIT_RATIO + 0.3)) / _PREFERRED_RATIO)
        )

    return min(range(3, _MAX_COLUMNS + 1), key=penalty)


def truncate_to_width(text: str, font: ImageFont.FreeTypeFont, max_width: int) -> str:
    """Shorten a text to `max_width` pixels, with an ellipsis in place of the rest."""
    if font.getlength(text) <= max_width:
        return text
    shortened = text
    while shortened and font.getlength(f"{shortened}…") > max_width:
        shortened = shortened[:-1].rstrip()
    return f"{shortened}…"


def font_for(text: str, size: int) -> ImageFont.FreeTypeFont | None:
    """Return the first font with a glyph for every character."""
    letters = frozenset(char for char in text if not char.isspace())
    return next(
        (_font_at_size(n, size) for n in range(len(_fonts())) if all(_has_glyph(n, char) for char in letters)), None
    )


@cache
def _fonts() -> tuple[ImageFont.FreeTypeFont, ...]:
    """Return Pillow's font, then the system fonts found."""
    default = ImageFont.load_default(size=32)
    assert isinstance(default, ImageFont.FreeTypeFont)
    fonts = [default]
    for name in _FALLBACK_FONTS:
        with suppress(OSError):
            fonts.append(ImageFont.truetype(name, 32))
    return tuple(fonts)


@cache
def _font_at_size(font_index: int, size: int) -> ImageFont.FreeTypeFont:
    return _fonts()[font_index].font_variant(size=size)


@lru_cache(maxsize=4096)
def _has_glyph(font_index: int, char: str) -> bool:
    """A missing glyph renders like the one of an unassigned character."""
    return _rendered(font_index, char) != _rendered(font_index, _MISSING_GLYPH)


def _rendered(font_index: int, char: str) -> tuple[tuple[int, int], bytes]:
    mask = _fonts()[font_index].getmask(char)
    return mask.size, bytes(mask)
