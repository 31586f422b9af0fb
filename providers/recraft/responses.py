"""Responses of Recraft: pictures with their cost in credits, and errors, whose format is not published."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from bot.domain.budget import Charge
from bot.domain.errors import ContentRefused, InsufficientCredit, ModelError, ModelRetired, PaidStatus
from providers.http.response import ProviderResponse
from providers.http.sanitize import usd
from providers.http.status import error_code, error_for_status

CREDITS_PER_DOLLAR = 1000

# Recraft publishes neither error codes nor their format, only that they are JSON; so the text is searched.
_ERROR_PATTERNS: tuple[tuple[re.Pattern[str], type[ModelError]], ...] = (
    (re.compile(r"\bcredits?\b|_credits|\bbalance\b|payment|billing|insufficient.funds"), InsufficientCredit),
    (re.compile(r"moderat|nsfw|safety|content.policy|prohibited|inappropriate"), ContentRefused),
    (
        re.compile(
            r"model.not.found|(?:unknown|invalid|deprecated|retired|unsupported).model"
            r"|model\W+\S+ (?:was |is |has been )?(?:not (?:found|available)|no longer|deprecated|retired)"
            r"|model\W+\S+ does not exist"
        ),
        ModelRetired,
    ),
)


class Picture(msgspec.Struct):
    b64_json: bytes | None = None


class ImagesResponse(msgspec.Struct):
    """Response of image generation: a list of pictures."""

    data: list[Picture] | None = None
    credits: Decimal | None = None

    @property
    def picture(self) -> bytes | None:
        return next((picture.b64_json for picture in self.data or () if picture.b64_json), None)


class UpscaleResponse(msgspec.Struct):
    """Response of upscaling: one picture."""

    image: Picture | None = None
    credits: Decimal | None = None

    @property
    def picture(self) -> bytes | None:
        return (self.image.b64_json or None) if self.image else None


class _CreditsOnly(msgspec.Struct):
    """A response of which only the cost is read."""

    credits: Decimal | None = None


async def cost(response: ProviderResponse) -> Decimal | None:
    """Return the charge in dollars, even if the picture is invalid."""
    credits_only = await response.decode_or_none(_CreditsOnly)
    return _dollars(credits_only.credits) if credits_only else None


def charge(credits_: Decimal | None, listed: Decimal) -> Charge:
    """Return the credits in dollars, or the listed price without credits."""
    reported = _dollars(credits_)
    return Charge(listed, "listed") if reported is None else Charge(reported, "exact")


def paid(credits_: Decimal | None) -> PaidStatus:
    """Return whether a response without a picture was billed."""
    reported = _dollars(credits_)
    if reported is None:
        return "maybe"
    return "yes" if reported else "no"


def _dollars(credits_: Decimal | None) -> Decimal | None:
    return usd(credits_ / CREDITS_PER_DOLLAR) if credits_ is not None and credits_.is_finite() else None


async def error_for_response(response: ProviderResponse, model: str, prompt: str) -> ModelError:
    """Map an error response by its text, without the prompt, else by its status."""
    body = await response.decode_or_none(dict[str, Any])
    if body is None:
        return error_for_status(response, model, "", from_vendor=False)
    code = body.get("code")
    detail = error_code(code if isinstance(code, str) else None)
    if 400 <= response.status < 500 and response.status != 401:
        text = _error_text(body, prompt)
        for pattern, error_type in _ERROR_PATTERNS:
            if pattern.search(text):
                return error_type(model, detail)
    return error_for_status(response, model, detail, from_vendor=True)


def _error_text(body: dict[str, Any], prompt: str) -> str:
    """Return the error text without the prompt it may repeat: a brief may mention balance or safety."""
    text = " ".join(value for value in _flatten(body) if isinstance(value, str))
    return (text.replace(prompt, " ") if prompt else text).casefold()


def _flatten(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for item in value.values() for inner in _flatten(item)]
    if isinstance(value, list):
        return [inner for item in value for inner in _flatten(item)]
    return [value]
