"""The sheet of a callback: rows and columns, missing and hidden pictures, one sharpness."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from bot.imaging.callback_sheet import callback_sheet

CAPTIONS = ("Original", "Close-up", "Wide shot")


def preview(colour: str, size: tuple[int, int] = (600, 800), stripes: int = 0) -> bytes:
    picture = Image.new("RGB", size, colour)
    for x in range(0, size[0], stripes or size[0] + 1):
        ImageDraw.Draw(picture).line((x, 0, x, size[1]), fill="black", width=max(1, stripes // 2))
    out = BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


def opened(sheet: bytes) -> Image.Image:
    return Image.open(BytesIO(sheet)).convert("RGB")


def middle(sheet: Image.Image, row: int, column: int, columns: int = 3, rows: int = 2) -> tuple[int, ...]:
    """The colour in the middle of a cell; the caption is above all rows."""
    height = (sheet.height - 52) / rows
    found = sheet.getpixel((round((column + 0.5) * sheet.width / columns), round(52 + (row + 0.5) * height)))
    assert isinstance(found, tuple)
    return found


def is_near(colour: tuple[int, ...], expected: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 25 for a, b in zip(colour, expected, strict=True))


def test_each_number_has_a_row_and_each_caption_a_column() -> None:
    rows: dict[int, list[bytes | None]] = {
        1: [preview("red"), preview("green"), preview("blue")],
        2: [preview("blue"), preview("red"), None],
    }
    data = callback_sheet(rows, CAPTIONS, "3:4")
    sheet = opened(data)
    assert (sheet.width, len(data) < 1_000_000) == (1600, True)
    assert is_near(middle(sheet, 0, 0), (255, 0, 0))
    assert is_near(middle(sheet, 0, 2), (0, 0, 255))
    assert is_near(middle(sheet, 1, 1), (255, 0, 0))
    grey = middle(sheet, 1, 2)
    assert max(grey) - min(grey) < 10, "a missing view is grey"


def test_a_covered_row_shows_no_pixel_of_its_pictures() -> None:
    rows = {1: [preview("red")] * 3, 2: [preview("blue")] * 3}
    sheet = opened(callback_sheet(rows, CAPTIONS, "3:4", covered=(1,)))
    for column in range(3):
        red, green, blue = middle(sheet, 0, column)
        assert abs(red - green) < 12 and abs(green - blue) < 12
    assert is_near(middle(sheet, 1, 0), (0, 0, 255))


@pytest.mark.parametrize("aspect", ["1:1", "9:16", "16:9"])
def test_every_aspect_fits_the_limit(aspect: str) -> None:
    rows = {number: [preview("red", stripes=3)] * 4 for number in (1, 2)}
    data = callback_sheet(rows, ("Original", "A", "B", "C"), aspect)
    assert len(data) < 1_000_000


def test_all_pictures_are_as_sharp_as_the_smallest() -> None:
    """A large and a small original of the same stripes leave the same contrast."""

    def contrast(sheet: Image.Image, row: int) -> int:
        top = 52 + row * (sheet.height - 52) // 2 + 200
        line = sheet.crop((20, top, 360, top + 1)).convert("L")
        least, most = line.getextrema()
        assert isinstance(least, int | float) and isinstance(most, int | float)
        return int(most - least)

    large, small = preview("white", (1200, 1600), stripes=8), preview("white", (300, 400), stripes=2)
    sheet = opened(callback_sheet({1: [large, None], 2: [small, None]}, ("Original", "Wide"), "3:4"))
    alone = opened(callback_sheet({1: [large, None]}, ("Original", "Wide"), "3:4"))
    assert contrast(sheet, 0) < contrast(alone, 0) * 0.75
