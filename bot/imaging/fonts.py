"""Fonts for names in any script: Pillow's own, then those of the system.

Pillow's font has little beyond unaccented Latin letters and draws a box for a missing glyph, so callers ask
`can_render` first. The first use looks through the system's fonts: call it in a thread.
"""

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont, features

_MISSING_GLYPH = "\uffff"
_CHECK_SIZE = 32
_MAX_FONTS = 1_000
# Preferred before other system fonts, in this order.
_PREFERRED = ("NotoSans-Regular", "DejaVuSans", "LiberationSans-Regular", "Arial")
_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
# Styles that do not fit a caption; a font in one of them is used where no other has the letters.
_STYLES = ("bold", "black", "italic", "oblique", "mono", "condensed", "light", "thin", "serif")
_SHAPED_BIDI = frozenset({"R", "AL", "AN"})
# Indic scripts to Khmer: their letters change with their neighbours, which needs Raqm.
_SHAPED_BLOCKS = range(0x0900, 0x1800)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def can_render(text: str) -> bool:
    """Return whether one font has a glyph for every character, and Pillow can join them as the script needs."""
    return font_for(text, _CHECK_SIZE) is not None


def font_for(text: str, size: int) -> ImageFont.FreeTypeFont | None:
    """Return the first font with every glyph of a composed text; None if there is none."""
    letters = {char for char in unicodedata.normalize("NFC", text) if not _is_invisible(char)}
    if not _has_raqm() and any(_is_shaped(char) for char in letters):
        return None
    index = _font_index(frozenset(letters))
    return None if index is None else _font_at_size(index, size)


def font_file(text: str) -> Path | None:
    """Return the file of the font that `font_for` finds; None for Pillow's own, which has no file, and for none."""
    font = font_for(text, _CHECK_SIZE)
    return Path(font.path) if font and isinstance(font.path, str) else None


def needs_shaping(text: str) -> bool:
    """Return whether letters of the text change with their neighbours, or run from right to left."""
    return any(_is_shaped(char) for char in text)


def wrap(text: str, size: int, max_width: int) -> list[str]:
    """Break a text into lines of at most `max_width` pixels, at spaces where possible; cut nothing."""
    font = font_for(text, size)
    normalized = unicodedata.normalize("NFC", text)
    return list(break_lines(normalized, lambda line: font is None or font.getlength(line) <= max_width))


def break_lines(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Yield a composed text in lines that fit, broken at spaces where possible, and never before a combining mark."""
    line = ""
    for word in text.split():
        joined = f"{line} {word}".strip()
        if fits(joined):
            line = joined
            continue
        if line:
            yield line
        line = ""
        for char in word:
            if line and not unicodedata.combining(char) and not fits(line + char):
                yield line
                line = ""
            line += char
    if line:
        yield line


def truncate(text: str, font: ImageFont.FreeTypeFont, max_width: int) -> str:
    """Shorten a text to at most `max_width` pixels, with an ellipsis."""
    if font.getlength(text) <= max_width:
        return text
    shortened = text
    while shortened and (font.getlength(f"{shortened}…") > max_width or unicodedata.combining(shortened[-1])):
        shortened = shortened[:-1].rstrip()
    return f"{shortened}…"


def draw_line(
    draw: ImageDraw.ImageDraw,
    position: tuple[int, int],
    text: str,
    size: int,
    fill: str | tuple[int, int, int],
    max_width: int,
    anchor: str = "lm",
) -> None:
    """Draw one line, shortened to `max_width` pixels; nothing where no font has its letters."""
    if font := font_for(text, size):
        draw.text(position, truncate(text, font, max_width), fill=fill, font=font, anchor=anchor)


def _is_invisible(char: str) -> bool:
    """Whether a character needs no glyph: spaces, joiners and marks of direction."""
    return char.isspace() or unicodedata.category(char) == "Cf" or ord(char) in _VARIATION_SELECTORS


def _is_shaped(char: str) -> bool:
    return unicodedata.bidirectional(char) in _SHAPED_BIDI or ord(char) in _SHAPED_BLOCKS


@cache
def _has_raqm() -> bool:
    return bool(features.check("raqm"))


@lru_cache(maxsize=4096)
def _font_index(letters: frozenset[str]) -> int | None:
    return next((n for n in range(len(_fonts())) if all(_has_glyph(n, char) for char in letters)), None)


@cache
def _fonts() -> tuple[ImageFont.FreeTypeFont, ...]:
    """Return Pillow's font, then the system's, plain ones first."""
    default = ImageFont.load_default(size=_CHECK_SIZE)
    assert isinstance(default, ImageFont.FreeTypeFont)
    fonts = [default]
    for path in sorted(_font_files(), key=_preference)[:_MAX_FONTS]:
        with suppress(OSError, ValueError):  # a bitmap font of another size, a damaged file
            fonts.append(ImageFont.truetype(str(path), _CHECK_SIZE))
    return tuple(fonts)


def _font_files() -> Iterator[Path]:
    for folder in _font_folders():
        with suppress(OSError):
            yield from (path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def _font_folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts"
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or str(home / ".local/share")
    return tuple(Path(folder) / "fonts" for folder in (own, *shared.split(":")))


def _preference(path: Path) -> tuple[int, bool, str]:
    rank = _PREFERRED.index(path.stem) if path.stem in _PREFERRED else len(_PREFERRED)
    return rank, any(style in path.stem.lower() for style in _STYLES), str(path)


@cache
def _font_at_size(font_index: int, size: int) -> ImageFont.FreeTypeFont:
    return _fonts()[font_index].font_variant(size=size)


@lru_cache(maxsize=16_384)
def _has_glyph(font_index: int, char: str) -> bool:
    """A missing glyph renders like the one of an unassigned character."""
    return _rendered(font_index, char) != _rendered(font_index, _MISSING_GLYPH)


@lru_cache(maxsize=16_384)
def _rendered(font_index: int, char: str) -> tuple[tuple[int, int], bytes]:
    mask = _fonts()[font_index].getmask(char)
    return mask.size, bytes(mask)
