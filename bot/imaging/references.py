"""Reference images: as they are stored, and as each model accepts them. Pure functions; run them in a thread."""

from dataclasses import dataclass
from math import ceil, sqrt

from PIL import Image

from bot.domain.model_errors import InvalidImage, InvalidRequest
from bot.imaging.color import is_plain
from bot.imaging.decoding import (
    ANSWER_FORMATS,
    MAX_PIXELS,
    REFERENCE_FORMATS,
    UnreadableImage,
    check_bounds,
    decode,
    is_blank,
    is_heic,
    open_image,
    orientation_of,
    translate_decode_errors,
)
from bot.imaging.encoding import to_jpeg, to_jpeg_under, to_png
from bot.imaging.metadata import strip_metadata

_REFERENCE_SIDE = 4096
# The formats that every model takes.
_SENT_FORMATS = ("PNG", "JPEG", "WEBP")
HEIC_DETAIL = "heic"
_REFERENCE_QUALITIES = (95, 90)  # high, since the reference is a face


@dataclass(frozen=True)
class Limits:
    """The largest picture a model accepts: bytes, total pixels, pixels per side."""

    max_bytes: int
    max_pixels: int
    max_side: int


def fit_to_limits(data: bytes, model: str, limits: Limits) -> bytes:
    """Return the bytes unchanged if `model` accepts them; else without metadata, and if need be re-encoded.

    Providers refuse palettes and CMYK ("Invalid image file or mode") and know no colour profiles, so anything but
    upright opaque sRGB becomes that. Raises InvalidRequest if the bytes are not a picture.
    """
    try:
        with translate_decode_errors(), open_image(data, ANSWER_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InvalidRequest(model, "a reference with too many pixels")
            image.load()
            if _can_be_sent(image) and _scale_for(image.size, limits) == 1:
                clean = strip_metadata(data)
                if clean is not None and len(clean) <= limits.max_bytes:
                    return clean
            picture = decode(image)
            return _encode_to_limits(picture, limits)
    except UnreadableImage as error:
        raise InvalidRequest(model, "a reference that cannot be decoded") from error


def _can_be_sent(image: Image.Image) -> bool:
    """Whether a model that knows no profile, rotation or transparency sees the picture rightly."""
    return image.format in (*_SENT_FORMATS, "MPO") and is_plain(image) and orientation_of(image) == 1


def _encode_to_limits(picture: Image.Image, limits: Limits) -> bytes:
    """Return a PNG if it fits, else the best JPEG that fits, reduced in size if necessary."""
    scale = _scale_for(picture.size, limits)
    while True:
        scaled = _resize(picture, scale)
        if scaled.width * scaled.height * 3 <= 2 * limits.max_bytes and len(data := to_png(scaled)) <= limits.max_bytes:
            return data
        if len(data := to_jpeg_under(scaled, limits.max_bytes + 1, _REFERENCE_QUALITIES)) <= limits.max_bytes:
            return data
        scale *= 0.8


def _scale_for(size: tuple[int, int], limits: Limits) -> float:
    width, height = size
    return min(1.0, limits.max_side / max(size), sqrt(limits.max_pixels / (width * height)))


def _resize(picture: Image.Image, scale: float) -> Image.Image:
    if scale == 1:
        return picture
    return picture.resize((int(picture.width * scale) or 1, int(picture.height * scale) or 1), Image.Resampling.LANCZOS)


def normalize_reference(data: bytes) -> bytes:
    """Return an attached picture as it is stored and sent: a JPEG in sRGB, upright, at most 4096 pixels a side.

    Of several pictures the first counts. Metadata such as the location of a photo is removed. Raises InvalidImage.
    """
    try:
        with translate_decode_errors(), open_image(data, REFERENCE_FORMATS) as image:
            _shrink_while_decoding(image)
            check_bounds(image.size, "reference")
            picture = decode(image)
            picture.thumbnail((_REFERENCE_SIDE, _REFERENCE_SIDE), Image.Resampling.LANCZOS)
    except UnreadableImage as error:
        raise InvalidImage("reference", HEIC_DETAIL if is_heic(data) else "cannot be decoded") from error
    if is_blank(picture):
        raise InvalidImage("reference", "blank")
    return to_jpeg(picture, 95)


def _shrink_while_decoding(image: Image.Image) -> None:
    """Let the JPEG decoder halve a photo of more than 4096 pixels a side: phones take 48 megapixels and more."""
    factor = ceil(max(image.size) / _REFERENCE_SIDE)
    if factor > 1 and image.format in ("JPEG", "MPO"):
        image.draft(image.mode, (image.width // factor, image.height // factor))
