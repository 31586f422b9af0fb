"""Responses of OpenAI's Images API (SDK 3.54.0: `images_response.py`, `_exceptions.py`)."""

from decimal import Decimal
from typing import Annotated

import msgspec

from bot.domain.model_errors import AuthenticationFailed, ContentRefused, ModelError, ModelRetired, ReferenceRefused
from providers.http.costs import CostReader, parse_raw
from providers.http.error_body import ErrorBody, read_error
from providers.http.response import ProviderResponse
from providers.http.sanitize import usd
from providers.http.status import error_code, error_for_status
from providers.registry import Rates

_MILLION = 1_000_000
_PICTURE_FIELDS = frozenset({"image", "image[]", "images"})

# A count above it is an error, and its list price is used.
_Tokens = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None


class _TokensIn(msgspec.Struct):
    text_tokens: _Tokens = None
    image_tokens: _Tokens = None


class _TokensOut(msgspec.Struct):
    image_tokens: _Tokens = None
    text_tokens: _Tokens = None


class Usage(msgspec.Struct):
    """Token counts; the details are optional."""

    input_tokens: _Tokens = None
    output_tokens: _Tokens = None
    input_tokens_details: _TokensIn | None = None
    output_tokens_details: _TokensOut | None = None

    def cost(self, rates: Rates) -> Decimal | None:
        """Return the cost in dollars; None without output tokens or if out of range."""
        if not self.output_tokens:
            return None
        tokens_in = self.input_tokens_details or _TokensIn(text_tokens=self.input_tokens)
        tokens_out = self.output_tokens_details or _TokensOut(image_tokens=self.output_tokens)
        counts = (
            (tokens_in.text_tokens, rates.text_in),
            (tokens_in.image_tokens, rates.image_in),
            (tokens_out.text_tokens, rates.text_out),
            (tokens_out.image_tokens, rates.image_out),
        )
        return usd(sum(((count or 0) * rate for count, rate in counts), Decimal(0)), _MILLION)


def cost_reader(rates: Rates) -> CostReader:
    """Return the reader of the cost of a model with these rates."""

    def parse(raw: msgspec.Raw) -> Decimal | None:
        usage = parse_raw(raw, Usage)
        return usage.cost(rates) if usage else None

    return CostReader("usage", parse)


class _Moderation(msgspec.Struct):
    moderation_stage: str | None = None
    categories: list[str | None] | None = None


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
    error: _Error | None = None


async def error_for_response(response: ProviderResponse, model: str) -> ModelError:
    """Map an error by its code, else by its status: 429 may mean no credit, 400 a refusal."""
    body = await read_error(response)
    if body is None:
        return error_for_status(response, model, "", from_vendor=False)
    envelope = await response.decode_or_none(_ErrorEnvelope)
    error = (envelope.error if envelope else None) or _Error()
    named = body.error_by_code(model)
    if isinstance(named, ContentRefused):
        return _refusal(error, body, model)
    if named:
        named.detail = error.detail
        return named
    if response.status == 403:
        is_unverified = "verified" in (error.message or "").casefold()
        return AuthenticationFailed(model, "organization not verified" if is_unverified else error.detail)
    if "model_not_found" in error.codes:
        return ModelRetired(model, error.detail)
    return error_for_status(response, model, error.detail, from_vendor=True)


def _refusal(error: _Error, body: ErrorBody, model: str) -> ContentRefused:
    """Build a refusal. One at the output stage may be billed: OpenAI does not publish it."""
    details = error.moderation_details or _Moderation()
    detail = error_code(details.moderation_stage, *(details.categories or body.categories))
    kind = ReferenceRefused if error.param in _PICTURE_FIELDS else ContentRefused
    return kind(model, detail, "maybe" if details.moderation_stage == "output" else "no")
