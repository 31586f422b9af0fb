"""Client for OpenAI's Images API: the SDK 3.54.0 (`image_generate_params.py`, `image_edit_params.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import InvalidImage, InvalidRequest, ModelError
from bot.imaging.references import Limits
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.checks import AccountCheck, check_account, list_models
from providers.http import sanitize
from providers.http.client import AccountClient
from providers.http.costs import paid_call, parse_raw
from providers.http.images import detect_media_type, fit_references
from providers.http.images_api import ImagesResponse, fetch_picture
from providers.http.response import ProviderResponse
from providers.openai.responses import cost_reader, error_for_response
from providers.registry import OPENAI_QUALITY, OPENAI_SIZES, RATES

# Under 50 MB by the SDK; more pixels than the models generate are of no use.
_LIMITS = Limits(max_bytes=50_000_000 - 1, max_pixels=8_294_400, max_side=3840)


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
        with paid_call(charge.reported_cost):
            data = await fetch_picture(
                self._client, images.data, model=model, timeout_seconds=self._timeouts[request.size]
            )
        if data is None:
            raise InvalidImage(model, "no image", "maybe" if charge.source == "listed" else "yes", charge.reported_cost)
        claimed = sanitize.media_type(f"image/{parse_raw(images.output_format, str) or 'png'}", data)
        return GenerationResult(data, claimed, charge, sanitize.request_id(response.headers.get("x-request-id", "")))

    async def _generate(self, request: GenerationRequest) -> ProviderResponse:
        body = {**self._common_fields(request), "n": 1}
        return await self._client.post(
            "/images/generations", body, model=self.spec.id, timeout_seconds=self._timeouts[request.size]
        )

    async def _edit(self, request: GenerationRequest) -> ProviderResponse:
        """Send an edit. `input_fidelity` is always high, and the API rejects the field."""
        files = []
        for number, data in enumerate(await fit_references(request.references, self.spec.id, _LIMITS), start=1):
            media_type = detect_media_type(data)
            files.append(("image[]", (f"{number}.{media_type.removeprefix('image/')}", data, media_type)))
        fields = {**self._common_fields(request), "n": "1"}
        timeout_seconds = self._timeouts[request.size]
        return await self._client.post_form(
            "/images/edits", fields, files, model=self.spec.id, timeout_seconds=timeout_seconds
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
    return await check_account("openai", models, list_models(client, "openai", _listing_error))


async def _listing_error(response: ProviderResponse, model: str) -> ModelError:
    # A restricted key may generate pictures without being allowed to list models.
    if response.status == 403:
        return InvalidRequest(model, "not allowed to this key")
    return await error_for_response(response, model)
