"""From an input that fal's schema allows to what the studio draws, or to the model's objection."""

from dataclasses import dataclass, field

from playground.models import fal_errors as errors
from playground.models.fal_facts import AUTO_ASPECT, GOOGLE_SIZES, NAMED_SIZES, Endpoint
from playground.models.fal_requests import CrispUpscale, GoogleInput, Input, OpenAIInput, RecraftInput
from playground.models.gemini_facts import GeminiModel
from playground.models.openai_facts import OpenAIModel, Size, objection, usage
from playground.models.order import Order, Touch
from playground.models.pictures import upscaled_size
from playground.models.recraft_facts import UPSCALE_UNITS, RecraftModel

_OPENAI_AUTO: Size = (1024, 1536)


@dataclass(frozen=True, slots=True)
class Reference:
    data: bytes = field(repr=False)
    size: Size


def order_of(endpoint: Endpoint, wanted: Input, references: tuple[Reference, ...]) -> Order:
    """Raises ComplaintError when the model has no such size, ratio or quality."""
    match wanted, endpoint.model:
        case RecraftInput(), RecraftModel() as model:
            return _recraft(endpoint, wanted, model)
        case OpenAIInput(), OpenAIModel() as model:
            return _openai(endpoint, wanted, model, references)
        case GoogleInput(), GeminiModel() as model:
            return _google(endpoint, wanted, model, references)
        case CrispUpscale(), None:
            return _upscale(endpoint, wanted, references[0])
    raise TypeError(f"{endpoint.id} does not take {type(wanted).__name__}")


def _recraft(endpoint: Endpoint, wanted: RecraftInput, model: RecraftModel) -> Order:
    size = model.pixels(NAMED_SIZES[wanted.image_size])
    assert size is not None
    price = model.units / 1000
    return Order(endpoint.id, wanted.prompt, *size, n=1, media_type="image/webp", price_usd=price, by_url=True)


def _openai(endpoint: Endpoint, wanted: OpenAIInput, model: OpenAIModel, references: tuple[Reference, ...]) -> Order:
    size = _OPENAI_AUTO if wanted.image_size == "auto" else (wanted.image_size.width, wanted.image_size.height)
    if reason := objection(size):
        raise errors.unfit(("image_size",), reason, "value_error", list(size))
    if wanted.quality not in model.prices:
        raise errors.unfit(("quality",), f"{model.id} knows {', '.join(model.prices)}.", "enum", wanted.quality)
    tokens = usage(model, wanted.prompt, size, wanted.quality, wanted.num_images, len(references))
    return Order(
        endpoint.id,
        wanted.prompt,
        *size,
        n=wanted.num_images,
        media_type=f"image/{wanted.output_format}",
        price_usd=tokens.price_usd,
        references=tuple(reference.data for reference in references),
        touch=_touch(references),
        by_url=not wanted.sync_mode,
    )


def _google(endpoint: Endpoint, wanted: GoogleInput, model: GeminiModel, references: tuple[Reference, ...]) -> Order:
    if wanted.resolution not in endpoint.prices:
        known = ", ".join(endpoint.prices)
        raise errors.unfit(("resolution",), f"Input should be one of {known}.", "enum", wanted.resolution)
    aspect = AUTO_ASPECT if wanted.aspect_ratio == "auto" else wanted.aspect_ratio
    size = model.pixels(aspect, GOOGLE_SIZES[wanted.resolution])
    if size is None:
        raise errors.unfit(("aspect_ratio",), "Input should be auto or a ratio of the model.", "enum", aspect)
    return Order(
        endpoint.id,
        wanted.prompt,
        *size,
        n=wanted.num_images,
        media_type=f"image/{wanted.output_format}",
        price_usd=round(endpoint.prices[wanted.resolution] * wanted.num_images, 6),
        seed=wanted.seed,
        references=tuple(reference.data for reference in references),
        touch=_touch(references),
        by_url=not wanted.sync_mode,
    )


def _upscale(endpoint: Endpoint, wanted: CrispUpscale, reference: Reference) -> Order:
    return Order(
        endpoint.id,
        "",
        *upscaled_size(*reference.size),
        n=1,
        media_type="image/webp",
        price_usd=UPSCALE_UNITS / 1000,
        references=(reference.data,),
        touch="upscale",
        by_url=not wanted.sync_mode,
    )


def _touch(references: tuple[Reference, ...]) -> Touch:
    return "edit" if references else "draw"
