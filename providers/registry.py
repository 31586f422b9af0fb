"""The image models as rows: names, sizes, prices and token rates, as vendors and resellers listed them on 23 November
2026. Change an id, a price or a date only here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from bot.domain.brief import ASPECTS
from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec
from providers.sizes import OPENAI_SIZE_LIMIT, SizeLimit, openai_size


@dataclass(frozen=True)
class Rates:
    """Dollars per million tokens; thinking costs `text_out`."""

    text_in: Decimal
    image_in: Decimal
    image_out: Decimal
    text_out: Decimal


def prices(draft: str, two_k: str, four_k: str, more: Decimal = Decimal(0)) -> Mapping[Size, Decimal]:
    """Return dollars by size; each costs `more` than written."""
    return {size: Decimal(usd) + more for size, usd in zip(Size, (draft, two_k, four_k), strict=True)}


# recraft.ai/docs/api-reference/pricing: $1 is 1,000 credits. A picture has one price for all ratios, and for image to
# image as well.
_RECRAFT = Decimal("0.035")
_RECRAFT_PRO = Decimal("0.21")
_RECRAFT_FLASH = Decimal("0.007")

# OpenAI bills tokens. Prices per picture: litellm's price map (1.109.1) at OPENAI_QUALITY. A size between two listed
# ones has the higher price (draft and 2k: 2560x1440, 4k: 3840x2160), plus a cent for 2,000 prompt tokens.
_TEXT_COST = Decimal("0.010")
_GPT_IMAGE_2 = prices("0.056", "0.056", "0.401", _TEXT_COST)
_GPT_IMAGE_2_5 = prices("0.014", "0.014", "0.100", _TEXT_COST)
# 2.6 has no listed price; the bot reserves the highest of its family.
_GPT_IMAGE_2_6 = _GPT_IMAGE_2
# The image generation guide counts an input picture at high fidelity as 65 tokens, 129 for each of two tiles and 6,240
# more if it is not square (gpt-image-1; later models always use high fidelity): at $8 a million, $0.0525.
_OPENAI_REFERENCE = Decimal("0.053")

# Google bills tokens too: the picture at 1K and 4K (litellm 1.109.1; inference.sh for 4K of 2.1), 2,000 prompt tokens
# and 1,000 thinking tokens, rounded up to a tenth of a cent. 2K is 1,680 tokens at Google's rate (Pro: as 1K).
_NANO_BANANA = prices("0.045", "0.061", "0.124")
_NANO_BANANA_PRO = prices("0.150", "0.150", "0.256")
_NANO_BANANA_2 = prices("0.072", "0.106", "0.156")
_NANO_BANANA_1 = dict.fromkeys(Size, Decimal("0.043"))
# An input picture is 560 tokens, published for Pro only ($0.0011); twice that at the highest rate, rounded up.
_GOOGLE_REFERENCE = Decimal("0.003")

# Pixels for 3:4.
_OPENAI_PIXELS = {Size.DRAFT: "1152x1536", Size.TWO_K: "1536x2048", Size.FOUR_K: "2448x3264"}
_GOOGLE_PIXELS = {Size.DRAFT: "896x1200", Size.TWO_K: "1792x2400", Size.FOUR_K: "3584x4800"}

_openai = partial(ModelSpec, "openai", pixels=_OPENAI_PIXELS, max_references=16, price_per_reference=_OPENAI_REFERENCE)
_google = partial(ModelSpec, "gemini", pixels=_GOOGLE_PIXELS, max_references=14, price_per_reference=_GOOGLE_REFERENCE)

# Rows without the names of fields: name, the vendor's id, title, strength, prices.
MODELS: tuple[ModelSpec, ...] = (
    ModelSpec(
        provider="recraft",
        name="recraft",
        wire_id="recraftv4_1",
        title="Recraft V4.1",
        strength="natural skin",
        # It has one size of about 1K.
        prices=dict.fromkeys(Size, _RECRAFT),
        pixels=dict.fromkeys(Size, "896x1216"),
        max_references=1,
    ),
    ModelSpec(
        provider="recraft",
        name="recraft-pro",
        wire_id="recraftv4_1_pro",
        title="Recraft V4.1 Pro",
        strength="natural skin, twice the pixels",
        # It has one size of about 2K.
        prices=dict.fromkeys(Size, _RECRAFT_PRO),
        pixels=dict.fromkeys(Size, "1792x2432"),
        max_references=1,
    ),
    ModelSpec(
        provider="recraft",
        name="recraft-flash",
        wire_id="recraftv4_1_flash",
        title="Recraft V4.1 Flash",
        strength="fast draft",
        prices=dict.fromkeys(Size, _RECRAFT_FLASH),
        pixels=dict.fromkeys(Size, "896x1216"),
    ),
    _openai("gpt-image-2", "gpt-image-2", "GPT-Image-2", "literal wardrobe", _GPT_IMAGE_2, successor="gpt-image-2.5"),
    _openai("gpt-image-2.5", "gpt-image-2.5-flare", "GPT-Image-2.5 Flare", "literal wardrobe, fast", _GPT_IMAGE_2_5),
    _openai(
        name="gpt-image-2.5-sunburst",
        wire_id="gpt-image-2.5-sunburst",
        title="GPT-Image-2.5 Sunburst",
        strength="wardrobe and light",
        prices=_GPT_IMAGE_2_5,
    ),
    _openai("gpt-image-2.6", "gpt-image-2.6-flare", "GPT-Image-2.6 Flare", "literal wardrobe, newest", _GPT_IMAGE_2_6),
    _openai(
        name="gpt-image-2.6-sunburst",
        wire_id="gpt-image-2.6-sunburst",
        title="GPT-Image-2.6 Sunburst",
        strength="wardrobe and light, newest",
        prices=_GPT_IMAGE_2_6,
    ),
    _google("nano-banana", "gemini-nano-banana-2.1", "Nano Banana 2.1", "all-round", _NANO_BANANA),
    _google(
        "nano-banana-pro", "gemini-3-pro-image", "Nano Banana Pro", "all-round, highest fidelity", _NANO_BANANA_PRO
    ),
    # The older two may be shut down any day; sources contradict each other. The router uses them only by name.
    _google(
        name="nano-banana-2",
        wire_id="gemini-3.1-flash-image",
        title="Nano Banana 2",
        strength="all-round, previous version",
        prices=_NANO_BANANA_2,
        deprecated_on=date(2026, 10, 6),
        successor="nano-banana",
    ),
    _google(
        name="nano-banana-1",
        wire_id="gemini-2.5-flash-image",
        title="Nano Banana",
        strength="fast, one size",
        prices=_NANO_BANANA_1,
        pixels=dict.fromkeys(Size, "864x1184"),
        max_references=3,
        deprecated_on=date(2026, 10, 2),
        successor="nano-banana",
    ),
)

# Preferred first. Crisp keeps the content; Recraft's other upscaler redraws faces and is not used.
UPSCALERS: tuple[UpscalerSpec, ...] = (
    UpscalerSpec("recraft", "crispUpscale", "Recraft Crisp Upscale", Decimal("0.004")),
)

# The shortest read timeout in seconds: several times what was measured in November 2026, and minutes where resellers
# report minutes. No vendor publishes how long 4K takes.
MIN_TIMEOUT_SECONDS: Mapping[str, Mapping[Size, float]] = {
    "recraft": {Size.DRAFT: 120.0, Size.TWO_K: 120.0, Size.FOUR_K: 120.0},
    "openai": {Size.DRAFT: 300.0, Size.TWO_K: 300.0, Size.FOUR_K: 600.0},
    "gemini": {Size.DRAFT: 180.0, Size.TWO_K: 180.0, Size.FOUR_K: 300.0},
    "fal": {Size.DRAFT: 300.0, Size.TWO_K: 300.0, Size.FOUR_K: 600.0},
    "own": {Size.DRAFT: 180.0, Size.TWO_K: 600.0, Size.FOUR_K: 600.0},
}

# The quality of the prices above; `auto` could cost four times as much.
OPENAI_QUALITY: Mapping[Size, str] = {Size.DRAFT: "medium", Size.TWO_K: "medium", Size.FOUR_K: "high"}

# Drafts are about 1K, 4K is the largest size; 2K stays below 2560x1440, from which OpenAI calls sizes experimental.
_OPENAI_SIZE_LIMITS = {
    Size.DRAFT: SizeLimit(1536, 1152 * 1536),
    Size.TWO_K: SizeLimit(2048, 1536 * 2048),
    Size.FOUR_K: OPENAI_SIZE_LIMIT,
}
OPENAI_SIZES: Mapping[Size, Mapping[str, str]] = {
    size: {aspect: openai_size(aspect, bound) for aspect in ASPECTS} for size, bound in _OPENAI_SIZE_LIMITS.items()
}

# Values of `imageSize`, in capitals (google-genai 3.4.0).
GEMINI_SIZES: Mapping[Size, str] = {Size.DRAFT: "1K", Size.TWO_K: "2K", Size.FOUR_K: "4K"}
# These have one size and reject the field.
GEMINI_ONE_SIZE = frozenset({"gemini-2.5-flash-image"})

# OpenAI: developers.openai.com/api/docs/pricing, through litellm; its image models return no text, so text_out is the
# picture's rate. Google: litellm 1.109.1 and its discussion 44983 (thinking of 2.1 costs $7.50).
_OPENAI_RATES = Rates(text_in=Decimal(5), image_in=Decimal(8), image_out=Decimal(30), text_out=Decimal(30))
RATES: Mapping[str, Rates] = {
    "gpt-image-2": _OPENAI_RATES,
    "gpt-image-2.5-flare": _OPENAI_RATES,
    "gpt-image-2.5-sunburst": _OPENAI_RATES,
    "gpt-image-2.6-flare": _OPENAI_RATES,
    "gpt-image-2.6-sunburst": _OPENAI_RATES,
    "gemini-nano-banana-2.1": Rates(Decimal("1.5"), Decimal("1.5"), Decimal(30), Decimal("7.5")),
    "gemini-3-pro-image": Rates(Decimal(2), Decimal(2), Decimal(120), Decimal(12)),
    "gemini-3.1-flash-image": Rates(Decimal("0.5"), Decimal("0.5"), Decimal(60), Decimal(3)),
    "gemini-2.5-flash-image": Rates(Decimal("0.3"), Decimal("0.3"), Decimal(30), Decimal("2.5")),
}


def models_of(provider: str) -> tuple[ModelSpec, ...]:
    return tuple(m for m in MODELS if m.provider == provider)
