"""fal's models as rows: litellm's price map (1.109.1), and public code for fal's schemas of September 2026.

fal publishes no price for some of them, and its responses carry no cost: these prices are upper bounds.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec
from providers.registry import MODELS, prices

# Recraft's own price, and for Pro the higher price that fal charged for V4 Pro.
_RECRAFT = dict.fromkeys(Size, Decimal("0.035"))
_RECRAFT_PRO = dict.fromkeys(Size, Decimal("0.25"))

# litellm's price map of fal at the quality in use, the higher of two listed sizes, plus a cent for prompt tokens.
_TEXT_COST = Decimal("0.010")
_GPT_IMAGE_2 = prices("0.056", "0.056", "0.401", _TEXT_COST)
_GPT_IMAGE_2_5 = prices("0.014", "0.014", "0.100", _TEXT_COST)

# fal lists no price for 2.1; these are the higher prices of Nano Banana 2, plus high thinking.
_THINKING_COST = Decimal("0.002")
_NANO_BANANA = prices("0.08", "0.12", "0.16", _THINKING_COST)
_NANO_BANANA_PRO = prices("0.15", "0.15", "0.30", _THINKING_COST)


def _by_fal(
    family: str,
    wire_id: str,
    strength: str,
    by_size: Mapping[Size, Decimal],
    max_references: int = 0,
    price_per_reference: Decimal = Decimal(0),
) -> ModelSpec:
    """Return the row of a maker's model at fal, which draws the same pixels."""
    maker = next(model for model in MODELS if model.name == family)
    return ModelSpec(
        provider="fal",
        name=f"fal-{family}",
        wire_id=wire_id,
        title=f"{maker.title} by fal",
        strength=strength,
        prices=by_size,
        pixels=maker.pixels,
        max_references=max_references,
        price_per_reference=price_per_reference,
        family=family,
    )


# As OpenAI counts an input picture at high fidelity: at most 6,563 tokens at $8 a million.
_openai = partial(_by_fal, max_references=16, price_per_reference=Decimal("0.053"))
_google = partial(_by_fal, max_references=14)

FAL_MODELS: tuple[ModelSpec, ...] = (
    _by_fal("recraft", "recraft-v4.1", "skin that reads as skin", _RECRAFT),
    _by_fal("recraft-pro", "recraft-v4.1-pro", "skin at twice the pixels", _RECRAFT_PRO),
    _openai("gpt-image-2", "gpt-image-2", "literal wardrobe, era and expression", _GPT_IMAGE_2),
    _openai("gpt-image-2.5", "gpt-image-2.5-flare", "literal wardrobe, quick and cheap", _GPT_IMAGE_2_5),
    _openai("gpt-image-2.5-sunburst", "gpt-image-2.5-sunburst", "literal wardrobe and light", _GPT_IMAGE_2_5),
    _google("nano-banana", "nano-banana-2.1", "a balance of skin and brief", _NANO_BANANA),
    _google("nano-banana-pro", "nano-banana-pro", "highest fidelity", _NANO_BANANA_PRO),
)

FAL_UPSCALER = UpscalerSpec("fal", "recraft-crisp-upscale", "Crisp upscale by fal", Decimal("0.004"))
