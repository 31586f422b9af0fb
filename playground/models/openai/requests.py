"""Fields of OpenAI's Images API: the openai SDK's `image_generate_params.py` and `image_edit_params.py` (3.54.0)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Generate(msgspec.Struct, forbid_unknown_fields=True):
    """A generation; these models have no seed, negative prompt, style or response format."""

    prompt: str
    model: str = "gpt-image-2"
    n: Annotated[int, Meta(ge=1, le=10)] = 1
    size: str = "auto"
    quality: Literal["low", "medium", "high", "xhigh", "max", "auto"] = "auto"
    output_format: Literal["png", "jpeg", "webp"] = "png"
    output_compression: Annotated[int, Meta(ge=0, le=100)] | None = None
    background: Literal["transparent", "opaque", "auto"] = "auto"
    moderation: Literal["auto", "low"] = "auto"
    complexity: Literal["low", "medium", "high"] | None = None
    safety_identifier: str | None = None
    user: str | None = None
    stream: Literal[False] = False
    partial_images: Literal[0] = 0


class Edit(Generate, forbid_unknown_fields=True):
    """Form fields of an edit, besides the pictures."""

    input_fidelity: Literal["low", "high"] | None = None
