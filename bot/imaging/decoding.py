"""Opens pictures from models and people, within limits, and decodes them upright, in sRGB and without transparency."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageStat

from bot.domain.errors import CastingError
from bot.domain.model_errors import InvalidImage, PaidStatus
from bot.imaging.color import to_srgb

MAX_PIXELS = 40_000_000
# The least side and the greatest ratio of the sides of a portrait; briefs ask for 9:16 at most.
MIN_SIDE, MAX_RATIO = 64, 4
# A phone's JPEG with a second picture or a gain map (MPO) counts as its first picture.
MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
ANSWER_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
REFERENCE_FORMATS = (*ANSWER_FORMATS, "GIF", "TIFF")
# The brands of HEIC and HEIF files (ISO/IEC 23008-12), which Pillow does not read.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_ORIENTATION = 0x0112  # the EXIF tag for the rotation of the camera
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})


class UnreadableImage(Exception):
    """The bytes cannot be decoded."""


@contextmanager
def translate_decode_errors() -> Iterator[None]:
    """Raise UnreadableImage for any decoder error.

    Pillow's plugins raise unrelated exceptions (struct.error, zlib.error, IndexError ...) for broken bytes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except CastingError:
        raise
    except Exception as error:
        raise UnreadableImage from error


def open_image(data: bytes, formats: Sequence[str]) -> Image.Image:
    """Open a picture without decoding it; its `info` keeps the sample depth, which Pillow forgets when it decodes."""
    image = Image.open(BytesIO(data), formats=tuple(formats))
    image.info["raw_mode"] = str(image.tile[0].args) if image.format == "PNG" and image.tile else ""
    return image


def is_heic(data: bytes) -> bool:
    """Whether the bytes begin like an iPhone's HEIC photo."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


def check_bounds(size: tuple[int, int], model: str, paid: PaidStatus = "no") -> None:
    """Raise InvalidImage for a picture with too many pixels, or with sides that no portrait has."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise InvalidImage(model, f"too many pixels: {width} x {height}", paid)
    if min(size) < MIN_SIDE:
        raise InvalidImage(model, f"too small: {width} x {height}", paid)
    if max(size) > MAX_RATIO * min(size):
        raise InvalidImage(model, f"too long and narrow: {width} x {height}", paid)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 without one and with unreadable EXIF data."""
    try:
        with translate_decode_errors():
            found = image.getexif().get(_ORIENTATION, 1)
            return found if found in _TURNS else 1
    except UnreadableImage:
        return 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height as a viewer shows the picture."""
    return (image.height, image.width) if orientation_of(image) in _SIDEWAYS else image.size


def decode(image: Image.Image, factor: int = 1) -> Image.Image:
    """Return the first picture upright in RGB, `factor` times smaller, and free the memory of the opened one."""
    orientation = orientation_of(image)
    image.load()
    picture = to_srgb(image, factor)
    if picture is not image:
        image.close()
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


def is_blank(picture: Image.Image) -> bool:
    """Whether all pixels have about the same colour."""
    return max(ImageStat.Stat(picture.resize((64, 64), Image.Resampling.NEAREST)).stddev) < 1
