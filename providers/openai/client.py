"""Client for OpenAI's Images API: the SDK 3.54.0 (`image_generate_params.py`, `image_edit_params.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import InvalidImage, InvalidRequest
from bot.imaging.pictures import Limits
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.checks import CHECK_SECONDS, AccountCheck, ModelListing, check_account
from providers.http import sanitize
from providers.http.client import AccountClient, FormPicture
from providers.http.costs import paid_call, parse_raw
from providers.http.images import detect_media_type, fit_references
from providers.http.images_api import ImagesResponse, fetch_picture
from providers.http.response import ProviderResponse
from providers.openai.responses import cost_reader, error_for_response
from providers.registry import OPENAI_QUALITY, OPENAI_SIZES, RATES

# Under 50 MB by the SDK; more pixels than the models generate are of no use.
_LIMITS = Limits(max_bytes=50_000_000 - 1, max_pixels=8_294_400, max_side=3840)


class _ModelEntry(msgspec.Struct):
    id: str
    shutdown_date: str | None = None


class _ModelList(msgspec.Struct):
    data: list[_ModelEntry]


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True)
class OpenAI:
    """One OpenAI model. The API has no seed; the client always sends a quality."""

    spec: ModelSpec
    _client: AccountClient
    _timeouts: Mapping[Size, float]

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """Generate one portrait, with references as an edit of them; raises a ModelError."""
        model = self.spec.id
        if len(request.references) > self.spec.max_references:
            raise InvalidRequest(model, "references")
        response = await (self._edit(request) if request.references else self._generate(request))
        if not response.is_success:
            raise await error_for_response(response, model)
        cost = cost_reader(RATES[self.spec.wire_id])
        images = await response.decode_success(ImagesResponse, model, cost.read)
        charge = cost.charge(images.usage, self.spec.price(request.size, len(request.references)))
        reported = charge.usd if charge.source == "exact" else None
        with paid_call(reported):
            data = await fetch_picture(
                self._client, images.data, model=model, timeout_seconds=self._timeouts[request.size]
            )
        if data is None:
            raise InvalidImage(model, "no image", "maybe" if reported is None else "yes", reported)
        claimed = sanitize.media_type(f"image/{parse_raw(images.output_format, str) or 'png'}", data)
        return GenerationResult(data, claimed, charge, sanitize.request_id(response.headers.get("x-request-id", "")))

    async def _generate(self, request: GenerationRequest) -> ProviderResponse:
        body = {**self._common_fields(request), "n": 1}
        return await self._client.post(
            "/images/generations", body, model=self.spec.id, timeout_seconds=self._timeouts[request.size]
        )

    async def _edit(self, request: GenerationRequest) -> ProviderResponse:
        """Send an edit. `input_fidelity` is always high, and the API rejects the field."""
        pictures = [
            FormPicture(
                "image[]",
                f"{number}.{(media_type := detect_media_type(data)).removeprefix('image/')}",
                data,
                media_type,
            )
            for number, data in enumerate(await fit_references(request.references, self.spec.id, _LIMITS), start=1)
        ]
        fields = {**self._common_fields(request), "n": "1"}
        timeout_seconds = self._timeouts[request.size]
        return await self._client.post_form(
            "/images/edits", fields, pictures, model=self.spec.id, timeout_seconds=timeout_seconds
        )

    def _common_fields(self, request: GenerationRequest) -> dict[str, str]:
        return {
            "model": self.spec.wire_id,
            "prompt": request.prompt,
            "size": OPENAI_SIZES[request.size][request.aspect],
            "quality": OPENAI_QUALITY[request.size],
            "output_format": "png",
        }


async def check(client: AccountClient, models: Sequence[ModelSpec]) -> AccountCheck:
    """Check which models the account lists, and their shutdown dates."""
    return await check_account("openai", models, _list_models(client))


async def _list_models(client: AccountClient) -> ModelListing:
    response = await client.get("/models", model="openai", timeout_seconds=CHECK_SECONDS)
    if response.status == 403:
        # A restricted key may generate pictures without being allowed to list models.
        raise InvalidRequest("openai", "not allowed to this key")
    listing = await response.decode_or_none(_ModelList) if response.is_success else None
    if listing is None:
        raise await error_for_response(response, "openai")
    return {entry.id: entry.shutdown_date or "" for entry in listing.data}
