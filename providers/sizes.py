"""Picture sizes computed from OpenAI's rules."""

from dataclasses import dataclass
from math import gcd, isqrt

_STEP = 16
_MAX_SIDE, _MAX_RATIO = 3840, 3
_MIN_PIXELS, _MAX_PIXELS = 655_360, 8_294_400


@dataclass(frozen=True)
class SizeLimit:
    """Upper limits of a size: pixels on the long side, pixels in all."""

    side: int
    pixels: int


OPENAI_SIZE_LIMIT = SizeLimit(_MAX_SIDE, _MAX_PIXELS)


def openai_size(aspect: str, limit: SizeLimit = OPENAI_SIZE_LIMIT) -> str:
    """Return the largest size (`WxH`) in exactly this aspect (`w:h`) that OpenAI and `limit` allow.

    OpenAI's rules: sides are multiples of 16 up to 3,840, the ratio is 1:3 to 3:1, and a picture has 655,360 to
    8,294,400 pixels (the SDK's `image_generate_params.py` and observed error messages). Raises ValueError if no size
    fits.
    """
    ratio_width, ratio_height = (int(part) for part in aspect.split(":"))
    divisor = gcd(ratio_width, ratio_height)
    width, height = ratio_width // divisor * _STEP, ratio_height // divisor * _STEP
    scale = min(
        min(limit.side, _MAX_SIDE) // max(width, height),
        isqrt(min(limit.pixels, _MAX_PIXELS) // (width * height)),
    )
    width, height = width * scale, height * scale
    if max(ratio_width, ratio_height) > _MAX_RATIO * min(ratio_width, ratio_height) or width * height < _MIN_PIXELS:
        raise ValueError(f"no legal size in {aspect}")
    return f"{width}x{height}"
