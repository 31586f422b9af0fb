"""The perceptual hash: one picture in another encoding is recognized, another face is not."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageEnhance

from bot.domain.face import Portrait
from bot.imaging.pictures import (
    examine,
)
from playground.faces import draw_face
from playground.models.drawing import draw_pictures
from playground.models.generation_order import GenerationOrder

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in (2, 3))]


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
@pytest.mark.parametrize("seed", SEEDS)
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
@pytest.mark.parametrize("seed", SEEDS)
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
