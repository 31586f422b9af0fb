"""Fields of fal's endpoints: their published schemas, as public code recorded them in September 2026.

fal's own models (pydantic) may ignore unknown fields; here they are refused.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Format = Literal["png", "jpeg", "webp"]
Colour = Annotated[int, Meta(ge=0, le=255)]


class _Struct(msgspec.Struct, forbid_unknown_fields=True):
    pass


class Rgb(_Struct):
    r: Colour
    g: Colour
    b: Colour


class Pixels(_Struct):
    width: Annotated[int, Meta(ge=1)]
    height: Annotated[int, Meta(ge=1)]


class RecraftInput(_Struct):
    """Input without seed, style, format or picture."""

    prompt: Annotated[str, Meta(min_length=1, max_length=10_000)]
    image_size: Literal["square_hd", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"] = "square_hd"
    colors: list[Rgb] = []
    background_color: Rgb | None = None
    enable_safety_checker: bool = True


class OpenAIInput(_Struct):
    """Input without seed."""

    prompt: Annotated[str, Meta(min_length=1, max_length=32_000)]
    image_size: Pixels | Literal["auto"] = "auto"
    quality: Literal["low", "medium", "high", "xhigh", "max"] = "high"
    num_images: Annotated[int, Meta(ge=1, le=4)] = 1
    output_format: Format = "png"
    sync_mode: bool = False


class OpenAIEdit(OpenAIInput, kw_only=True):
    image_urls: Annotated[list[str], Meta(min_length=1, max_length=16)]
    mask_url: str | None = None


class GoogleInput(_Struct):
    prompt: Annotated[str, Meta(min_length=1, max_length=50_000)]
    aspect_ratio: str = "auto"
    resolution: str = "1K"
    seed: int | None = None
    num_images: Annotated[int, Meta(ge=1, le=4)] = 1
    output_format: Format = "png"
    sync_mode: bool = False


class GoogleEdit(GoogleInput, kw_only=True):
    image_urls: Annotated[list[str], Meta(min_length=1, max_length=14)]


class CrispUpscale(_Struct):
    image_url: str
    sync_mode: bool = False


Input = RecraftInput | OpenAIInput | GoogleInput | CrispUpscale


def reference_urls(params: Input) -> list[str]:
    """Return the URLs of an input's pictures."""
    match params:
        case OpenAIEdit() | GoogleEdit():
            return params.image_urls
        case CrispUpscale():
            return [params.image_url]
    return []
