"""Fields of Recraft's API: recraft.ai/docs/api-reference/endpoints, read on 23 November 2026.

Recraft says that parameters a model does not support are "rejected or ignored"; here they are rejected.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Format = Literal["url", "b64_json"]
ImageFormat = Literal["png", "webp"]

# Fields of V2 and V3 that V4 and later do not have.
V3_FIELDS = ("style", "substyle", "negative_prompt", "text_layout")


class Generate(msgspec.Struct, forbid_unknown_fields=True):
    prompt: str
    model: str = "recraftv4_1"
    n: Annotated[int, Meta(ge=1, le=6)] = 1
    size: str | None = None
    random_seed: int | None = None
    response_format: Format = "url"
    image_format: ImageFormat = "webp"
    controls: dict[str, Any] | None = None
    style_id: str | None = None
    style_reference_urls: Annotated[list[str], Meta(max_length=10)] | None = None
    style_match: Literal["flexible", "precise"] | None = None
    block_nsfw: bool = False
    calculate_features: bool = False
    style: str | UnsetType = UNSET
    substyle: str | UnsetType = UNSET
    negative_prompt: str | UnsetType = UNSET
    text_layout: list[Any] | UnsetType = UNSET


class ImageToImage(Generate, kw_only=True, forbid_unknown_fields=True):
    """Image to image without a `size`; `strength` 0 is almost the same picture, 1 has hardly any likeness."""

    image_url: str
    strength: Annotated[float, Meta(ge=0, le=1)]
    size: None = None


class CrispUpscale(msgspec.Struct, forbid_unknown_fields=True):
    image_url: str
    response_format: Format = "url"
    image_format: ImageFormat = "webp"
