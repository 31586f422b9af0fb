"""The cast in one picture: its shape for few and for many, and names the font cannot write."""

from io import BytesIO

import pytest
from PIL import Image

from bot.poster import A_POSTER, Caption, Poster, drawable

# A letter of a private area: no font has it.
NOWHERE = "\U000f1234"


def preview(colour: str, width: int = 600, height: int = 900) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def drawn(count: int, title: str = "The cast of Harbour", name: str = "Maya") -> bytes:
    poster = Poster(count, title)
    for n in range(count):
        poster.add(preview(("red", "green", "blue")[n % 3]), Caption(name, "version 1"))
    return poster.picture()


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 11, 25, A_POSTER])
def test_any_number_of_faces_makes_a_picture_of_a_screens_shape(count: int) -> None:
    data = drawn(count)
    assert len(data) < 5_000_000
    with Image.open(BytesIO(data)) as picture:
        assert picture.width <= 2000
        assert picture.width * picture.height <= 5_000_000
        assert 0.3 < picture.height / picture.width < 1.8


def test_every_face_is_there_in_reading_order_at_one_size() -> None:
    with Image.open(BytesIO(drawn(3, title=""))) as picture:
        row = [picture.getpixel((x, 200)) for x in (picture.width // 6, picture.width // 2, picture.width * 5 // 6)]
    assert [max(range(3), key=lambda n, p=pixel: p[n]) for pixel in row] == [0, 1, 2]  # type: ignore[misc]


def test_portraits_of_every_shape_are_cropped_alike() -> None:
    poster = Poster(2, "")
    poster.add(preview("red", 400, 1200), Caption("Maya", ""))
    poster.add(preview("red", 1200, 400), Caption("Maya", ""))
    with Image.open(BytesIO(poster.picture())) as picture:
        left, right = [picture.crop((x, 0, x + 600, picture.height)) for x in (48, 712)]
    assert left.getbbox() == right.getbbox()
    assert max(abs(a - b) for a, b in zip(left.tobytes(), right.tobytes(), strict=True)) < 40


def test_a_long_name_is_cut_and_stays_under_its_own_portrait() -> None:
    with Image.open(BytesIO(drawn(2, title="", name="W" * 80))) as picture:
        between = picture.crop((picture.width // 2 - 4, 0, picture.width // 2 + 4, picture.height)).convert("L")
    assert min(between.tobytes()) > 200, "the gap between both stays white"


def test_what_no_font_here_has_a_letter_for_is_said_and_never_drawn_as_a_box() -> None:
    assert drawable("Maya")
    assert drawable("The cast of #harbour-film: version 1 · 24 Nov …")
    assert not drawable(f"Maya {NOWHERE}")
    boxed, empty = drawn(1, title="", name=NOWHERE), drawn(1, title="", name="")
    assert boxed == empty
