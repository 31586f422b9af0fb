"""Faces with their names under them, all at one crop, as one picture; pure functions, run in a thread.

Pillow's own font knows unaccented Latin letters and little else, and draws a box for every other one. What it lacks is
written in a font of the machine, where one has it; so whoever writes a caption asks `drawable` first.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from math import ceil, log

from PIL import Image, ImageDraw, ImageFont, ImageOps

A_POSTER = 40
_WIDTH, _WIDEST_CELL = 2000, 640
_MARGIN, _GUTTER = 48, 24
_MOST_COLUMNS = 8
_TITLE = 60
# Height of a portrait to its width, and of a poster's width to its height where there is a choice.
_UPRIGHT, _LIKED = 4 / 3, 1.3
# Faces stand in the upper part of a portrait, so what is cropped is cropped below.
_CROP = (0.5, 0.3)
_PAPER, _INK, _QUIET_INK = "#ffffff", "#1d1c1d", "#616061"
_UNKNOWN = "\uffff"
# What is looked for where a machine keeps its fonts; the first that has every letter of a text writes it.
_OTHERS = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")


@dataclass(frozen=True)
class Caption:
    """What stands under a portrait: a name, and a quieter line."""

    name: str
    below: str


class Poster:
    """A picture of `count` portraits, which are added one after the other in reading order."""

    def __init__(self, count: int, title: str) -> None:
        self._columns = _columns(count)
        room = (_WIDTH - 2 * _MARGIN - (self._columns - 1) * _GUTTER) // self._columns
        self._cell = min(room, _WIDEST_CELL)
        self._portrait = round(self._cell * _UPRIGHT)
        self._name = max(26, min(54, self._cell // 9))
        self._below = max(17, round(self._name * 0.7))
        self._step = self._portrait + self._name + self._below + 56
        self._top = _MARGIN + (_TITLE + 36 if title else 0)
        width = 2 * _MARGIN + self._columns * self._cell + (self._columns - 1) * _GUTTER
        height = self._top + ceil(count / self._columns) * self._step
        self._picture = Image.new("RGB", (width, height), _PAPER)
        self._added = 0
        if title:
            self._write((_MARGIN, _MARGIN), title, _TITLE, _INK, width - 2 * _MARGIN)

    def add(self, preview: bytes, caption: Caption) -> None:
        """The next portrait, a JPEG, with what stands under it."""
        row, column = divmod(self._added, self._columns)
        left, top = _MARGIN + column * (self._cell + _GUTTER), self._top + row * self._step
        self._added += 1
        size = (self._cell, self._portrait)
        with Image.open(BytesIO(preview), formats=("JPEG",)) as image:
            image.draft("RGB", size)
            self._picture.paste(ImageOps.fit(image.convert("RGB"), size, centering=_CROP), (left, top))
        line = top + self._portrait + 12
        self._write((left, line), caption.name, self._name, _INK, self._cell)
        self._write((left, line + self._name + 8), caption.below, self._below, _QUIET_INK, self._cell)

    def picture(self) -> bytes:
        """A JPEG, at most 2000 pixels wide and some 2 MB long."""
        out = BytesIO()
        self._picture.save(out, "JPEG", quality=88, optimize=True)
        return out.getvalue()

    def _write(self, at: tuple[int, int], text: str, size: int, fill: str, room: int) -> None:
        if (font := _font_of(text, size)) is None:
            return
        ImageDraw.Draw(self._picture).text(at, _fitting(text, font, room), fill=fill, font=font, anchor="lt")


def drawable(text: str) -> bool:
    """Whether a font here has a glyph for everything in `text`."""
    return _font_of(text, 32) is not None


def _columns(count: int) -> int:
    """Few stand in one row; more in as many columns as leave few gaps and a shape that fits a screen."""
    if count <= 5:
        return count

    def ugly(columns: int) -> float:
        rows = ceil(count / columns)
        return (rows * columns - count) / count + abs(log(columns / (rows * (_UPRIGHT + 0.3)) / _LIKED))

    return min(range(3, _MOST_COLUMNS + 1), key=ugly)


def _fitting(text: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    """`text` as far as there is room, with an ellipsis where it is cut."""
    if font.getlength(text) <= room:
        return text
    kept = text
    while kept and font.getlength(f"{kept}…") > room:
        kept = kept[:-1].rstrip()
    return f"{kept}…"


def _font_of(text: str, size: int) -> ImageFont.FreeTypeFont | None:
    letters = frozenset(char for char in text if not char.isspace())
    return next((_sized(n, size) for n in range(len(_fonts())) if all(_has(n, char) for char in letters)), None)


@cache
def _fonts() -> tuple[ImageFont.FreeTypeFont, ...]:
    """Pillow's own font, then those of this machine."""
    own = ImageFont.load_default(size=32)
    assert isinstance(own, ImageFont.FreeTypeFont)
    found = [own]
    for name in _OTHERS:
        with suppress(OSError):
            found.append(ImageFont.truetype(name, 32))
    return tuple(found)


@cache
def _sized(which: int, size: int) -> ImageFont.FreeTypeFont:
    return _fonts()[which].font_variant(size=size)


@lru_cache(maxsize=4096)
def _has(which: int, char: str) -> bool:
    """A character without a glyph is drawn as every other one without is."""
    return _drawn(which, char) != _drawn(which, _UNKNOWN)


def _drawn(which: int, char: str) -> tuple[tuple[int, int], bytes]:
    mask = _fonts()[which].getmask(char)
    return mask.size, bytes(mask)
