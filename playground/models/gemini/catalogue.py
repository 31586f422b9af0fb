"""Google's image models, sizes and prices: types of the google-genai SDK (3.4.0), ai.google.dev/gemini-api/docs and
litellm's price map (November 2026).
"""

from dataclasses import dataclass

Size = tuple[int, int]

_SCALE = {"1K": 1, "2K": 2, "4K": 4}
ASPECTS: dict[str, Size] = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
}
# Sizes of gemini-2.5-flash-image, for every request.
_OLD_ASPECTS: dict[str, Size] = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
_LONG_ASPECTS: dict[str, Size] = {"1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384)}

# Enum names in Google's guide for the other spelling, `responseFormat.image`.
ASPECT_NAMES = {
    f"ASPECT_RATIO_{names}": ratio
    for names, ratio in {
        "ONE_BY_ONE": "1:1",
        "TWO_BY_THREE": "2:3",
        "THREE_BY_TWO": "3:2",
        "THREE_BY_FOUR": "3:4",
        "FOUR_BY_THREE": "4:3",
        "FOUR_BY_FIVE": "4:5",
        "FIVE_BY_FOUR": "5:4",
        "NINE_BY_SIXTEEN": "9:16",
        "SIXTEEN_BY_NINE": "16:9",
        "TWENTY_ONE_BY_NINE": "21:9",
    }.items()
}
SIZE_NAMES = {"IMAGE_SIZE_ONE_K": "1K", "IMAGE_SIZE_TWO_K": "2K", "IMAGE_SIZE_FOUR_K": "4K"}


@dataclass(frozen=True, slots=True)
class GeminiModel:
    """A model: output `tokens` per picture by size, rates in USD per token.

    `is_thinking` models send sketches first; `has_single_size` models reject the size field.
    """

    id: str
    name: str
    tokens: dict[str, int]
    image_out: float
    text_in: float
    tokens_per_reference: int = 560
    text_out: float = 0.0
    is_thinking: bool = False
    has_long_aspects: bool = True
    token_window: int = 131_072
    has_single_size: bool = False

    def pixels(self, aspect: str, size: str) -> Size | None:
        """Return the pixels; None if the model has no such ratio or size."""
        if self.has_single_size:
            return _OLD_ASPECTS.get(aspect)
        aspects = {**ASPECTS, **(_LONG_ASPECTS if self.has_long_aspects else {})}
        if aspect not in aspects or size not in self.tokens:
            return None
        width, height = aspects[aspect]
        return (width // 2, height // 2) if size == "512" else (width * _SCALE[size], height * _SCALE[size])


# Not served: gemini-3-pro-image-preview (retired on 25 June 2026).
MODELS = {
    model.id: model
    for model in (
        GeminiModel("gemini-nano-banana-2.1", "Nano Banana 2.1", {"1K": 1120, "2K": 1680, "4K": 3780}, 30e-6, 1.5e-6),
        GeminiModel(
            "gemini-3-pro-image",
            "Nano Banana Pro",
            {"1K": 1120, "2K": 1120, "4K": 2000},
            120e-6,
            2e-6,
            text_out=12e-6,
            is_thinking=True,
            has_long_aspects=False,
            token_window=65_536,
        ),
        GeminiModel(
            "gemini-3.1-flash-image",
            "Nano Banana 2",
            {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520},
            60e-6,
            0.5e-6,
        ),
        GeminiModel(
            "gemini-2.5-flash-image",
            "Nano Banana",
            {"1K": 1290},
            30e-6,
            0.3e-6,
            has_long_aspects=False,
            token_window=32_768,
            has_single_size=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one call, which Google bills."""

    prompt: int
    image: int
    thoughts: int
    price_usd: float


def usage(model: GeminiModel, prompt: str, size: str, references: int) -> Usage:
    prompt_tokens = -(-len(prompt) // 4) + references * model.tokens_per_reference
    image, thoughts = model.tokens[size], 96 if model.is_thinking else 0
    price = prompt_tokens * model.text_in + image * model.image_out + thoughts * model.text_out
    return Usage(prompt_tokens, image, thoughts, round(price, 6))
