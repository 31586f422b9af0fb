"""Two faces in an empty frame: small, beside each other, with their names."""

from io import BytesIO

from PIL import Image

from bot.imaging.wide_shot import wide_shot


def portrait(color: str, size: tuple[int, int] = (900, 1200)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "JPEG")
    return buffer.getvalue()


def heights(picture: Image.Image, color: str) -> set[int]:
    """Return in how many rows each column has the colour, roughly."""
    red, green, blue = Image.new("RGB", (1, 1), color).getpixel((0, 0))  # type: ignore[misc]
    found = {}
    for x in range(0, picture.width, 9):
        column = [picture.getpixel((x, y)) for y in range(picture.height)]
        found[x] = sum(abs(r - red) + abs(g - green) + abs(b - blue) < 40 for r, g, b in column)  # type: ignore[misc]
    return {count for count in found.values() if count}


def test_each_portrait_takes_a_tenth_of_the_frames_height_whatever_its_shape() -> None:
    data = wide_shot([portrait("#d02020"), portrait("#2020d0", (1600, 900))], ["Maya", "Ines"])
    picture = Image.open(BytesIO(data)).convert("RGB")
    assert picture.size == (1920, 1080)
    for color in ("#d02020", "#2020d0"):
        (height,) = {round(count, -1) for count in heights(picture, color) if count > 50}
        assert height == 110, "a face of half of it is 5 % of 1080 pixels"


def test_a_name_without_a_font_is_left_out() -> None:
    assert wide_shot([portrait("red"), portrait("blue")], ["\U000e0041", "Ines" * 40])
