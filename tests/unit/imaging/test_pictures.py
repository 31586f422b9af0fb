"""Validation of models' pictures, and composition of previews and sheets."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from itertools import combinations
from random import Random

import pytest
from PIL import Image, ImageChops, ImageEnhance

from bot.domain.face import Portrait
from bot.domain.model_errors import InvalidImage, InvalidRequest
from bot.imaging.charts import Bar, Panel, bar_chart
from bot.imaging.contact_sheet import MAX_SHEET_BYTES, SHEET_WIDTH, SheetCells, contact_sheet
from bot.imaging.pictures import (
    Limits,
    equalize_previews,
    examine,
    fit_to_limits,
    normalize_reference,
    record_picture,
    side_by_side,
)
from playground.faces import draw_face
from playground.models.drawing import draw_pictures
from playground.models.generation_order import GenerationOrder


def encoded_noise(width: int, height: int, kind: str = "PNG", seed: int = 1, **save: object) -> bytes:
    noise = Image.frombytes("RGB", (64, 64), Random(seed).randbytes(64 * 64 * 3))
    out = BytesIO()
    noise.resize((width, height), Image.Resampling.BICUBIC).save(out, kind, **save)
    return out.getvalue()


def pixel_size(data: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(data)).size


@pytest.mark.parametrize(("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_media_type_is_detected_from_the_bytes(kind: str, media: str) -> None:
    checked = examine(encoded_noise(896, 1216, kind), "m")
    assert (checked.media_type, checked.width, checked.height) == (media, 896, 1216)
    assert pixel_size(checked.preview) == (896, 1216)


def animated_webp() -> bytes:
    out = BytesIO()
    first, second = (Image.open(BytesIO(encoded_noise(64, 64, seed=s))) for s in (1, 2))
    first.save(out, "WEBP", save_all=True, append_images=[second])
    return out.getvalue()


def oversized_png() -> bytes:
    out = BytesIO()
    Image.new("L", (6400, 6400)).save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.mark.parametrize(
    ("build", "detail"),
    [
        (lambda: b"<html>sign in</html>", "decoded"),
        (lambda: b"", "decoded"),
        (lambda: encoded_noise(896, 1216)[:40_000], "decoded"),
        (lambda: encoded_noise(64, 64, "GIF"), "decoded"),
        (oversized_png, "pixels"),
        (animated_webp, "frame"),
    ],
    ids=["HTML", "empty", "truncated", "GIF", "oversized", "animated"],
)
def test_truncated_animated_or_oversized_image_is_invalid(build: Callable[[], bytes], detail: str) -> None:
    with pytest.raises(InvalidImage) as caught:
        examine(build(), "m")
    assert detail in caught.value.detail
    assert caught.value.paid == "yes"


def test_blank_image_is_invalid() -> None:
    out = BytesIO()
    Image.new("RGB", (512, 512), "grey").save(out, "PNG")
    with pytest.raises(InvalidImage, match="blank"):
        examine(out.getvalue(), "m")


def make_portrait(data: bytes) -> Portrait:
    checked = examine(data, "m")
    return Portrait(
        "key",
        checked.media_type,
        checked.width,
        checked.height,
        len(data),
        checked.sha256,
        perceptual_hash=checked.perceptual_hash,
    )


@cache
def signalman(seed: int) -> Image.Image:
    return draw_face("gpt-image-2", "a signalman, 60", seed, 448, 608)


def encoded_face(seed: int, kind: str = "PNG", size: tuple[int, int] | None = None, **save: int) -> bytes:
    """Return a practice portrait, optionally resized and re-encoded."""
    image = signalman(seed)
    out = BytesIO()
    (image.resize(size) if size else image).save(out, kind, **save)
    return out.getvalue()


@pytest.mark.parametrize(
    "reencode",
    [
        *(partial(encoded_face, kind="JPEG", quality=quality) for quality in (60, 80, 95)),
        partial(encoded_face, kind="WEBP", quality=60),
        partial(encoded_face, size=(896, 1216)),
        partial(encoded_face, size=(224, 304), kind="JPEG", quality=75),
    ],
    ids=["JPEG 60", "JPEG 80", "JPEG 95", "WebP", "twice as large", "half as large"],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_same_picture_is_recognized_after_reencoding(seed: int, reencode: Callable[[int], bytes]) -> None:
    assert make_portrait(encoded_face(seed)).shows_same_picture(make_portrait(reencode(seed)))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "turned by a degree": lambda picture: picture.rotate(1, Image.Resampling.BICUBIC),
    "nearer": lambda picture: picture.crop((9, 12, picture.width - 9, picture.height - 12)).resize(picture.size),
    "moved": lambda picture: ImageChops.offset(picture, 6, 0),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.05),
    "warmer": lambda picture: Image.merge(
        "RGB", [picture.getchannel("R").point(lambda v: v * 1.05), *picture.split()[1:]]
    ),
    "another mouth": lambda picture: darkened(picture, (200, 350, 250, 380)),
}


def darkened(picture: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    changed = picture.copy()
    changed.paste(picture.crop(box).point(lambda value: max(0, value - 60)), box[:2])
    return changed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_face_in_another_light_pose_or_frame_is_another_picture(
    seed: int, change: Callable[[Image.Image], Image.Image]
) -> None:
    original = encoded_face(seed)
    out = BytesIO()
    change(Image.open(BytesIO(original))).save(out, "PNG")
    assert not make_portrait(original).shows_same_picture(make_portrait(out.getvalue()))


def test_portraits_of_one_reference_are_distinguished() -> None:
    """Several models and slots draw after one reference; the practice models change pose, light and framing."""
    reference = encoded_face(1)
    prompt = "A signalman, 60. The attached picture shows this character's face. Keep the person."
    drawn = [
        draw_pictures(
            GenerationOrder(
                model, prompt, 448, 608, 1, "image/png", 0.0, seed=seed, references=(reference,), operation="edit"
            ),
            repeat_index=repeat,
        )[-1].data
        for model in ("gpt-image-2", "gpt-image-2.5-flare", "gemini-3-pro-image")
        for seed, repeat in ((None, 0), (None, 1), (7, 0), (8, 0))
    ]
    portraits = [make_portrait(data) for data in (reference, *drawn)]
    assert not [1 for first, other in combinations(portraits, 2) if first.shows_same_picture(other)]


@pytest.mark.parametrize("faces", [10, pytest.param(40, marks=pytest.mark.heavy)])
def test_faces_of_one_model_and_brief_are_distinguished(faces: int) -> None:
    portraits = [make_portrait(encoded_face(seed, compress_level=1)) for seed in range(faces)]
    assert not [1 for first, other in combinations(portraits, 2) if first.shows_same_picture(other)]


def test_portraits_without_perceptual_hash_are_compared_by_sha256() -> None:
    old = replace(make_portrait(encoded_face(1)), perceptual_hash="")
    assert old.shows_same_picture(make_portrait(encoded_face(1)))
    assert not old.shows_same_picture(make_portrait(encoded_face(1, "JPEG")))
    assert not old.shows_same_picture(replace(make_portrait(encoded_face(2)), perceptual_hash=""))


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


def test_the_record_shows_the_whole_portrait_at_most_1600_pixels_long() -> None:
    assert pixel_size(record_picture(encoded_noise(1536, 2048, "JPEG"))) == (1200, 1600)


# References sent to models.

LARGE_LIMITS = Limits(max_bytes=10_000_000, max_pixels=16_000_000, max_side=4096)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_reference_within_limits_is_sent_unchanged(kind: str) -> None:
    data = encoded_noise(896, 1216, kind)
    assert fit_to_limits(data, "m", LARGE_LIMITS) is data


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        (Limits(10_000_000, 16_000_000, 608), (448, 608)),
        (Limits(10_000_000, 896 * 1216 // 4, 4096), (448, 608)),
    ],
)
def test_a_reference_with_too_many_pixels_is_shrunk_in_its_own_ratio(limits: Limits, size: tuple[int, int]) -> None:
    assert pixel_size(fit_to_limits(encoded_noise(896, 1216), "m", limits)) == size


def test_a_reference_with_too_many_bytes_keeps_its_pixels_if_a_jpeg_of_them_fits() -> None:
    noisy = Image.effect_noise((900, 1200), 60).convert("RGB")
    out = BytesIO()
    noisy.save(out, "PNG")
    fits = fit_to_limits(out.getvalue(), "m", Limits(len(out.getvalue()) - 1, 16_000_000, 4096))
    assert pixel_size(fits) == (900, 1200)
    assert fits.startswith(b"\xff\xd8\xff")
    small = fit_to_limits(out.getvalue(), "m", Limits(100_000, 16_000_000, 4096))
    assert len(small) <= 100_000
    assert pixel_size(small)[0] / pixel_size(small)[1] == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(("mode", "kind"), [("P", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG")])
def test_an_odd_colour_mode_becomes_an_rgb_png(mode: str, kind: str) -> None:
    out = BytesIO()
    Image.open(BytesIO(encoded_noise(90, 120))).convert(mode).save(out, kind)
    with Image.open(BytesIO(fit_to_limits(out.getvalue(), "m", LARGE_LIMITS))) as sent:
        assert (sent.format, sent.mode, sent.size) == ("PNG", "RGB", (90, 120))


def test_exif_rotation_is_applied_before_sending() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    rotated = encoded_noise(120, 90, "JPEG", exif=exif)
    assert pixel_size(fit_to_limits(rotated, "m", LARGE_LIMITS)) == (90, 120)


@pytest.mark.parametrize(
    "build",
    [
        lambda: b"",
        lambda: b"<html>",
        lambda: encoded_noise(90, 120, "GIF"),
        lambda: encoded_noise(900, 1200)[:5_000],
    ],
    ids=["empty", "HTML", "GIF", "truncated"],
)
def test_invalid_reference_raises_before_sending(build: Callable[[], bytes]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        fit_to_limits(build(), "m", LARGE_LIMITS)
    assert (caught.value.model, caught.value.paid) == ("m", "no")


def test_side_by_side_shows_original_and_upscale_at_one_size() -> None:
    same = encoded_noise(768, 1024, "JPEG")
    both = Image.open(BytesIO(side_by_side(same, encoded_noise(1536, 2048, "JPEG"), "3:4"))).convert("RGB")
    assert both.size == (2000, 1328)
    left, right = both.crop((0, 0, 996, 1200)).resize((32, 32)), both.crop((1004, 0, 2000, 1200)).resize((32, 32))
    worst = max(abs(a - b) for a, b in zip(left.tobytes(), right.tobytes(), strict=True))
    assert worst < 24, "the same face fills both halves alike"


def test_each_half_of_the_pair_is_labelled() -> None:
    plain = Image.new("RGB", (768, 1024), "white")
    out = BytesIO()
    plain.save(out, "JPEG")
    both = Image.open(BytesIO(side_by_side(out.getvalue(), out.getvalue(), "3:4"))).convert("L")
    for left in (0, 1004):
        assert min(both.crop((left, 1240, left + 100, 1328)).tobytes()) < 120, "a dark band in the lower corner"
        assert min(both.crop((left, 0, left + 100, 100)).tobytes()) > 240


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


def test_photo_with_unreadable_exif_is_accepted_and_loses_it() -> None:
    photo = encoded_noise(120, 90, "PNG", exif=b"Exif\x00\x00no TIFF at all")
    assert pixel_size(normalize_reference(photo)) == (120, 90)
    sent = fit_to_limits(photo, "m", LARGE_LIMITS)
    assert Image.open(BytesIO(sent)).tobytes() == Image.open(BytesIO(photo)).tobytes()
    assert b"no TIFF at all" not in sent


def test_grayscale_image_with_transparency_is_sent_as_rgb() -> None:
    out = BytesIO()
    Image.new("I;16", (40, 50), 9_000).save(out, "PNG", transparency=7)
    with Image.open(BytesIO(fit_to_limits(out.getvalue(), "m", LARGE_LIMITS))) as sent:
        assert (sent.mode, sent.size) == ("RGB", (40, 50))


def test_a_reference_with_too_many_pixels_is_not_decoded() -> None:
    with pytest.raises(InvalidRequest, match="too many pixels"):
        fit_to_limits(oversized_png(), "m", LARGE_LIMITS)


@pytest.mark.parametrize(
    "error", [struct.error("x"), zlib.error("x"), IndexError(), KeyError("x"), EOFError(), MemoryError()]
)
def test_decoder_exception_is_reported_as_invalid_image(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    data = encoded_noise(90, 120)
    monkeypatch.setattr(Image, "open", broken)
    with pytest.raises(InvalidImage, match="cannot be decoded"):
        examine(data, "m")
    with pytest.raises(InvalidImage, match="cannot be decoded"):
        normalize_reference(data)
    with pytest.raises(InvalidRequest):
        fit_to_limits(data, "m", LARGE_LIMITS)
