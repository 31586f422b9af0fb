"""Responses of OpenAI's Images API (SDK 3.54.0: `images_response.py`, `_exceptions.py`)."""

from decimal import Decimal

import msgspec

from bot.domain.errors import AuthenticationFailed, ContentRefused, InsufficientCredit, ModelError, ModelRetired
from providers.http.response import ProviderResponse
from providers.http.sanitize import usd
from providers.http.status import error_code, error_for_status
from providers.registry import Rates

_MILLION = 1_000_000
# Sent with 429 like a rate limit, but waiting does not help.
_BILLING_CODES = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "project_spend_limit_exceeded"}
)
_MODERATION_CODES = frozenset({"moderation_blocked", "content_policy_violation"})


class _TokensIn(msgspec.Struct):
    text_tokens: int = 0
    image_tokens: int = 0


class _TokensOut(msgspec.Struct):
    image_tokens: int = 0
    text_tokens: int = 0


class Usage(msgspec.Struct):
    """Token counts; the details are optional."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _TokensIn | None = None
    output_tokens_details: _TokensOut | None = None

    def cost(self, rates: Rates) -> Decimal | None:
        """Return the cost in dollars; None without output tokens or if out of range."""
        if not self.output_tokens:
            return None
        tokens_in = self.input_tokens_details or _TokensIn(text_tokens=self.input_tokens)
        tokens_out = self.output_tokens_details or _TokensOut(image_tokens=self.output_tokens)
        text_cost = tokens_in.text_tokens * rates.text_in + tokens_out.text_tokens * rates.text_out
        return usd(
            (text_cost + tokens_in.image_tokens * rates.image_in + tokens_out.image_tokens * rates.image_out) / _MILLION
        )


class _Image(msgspec.Struct):
    b64_json: bytes | None = None


class ImagesResponse(msgspec.Struct):
    data: list[_Image] | None = None
    usage: Usage | None = None
    output_format: str | None = None


class _UsageOnly(msgspec.Struct):
    """A response of which only the cost is read."""

    usage: Usage | None = None


async def cost(response: ProviderResponse, rates: Rates) -> Decimal | None:
    """Return the charge in dollars, even if the picture is invalid."""
    usage_only = await response.decode_or_none(_UsageOnly)
    return usage_only.usage.cost(rates) if usage_only and usage_only.usage else None


class _Moderation(msgspec.Struct):
    moderation_stage: str | None = None
    categories: list[str] | None = None


class _Error(msgspec.Struct):
    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | int | None = None
    moderation_details: _Moderation | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(word for word in (self.type, self.code) if isinstance(word, str))

    @property
    def detail(self) -> str:
        return error_code(self.code if isinstance(self.code, str) else self.type, self.param)


class _ErrorEnvelope(msgspec.Struct):
    error: _Error


async def error_for_response(response: ProviderResponse, model: str) -> ModelError:
    """Map an error by its code, else by its status: 429 may mean no credit, 400 a refusal."""
    envelope = await response.decode_or_none(_ErrorEnvelope)
    if envelope is None:
        return error_for_status(response, model, "", from_vendor=False)
    error = envelope.error
    if error.codes & _BILLING_CODES:
        return InsufficientCredit(model, error.detail)
    if error.codes & _MODERATION_CODES:
        return _refusal(error, model)
    if response.status == 403:
        is_unverified = "verified" in (error.message or "").casefold()
        return AuthenticationFailed(model, "organization not verified" if is_unverified else error.detail)
    if "model_not_found" in error.codes:
        return ModelRetired(model, error.detail)
    return error_for_status(response, model, error.detail, from_vendor=True)


def _refusal(error: _Error, model: str) -> ContentRefused:
    """Build a refusal. One at the output stage may be billed: OpenAI does not publish it."""
    details = error.moderation_details or _Moderation()
    detail = error_code(details.moderation_stage, *(details.categories or ()))
    return ContentRefused(model, detail, "maybe" if details.moderation_stage == "output" else "no")
