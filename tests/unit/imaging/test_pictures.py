"""Validation of models' pictures, the record and the pair of an upscale."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.model_errors import InvalidImage, InvalidRequest
from bot.imaging.pictures import examine, record_picture, side_by_side
from bot.imaging.references import fit_to_limits, normalize_reference
from tests.support.picture_files import LARGE_LIMITS, encoded_noise, oversized_png, pixel_size


@pytest.mark.parametrize(("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_media_type_is_detected_from_the_bytes(kind: str, media: str) -> None:
    checked = examine(encoded_noise(896, 1216, kind), "m")
    assert (checked.media_type, checked.width, checked.height) == (media, 896, 1216)
    assert pixel_size(checked.preview) == (896, 1216)


def test_the_preview_is_reported_once_it_is_made_and_only_for_a_valid_picture() -> None:
    reported: list[bytes] = []
    checked = examine(encoded_noise(896, 1216), "m", reported.append)
    assert reported == [checked.preview]
    with pytest.raises(InvalidImage):
        examine(encoded_noise(896, 1216)[:40_000], "m", reported.append)
    assert len(reported) == 1


def animated_webp() -> bytes:
    out = BytesIO()
    first, second = (Image.open(BytesIO(encoded_noise(64, 64, seed=s))) for s in (1, 2))
    first.save(out, "WEBP", save_all=True, append_images=[second])
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


def test_the_record_shows_the_whole_portrait_at_most_1600_pixels_long() -> None:
    assert pixel_size(record_picture(encoded_noise(1536, 2048, "JPEG"))) == (1200, 1600)


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
