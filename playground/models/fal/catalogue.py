"""fal's endpoints and prices: litellm's price map (1.109.1) and public code, September to November 2026.

Sizes, and prices that fal does not list, are those of the model's vendor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.models.fal.requests import (
    CrispUpscale,
    GoogleEdit,
    GoogleInput,
    Input,
    OpenAIEdit,
    OpenAIInput,
    RecraftInput,
)
from playground.models.gemini import catalogue
from playground.models.gemini.catalogue import GeminiModel
from playground.models.openai import catalogue as openai_catalogue
from playground.models.openai.catalogue import OpenAIModel
from playground.models.recraft import catalogue as recraft_catalogue
from playground.models.recraft.catalogue import RecraftModel

NAMED_SIZES = {
    "square_hd": "1:1",
    "portrait_4_3": "3:4",
    "portrait_16_9": "9:16",
    "landscape_4_3": "4:3",
    "landscape_16_9": "16:9",
}
AUTO_ASPECT = "1:1"
# fal names the smallest size differently from Google.
GOOGLE_SIZES = {"0.5K": "512", "1K": "1K", "2K": "2K", "4K": "4K"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint and the vendor's model behind it; `prices` are USD per picture by resolution, if fal lists them."""

    id: str
    input_type: type[Input]
    model: RecraftModel | OpenAIModel | GeminiModel | None
    prices: Mapping[str, float] = field(default_factory=dict)

    @property
    def app(self) -> str:
        """Owner and name without the rest of the path, for the status, result and cancel URLs."""
        return "/".join(self.id.split("/")[:2])


def _openai(path: str, suffix: str, model: str) -> tuple[Endpoint, Endpoint]:
    spec = openai_catalogue.MODELS[model]
    return Endpoint(f"{path}{suffix}", OpenAIInput, spec), Endpoint(f"{path}/edit", OpenAIEdit, spec)


def _google(path: str, model: str, prices: Mapping[str, float]) -> tuple[Endpoint, Endpoint]:
    spec = catalogue.MODELS[model]
    return Endpoint(path, GoogleInput, spec, prices), Endpoint(f"{path}/edit", GoogleEdit, spec, prices)


ENDPOINTS = {
    endpoint.id: endpoint
    for endpoint in (
        Endpoint("fal-ai/recraft/v4.1/text-to-image", RecraftInput, recraft_catalogue.MODELS["recraftv4_1"]),
        Endpoint("fal-ai/recraft/v4.1/pro/text-to-image", RecraftInput, recraft_catalogue.MODELS["recraftv4_1_pro"]),
        *_openai("openai/gpt-image-2", "", "gpt-image-2"),
        *_openai("openai/gpt-image-2.5/flare", "/text-to-image", "gpt-image-2.5-flare"),
        *_openai("openai/gpt-image-2.5/sunburst", "/text-to-image", "gpt-image-2.5-sunburst"),
        # fal publishes no price; this is Google's.
        *_google("google/nano-banana-2.1", "gemini-nano-banana-2.1", {"1K": 0.0336, "2K": 0.0504, "4K": 0.1134}),
        *_google("fal-ai/nano-banana-2", "gemini-3.1-flash-image", {"0.5K": 0.06, "1K": 0.08, "2K": 0.12, "4K": 0.16}),
        *_google("fal-ai/nano-banana-pro", "gemini-3-pro-image", {"1K": 0.15, "2K": 0.15, "4K": 0.30}),
        Endpoint("fal-ai/recraft-crisp-upscale", CrispUpscale, None),
    )
}
