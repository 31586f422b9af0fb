"""Ratio and size in the two spellings of Google's API."""

from typing import Literal

from playground.models.gemini import errors
from playground.models.gemini.catalogue import ASPECT_NAMES, SIZE_NAMES, GeminiModel
from playground.models.gemini.requests import GenerationConfig, ImageConfig

# The spellings that the server accepts.
Spelling = Literal["both", "imageConfig", "responseFormat"]


def parse_aspect_and_size(config: GenerationConfig, model: GeminiModel, supported: Spelling) -> tuple[str, str]:
    """Return ratio and size from either accepted spelling; 1:1 and 1K by default."""
    _check_spelling(config, supported)
    if config.image_config and config.response_format:
        raise errors.bad_request("imageConfig and responseFormat.image are mutually exclusive.", "generation_config")
    if config.response_format:
        image = config.response_format.image
        _check_size_supported(image, model)
        aspect = _enum_value(ASPECT_NAMES, image.aspect_ratio or "ASPECT_RATIO_ONE_BY_ONE", "aspect_ratio")
        return aspect, _enum_value(SIZE_NAMES, image.image_size or "IMAGE_SIZE_ONE_K", "image_size")
    image = config.image_config or ImageConfig()
    _check_size_supported(image, model)
    return image.aspect_ratio or "1:1", image.image_size or "1K"


def _check_spelling(config: GenerationConfig, supported: Spelling) -> None:
    """Raise for the spelling that the server does not accept, as for an unknown name."""
    if config.image_config and supported == "responseFormat":
        raise errors.unknown_field("generation_config", "imageConfig")
    if config.response_format and supported == "imageConfig":
        raise errors.unknown_field("generation_config", "responseFormat")


def _check_size_supported(image: ImageConfig, model: GeminiModel) -> None:
    if model.has_single_size and image.image_size is not None:
        raise errors.bad_request(f"image_size is not supported for {model.id}.", "generation_config")


def _enum_value(names: dict[str, str], name: str, field: str) -> str:
    if name not in names:
        path = f"generation_config.response_format.image.{field}"
        raise errors.bad_request(f"Invalid value at '{path}' (TYPE_ENUM), \"{name}\"", path)
    return names[name]
