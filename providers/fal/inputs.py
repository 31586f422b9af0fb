"""Requests for fal's endpoints: the path and the fields of its schema (public code, September 2026)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.ports.image_models import GenerationRequest
from providers.registry import GEMINI_SIZES, OPENAI_QUALITY, OPENAI_SIZES

RequestBody = dict[str, object]

# fal has named sizes; the nearest is used, and the contact sheet crops.
_RECRAFT_SIZES = {
    "1:1": "square_hd",
    "4:5": "portrait_4_3",
    "3:4": "portrait_4_3",
    "2:3": "portrait_4_3",
    "9:16": "portrait_16_9",
    "16:9": "landscape_16_9",
}


def _recraft(request: GenerationRequest) -> RequestBody:
    return {"prompt": request.prompt, "image_size": _RECRAFT_SIZES[request.aspect]}


def _openai(request: GenerationRequest) -> RequestBody:
    width, height = OPENAI_SIZES[request.size][request.aspect].split("x")
    return {
        "prompt": request.prompt,
        "image_size": {"width": int(width), "height": int(height)},
        "quality": OPENAI_QUALITY[request.size],
        "num_images": 1,
        "output_format": "png",
    }


def _google(request: GenerationRequest) -> RequestBody:
    return {
        "prompt": request.prompt,
        "aspect_ratio": request.aspect,
        "resolution": GEMINI_SIZES[request.size],
        "seed": request.seed,
        "num_images": 1,
        "output_format": "png",
    }


@dataclass(frozen=True)
class Endpoint:
    """Paths of a model, without and with references; `edit_path` is empty if it takes none."""

    path: str
    edit_path: str
    body_of: Callable[[GenerationRequest], RequestBody]

    def build(self, request: GenerationRequest, references: Sequence[str]) -> tuple[str, RequestBody]:
        """Return path and body for a request; `references` are URLs."""
        if not references:
            return self.path, self.body_of(request)
        return self.edit_path, self.body_of(request) | {"image_urls": list(references)}


# By wire id. Newer models are under their vendor's name, not under `fal-ai`.
ENDPOINTS: Mapping[str, Endpoint] = {
    "recraft-v4.1": Endpoint("fal-ai/recraft/v4.1/text-to-image", "", _recraft),
    "recraft-v4.1-pro": Endpoint("fal-ai/recraft/v4.1/pro/text-to-image", "", _recraft),
    "gpt-image-2": Endpoint("openai/gpt-image-2", "openai/gpt-image-2/edit", _openai),
    "gpt-image-2.5-flare": Endpoint(
        "openai/gpt-image-2.5/flare/text-to-image", "openai/gpt-image-2.5/flare/edit", _openai
    ),
    "gpt-image-2.5-sunburst": Endpoint(
        "openai/gpt-image-2.5/sunburst/text-to-image", "openai/gpt-image-2.5/sunburst/edit", _openai
    ),
    "nano-banana-2.1": Endpoint("google/nano-banana-2.1", "google/nano-banana-2.1/edit", _google),
    "nano-banana-pro": Endpoint("fal-ai/nano-banana-pro", "fal-ai/nano-banana-pro/edit", _google),
}
UPSCALE_PATH = "fal-ai/recraft-crisp-upscale"
