"""Colours of any picture as 8-bit sRGB without transparency: profiles, CMYK, Lab, deep and float samples."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageChops, ImageCms

# Transparent parts show this ground, whatever colour their hidden pixels have: that colour would tell the model.
GROUND = (236, 236, 236)
# The colour space that a profile must have to describe pixels of a mode (ICC.1:2022, table 19).
_PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_DEEP_MODES = frozenset({"I;16", "I;16L", "I;16B", "I;16N", "I"})
_DEEP_LIMIT = 65_535
# Rows converted at once. A large picture is never in memory at full size in two modes.
_BAND_ROWS = 512
_SRGB = ImageCms.createProfile("sRGB")
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, TypeError, ValueError)

Convert = Callable[[Image.Image], Image.Image]


def to_srgb(image: Image.Image, factor: int = 1) -> Image.Image:
    """Return a decoded picture in RGB, `factor` times smaller; a plain RGB picture at factor 1 is returned itself."""
    convert = _converter(image)
    if convert is None:
        return image.reduce(factor) if factor > 1 else image
    if image.height <= _BAND_ROWS:
        return _reduced(convert(image), factor)
    picture = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    step = max(1, _BAND_ROWS // factor) * factor
    for top in range(0, image.height, step):
        band = convert(image.crop((0, top, image.width, min(image.height, top + step))))
        picture.paste(_reduced(band, factor), (0, top // factor))
    return picture


def is_plain(image: Image.Image) -> bool:
    """Whether a decoded picture has opaque RGB pixels of 8 bits and no colour profile."""
    if image.info.get("icc_profile") or is_deep(image):
        return False
    if image.mode == "RGBA":
        return _least(image.getchannel("A")) == 255
    return image.mode == "RGB" and "transparency" not in image.info


def is_deep(image: Image.Image) -> bool:
    """Whether a PNG has 16 bits a sample; Pillow keeps eight of them where there is more than one channel."""
    return ";16" in str(image.info.get("raw_mode", ""))


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    return picture.reduce(factor) if factor > 1 else picture


def _converter(image: Image.Image) -> Convert | None:
    """Return what makes opaque sRGB of the picture or of a band of it; None if it is that already."""
    to_base = _base_converter(image)
    base_mode = _base_mode(image.mode)
    to_colors = _profile_conversion(image, base_mode)
    transparency = image.info.get("transparency")
    if image.mode == "RGB" and to_colors is None and transparency is None:
        return None

    def convert(part: Image.Image) -> Image.Image:
        alpha = _alpha(part, transparency)
        picture = to_base(part)
        picture = to_colors(picture) if to_colors else picture.convert("RGB")
        picture.info = {}
        return _on_ground(picture, alpha)

    return convert


def _base_mode(mode: str) -> str:
    """Return the mode in which a profile describes the pixels."""
    if mode in ("L", "LA", "La", "1", "F") or mode in _DEEP_MODES:
        return "L"
    return mode if mode in ("CMYK", "LAB") else "RGB"


def _base_converter(image: Image.Image) -> Convert:
    if image.mode in _DEEP_MODES:
        return _deep_to_grey(image)
    if image.mode == "F":
        return _float_to_grey(image)
    if image.mode == "CMYK" and image.format in ("JPEG", "MPO") and "adobe" not in image.info:
        # Pillow inverts every CMYK JPEG, as Adobe writes them; without Adobe's marker the ink values are not inverted.
        return ImageChops.invert
    base_mode = _base_mode(image.mode)

    def to_base(part: Image.Image) -> Image.Image:
        if part.mode == base_mode:
            return part
        if part.mode in ("RGBa", "La", "PA"):
            part = part.convert({"RGBa": "RGBA", "La": "LA", "PA": "RGBA"}[part.mode])
        return part.convert(base_mode)

    return to_base


def _deep_to_grey(image: Image.Image) -> Convert:
    """Scale to eight bits; Pillow's own conversion cuts every value above 255."""
    low, high = _extrema(image) if image.mode == "I" else (0, _DEEP_LIMIT)
    if low >= 0 and high <= _DEEP_LIMIT:
        top = 255 if high <= 255 else _DEEP_LIMIT
        table = [min(255, (value * 255 + top // 2) // top) for value in range(_DEEP_LIMIT + 1)]
        return lambda part: part.convert("I").point(table, "L")
    scale = 255 / (high - low)
    return lambda part: part.point(lambda value: value * scale - low * scale).convert("L")


def _float_to_grey(image: Image.Image) -> Convert:
    """Scale from 0 to 1, from 0 to 255 or from 0 to 65,535, whichever holds the values."""
    _, high = _extrema(image)
    scale = next((255 / top for top in (1.0, 255.0, float(_DEEP_LIMIT)) if high <= top), 255 / high)
    return lambda part: part.point(lambda value: value * scale + 0.5).convert("L")


def _extrema(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    assert not isinstance(low, tuple)
    assert not isinstance(high, tuple)
    return low, high


def _profile_conversion(image: Image.Image, mode: str) -> Convert | None:
    """Return the conversion to sRGB; None without a profile, and for one that is broken or of another colour space."""
    profile_bytes = image.info.get("icc_profile")
    try:
        if mode == "LAB":
            source: object = ImageCms.createProfile("LAB")
        elif profile_bytes:
            source = ImageCms.ImageCmsProfile(BytesIO(profile_bytes))
            if source.profile.xcolor_space.strip() != _PROFILE_SPACES[mode]:
                return None
        else:
            return None
        transform = ImageCms.buildTransform(
            source,  # type: ignore[arg-type]
            _SRGB,
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except _PROFILE_ERRORS:
        return None

    def convert(part: Image.Image) -> Image.Image:
        with suppress(*_PROFILE_ERRORS):
            if converted := ImageCms.applyTransform(part, transform):
                return converted
        return part.convert("RGB")

    return convert


def _alpha(part: Image.Image, transparency: object) -> Image.Image | None:
    """Return the opacity of each pixel; None if all are opaque."""
    if part.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        return part.getchannel("A" if "A" in part.getbands() else "a")
    if transparency is None:
        return None
    if part.mode in _DEEP_MODES and isinstance(transparency, int):
        table = [0 if value == transparency else 255 for value in range(_DEEP_LIMIT + 1)]
        return part.convert("I").point(table, "L")
    if part.mode == "RGB" and is_deep(part) and isinstance(transparency, tuple):
        part = part.copy()
        part.info["transparency"] = tuple(value >> 8 for value in transparency)
    return part.convert("RGBA").getchannel("A") if part.mode in ("1", "L", "RGB", "P") else None


def _on_ground(picture: Image.Image, alpha: Image.Image | None) -> Image.Image:
    if alpha is None or _least(alpha) == 255:
        return picture
    canvas = Image.new("RGB", picture.size, GROUND)
    canvas.paste(picture, mask=alpha)
    return canvas


def _least(channel: Image.Image) -> float:
    return _extrema(channel)[0]
