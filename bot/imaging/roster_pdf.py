"""The roster as a PDF: a cover, then one character a page. Pure functions; run them in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bot.imaging.encoding import to_jpeg
from bot.imaging.pdf_text import draw_text, text_width, wrap_lines
from bot.imaging.pictures import open_jpeg

# A page has about 150 kB: the whole file stays under Slack's preview limits and 20 MB of memory.
PAGES_PER_PDF = 100
_WIDTH, _HEIGHT = A4
_MARGIN = 48.0
_INNER = _WIDTH - 2 * _MARGIN
_PICTURE_HEIGHT = 430.0
# Pixels on the long side: 200 for each inch in print.
_PICTURE_SIDE = 1_200
_TEXT, _MUTED, _RULE, _WATERMARK = (HexColor(f"#{color}") for color in ("1d1c1d", "616061", "dddddd", "8a8a8a"))
_INDEX_LINES, _INDEX_COLUMNS = 26, 2


@dataclass(frozen=True)
class PdfCover:
    """The first page: a title, lines below it, the names of all pages in order, and a note at its bottom."""

    title: str
    lines: tuple[str, ...]
    names: tuple[str, ...]
    note: str
    more_names: str = ""


@dataclass(frozen=True)
class PdfMarks:
    """What every page carries: a label in its upper corner, and a text across it; each may be empty."""

    label: str = ""
    watermark: str = ""


@dataclass(frozen=True)
class PdfPage:
    """One character: name, brief, and lines of facts below."""

    name: str
    brief: str
    facts: tuple[str, ...]


class RosterPdf:
    """A PDF that grows page by page; `footer` stands at the bottom of each character's page."""

    def __init__(self, cover: PdfCover, footer: str, marks: PdfMarks) -> None:
        # ASCII85 would be encoded in Python, a second for each picture, and is a quarter larger.
        rl_config.useA85 = 0
        self._data = BytesIO()
        self._canvas = Canvas(self._data, pagesize=A4, pageCompression=1, lang="en")
        self._canvas.setTitle(cover.title)
        self._canvas.setAuthor("Castroom")
        self._footer, self._marks = footer, marks
        self._count, self._number = len(cover.names), 0
        self._draw_cover(cover)

    def add(self, preview: bytes | None, page: PdfPage) -> None:
        """Add a character with a portrait as JPEG; None is a portrait that is lost, drawn as a grey field."""
        self._number += 1
        canvas, y = self._canvas, _HEIGHT - _MARGIN - 26
        canvas.bookmarkPage(f"character-{self._number}")
        canvas.addOutlineEntry(page.name, f"character-{self._number}", 0)
        canvas.setFillColor(_TEXT)
        for line in wrap_lines(page.name, 26, _INNER - self._label_width(), 2, bold=True):
            draw_text(canvas, (_MARGIN, y), line, 26, bold=True)
            y -= 32
        y = self._draw_picture(preview, y + 12)
        facts = [line for fact in page.facts for line in wrap_lines(fact, 9, _INNER, 2)]
        facts_top = _MARGIN + 18 + 13 * len(facts)
        canvas.setFillColor(_TEXT)
        for line in wrap_lines(page.brief, 11, _INNER, max(1, int((y - facts_top - 12) // 15))):
            y -= 15
            draw_text(canvas, (_MARGIN, y), line, 11)
        canvas.setFillColor(_MUTED)
        for position, line in enumerate(facts):
            draw_text(canvas, (_MARGIN, facts_top - 13 * (position + 1)), line, 9)
        self._draw_footer()
        self._finish_page()

    def to_pdf(self) -> bytes:
        self._canvas.save()
        return self._data.getvalue()

    def _draw_cover(self, cover: PdfCover) -> None:
        canvas, y = self._canvas, _HEIGHT - 200.0
        canvas.setFillColor(_TEXT)
        for line in wrap_lines(cover.title, 34, _INNER, 3, bold=True):
            draw_text(canvas, (_MARGIN, y), line, 34, bold=True)
            y -= 42
        canvas.setFillColor(_MUTED)
        for text in cover.lines:
            for line in wrap_lines(text, 13, _INNER, 2):
                draw_text(canvas, (_MARGIN, y), line, 13)
                y -= 19
        self._draw_index(cover, y - 24)
        canvas.setFillColor(_MUTED)
        for position, line in enumerate(reversed(wrap_lines(cover.note, 9, _INNER, 4))):
            draw_text(canvas, (_MARGIN, _MARGIN + 13 * position), line, 9)
        self._finish_page()

    def _draw_index(self, cover: PdfCover, top: float) -> None:
        """List the names with their pages in columns, as many as fit."""
        canvas = self._canvas
        canvas.setStrokeColor(_RULE)
        canvas.line(_MARGIN, top + 18, _WIDTH - _MARGIN, top + 18)
        rows = min(_INDEX_LINES, int((top - _MARGIN - 70) // 16))
        shown: Sequence[str] = cover.names[: rows * _INDEX_COLUMNS]
        column_width = _INNER / _INDEX_COLUMNS
        canvas.setFillColor(_TEXT)
        for n, name in enumerate(shown):
            x, y = _MARGIN + (n // rows) * column_width, top - (n % rows) * 16
            (line,) = wrap_lines(name, 11, column_width - 60, 1) or [""]
            draw_text(canvas, (x, y), line, 11)
            page = str(n + 2)
            draw_text(canvas, (x + column_width - 24 - text_width(page, 11), y), page, 11)
        if len(shown) < len(cover.names):
            canvas.setFillColor(_MUTED)
            draw_text(canvas, (_MARGIN, top - rows * 16), cover.more_names, 11)

    def _draw_picture(self, preview: bytes | None, top: float) -> float:
        """Draw the portrait whole, as large as fits; return where it ends."""
        if preview is None:
            width, height = _PICTURE_HEIGHT * 3 / 4, _PICTURE_HEIGHT
            self._canvas.setFillColor(_RULE)
            self._canvas.rect(_MARGIN, top - height, width, height, stroke=0, fill=1)
            return top - height - 12
        picture = open_jpeg(preview, (_PICTURE_SIDE, _PICTURE_SIDE))
        picture.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE))
        scale = min(_INNER / picture.width, _PICTURE_HEIGHT / picture.height)
        width, height = picture.width * scale, picture.height * scale
        jpeg = ImageReader(BytesIO(to_jpeg(picture, 85)))
        self._canvas.drawImage(jpeg, _MARGIN, top - height, width, height)
        return top - height - 12

    def _draw_footer(self) -> None:
        canvas, page = self._canvas, f"{self._number + 1} / {self._count + 1}"
        canvas.setFillColor(_MUTED)
        (line,) = wrap_lines(self._footer, 8, _INNER - 60, 1) or [""]
        draw_text(canvas, (_MARGIN, 30), line, 8)
        draw_text(canvas, (_WIDTH - _MARGIN - text_width(page, 8), 30), page, 8)

    def _label_width(self) -> float:
        return text_width(self._marks.label, 10, bold=True) + 24 if self._marks.label else 0.0

    def _finish_page(self) -> None:
        """Draw the marks above everything else, and end the page."""
        canvas, label = self._canvas, self._marks.label
        if label:
            canvas.setFillColor(_MUTED)
            canvas.setStrokeColor(_MUTED)
            width = text_width(label, 10, bold=True)
            canvas.roundRect(_WIDTH - _MARGIN - width - 12, _HEIGHT - _MARGIN - 24, width + 12, 20, 4)
            draw_text(canvas, (_WIDTH - _MARGIN - width - 6, _HEIGHT - _MARGIN - 17.5), label, 10, bold=True)
        if self._marks.watermark:
            self._draw_watermark(self._marks.watermark)
        canvas.showPage()

    def _draw_watermark(self, text: str) -> None:
        """Draw the text from the lower left to the upper right, as large as fits, half transparent."""
        canvas = self._canvas
        size = min(96.0, 700.0 / max(text_width(text, 1, bold=True), 0.01))
        canvas.saveState()
        canvas.setFillColor(_WATERMARK)
        canvas.setFillAlpha(0.28)
        canvas.translate(_WIDTH / 2, _HEIGHT / 2)
        canvas.rotate(54)
        draw_text(canvas, (-text_width(text, size, bold=True) / 2, -size / 3), text, size, bold=True)
        canvas.restoreState()
