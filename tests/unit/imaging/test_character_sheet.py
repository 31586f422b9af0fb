"""Pictures of a character sheet: one crop for both faces, labels beside the pictures and never on them."""

from io import BytesIO

import pytest
from PIL import Image, ImageStat

from bot.imaging.character_sheet import SheetCell, beside_locked_face, sheet_page


def make_preview(color: str, size: tuple[int, int] = (900, 1200)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("aspect", ["1:1", "3:4", "16:9"])
def test_both_faces_have_one_size_and_crop_below_their_labels(aspect: str) -> None:
    width, height = (int(part) for part in aspect.split(":"))
    both = opened(beside_locked_face(make_preview("red"), make_preview("blue", (500, 2000)), aspect))
    cell_w = (both.width - 8) // 2
    cell_h = round(cell_w * height / width)
    label = both.height - cell_h
    left = both.crop((2, label + 2, cell_w - 2, both.height - 2))
    right = both.crop((cell_w + 10, label + 2, both.width - 2, both.height - 2))
    assert max(ImageStat.Stat(left).stddev) < 3, "nothing is written on the locked face"
    assert max(ImageStat.Stat(right).stddev) < 3, "nothing is written on the view"
    assert ImageStat.Stat(left).mean[0] > 200
    assert ImageStat.Stat(right).mean[2] > 200
    assert ImageStat.Stat(both.crop((0, 0, both.width, label))).stddev[0] > 3, "the labels are above"


@pytest.mark.parametrize("count", [1, 4, 10, 21, 36])
def test_a_page_holds_every_view_without_text_on_a_picture(count: int) -> None:
    cells = [SheetCell(f"View {n}", "Model · 2026-11-29 · synthetic", make_preview("#00ff00")) for n in range(count)]
    page = opened(sheet_page("Maya · version 1", "Character sheet", "Synthetic", cells, "3:4"))
    assert page.width * page.height < 20_000_000
    green = page.getchannel("R").point(lambda level: 255 if level < 60 else 0)
    area = sum(green.histogram()[255:])
    columns, width = next((c, w) for most, c, w in ((3, 3, 720), (10, 5, 560), (1_000, 6, 440)) if count <= most)
    assert area >= 0.99 * count * width * round(width * 4 / 3)
    assert page.width >= columns * width


def test_a_missing_view_has_a_place_and_a_name_in_any_script_does_not_break_the_page() -> None:
    cells = [SheetCell("Front", "x", make_preview("red")), SheetCell("Profile", "x", None)]
    with_gap = opened(sheet_page("Σοφία 🎬", "一枚", "", cells, "3:4"))
    assert with_gap.size == opened(sheet_page("Maya", "one", "", cells[:1], "3:4")).size
