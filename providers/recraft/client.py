"""Client for Recraft's API: recraft.ai/docs/api-reference, endpoints, appendix, tools/upscale and agents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import msgspec

from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec
from bot.domain.model_errors import InvalidImage, InvalidRequest, ModelError
from bot.imaging.references import Limits
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.checks import CHECK_SECONDS, AccountCheck, check_account, list_models
from providers.http import sanitize
from providers.http.client import AccountClient
from providers.http.costs import paid_call
from providers.http.images import data_url, detect_media_type, fit_references
from providers.http.images_api import Image, ImagesResponse, fetch_picture
from providers.http.response import ProviderResponse
from providers.recraft.responses import COST, CREDITS_PER_DOLLAR, dollars, error_for_response, paid

# Limits of an input picture: under 10 MB, 16 megapixels and 4,096 pixels a side.
_LIMITS = Limits(max_bytes=10_000_000 - 1, max_pixels=16_000_000 - 1, max_side=4096 - 1)
# 0 returns almost the same picture, 1 keeps hardly any likeness. The face must stay while light and clothes follow the
# brief, so the value is low.
_STRENGTH = 0.3
_MAX_BALANCE = 1_000_000_000_000
_PNG_OUTPUT = {"response_format": "b64_json", "image_format": "png"}


class _CurrentUser(msgspec.Struct):
    credits: Decimal


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True)
class Recraft:
    """One Recraft model. Sizes are sent as ratios, which all of Recraft's models accept."""

    spec: ModelSpec
    _client: AccountClient
    _timeouts: Mapping[Size, float]

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """Generate one portrait; raises a ModelError.

        With a reference the portrait has the reference's ratio: image to image has no size field.
        """
        model = self.spec.id
        if len(request.references) > self.spec.max_references:
            raise InvalidRequest(model, "references")
        path, body = await self._build_request(request)
        response = await self._client.post(path, body, model=model, timeout_seconds=self._timeouts[request.size])
        if not response.is_success:
            raise await error_for_response(response, model, request.prompt)
        images = await response.decode_success(ImagesResponse, model, COST.read)
        data = await _fetch_picture(
            self._client, images.data, images.credits, model=model, timeout_seconds=self._timeouts[request.size]
        )
        charged = COST.charge(images.credits, self.spec.price(request.size, len(request.references)))
        return GenerationResult(data, detect_media_type(data), charged, _request_id(response), request.seed)

    async def _build_request(self, request: GenerationRequest) -> tuple[str, dict[str, object]]:
        common_fields = {
            "model": self.spec.wire_id,
            "prompt": request.prompt,
            "n": 1,
            "random_seed": request.seed,
            **_PNG_OUTPUT,
        }
        if not request.references:
            return "/images/generations", {**common_fields, "size": request.aspect}
        (reference,) = await fit_references(request.references, self.spec.id, _LIMITS)
        return "/images/imageToImage", {**common_fields, "image_url": await data_url(reference), "strength": _STRENGTH}


@dataclass(frozen=True)
class CrispUpscaler:
    """Crisp upscaler: a larger picture with the same content; the size is undocumented (4,096 pixels measured)."""

    spec: UpscalerSpec
    _client: AccountClient
    _timeouts: Mapping[Size, float]

    async def upscale(self, data: bytes) -> GenerationResult:
        """Enlarge a picture to the largest size that Recraft makes; raises a ModelError."""
        upscaler = self.spec.id
        (picture,) = await fit_references((data,), upscaler, _LIMITS)
        body = {"image_url": await data_url(picture), **_PNG_OUTPUT}
        timeout_seconds = self._timeouts[Size.FOUR_K]
        response = await self._client.post(
            f"/images/{self.spec.wire_id}", body, model=upscaler, timeout_seconds=timeout_seconds
        )
        if not response.is_success:
            raise await error_for_response(response, upscaler)
        upscaled = await response.decode_success(ImagesResponse, upscaler, COST.read)
        data = await _fetch_picture(
            self._client, [upscaled.image], upscaled.credits, model=upscaler, timeout_seconds=timeout_seconds
        )
        charged = COST.charge(upscaled.credits, self.spec.price)
        return GenerationResult(data, detect_media_type(data), charged, _request_id(response))


async def check(client: AccountClient, models: Sequence[ModelSpec]) -> AccountCheck:
    """Check which models the account lists, and its balance."""
    account_check = await check_account("recraft", models, list_models(client, "recraft", error_for_response))
    if not account_check.reachable or account_check.key_ok is False:
        return account_check
    try:
        response = await client.get("/users/me", model="recraft", timeout_seconds=CHECK_SECONDS)
    except ModelError:
        return account_check
    current_user = await response.decode_or_none(_CurrentUser) if response.is_success else None
    if current_user is None or not _is_balance(current_user.credits):
        return account_check
    return replace(
        account_check,
        key_ok=True,
        notes=(f"balance ${current_user.credits / CREDITS_PER_DOLLAR:.2f}", *account_check.notes),
    )


def _is_balance(credits_: Decimal) -> bool:
    """Whether it is an amount that can be written out."""
    return credits_.is_finite() and abs(credits_) < _MAX_BALANCE


async def _fetch_picture(
    client: AccountClient,
    images: Sequence[Image | None] | None,
    credits_: msgspec.Raw,
    *,
    model: str,
    timeout_seconds: float,
) -> bytes:
    """Return the picture; raises ModelErrors with the charge that the credits report."""
    reported = dollars(credits_)
    with paid_call(reported):
        data = await fetch_picture(client, images, model=model, timeout_seconds=timeout_seconds)
    if data is None:
        raise InvalidImage(model, "no image", paid(credits_), reported)
    return data


def _request_id(response: ProviderResponse) -> str:
    return sanitize.request_id(response.headers.get("x-recraft-requestid", ""))
