"""The contact sheet and the pictures of a round's thread."""

from io import BytesIO
from math import sin

import pytest
from PIL import Image, ImageChops, ImageOps

from bot.imaging.contact_sheet import MAX_SHEET_BYTES, SHEET_WIDTH, SheetCells, contact_sheet, resize_to_fill
from bot.imaging.pictures import (
    equalize_previews,
)
from tests.support.picture_files import encoded_noise, pixel_size


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("aspect", ["1:1", "3:4", "9:16"])
def test_the_contact_sheet_is_1600_wide_and_under_a_megabyte(count: int, aspect: str) -> None:
    previews = {n: encoded_noise(896, 1216, "JPEG", seed=n) for n in range(1, count + 1)}
    sheet = contact_sheet(previews, aspect)
    assert pixel_size(sheet)[0] == SHEET_WIDTH
    assert len(sheet) < MAX_SHEET_BYTES


def test_contact_sheet_cells_are_ordered_by_candidate_number() -> None:
    flat = {1: "red", 2: "lime", 3: "blue", 4: "yellow"}
    previews = {}
    for number, colour in flat.items():
        out = BytesIO()
        Image.new("RGB", (600, 800), colour).save(out, "JPEG")
        previews[number] = out.getvalue()
    sheet = Image.open(BytesIO(contact_sheet(previews, "3:4"))).convert("RGB")
    width, height = sheet.width, sheet.height
    pixels = [sheet.getpixel((round(x * width), round(y * height))) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    assert [tuple(round(c / 255) for c in rgb) for rgb in pixels if isinstance(rgb, tuple)] == [
        (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("added", [[], [1], [2, 1], [1, 2, 3]])
@pytest.mark.parametrize("expected", [2, 3, 8])
def test_cells_drawn_before_the_last_picture_do_not_change_the_sheet(added: list[int], expected: int) -> None:
    """The last picture is the smallest, and one of four expected pictures may never come."""
    sizes = {1: (896, 1216), 2: (1152, 1536), 3: (300, 400)}
    previews = {n: encoded_noise(*size, "JPEG", seed=n) for n, size in sizes.items()}
    cells = SheetCells("3:4", expected)
    for number in added:
        cells.add(previews[number])
    assert contact_sheet(previews, "3:4", cells=cells) == contact_sheet(previews, "3:4")


@pytest.mark.parametrize("size", [(796, 1061), (748, 997), (300, 2), (5, 1), (1200, 1601)])
def test_the_halves_of_a_cell_meet_without_a_seam(size: tuple[int, int]) -> None:
    """Waves run down the picture: a row that is missing or shown twice would shift them."""
    waves = Image.new("L", (1, 1216))
    waves.putdata([round(128 + 100 * sin(row / 4)) for row in range(1216)])
    picture = waves.resize((896, 1216)).convert("RGB")
    whole = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    difference = ImageChops.difference(resize_to_fill(picture, size), whole)
    assert max(difference.tobytes()) <= 1


def test_a_sheet_drawn_before_is_used_for_exactly_its_pictures() -> None:
    previews = {n: encoded_noise(896, 1216, "JPEG", seed=n) for n in (1, 2, 3)}
    cells = SheetCells("3:4", 3)
    for data in previews.values():
        cells.add(data)
    cells.draw_sheet(previews)
    assert contact_sheet(previews, "3:4", cells=cells) is cells.sheet(previews)
    other = {1: previews[2], 2: previews[1], 3: previews[3]}
    assert cells.sheet(other) is None
    assert contact_sheet(other, "3:4", cells=cells) == contact_sheet(other, "3:4")
    assert contact_sheet(previews, "3:4", (1, 3), cells) == contact_sheet(previews, "3:4", (1, 3))


def test_a_sheet_that_could_not_be_drawn_before_is_drawn_again() -> None:
    previews = {n: encoded_noise(896, 1216, "JPEG", seed=n) for n in (1, 2)}
    cells = SheetCells("3:4", 2)
    cells.draw_sheet({1: b"no picture", 2: previews[2]})
    assert cells.sheet({1: b"no picture", 2: previews[2]}) is None
    assert contact_sheet(previews, "3:4", cells=cells) == contact_sheet(previews, "3:4")


def test_an_unreadable_picture_leaves_the_cells_of_the_others() -> None:
    previews = {n: encoded_noise(896, 1216, "JPEG", seed=n) for n in (1, 2)}
    cells = SheetCells("3:4", 2)
    for data in (previews[1], b"no picture", previews[2]):
        cells.add(data)
    assert contact_sheet(previews, "3:4", cells=cells) == contact_sheet(previews, "3:4")


def test_thread_pictures_have_one_size_below_the_smallest_candidate() -> None:
    shown = equalize_previews([encoded_noise(896, 1216, "JPEG"), encoded_noise(1152, 1536, "JPEG", seed=2)], "3:4")
    sizes = {pixel_size(p) for p in shown}
    assert len(sizes) == 1
    width, height = sizes.pop()
    assert width < 896
    assert abs(width / height - 3 / 4) < 0.01


def test_one_small_portrait_does_not_shrink_the_others() -> None:
    """A small one is enlarged; the others keep their size in the thread and their sharpness on the sheet."""
    usual, small = encoded_noise(896, 1216, "JPEG"), encoded_noise(90, 120, "JPEG", seed=2)
    assert {pixel_size(p) for p in equalize_previews([usual, small], "3:4")} == {
        pixel_size(p) for p in equalize_previews([usual], "3:4")
    }
    with_small, without = contact_sheet({1: usual, 2: small}, "3:4"), contact_sheet({1: usual, 2: usual}, "3:4")
    cell = (0, 0, 796, 1061)
    first, second = (Image.open(BytesIO(sheet)).crop(cell).tobytes() for sheet in (with_small, without))
    assert max(abs(a - b) for a, b in zip(first, second, strict=True)) < 60
    assert pixel_size(equalize_previews([small, small], "3:4")[0])[0] < 90
