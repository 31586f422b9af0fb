"""Self-hosted servers with OpenAI's Images API, such as vLLM-Omni and LocalAI (docs.vllm.ai/projects/vllm-omni).

They differ in the fields they accept and in their errors; this client handles what public client code handles.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from bot.domain.budget import Charge
from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import ContentRefused, InvalidImage, InvalidRequest, ModelError
from bot.ports.image_models import GenerationRequest, GenerationResult
from bot.self_hosted import SelfHostedModel
from providers.checks import AccountCheck, ModelListing, check_account, list_models
from providers.http.client import AccountClient
from providers.http.costs import parse_raw
from providers.http.error_body import read_error
from providers.http.images import detect_media_type
from providers.http.images_api import ImagesResponse, fetch_picture
from providers.http.response import ProviderResponse
from providers.http.status import error_code, error_for_status

# Exact ratios, sides that are multiples of 32, about a megapixel.
_SIZES = {
    "1:1": "1024x1024",
    "4:5": "896x1120",
    "3:4": "864x1152",
    "2:3": "832x1248",
    "9:16": "864x1536",
    "16:9": "1536x864",
}
_REFUSAL = re.compile(r"safety|moderat|nsfw|content.?policy|content.?filter")


class _Error(msgspec.Struct):
    type: msgspec.Raw = msgspec.Raw()


class _ErrorEnvelope(msgspec.Struct):
    error: _Error


def headers(key: str) -> dict[str, str]:
    """Return the authorization header; empty without a key."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def spec_of(self_hosted: SelfHostedModel) -> ModelSpec:
    """Describe the server as a model of one size, used for drafts and as the largest."""
    return ModelSpec(
        provider="own",
        name=self_hosted.id,
        wire_id=self_hosted.id,
        title=self_hosted.title or self_hosted.id,
        strength="your own server",
        prices=dict.fromkeys(Size, self_hosted.price),
        pixels=dict.fromkeys(Size, (_SIZES | self_hosted.sizes)["3:4"]),
        family=self_hosted.family,
    )


class OpenAICompatible:
    """One model of one server; remembers whether the server rejects `response_format`."""

    def __init__(self, self_hosted: SelfHostedModel, client: AccountClient, timeouts: Mapping[Size, float]) -> None:
        self.spec = spec_of(self_hosted)
        self._self_hosted = self_hosted
        self._client = client
        self._timeouts = timeouts
        self._sends_response_format = True

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """Generate one portrait; raises a ModelError. References are not supported."""
        model, timeout_seconds = self.spec.id, self._timeouts[request.size]
        if request.references:
            raise InvalidRequest(model, "references")
        response = await self._request(request, timeout_seconds)
        if not response.is_success:
            raise await _error_for_response(response, model, request.prompt)
        images = await response.decode_success(ImagesResponse, model)
        if images.data == []:
            # These servers return an empty list when their safety checker flags the picture.
            raise ContentRefused(model, "empty answer")
        data = await fetch_picture(self._client, images.data, model=model, timeout_seconds=timeout_seconds)
        if data is None:
            raise InvalidImage(model, "no image", "maybe")
        return GenerationResult(
            data, detect_media_type(data), Charge(self.spec.prices[request.size], "listed"), seed=request.seed
        )

    async def _request(self, request: GenerationRequest, timeout_seconds: float) -> ProviderResponse:
        with_format = self._sends_response_format  # a concurrent call may change it
        send = partial(self._client.post, "/images/generations", model=self.spec.id, timeout_seconds=timeout_seconds)
        response = await send(self._body(request, with_format))
        if not with_format or response.status not in (400, 422) or b"response_format" not in response.body:
            return response
        self._sends_response_format = False
        return await send(self._body(request, False))

    def _body(self, request: GenerationRequest, with_format: bool) -> dict[str, Any]:
        extras = {
            name: request.seed if name == "seed" and value is True else value
            for name, value in self._self_hosted.extras.items()
        }
        body = {
            "model": self._self_hosted.model,
            "prompt": request.prompt,
            "n": 1,
            "size": (_SIZES | self._self_hosted.sizes)[request.aspect],
            **extras,
        }
        return body | ({"response_format": "b64_json"} if with_format else {})


async def check(self_hosted: SelfHostedModel, client: AccountClient) -> AccountCheck:
    """Check that the server lists the model; some servers have no list."""
    return await check_account("own", [spec_of(self_hosted)], _list_models(self_hosted, client))


async def _list_models(self_hosted: SelfHostedModel, client: AccountClient) -> ModelListing:
    listed = await list_models(client, "own", _error_for_response)
    return {self_hosted.id: ""} if self_hosted.model in listed else {}


async def _error_for_response(response: ProviderResponse, model: str, prompt: str = "") -> ModelError:
    """Map an error by its code and text: `{"error": {...}}`, `{"error": "..."}`, `{"detail": ...}` and others."""
    body = await read_error(response)
    if body is None:
        return error_for_status(response, model, "", from_vendor=False)
    envelope = await response.decode_or_none(_ErrorEnvelope)
    detail = error_code(parse_raw(envelope.error.type, str)) if envelope else ""
    if named := body.error_by_code(model):
        named.detail = error_code(*body.categories) or detail
        return named
    text = body.text_without(prompt)
    if response.status in (400, 403, 422) and _REFUSAL.search(text):
        return ContentRefused(model, detail)
    if response.status == 404 and "model" not in text:
        return InvalidRequest(model, detail or "status 404")
    return error_for_status(response, model, detail, from_vendor=True)
