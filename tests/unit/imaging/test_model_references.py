"""References as they are sent to models."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.model_errors import InvalidRequest
from bot.imaging.references import Limits, fit_to_limits, normalize_reference
from tests.support.picture_files import LARGE_LIMITS, encoded_noise, oversized_png, pixel_size


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
