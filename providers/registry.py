"""The image models as rows: names, sizes, prices and token rates, as the vendors and their resellers listed them on 23
November 2026. An id, a price or a date that changes is changed here and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.catalogue import ModelFacts, Size


@dataclass(frozen=True)
class Rates:
    """Dollars per million tokens; `text_out` is also what thinking costs."""

    text_in: Decimal
    image_in: Decimal
    image_out: Decimal
    text_out: Decimal


# recraft.ai/docs/api-reference/pricing: $1 is 1,000 credits, a picture has one price whatever its ratio.
_RECRAFT = Decimal("0.035")
_RECRAFT_PRO = Decimal("0.21")

# OpenAI bills tokens. Its prices per picture are litellm's sheet (1.109.1) at OPENAI_QUALITY; for a size between two
# listed ones the dearer is taken (draft: 2560x1440, 4k: 3840x2160), with a cent for the words: 2,000 tokens.
_WORDS = Decimal("0.010")
_GPT_IMAGE_2 = {Size.DRAFT: Decimal("0.056") + _WORDS, Size.FOUR_K: Decimal("0.401") + _WORDS}
_GPT_IMAGE_2_5 = {Size.DRAFT: Decimal("0.014") + _WORDS, Size.FOUR_K: Decimal("0.100") + _WORDS}

# Google bills tokens too: the picture at 1K and 4K (litellm 1.109.1; inference.sh for 4K of 2.1), 2,000 tokens of words
# and 1,000 of thinking, rounded up to a tenth of a cent.
_NANO_BANANA = {Size.DRAFT: Decimal("0.045"), Size.FOUR_K: Decimal("0.124")}
_NANO_BANANA_PRO = {Size.DRAFT: Decimal("0.150"), Size.FOUR_K: Decimal("0.256")}

MODELS: tuple[ModelFacts, ...] = (
    ModelFacts(
        provider="recraft",
        name="recraft",
        wire_id="recraftv4_1",
        title="Recraft V4.1",
        strength="skin that reads as skin",
        # It has one size of about 1K: its largest is its draft.
        prices={Size.DRAFT: _RECRAFT, Size.FOUR_K: _RECRAFT},
        pixels={Size.DRAFT: "896x1216", Size.FOUR_K: "896x1216"},
        seeds=True,
    ),
    ModelFacts(
        provider="recraft",
        name="recraft-pro",
        wire_id="recraftv4_1_pro",
        title="Recraft V4.1 Pro",
        strength="skin at twice the pixels",
        # One size again, of about 2K.
        prices={Size.DRAFT: _RECRAFT_PRO, Size.FOUR_K: _RECRAFT_PRO},
        pixels={Size.DRAFT: "1792x2432", Size.FOUR_K: "1792x2432"},
        seeds=True,
    ),
    ModelFacts(
        provider="openai",
        name="gpt-image-2",
        wire_id="gpt-image-2",
        title="GPT-Image-2",
        strength="literal wardrobe, era and expression",
        prices=_GPT_IMAGE_2,
        pixels={Size.DRAFT: "1152x1536", Size.FOUR_K: "2448x3264"},
        seeds=False,
        successor="gpt-image-2.5",
    ),
    ModelFacts(
        provider="openai",
        name="gpt-image-2.5",
        wire_id="gpt-image-2.5-flare",
        title="GPT-Image-2.5 Flare",
        strength="literal wardrobe, quick and cheap",
        prices=_GPT_IMAGE_2_5,
        pixels={Size.DRAFT: "1152x1536", Size.FOUR_K: "2448x3264"},
        seeds=False,
    ),
    ModelFacts(
        provider="openai",
        name="gpt-image-2.5-sunburst",
        wire_id="gpt-image-2.5-sunburst",
        title="GPT-Image-2.5 Sunburst",
        strength="literal wardrobe and light",
        prices=_GPT_IMAGE_2_5,
        pixels={Size.DRAFT: "1152x1536", Size.FOUR_K: "2448x3264"},
        seeds=False,
    ),
    ModelFacts(
        provider="gemini",
        name="nano-banana",
        wire_id="gemini-nano-banana-2.1",
        title="Nano Banana 2.1",
        strength="a balance of skin and brief",
        prices=_NANO_BANANA,
        pixels={Size.DRAFT: "896x1200", Size.FOUR_K: "3584x4800"},
        seeds=True,
        references=14,
    ),
    ModelFacts(
        provider="gemini",
        name="nano-banana-pro",
        wire_id="gemini-3-pro-image",
        title="Nano Banana Pro",
        strength="highest fidelity",
        prices=_NANO_BANANA_PRO,
        pixels={Size.DRAFT: "896x1200", Size.FOUR_K: "3584x4800"},
        seeds=True,
        references=14,
    ),
)

# What the prices above stand for; `auto` could cost four times as much.
OPENAI_QUALITY: Mapping[Size, str] = {Size.DRAFT: "medium", Size.FOUR_K: "high"}

# Legal are sides that 16 divides, at most 3,840 long, 655,360 to 8,294,400 pixels in all (the SDK's
# `image_generate_params.py` and messages seen in use). 4k is the largest of them in the exact ratio.
OPENAI_SIZES: Mapping[Size, Mapping[str, str]] = {
    Size.DRAFT: {"1:1": "1024x1024", "4:5": "1024x1280", "3:4": "1152x1536", "2:3": "1024x1536", "9:16": "864x1536"},
    Size.FOUR_K: {"1:1": "2880x2880", "4:5": "2560x3200", "3:4": "2448x3264", "2:3": "2336x3504", "9:16": "2160x3840"},
}

# `imageSize`, in capitals (google-genai 3.4.0); the ratio is sent as it is.
GEMINI_SIZES: Mapping[Size, str] = {Size.DRAFT: "1K", Size.FOUR_K: "4K"}

# OpenAI: developers.openai.com/api/docs/pricing by way of litellm; words are never what its image models put out, so
# they are counted at the picture's rate. Google: litellm 1.109.1 and its discussion 44983 (2.1 thinks at $7.50).
_OPENAI = Rates(text_in=Decimal(5), image_in=Decimal(8), image_out=Decimal(30), text_out=Decimal(30))
RATES: Mapping[str, Rates] = {
    "gpt-image-2": _OPENAI,
    "gpt-image-2.5-flare": _OPENAI,
    "gpt-image-2.5-sunburst": _OPENAI,
    "gemini-nano-banana-2.1": Rates(Decimal("1.5"), Decimal("1.5"), Decimal(30), Decimal("7.5")),
    "gemini-3-pro-image": Rates(Decimal(2), Decimal(2), Decimal(120), Decimal(12)),
}


def models_of(provider: str) -> tuple[ModelFacts, ...]:
    return tuple(m for m in MODELS if m.provider == provider)
