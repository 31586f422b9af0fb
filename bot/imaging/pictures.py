"""Validates pictures and makes previews. Pure functions; run them in a thread."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import ParamSpec, TypeVar

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bot.domain.face import HASH_GRID, Credentials, CredentialsState, Portrait
from bot.domain.model_errors import InvalidImage
from bot.imaging.decoding import (
    ANSWER_FORMATS,
    MEDIA_TYPES,
    UnreadableImage,
    check_bounds,
    decode,
    is_blank,
    open_image,
    translate_decode_errors,
    upright_size,
)
from bot.imaging.encoding import to_jpeg

P = ParamSpec("P")
R = TypeVar("R")

_PAIR_GUTTER = 8
_PREVIEW_SIDE = 2048
_RECORD_SIDE = 1600
_PAIR_WIDTH = 2000
# Below the smallest candidate, so that every picture is resampled and loses its model's sharpness.
_BLIND_SCALE = 0.94
# A smaller portrait is enlarged to the others' size instead of shrinking them to its own.
_LEAST_COMMON_SIDE = 256

# Pillow releases the GIL in its codecs, so these threads do not block the event loop. Portraits have one thread of
# their own: two that decode 4K would keep 70 MB each, and the allocator returns neither.
_imaging_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imaging")
_examine_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="examining")


async def run_in_thread(func: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run picture work off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_imaging_pool, lambda: func(*args, **kwargs))


def ignore_preview(preview: bytes) -> None:
    """Do nothing with a preview that is made early."""


async def examine_in_thread(
    data: bytes, model: str, on_preview: Callable[[bytes], None] = ignore_preview
) -> "ExaminedImage":
    """Run `examine` off the event loop, one portrait at a time; call `on_preview` on the loop."""
    loop = asyncio.get_running_loop()

    def report(preview: bytes) -> None:
        loop.call_soon_threadsafe(on_preview, preview)

    return await loop.run_in_executor(_examine_pool, examine, data, model, report)


@dataclass(frozen=True)
class ExaminedImage:
    """Facts about a picture: type by content, pixels when upright, SHA-256 in hex.

    `perceptual_hash` (hex) does not depend on size and encoder.
    """

    media_type: str
    width: int
    height: int
    sha256: str
    preview: bytes
    perceptual_hash: str
    length: int

    def to_portrait(self, key: str, credentials: Credentials) -> Portrait:
        """Describe the image as the portrait that is stored under `key`; `credentials` were found in its bytes."""
        return Portrait(
            key,
            self.media_type,
            self.width,
            self.height,
            self.length,
            self.sha256,
            credentials.state not in (CredentialsState.NONE, CredentialsState.UNCHECKED),
            self.perceptual_hash,
            credentials.state,
            credentials.issuer,
        )


def examine(data: bytes, model: str, on_preview: Callable[[bytes], None] = ignore_preview) -> ExaminedImage:
    """Validate a model's bytes by decoding them fully, and make a preview; raises InvalidImage.

    The media type is read from the bytes: providers send PNG, JPEG and WebP under wrong types. `on_preview` gets the
    preview of a valid picture before its hashes are computed.
    """
    try:
        with translate_decode_errors():
            image = open_image(data, ANSWER_FORMATS)
            kind, (width, height) = image.format or "", upright_size(image)
            check_bounds((width, height), model, "yes")
            if kind != "MPO" and getattr(image, "n_frames", 1) != 1:
                raise InvalidImage(model, "more than one frame", "yes")
            picture = _make_preview(image)
    except UnreadableImage as error:
        raise InvalidImage(model, "cannot be decoded", "yes") from error
    if is_blank(picture):
        raise InvalidImage(model, "blank", "yes")
    preview = to_jpeg(picture, 92)
    on_preview(preview)
    return ExaminedImage(
        media_type=MEDIA_TYPES[kind],
        width=width,
        height=height,
        sha256=sha256(data).hexdigest(),
        preview=preview,
        perceptual_hash=_perceptual_hash(picture),
        length=len(data),
    )


def equalize_previews(previews: Sequence[bytes], aspect: str) -> list[bytes]:
    """Return the pictures cropped to one aspect and resampled to one size below the smallest."""
    pictures = [open_jpeg(p) for p in previews]
    width, height = common_size([p.size for p in pictures], aspect)
    return [to_jpeg(ImageOps.fit(p, (width, height), Image.Resampling.LANCZOS), 88) for p in pictures]


def record_picture(preview: bytes) -> bytes:
    """Return the locked portrait uncropped as a JPEG, at most 1600 pixels on its long side."""
    picture = open_jpeg(preview)
    picture.thumbnail((_RECORD_SIDE, _RECORD_SIDE), Image.Resampling.LANCZOS)
    return to_jpeg(picture, 90)


def scaled_preview(preview: bytes, side: int) -> bytes:
    """Return a preview as a JPEG of at most `side` pixels on its long side; one that is small enough as it is."""
    picture = open_jpeg(preview, (side, side))
    if max(picture.size) <= side:
        return preview
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return to_jpeg(picture, 90)


def side_by_side(original: bytes, upscaled: bytes, aspect: str) -> bytes:
    """Return two previews at one size and crop, each labelled: a JPEG, 2000 pixels wide."""
    cell_w, cell_h = size_in_aspect(aspect, (_PAIR_WIDTH - _PAIR_GUTTER) // 2)
    canvas = Image.new("RGB", (_PAIR_WIDTH, cell_h), "white")
    for index, (name, preview) in enumerate((("original", original), ("finish", upscaled))):
        cell = ImageOps.fit(open_jpeg(preview), (cell_w, cell_h), Image.Resampling.LANCZOS)
        _draw_caption(cell, name)
        canvas.paste(cell, (index * (cell_w + _PAIR_GUTTER), 0))
    return to_jpeg(canvas, 92)


def _make_preview(image: Image.Image) -> Image.Image:
    """Return the upright sRGB preview. A large picture is reduced first, so that it is not in memory twice."""
    picture = decode(image, max(1, max(image.size) // _PREVIEW_SIDE))
    picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE), Image.Resampling.LANCZOS)
    return picture


def _perceptual_hash(picture: Image.Image) -> str:
    """Return the mean colours of a 16 x 16 grid as hex; `Portrait.shows_same_picture` compares them."""
    colours = picture if picture.mode == "RGB" else picture.convert("RGB")
    return colours.resize(HASH_GRID, Image.Resampling.BOX).tobytes().hex()


def open_jpeg(data: bytes, min_size: tuple[int, int] | None = None) -> Image.Image:
    image = Image.open(BytesIO(data), formats=("JPEG",))
    if min_size:
        image.draft("RGB", min_size)
    if image.mode != "RGB":
        return image.convert("RGB")
    image.load()
    return image


def common_size(sizes: Sequence[tuple[int, int]], aspect: str) -> tuple[int, int]:
    """Return the largest box of `aspect` that fits the smallest usual picture, scaled down slightly."""
    ratio_width, ratio_height = parse_ratio(aspect)
    usual_sizes = [size for size in sizes if min(size) >= _LEAST_COMMON_SIDE] or sizes
    unit = min(min(w / ratio_width, h / ratio_height) for w, h in usual_sizes) * _BLIND_SCALE
    return max(1, round(unit * ratio_width)), max(1, round(unit * ratio_height))


def size_in_aspect(aspect: str, width: int) -> tuple[int, int]:
    """Return `width` with the height that gives this aspect, in pixels."""
    ratio_width, ratio_height = parse_ratio(aspect)
    return width, round(width * ratio_height / ratio_width)


def parse_ratio(aspect: str) -> tuple[int, int]:
    width, height = aspect.split(":")
    return int(width), int(height)


def _draw_caption(cell: Image.Image, text: str) -> None:
    """Draw text on a dark band in the lower left corner."""
    size = cell.width // 24
    font = ImageFont.load_default(size=size)
    left, _, right, _ = font.getbbox(text)
    band = Image.new("L", (round(right - left) + size, 2 * size), 170)
    top = cell.height - band.height
    cell.paste(Image.new("RGB", band.size, "black"), (0, top), mask=band)
    ImageDraw.Draw(cell).text((size // 2, top + size), text, fill="white", font=font, anchor="lm")
