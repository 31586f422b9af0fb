"""Sizes that are computed from a vendor's rules instead of being listed."""

from dataclasses import dataclass
from math import gcd, isqrt

_STEP = 16
_SIDE, _RATIO = 3840, 3
_LEAST, _MOST = 655_360, 8_294_400


@dataclass(frozen=True)
class Bound:
    """The most a frame may have: pixels on its long side, pixels in all."""

    side: int
    pixels: int


OPENAI_LARGEST = Bound(_SIDE, _MOST)


def openai_frame(aspect: str, within: Bound = OPENAI_LARGEST) -> str:
    """The largest size (`WxH`) in exactly this aspect (`w:h`) that OpenAI takes and `within` allows.

    Legal are sides that 16 divides, at most 3,840 long and 1:3 to 3:1, with 655,360 to 8,294,400 pixels in all (the
    SDK's `image_generate_params.py` and messages seen in use). Raises ValueError where no such size is legal.
    """
    across, down = (int(part) for part in aspect.split(":"))
    common = gcd(across, down)
    width, height = across // common * _STEP, down // common * _STEP
    times = min(
        min(within.side, _SIDE) // max(width, height),
        isqrt(min(within.pixels, _MOST) // (width * height)),
    )
    width, height = width * times, height * times
    if max(across, down) > _RATIO * min(across, down) or width * height < _LEAST:
        raise ValueError(f"no legal size in {aspect}")
    return f"{width}x{height}"
