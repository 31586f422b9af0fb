"""Bar charts."""

from io import BytesIO

from PIL import Image

from bot.imaging.charts import Bar, Panel, bar_chart


def test_bar_lengths_are_proportional_and_always_visible() -> None:
    panels = (Panel("By model", (Bar("a", "$4.00", 4.0), Bar("b", "$1.00", 1.0), Bar("c", "$0.00", 0.0))),)
    picture = Image.open(BytesIO(bar_chart(panels)))
    assert (picture.format, picture.width) == ("PNG", 1200)
    pixels = picture.convert("RGB")
    rows = [104 + 24, 104 + 48 + 24, 104 + 96 + 24]
    long, short, least = (sum(pixels.getpixel((x, y)) == (43, 106, 140) for x in range(1200)) for y in rows)
    assert 0 < least <= 5
    assert abs(long - 4 * short) <= 4


def test_bar_label_stays_in_its_column_and_falls_back_to_its_number() -> None:
    def left_of_bar(bar: Bar) -> Image.Image:
        chart = Image.open(BytesIO(bar_chart((Panel("By person", (bar,)),))))
        return chart.convert("L").crop((0, 104, 400, 152))

    long = left_of_bar(Bar("1 · " + "W" * 40, "$4.00", 4.0, "1"))
    assert min(long.crop((0, 0, 24, 48)).tobytes()) == 255, "nothing is drawn in the margin"
    unknown, number = (left_of_bar(Bar(label, "$4.00", 4.0, "1")) for label in ("1 · \U0001f9ff", "1"))
    assert unknown.tobytes() == number.tobytes()


def test_empty_bar_chart_is_still_an_image() -> None:
    assert Image.open(BytesIO(bar_chart((Panel("By model", ()),)))).width == 1200
