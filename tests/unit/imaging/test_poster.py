"""The roster poster: its shape for any number of faces, and names without glyphs."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFont

from bot.imaging import fonts
from bot.imaging.fonts import can_render, font_for, wrap
from bot.imaging.poster import FACES_PER_POSTER, Caption, Poster

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


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7, 11, 13, 17, 23, 29, 37, FACES_PER_POSTER])
def test_poster_has_no_white_cell(count: int) -> None:
    """Rows differ by one portrait at most and are equally wide, so that the last one ends where the others do."""
    poster = Poster(count, "The cast of Harbour")
    for _ in range(count):
        poster.add(jpeg_bytes("red", 60, 80), Caption("", ""))
    with Image.open(BytesIO(poster.to_jpeg())) as picture:
        red = picture.convert("RGB").split()[1].point(lambda value: 255 if value < 60 else 0)
    right = [red.crop((x, 0, x + 1, red.height)).getbbox() is not None for x in (52, red.width - 54)]
    assert right == [True, True]
    middle_gaps = red.crop((48, 200, red.width - 48, red.height)).resize((1, red.height - 200), Image.Resampling.BOX)
    filled = [value for value in middle_gaps.tobytes() if value > 10]
    assert min(filled) > 190, "each row with portraits is filled but for the gutters"


@pytest.mark.parametrize(
    "title",
    [
        "The cast of #harbour-film",
        "The cast of The Long Second Season of the Harbour Film and Its Many Boats",
        f"The cast of {'W' * 60}",
        "",
    ],
)
@pytest.mark.parametrize("count", [1, 2, 7])
def test_title_is_never_cut(title: str, count: int) -> None:
    width = {1: 640, 2: 1304, 7: 1904}[count]
    lines = wrap(title, 60, width)
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")
    font = font_for(title, 60)
    assert font
    assert all(font.getlength(line) <= width for line in lines)
    with Image.open(BytesIO(render_poster(count, title))) as picture:
        margin = picture.convert("L").crop((picture.width - 40, 0, picture.width, 400))
        assert min(margin.tobytes()) > 200, "no letter runs over the edge"


def test_lost_portrait_is_a_grey_field() -> None:
    poster = Poster(2, "")
    poster.add(None, Caption("Maya", "version 1"))
    poster.add(jpeg_bytes("red"), Caption("Jonas", "version 1"))
    with Image.open(BytesIO(poster.to_jpeg())) as picture:
        pixel = picture.getpixel((300, 300))
    assert isinstance(pixel, tuple)
    assert max(abs(value - 236) for value in pixel) < 4


def test_decomposed_and_invisible_characters_need_no_glyph_of_their_own() -> None:
    assert can_render("Jose\u0301") == can_render("José")
    assert can_render("Ma\u200bya\u00ad\u2060")
    named, plain = render_poster(1, "", "Jose\u0301"), render_poster(1, "", "José")
    assert named == plain


@pytest.fixture
def system_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A system whose fonts are in this folder alone."""
    caches = (fonts._fonts, fonts._font_index, fonts._font_at_size, fonts._has_glyph, fonts._rendered)
    monkeypatch.setattr(fonts, "_font_folders", lambda: (tmp_path, tmp_path / "absent"))
    for each in caches:
        each.cache_clear()
    yield tmp_path
    for each in caches:
        each.cache_clear()


def test_damaged_font_of_the_system_is_passed_over(system_fonts: Path) -> None:
    (system_fonts / "NotoSans-Regular.ttf").write_bytes(b"no font at all")
    (system_fonts / "readme.txt").write_text("fonts")
    assert can_render("Maya")
    assert not can_render("山田")


def test_any_font_of_the_system_is_searched(system_fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (system_fonts / "deep").mkdir()
    for name in ("Zz-Bold.ttf", "deep/Aa.otf", "Mm.ttc", "DejaVuSans.ttf"):
        (system_fonts / name).write_bytes(b"")
    opened: list[str] = []

    def record(path: str, size: int) -> None:
        opened.append(Path(path).name)
        raise OSError("damaged")

    default_font = ImageFont.load_default(size=32)
    monkeypatch.setattr(ImageFont, "load_default", lambda size: default_font)
    monkeypatch.setattr(ImageFont, "truetype", record)
    fonts._fonts()
    assert opened == ["DejaVuSans.ttf", "Mm.ttc", "Aa.otf", "Zz-Bold.ttf"], "plain ones before bold ones"


def test_scripts_that_join_letters_need_raqm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_has_raqm", lambda: False)
    assert not can_render("محمد")
    assert not can_render("माया")
    assert can_render("Maya")
