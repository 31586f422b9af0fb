"""Checking what models send, and composing what people see."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import combinations
from random import Random

import pytest
from PIL import Image

from bot.bars import Bar, Panel, bars
from bot.errors import BadPicture, BadRequest
from bot.face import Portrait
from bot.imaging import (
    SHEET_BYTES,
    SHEET_WIDTH,
    Limits,
    alike,
    contact_sheet,
    examine,
    fitting,
    pair,
    record,
    reference,
)
from playground.faces import draw_face


def picture(width: int, height: int, kind: str = "PNG", seed: int = 1, **save: object) -> bytes:
    noise = Image.frombytes("RGB", (64, 64), Random(seed).randbytes(64 * 64 * 3))
    out = BytesIO()
    noise.resize((width, height), Image.Resampling.BICUBIC).save(out, kind, **save)
    return out.getvalue()


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(data)).size


@pytest.mark.parametrize(("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_the_type_is_read_from_the_bytes(kind: str, media: str) -> None:
    seen = examine(picture(896, 1216, kind), "m")
    assert (seen.media_type, seen.width, seen.height) == (media, 896, 1216)
    assert size_of(seen.preview) == (896, 1216)


def frames() -> bytes:
    out = BytesIO()
    first, second = (Image.open(BytesIO(picture(64, 64, seed=s))) for s in (1, 2))
    first.save(out, "WEBP", save_all=True, append_images=[second])
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"<html>sign in</html>", "decoded"),
        (b"", "decoded"),
        (picture(896, 1216)[:40_000], "decoded"),
        (picture(64, 64, "GIF"), "decoded"),
        (picture(6400, 6400, "PNG"), "pixels"),
        (frames(), "frame"),
    ],
)
def test_what_is_no_single_whole_picture_of_bearable_size_is_a_bad_picture(data: bytes, detail: str) -> None:
    with pytest.raises(BadPicture) as caught:
        examine(data, "m")
    assert detail in caught.value.detail
    assert caught.value.paid == "yes"


def test_a_blank_picture_does_not_count() -> None:
    out = BytesIO()
    Image.new("RGB", (512, 512), "grey").save(out, "PNG")
    with pytest.raises(BadPicture, match="blank"):
        examine(out.getvalue(), "m")


def test_content_credentials_in_the_original_are_noticed() -> None:
    assert not examine(picture(64, 64), "m").credentials
    assert examine(picture(64, 64, "JPEG") + b"jumbc2pa", "m").credentials


def stored(data: bytes) -> Portrait:
    seen = examine(data, "m")
    return Portrait("key", seen.media_type, seen.width, seen.height, len(data), seen.sha256, likeness=seen.likeness)


def face(seed: int, kind: str = "PNG", size: tuple[int, int] | None = None, trim: float = 0, **save: int) -> bytes:
    """A practice portrait, perhaps trimmed on every side by a share of it, resized and encoded anew."""
    drawn = draw_face("gpt-image-2", "a signalman, 60", seed, 448, 608)
    across, down = drawn.width * trim, drawn.height * trim
    drawn = drawn.crop((round(across), round(down), round(drawn.width - across), round(drawn.height - down)))
    out = BytesIO()
    (drawn.resize(size) if size else drawn).save(out, kind, **save)
    return out.getvalue()


@pytest.mark.parametrize(
    "again",
    [
        partial(face, kind="JPEG", quality=70),
        partial(face, kind="WEBP", quality=80),
        partial(face, size=(896, 1216)),
        partial(face, trim=0.0025),
    ],
    ids=["JPEG", "WebP", "twice as large", "trimmed"],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_picture_is_known_again_however_it_is_encoded(seed: int, again: Callable[[int], bytes]) -> None:
    assert stored(face(seed)).same_picture(stored(again(seed)))


def test_faces_of_one_model_and_brief_are_not_taken_for_each_other() -> None:
    portraits = [stored(face(seed)) for seed in range(40)]
    assert not [1 for one, other in combinations(portraits, 2) if one.same_picture(other)]


def test_portraits_of_before_there_was_a_likeness_are_told_apart_by_their_bytes() -> None:
    old = replace(stored(face(1)), likeness="")
    assert old.same_picture(stored(face(1)))
    assert not old.same_picture(stored(face(1, "JPEG")))
    assert not old.same_picture(replace(stored(face(2)), likeness=""))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("aspect", ["1:1", "3:4", "9:16"])
def test_the_contact_sheet_is_1600_wide_and_under_a_megabyte(count: int, aspect: str) -> None:
    previews = {n: picture(896, 1216, "JPEG", seed=n) for n in range(1, count + 1)}
    sheet = contact_sheet(previews, aspect)
    assert size_of(sheet)[0] == SHEET_WIDTH
    assert len(sheet) < SHEET_BYTES


def test_every_candidate_has_its_own_cell_in_the_order_of_numbers() -> None:
    flat = {1: "red", 2: "lime", 3: "blue", 4: "yellow"}
    previews = {}
    for number, colour in flat.items():
        out = BytesIO()
        Image.new("RGB", (600, 800), colour).save(out, "JPEG")
        previews[number] = out.getvalue()
    sheet = Image.open(BytesIO(contact_sheet(previews, "3:4"))).convert("RGB")
    across, down = sheet.width, sheet.height
    seen = [sheet.getpixel((round(x * across), round(y * down))) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    assert [tuple(round(c / 255) for c in rgb) for rgb in seen if isinstance(rgb, tuple)] == [
        (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0),
    ]  # fmt: skip


def test_thread_pictures_have_one_size_below_the_smallest_candidate() -> None:
    shown = alike([picture(896, 1216, "JPEG"), picture(1152, 1536, "JPEG", seed=2)], "3:4")
    sizes = {size_of(p) for p in shown}
    assert len(sizes) == 1
    width, height = sizes.pop()
    assert width < 896
    assert abs(width / height - 3 / 4) < 0.01


def test_the_record_shows_the_whole_portrait_at_most_1600_pixels_long() -> None:
    assert size_of(record(picture(1536, 2048, "JPEG"))) == (1200, 1600)


# What a model can be sent.

ROOMY = Limits(length=10_000_000, pixels=16_000_000, side=4096)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_reference_that_fits_is_sent_as_it_is(kind: str) -> None:
    data = picture(896, 1216, kind)
    assert fitting(data, "m", ROOMY) is data


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        (Limits(10_000_000, 16_000_000, 608), (448, 608)),
        (Limits(10_000_000, 896 * 1216 // 4, 4096), (448, 608)),
    ],
)
def test_a_reference_with_too_many_pixels_is_shrunk_in_its_own_ratio(limits: Limits, size: tuple[int, int]) -> None:
    assert size_of(fitting(picture(896, 1216), "m", limits)) == size


def test_a_reference_with_too_many_bytes_keeps_its_pixels_if_a_jpeg_of_them_fits() -> None:
    noisy = Image.effect_noise((900, 1200), 60).convert("RGB")
    out = BytesIO()
    noisy.save(out, "PNG")
    fits = fitting(out.getvalue(), "m", Limits(len(out.getvalue()) - 1, 16_000_000, 4096))
    assert size_of(fits) == (900, 1200)
    assert fits.startswith(b"\xff\xd8\xff")
    small = fitting(out.getvalue(), "m", Limits(100_000, 16_000_000, 4096))
    assert len(small) <= 100_000
    assert size_of(small)[0] / size_of(small)[1] == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(("mode", "kind"), [("P", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG")])
def test_an_odd_colour_mode_becomes_an_rgb_png(mode: str, kind: str) -> None:
    out = BytesIO()
    Image.open(BytesIO(picture(90, 120))).convert(mode).save(out, kind)
    with Image.open(BytesIO(fitting(out.getvalue(), "m", ROOMY))) as sent:
        assert (sent.format, sent.mode, sent.size) == ("PNG", "RGB", (90, 120))


def test_a_telephones_picture_on_its_side_is_sent_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = picture(120, 90, "JPEG", exif=exif)
    assert size_of(fitting(lying, "m", ROOMY)) == (90, 120)


@pytest.mark.parametrize("data", [b"", b"<html>", picture(90, 120, "GIF"), picture(900, 1200)[:5_000]])
def test_a_reference_that_is_no_picture_is_a_bad_request_before_anything_is_sent(data: bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        fitting(data, "m", ROOMY)
    assert (caught.value.model, caught.value.paid) == ("m", "no")


def test_original_and_finish_stand_side_by_side_at_one_size_and_crop() -> None:
    same = picture(768, 1024, "JPEG")
    both = Image.open(BytesIO(pair(same, picture(1536, 2048, "JPEG"), "3:4"))).convert("RGB")
    assert both.size == (2000, 1328)
    left, right = both.crop((0, 0, 996, 1200)).resize((32, 32)), both.crop((1004, 0, 2000, 1200)).resize((32, 32))
    worst = max(abs(a - b) for a, b in zip(left.tobytes(), right.tobytes(), strict=True))
    assert worst < 24, "the same face fills both halves alike"


def test_each_half_of_the_pair_is_named() -> None:
    plain = Image.new("RGB", (768, 1024), "white")
    out = BytesIO()
    plain.save(out, "JPEG")
    both = Image.open(BytesIO(pair(out.getvalue(), out.getvalue(), "3:4"))).convert("L")
    for left in (0, 1004):
        assert min(both.crop((left, 1240, left + 100, 1328)).tobytes()) < 120, "a dark band in the lower corner"
        assert min(both.crop((left, 0, left + 100, 100)).tobytes()) > 240


def test_bars_are_as_long_as_their_sums_and_none_is_too_short_to_see() -> None:
    panels = (Panel("By model", (Bar("a", "$4.00", 4.0), Bar("b", "$1.00", 1.0), Bar("c", "$0.00", 0.0))),)
    picture = Image.open(BytesIO(bars(panels)))
    assert (picture.format, picture.width) == ("PNG", 1200)
    pixels = picture.convert("RGB")
    rows = [104 + 24, 104 + 48 + 24, 104 + 96 + 24]
    long, short, least = (sum(pixels.getpixel((x, y)) == (43, 106, 140) for x in range(1200)) for y in rows)
    assert 0 < least <= 5
    assert abs(long - 4 * short) <= 4


def test_bars_of_nothing_are_a_picture_all_the_same() -> None:
    assert Image.open(BytesIO(bars((Panel("By model", ()),)))).width == 1200


def test_a_photo_whose_notes_nobody_can_read_is_kept_as_it_stands() -> None:
    noted = picture(120, 90, "PNG", exif=b"Exif\x00\x00no TIFF at all")
    assert size_of(reference(noted)) == (120, 90)
    assert fitting(noted, "m", ROOMY) == noted


def test_a_grey_picture_with_a_transparent_shade_is_sent_as_rgb() -> None:
    out = BytesIO()
    Image.new("I;16", (40, 50), 9_000).save(out, "PNG", transparency=7)
    with Image.open(BytesIO(fitting(out.getvalue(), "m", ROOMY))) as sent:
        assert (sent.mode, sent.size) == ("RGB", (40, 50))


def test_a_reference_with_too_many_pixels_is_not_decoded() -> None:
    with pytest.raises(BadRequest, match="too many pixels"):
        fitting(picture(6400, 6400), "m", ROOMY)


@pytest.mark.parametrize(
    "error", [struct.error("x"), zlib.error("x"), IndexError(), KeyError("x"), EOFError(), MemoryError()]
)
def test_whatever_breaks_in_a_decoder_is_a_bad_picture(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    data = picture(90, 120)
    monkeypatch.setattr(Image, "open", broken)
    with pytest.raises(BadPicture, match="cannot be decoded"):
        examine(data, "m")
    with pytest.raises(BadPicture, match="cannot be decoded"):
        reference(data)
    with pytest.raises(BadRequest):
        fitting(data, "m", ROOMY)
