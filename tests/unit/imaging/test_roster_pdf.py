"""The roster as a PDF: pages, marks, text that can be selected, bounds."""

import re
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.imaging import pdf_text
from bot.imaging.pdf_text import can_draw, text_width, wrap_lines
from bot.imaging.roster_pdf import PdfCover, PdfMarks, PdfPage, RosterPdf

FACTS = ("Version 1 · 24 November 2026", "Portrait by Recraft V4.1 (AI)")


def make_preview(width: int = 90, height: int = 120) -> bytes:
    data = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(data, "JPEG")
    return data.getvalue()


def make_pdf(*pages: PdfPage, marks: PdfMarks = PdfMarks(), preview: bytes | None = b"") -> bytes:  # noqa: B008 - frozen
    cover = PdfCover("The cast of Harbour film", ("1 character",), tuple(page.name for page in pages), "By AI models.")
    pdf = RosterPdf(cover, "The cast of Harbour film", marks)
    for page in pages:
        pdf.add(make_preview() if preview == b"" else preview, page)
    return pdf.to_pdf()


def contents_of(pdf: bytes) -> str:
    """Return the page contents, decompressed: text of the standard fonts stands there as it is written."""
    streams = re.findall(rb"/Filter \[ /FlateDecode \].*?stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return "\n".join(zlib.decompressobj().decompress(stream).decode("latin-1") for stream in streams)


def page_count(pdf: bytes) -> int:
    return int(re.findall(rb"/Count (\d+)", pdf)[0])


def test_pdf_has_a_cover_and_one_page_for_each_character() -> None:
    pdf = make_pdf(PdfPage("Maya", "a fisherwoman", FACTS), PdfPage("Tomas", "a pilot", FACTS))
    assert pdf.startswith(b"%PDF-")
    contents = contents_of(pdf)
    assert contents.count("showpage") == 0
    assert b"/Count 3" in pdf
    for words in ("The cast of Harbour film", "Maya", "a fisherwoman", "Tomas", "Portrait by Recraft V4.1", "2 / 3"):
        assert words.replace("(", "\\(") in contents, words


def test_review_label_and_watermark_stand_on_every_page_only_where_asked() -> None:
    page = PdfPage("Maya", "a fisherwoman", FACTS)
    marked = contents_of(make_pdf(page, marks=PdfMarks("FOR REVIEW", "Client cut")))
    assert (marked.count("(FOR REVIEW)"), marked.count("(Client cut)")) == (2, 2)
    assert "FOR REVIEW" not in contents_of(make_pdf(page))


def test_lost_portrait_leaves_its_page() -> None:
    assert "Maya" in contents_of(make_pdf(PdfPage("Maya", "a fisherwoman", FACTS), preview=None))


@pytest.mark.parametrize("size", [(1376, 768), (768, 1376), (20, 2000)])
def test_portraits_of_every_shape_keep_their_facts_on_the_page(size: tuple[int, int]) -> None:
    pdf = make_pdf(PdfPage("Maya", "a fisherwoman " * 400, FACTS), preview=make_preview(*size))
    assert b"/Count 2" in pdf
    assert FACTS[1].split(" (")[0] in contents_of(pdf)


def test_names_in_other_scripts_are_embedded_or_drawn() -> None:
    pages = [PdfPage(name, name, FACTS) for name in ("Ελένη", "مريم", "Łucja", "\U000f1234")]
    pdf = make_pdf(*pages)
    assert b"/FontFile2" in pdf
    after = contents_of(pdf)
    assert after.count("3 Tr") <= after.count("q\n") + after.count(" q "), "invisible text ends with its own state"


def test_a_page_costs_a_bounded_number_of_bytes() -> None:
    assert len(make_pdf(PdfPage("Maya", "x", FACTS), preview=make_preview(2048, 2048))) < 1_500_000


def test_lines_fit_the_width_and_a_cut_text_ends_in_an_ellipsis() -> None:
    lines = wrap_lines("weathered fisherwoman " * 30 + "x" * 400, 11, 200, 5)
    assert len(lines) == 5
    assert lines[-1].endswith("…")
    assert all(text_width(line, 11) <= 200 for line in lines)
    assert wrap_lines("two\nlines", 11, 200, 5) == ["two", "lines"]


def test_character_without_a_font_is_known_before_it_is_drawn() -> None:
    assert can_draw("Maya Ärger")
    assert not can_draw("\U000f1234")
    assert pdf_text.text_width("\U000f1234", 10) > 0, "a question mark stands for it"
