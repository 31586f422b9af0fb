"""fal's models as rows: litellm's price map (1.109.1), and public code for fal's schemas of September 2026.

fal publishes no price for some of them, and its responses carry no cost: these prices are upper bounds.
"""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec

# Recraft's own price, and for Pro the higher price that fal charged for V4 Pro.
_RECRAFT = Decimal("0.035")
_RECRAFT_PRO = Decimal("0.25")

# litellm's price map of fal at the quality in use, the higher of two listed sizes, plus a cent for prompt tokens.
_TEXT_COST = Decimal("0.010")
_GPT_IMAGE_2 = {
    Size.DRAFT: Decimal("0.056") + _TEXT_COST,
    Size.TWO_K: Decimal("0.056") + _TEXT_COST,
    Size.FOUR_K: Decimal("0.401") + _TEXT_COST,
}
_GPT_IMAGE_2_5 = {
    Size.DRAFT: Decimal("0.014") + _TEXT_COST,
    Size.TWO_K: Decimal("0.014") + _TEXT_COST,
    Size.FOUR_K: Decimal("0.100") + _TEXT_COST,
}
# As OpenAI counts an input picture at high fidelity: at most 6,563 tokens at $8 a million.
_OPENAI_REFERENCE = Decimal("0.053")

# fal lists no price for 2.1; these are the higher prices of Nano Banana 2, plus high thinking.
_THINKING_COST = Decimal("0.002")
_NANO_BANANA = {
    Size.DRAFT: Decimal("0.08") + _THINKING_COST,
    Size.TWO_K: Decimal("0.12") + _THINKING_COST,
    Size.FOUR_K: Decimal("0.16") + _THINKING_COST,
}
_NANO_BANANA_PRO = {
    Size.DRAFT: Decimal("0.15") + _THINKING_COST,
    Size.TWO_K: Decimal("0.15") + _THINKING_COST,
    Size.FOUR_K: Decimal("0.30") + _THINKING_COST,
}


def _recraft(family: str, wire_id: str, title: str, strength: str, price: Decimal, pixels: str) -> ModelSpec:
    """Build a Recraft model: one size for drafts and 4K, no seed, no references."""
    return ModelSpec(
        provider="fal",
        name=f"fal-{family}",
        wire_id=wire_id,
        title=title,
        strength=strength,
        prices=dict.fromkeys(Size, price),
        pixels=dict.fromkeys(Size, pixels),
        supports_seed=False,
        family=family,
    )


def _openai(family: str, wire_id: str, title: str, strength: str, prices: Mapping[Size, Decimal]) -> ModelSpec:
    return ModelSpec(
        provider="fal",
        name=f"fal-{family}",
        wire_id=wire_id,
        title=title,
        strength=strength,
        prices=prices,
        pixels={Size.DRAFT: "1152x1536", Size.TWO_K: "1536x2048", Size.FOUR_K: "2448x3264"},
        supports_seed=False,
        max_references=16,
        price_per_reference=_OPENAI_REFERENCE,
        family=family,
    )


def _google(family: str, wire_id: str, title: str, strength: str, prices: Mapping[Size, Decimal]) -> ModelSpec:
    return ModelSpec(
        provider="fal",
        name=f"fal-{family}",
        wire_id=wire_id,
        title=title,
        strength=strength,
        prices=prices,
        pixels={Size.DRAFT: "896x1200", Size.TWO_K: "1792x2400", Size.FOUR_K: "3584x4800"},
        supports_seed=True,
        max_references=14,
        family=family,
    )


FAL_MODELS: tuple[ModelSpec, ...] = (
    _recraft("recraft", "recraft-v4.1", "Recraft V4.1 by fal", "skin that reads as skin", _RECRAFT, "896x1216"),
    _recraft(
        "recraft-pro",
        "recraft-v4.1-pro",
        "Recraft V4.1 Pro by fal",
        "skin at twice the pixels",
        _RECRAFT_PRO,
        "1792x2432",
    ),
    _openai("gpt-image-2", "gpt-image-2", "GPT-Image-2 by fal", "literal wardrobe, era and expression", _GPT_IMAGE_2),
    _openai(
        "gpt-image-2.5",
        "gpt-image-2.5-flare",
        "GPT-Image-2.5 Flare by fal",
        "literal wardrobe, quick and cheap",
        _GPT_IMAGE_2_5,
    ),
    _openai(
        "gpt-image-2.5-sunburst",
        "gpt-image-2.5-sunburst",
        "GPT-Image-2.5 Sunburst by fal",
        "literal wardrobe and light",
        _GPT_IMAGE_2_5,
    ),
    _google("nano-banana", "nano-banana-2.1", "Nano Banana 2.1 by fal", "a balance of skin and brief", _NANO_BANANA),
    _google("nano-banana-pro", "nano-banana-pro", "Nano Banana Pro by fal", "highest fidelity", _NANO_BANANA_PRO),
)

FAL_UPSCALER = UpscalerSpec("fal", "recraft-crisp-upscale", "Crisp upscale by fal", Decimal("0.004"))
