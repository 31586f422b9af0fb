"""Text in any script on a PDF page. The only importer of reportlab, with `roster_pdf`.

Text is selectable: in a font of every PDF reader where its characters are in Windows-1252, else in an embedded font of
the system. Scripts whose letters change with their neighbours are drawn as a picture by Pillow, because the PDF library
does not shape them, with invisible text above it that can be selected.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from bot.imaging.fonts import break_lines, can_render, font_file, font_for, needs_shaping

# Pixels of a drawn text for each point: sharp in print.
_PICTURE_SCALE = 4
_INVISIBLE: Literal[3] = 3
_MISSING = "?"


def can_draw(text: str) -> bool:
    """Return whether every character of the text has a font on this machine."""
    return _is_windows_1252(_clean(text)) or can_render(_clean(text))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in points."""
    return sum(_piece_width(piece, size, bold=bold) for piece in _pieces(text))


def draw_text(canvas: Canvas, position: tuple[float, float], text: str, size: float, *, bold: bool = False) -> None:
    """Draw one line with its baseline at `position`, in the canvas's fill colour."""
    x, y = position
    for piece in _pieces(text):
        if font := _font_name(piece, bold=bold):
            canvas.setFont(font, size)
            canvas.drawString(x, y, piece)
        else:
            _draw_picture(canvas, (x, y), piece, size)
        x += _piece_width(piece, size, bold=bold)


def wrap_lines(text: str, size: float, max_width: float, max_lines: int, *, bold: bool = False) -> list[str]:
    """Break a text into at most `max_lines` lines, at spaces where possible; a cut text ends in an ellipsis."""

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= max_width

    lines = [line for paragraph in _clean(text).splitlines() for line in break_lines(paragraph, fits)]
    if len(lines) <= max_lines:
        return lines
    last = lines[max_lines - 1]
    while last and not fits(f"{last}…"):
        last = last[:-1].rstrip()
    return [*lines[: max_lines - 1], f"{last}…"]


def _clean(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return "".join(char for char in composed if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def _pieces(text: str) -> list[str]:
    """Return the text whole where one font has it, else word by word; a word that no font has becomes `?`."""
    text = _clean(text)
    if _font_name(text) or can_render(text):
        return [text] if text else []
    words = text.split(" ")
    shown = [word if not word or _font_name(word) or can_render(word) else _MISSING for word in words]
    return [f"{word} " for word in shown[:-1]] + shown[-1:]


def _piece_width(piece: str, size: float, *, bold: bool) -> float:
    if font := _font_name(piece, bold=bold):
        return float(pdfmetrics.stringWidth(piece, font, size))
    drawn = font_for(piece, round(size * _PICTURE_SCALE))
    return drawn.getlength(piece) / _PICTURE_SCALE if drawn else 0.0


def _font_name(text: str, *, bold: bool = False) -> str:
    """Return the PDF font that draws the text without shaping; empty if there is none."""
    if _is_windows_1252(text):
        return "Helvetica-Bold" if bold else "Helvetica"
    if needs_shaping(text):
        return ""
    path = font_file(text)
    return _embedded(path) if path else ""


def _is_windows_1252(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _embedded(path: Path) -> str:
    """Register a font file, of which the PDF embeds the used glyphs; empty for a kind that the library cannot embed."""
    name = f"system-{path.stem}"
    try:
        pdfmetrics.registerFont(TTFont(name, str(path)))
    except (TTFError, OSError, ValueError):
        return ""
    return name


def _draw_picture(canvas: Canvas, position: tuple[float, float], text: str, size: float) -> None:
    font = font_for(text, round(size * _PICTURE_SCALE))
    if font is None:
        return
    (x, y), (ascent, descent) = position, font.getmetrics()
    mask = Image.new("L", (round(font.getlength(text)) + 2, ascent + descent), 0)
    ImageDraw.Draw(mask).text((0, ascent), text, fill=255, font=font, anchor="ls")
    picture = Image.new("RGBA", mask.size, (29, 28, 29, 0))
    picture.putalpha(mask)
    width, height = mask.width / _PICTURE_SCALE, mask.height / _PICTURE_SCALE
    bottom = y - descent / _PICTURE_SCALE
    canvas.drawImage(ImageReader(picture), x, bottom, width, height, mask="auto")
    path = font_file(text)
    if path and (name := _embedded(path)):
        canvas.saveState()  # the render mode would stay for all text after this one
        line = canvas.beginText(x, y)
        line.setFont(name, size)
        line.setTextRenderMode(_INVISIBLE)
        line.textOut(text)
        canvas.drawText(line)
        canvas.restoreState()
