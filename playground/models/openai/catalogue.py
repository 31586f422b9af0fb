"""OpenAI's image models, sizes and prices: the SDK's `types/image_model.py` and `types/image_generate_params.py`,
developers.openai.com/api/docs/pricing and the per-picture sheet in litellm's price map (November 2026).
"""

from bisect import bisect_left
from dataclasses import dataclass

Size = tuple[int, int]

_SQUARE = (1024, 1024)
_PRICED_PIXELS = (1024 * 1536, 2560 * 1440, 3840 * 2160)  # pixels
# USD per picture: the square, then each of _STEPS.
_GPT_IMAGE_2 = {
    "low": (0.006, 0.005, 0.007, 0.012),
    "medium": (0.053, 0.042, 0.056, 0.101),
    "high": (0.211, 0.165, 0.222, 0.401),
}
_GPT_IMAGE_2_5 = {
    "low": (0.006, 0.005, 0.006, 0.011),
    "medium": (0.013, 0.010, 0.014, 0.026),
    "high": (0.053, 0.041, 0.055, 0.100),
    "xhigh": (0.094, 0.074, 0.098, 0.178),
    "max": (0.211, 0.165, 0.221, 0.400),
}
_IMAGE_OUT = 30e-6  # USD per image token out
_TEXT_IN = 5e-6
_IMAGE_IN = 8e-6
_TOKENS_PER_REFERENCE = 1600
_CHARACTERS_PER_TOKEN = 4

MAX_SIDE, MAX_RATIO, MIN_PIXELS, MAX_PIXELS = 3840, 3, 655_360, 8_294_400


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    id: str
    prices: dict[str, tuple[float, float, float, float]]


MODELS = {
    model.id: model
    for model in (
        OpenAIModel("gpt-image-2", _GPT_IMAGE_2),
        OpenAIModel("gpt-image-2.5-flare", _GPT_IMAGE_2_5),
        OpenAIModel("gpt-image-2.5-sunburst", _GPT_IMAGE_2_5),
        # 2.6 has no published price; this is 2.5's.
        OpenAIModel("gpt-image-2.6-flare", _GPT_IMAGE_2_5),
        OpenAIModel("gpt-image-2.6-sunburst", _GPT_IMAGE_2_5),
    )
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one call, which OpenAI bills."""

    text_in: int
    image_in: int
    image_out: int

    @property
    def price_usd(self) -> float:
        return round(self.text_in * _TEXT_IN + self.image_in * _IMAGE_IN + self.image_out * _IMAGE_OUT, 6)


def usage(model: OpenAIModel, prompt: str, size: Size, quality: str, n: int, references: int) -> Usage:
    """Return token counts that cost the list price: lists are per picture, bills per token."""
    text = -(-len(prompt) // _CHARACTERS_PER_TOKEN)
    out = round(_price(model.prices[quality], size) / _IMAGE_OUT)
    return Usage(text, references * _TOKENS_PER_REFERENCE, out * n)


def parse_size(size: str) -> Size | None:
    """Parse `WxH`; None for another form."""
    width, _, height = size.partition("x")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else None


def size_error(size: Size) -> str | None:
    """Return why a size is not allowed; the last two sentences follow an observed error message."""
    width, height = size
    if width % 16 or height % 16:
        return "The width and height must both be divisible by 16."
    if max(size) > MAX_RATIO * min(size):
        return f"The aspect ratio must be between 1:{MAX_RATIO} and {MAX_RATIO}:1."
    if max(size) > MAX_SIDE:
        return f"The longest edge must be less than or equal to {MAX_SIDE}."
    if not MIN_PIXELS <= width * height <= MAX_PIXELS:
        return f"The total number of pixels must be between {MIN_PIXELS} and {MAX_PIXELS}."
    return None


def _price(row: tuple[float, float, float, float], size: Size) -> float:
    """Return the list price, interpolated between listed sizes."""
    if size == _SQUARE:
        return row[0]
    area = min(max(size[0] * size[1], _PRICED_PIXELS[0]), _PRICED_PIXELS[-1])
    right = max(1, bisect_left(_PRICED_PIXELS, area))
    fraction = (area - _PRICED_PIXELS[right - 1]) / (_PRICED_PIXELS[right] - _PRICED_PIXELS[right - 1])
    return row[right] + (row[right + 1] - row[right]) * fraction
