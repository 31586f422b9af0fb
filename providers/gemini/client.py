"""Client for Google's Gemini API, `generateContent`: ai.google.dev/gemini-api/docs and the SDK google-genai 3.4.0."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import InvalidRequest
from bot.imaging.references import Limits
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.checks import CHECK_SECONDS, AccountCheck, ModelListing, check_account
from providers.gemini.responses import GenerateContentResponse, cost_reader, error_for_response, google_error_in
from providers.http import sanitize
from providers.http.client import AccountClient
from providers.http.costs import parse_raw
from providers.http.images import detect_media_type, fit_references
from providers.http.response import ProviderResponse
from providers.registry import GEMINI_ONE_SIZE, GEMINI_SIZES, RATES

# The SDK sends the first; Google's guide shows the second, with enum names as values.
_SizeField = Literal["imageConfig", "responseFormat"]
_OTHER_SIZE_FIELD: Mapping[_SizeField, _SizeField] = {"imageConfig": "responseFormat", "responseFormat": "imageConfig"}
_SIZE_FIELD_PATTERNS: Mapping[_SizeField, re.Pattern[str]] = {
    "imageConfig": re.compile("image_?config", re.IGNORECASE),
    "responseFormat": re.compile("response_?format", re.IGNORECASE),
}
_ENUM_NAMES = {
    "1:1": "ASPECT_RATIO_ONE_BY_ONE",
    "4:5": "ASPECT_RATIO_FOUR_BY_FIVE",
    "3:4": "ASPECT_RATIO_THREE_BY_FOUR",
    "2:3": "ASPECT_RATIO_TWO_BY_THREE",
    "9:16": "ASPECT_RATIO_NINE_BY_SIXTEEN",
    "16:9": "ASPECT_RATIO_SIXTEEN_BY_NINE",
    "1K": "IMAGE_SIZE_ONE_K",
    "2K": "IMAGE_SIZE_TWO_K",
    "4K": "IMAGE_SIZE_FOUR_K",
}
# Vertex accepts 7 MB a picture; more pixels than the models generate are of no use.
_LIMITS = Limits(max_bytes=7_000_000, max_pixels=3584 * 4800, max_side=5504)


class _ModelEntry(msgspec.Struct):
    name: str


class _ModelList(msgspec.Struct):
    models: list[_ModelEntry]


def headers(key: str) -> dict[str, str]:
    return {"x-goog-api-key": key}


@dataclass
class Gemini:
    """One Gemini model; remembers which spelling of the size field the API accepted."""

    spec: ModelSpec
    _client: AccountClient
    _timeouts: Mapping[Size, float]
    _size_field: _SizeField = field(default="imageConfig", init=False)

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """Generate one portrait; raises a ModelError. Calls again only if the API rejects the size field."""
        model = self.spec.id
        if len(request.references) > self.spec.max_references:
            raise InvalidRequest(model, "references")
        references = await fit_references(request.references, model, _LIMITS)
        size_field = self._size_field  # a concurrent call may change it
        response = await self._post(request, references, size_field)
        if response.status == 400 and await _rejects_size_field(response, size_field):
            size_field = _OTHER_SIZE_FIELD[size_field]
            response = await self._post(request, references, size_field)
        if response.is_success:
            self._size_field = size_field
        else:
            raise await error_for_response(response, model)
        cost = cost_reader(RATES[self.spec.wire_id])
        content = await response.decode_success(GenerateContentResponse, model, cost.read)
        picture = content.picture
        if picture is None or picture.data is None:
            raise content.error_without_image(model)
        return GenerationResult(
            picture.data,
            sanitize.media_type(picture.mime_type, picture.data),
            cost.charge(content.usage_metadata, self.spec.price(request.size, len(request.references))),
            sanitize.request_id(parse_raw(content.response_id, str)),
            request.seed,
        )

    async def _post(
        self, request: GenerationRequest, references: Sequence[bytes], size_field: _SizeField
    ) -> ProviderResponse:
        """Send the request; references are parts beside the text, and encoding turns their bytes into base64."""
        path = f"/models/{self.spec.wire_id}:generateContent"
        reference_parts = [{"inlineData": {"mimeType": detect_media_type(data), "data": data}} for data in references]
        body = {
            "contents": [{"role": "user", "parts": [{"text": request.prompt}, *reference_parts]}],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "seed": request.seed,
                **_size_config(request, size_field, with_size=self.spec.wire_id not in GEMINI_ONE_SIZE),
            },
        }
        return await self._client.post(path, body, model=self.spec.id, timeout_seconds=self._timeouts[request.size])


async def check(client: AccountClient, models: Sequence[ModelSpec]) -> AccountCheck:
    """Check which models the account lists; Google's list has no shutdown dates."""
    return await check_account("gemini", models, _list_models(client))


async def _list_models(client: AccountClient) -> ModelListing:
    response = await client.get("/models?pageSize=1000", model="gemini", timeout_seconds=CHECK_SECONDS)
    listing = await response.decode_or_none(_ModelList) if response.is_success else None
    if listing is None:
        raise await error_for_response(response, "gemini")
    return {entry.name.removeprefix("models/"): "" for entry in listing.models}


async def _rejects_size_field(response: ProviderResponse, size_field: _SizeField) -> bool:
    google_error = await google_error_in(response)
    return google_error is not None and google_error.mentions(_SIZE_FIELD_PATTERNS[size_field])


def _size_config(request: GenerationRequest, size_field: _SizeField, *, with_size: bool) -> dict[str, object]:
    """Return ratio and size in either spelling."""
    image = {"aspectRatio": request.aspect} | ({"imageSize": GEMINI_SIZES[request.size]} if with_size else {})
    if size_field == "imageConfig":
        return {"imageConfig": image}
    return {"responseFormat": {"image": {field: _ENUM_NAMES[value] for field, value in image.items()}}}
