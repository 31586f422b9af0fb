"""The roster poster: its shape for any number of faces, and names without glyphs."""

from io import BytesIO

import pytest
from PIL import Image

from bot.imaging.poster import FACES_PER_POSTER, Caption, Poster, can_render

# A private use character: no font has a glyph for it.
UNSUPPORTED_GLYPH = "\U000f1234"


def jpeg_bytes(colour: str, width: int = 600, height: int = 900) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def render_poster(count: int, title: str = "The cast of Harbour", name: str = "Maya") -> bytes:
    poster = Poster(count, title)
    for n in range(count):
        poster.add(jpeg_bytes(("red", "green", "blue")[n % 3]), Caption(name, "version 1"))
    return poster.to_jpeg()


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 11, 25, FACES_PER_POSTER])
def test_poster_of_any_size_has_screen_proportions(count: int) -> None:
    data = render_poster(count)
    assert len(data) < 5_000_000
    with Image.open(BytesIO(data)) as picture:
        assert picture.width <= 2000
        assert picture.width * picture.height <= 5_000_000
        assert 0.3 < picture.height / picture.width < 1.8


def test_poster_shows_faces_in_order_at_one_size() -> None:
    with Image.open(BytesIO(render_poster(3, title=""))) as picture:
        row = [picture.getpixel((x, 200)) for x in (picture.width // 6, picture.width // 2, picture.width * 5 // 6)]
    assert [max(range(3), key=lambda n, p=pixel: p[n]) for pixel in row] == [0, 1, 2]  # type: ignore[misc]


def test_portraits_of_any_shape_are_cropped_to_one_shape() -> None:
    poster = Poster(2, "")
    poster.add(jpeg_bytes("red", 400, 1200), Caption("Maya", ""))
    poster.add(jpeg_bytes("red", 1200, 400), Caption("Maya", ""))
    with Image.open(BytesIO(poster.to_jpeg())) as picture:
        left, right = [picture.crop((x, 0, x + 600, picture.height)) for x in (48, 712)]
    assert left.getbbox() == right.getbbox()
    assert max(abs(a - b) for a, b in zip(left.tobytes(), right.tobytes(), strict=True)) < 40


def test_long_name_is_truncated_below_its_portrait() -> None:
    with Image.open(BytesIO(render_poster(2, title="", name="W" * 80))) as picture:
        between = picture.crop((picture.width // 2 - 4, 0, picture.width // 2 + 4, picture.height)).convert("L")
    assert min(between.tobytes()) > 200, "the gap between both stays white"


def test_unsupported_glyphs_are_reported_and_not_drawn() -> None:
    assert can_render("Maya")
    assert can_render("The cast of #harbour-film: version 1 · 24 Nov …")
    assert not can_render(f"Maya {UNSUPPORTED_GLYPH}")
    boxed, empty = render_poster(1, title="", name=UNSUPPORTED_GLYPH), render_poster(1, title="", name="")
    assert boxed == empty
