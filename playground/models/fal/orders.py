"""Turns a valid input of fal's schema into an order, or the model's error."""

from dataclasses import dataclass, field

from playground.models.drawing import upscaled_size
from playground.models.fal import errors
from playground.models.fal.catalogue import AUTO_ASPECT, GOOGLE_SIZES, NAMED_SIZES, Endpoint
from playground.models.fal.requests import CrispUpscale, GoogleInput, Input, OpenAIInput, RecraftInput
from playground.models.gemini.catalogue import GeminiModel
from playground.models.generation_order import GenerationOrder, Operation
from playground.models.openai.catalogue import OpenAIModel, Size, size_error, usage
from playground.models.recraft.catalogue import UPSCALE_UNITS, RecraftModel

_OPENAI_AUTO: Size = (1024, 1536)


@dataclass(frozen=True, slots=True)
class Reference:
    data: bytes = field(repr=False)
    size: Size


def build_order(endpoint: Endpoint, params: Input, references: tuple[Reference, ...]) -> GenerationOrder:
    """Build the order; raises VendorError if the model has no such size, ratio or quality."""
    match params, endpoint.model:
        case RecraftInput(), RecraftModel() as model:
            return _recraft(endpoint, params, model)
        case OpenAIInput(), OpenAIModel() as model:
            return _openai(endpoint, params, model, references)
        case GoogleInput(), GeminiModel() as model:
            return _google(endpoint, params, model, references)
        case CrispUpscale(), None:
            return _upscale(endpoint, params, references[0])
    raise TypeError(f"{endpoint.id} does not take {type(params).__name__}")


def _recraft(endpoint: Endpoint, params: RecraftInput, model: RecraftModel) -> GenerationOrder:
    size = model.pixels(NAMED_SIZES[params.image_size])
    assert size is not None
    price = model.units / 1000
    return GenerationOrder(
        endpoint.id, params.prompt, *size, n=1, media_type="image/webp", price_usd=price, returns_url=True
    )


def _openai(
    endpoint: Endpoint, params: OpenAIInput, model: OpenAIModel, references: tuple[Reference, ...]
) -> GenerationOrder:
    size = _OPENAI_AUTO if params.image_size == "auto" else (params.image_size.width, params.image_size.height)
    if reason := size_error(size):
        raise errors.invalid_input(("image_size",), reason, "value_error", list(size))
    if params.quality not in model.prices:
        raise errors.invalid_input(("quality",), f"{model.id} knows {', '.join(model.prices)}.", "enum", params.quality)
    tokens = usage(model, params.prompt, size, params.quality, params.num_images, len(references))
    return GenerationOrder(
        endpoint.id,
        params.prompt,
        *size,
        n=params.num_images,
        media_type=f"image/{params.output_format}",
        price_usd=tokens.price_usd,
        references=tuple(reference.data for reference in references),
        operation=_operation(references),
        returns_url=not params.sync_mode,
    )


def _google(
    endpoint: Endpoint, params: GoogleInput, model: GeminiModel, references: tuple[Reference, ...]
) -> GenerationOrder:
    if params.resolution not in endpoint.prices:
        resolutions = ", ".join(endpoint.prices)
        raise errors.invalid_input(("resolution",), f"Input should be one of {resolutions}.", "enum", params.resolution)
    aspect = AUTO_ASPECT if params.aspect_ratio == "auto" else params.aspect_ratio
    size = model.pixels(aspect, GOOGLE_SIZES[params.resolution])
    if size is None:
        raise errors.invalid_input(("aspect_ratio",), "Input should be auto or a ratio of the model.", "enum", aspect)
    return GenerationOrder(
        endpoint.id,
        params.prompt,
        *size,
        n=params.num_images,
        media_type=f"image/{params.output_format}",
        price_usd=round(endpoint.prices[params.resolution] * params.num_images, 6),
        seed=params.seed,
        references=tuple(reference.data for reference in references),
        operation=_operation(references),
        returns_url=not params.sync_mode,
    )


def _upscale(endpoint: Endpoint, params: CrispUpscale, reference: Reference) -> GenerationOrder:
    return GenerationOrder(
        endpoint.id,
        "",
        *upscaled_size(*reference.size),
        n=1,
        media_type="image/webp",
        price_usd=UPSCALE_UNITS / 1000,
        references=(reference.data,),
        operation="upscale",
        returns_url=not params.sync_mode,
    )


def _operation(references: tuple[Reference, ...]) -> Operation:
    return "edit" if references else "draw"
