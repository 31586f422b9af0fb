"""Fields of Gemini's `generateContent` for pictures: the google-genai SDK's `types.py` (3.4.0), JSON in camel case.

Fields of Vertex alone (`personGeneration`, `outputMimeType`, ...) are unknown here, as in the Gemini API.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta


def to_camel_case(fields: dict[str, Any]) -> dict[str, Any]:
    """Convert names to camel case: Google also accepts the snake case of its schemas, and its client mixes both."""
    return {_camel_name(name): _camel_value(value) for name, value in fields.items()}


class _Struct(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    pass


class InlineData(_Struct):
    mime_type: str
    data: str


class Part(_Struct):
    text: str | None = None
    inline_data: InlineData | None = None
    thought: bool = False
    thought_signature: str | None = None


class Content(_Struct):
    parts: Annotated[list[Part], Meta(min_length=1)]
    role: Literal["user", "model"] = "user"


class ImageConfig(_Struct):
    aspect_ratio: str | None = None
    image_size: str | None = None


class ResponseFormat(_Struct):
    """The spelling of Google's guide, with enum names such as `IMAGE_SIZE_FOUR_K` as values."""

    image: ImageConfig


class ThinkingConfig(_Struct):
    thinking_level: str | None = None
    include_thoughts: bool | None = None


class GenerationConfig(_Struct):
    response_modalities: list[Literal["TEXT", "IMAGE"]] = []
    image_config: ImageConfig | None = None
    response_format: ResponseFormat | None = None
    thinking_config: ThinkingConfig | None = None
    seed: int | None = None
    candidate_count: Literal[1] = 1
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None


class GenerateContent(_Struct):
    contents: Annotated[list[Content], Meta(min_length=1)]
    generation_config: GenerationConfig = msgspec.field(default_factory=GenerationConfig)
    system_instruction: Content | None = None
    safety_settings: list[dict[str, Any]] = []

    @property
    def prompt(self) -> str:
        return "\n".join(part.text for content in self.contents for part in content.parts if part.text)

    @property
    def references(self) -> list[InlineData]:
        return [part.inline_data for content in self.contents for part in content.parts if part.inline_data]


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _camel_value(value: Any) -> Any:
    match value:
        case dict():
            return to_camel_case(value)
        case list():
            return [_camel_value(one) for one in value]
    return value
