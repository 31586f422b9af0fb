"""Responses of Gemini: pictures, refusals with status 200, and errors (google-genai 3.4.0, google.rpc)."""

import re
from decimal import Decimal
from typing import Annotated

import msgspec

from bot.domain.model_errors import (
    AuthenticationFailed,
    ContentRefused,
    InsufficientCredit,
    InvalidImage,
    ModelError,
    PaidStatus,
    RateLimited,
)
from providers.http.costs import CostReader, parse_raw
from providers.http.error_body import read_error
from providers.http.response import ProviderResponse
from providers.http.sanitize import usd
from providers.http.status import error_code, error_for_status
from providers.registry import Rates

_MILLION = 1_000_000
_REFUSALS = frozenset(
    {
        "SAFETY",
        "PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)
_ACCOUNT_LIMITED = "PUP_LIMITED_DISABLED"  # the account is limited for earlier requests

# Image models have no free tier: a key without billing has a quota of zero, reported as a rate limit.
_BILLING = re.compile(r"\blimit: 0\b|billing account|enable billing|spending (?:cap|limit)|prepa(?:id|yment) credits")


_Tokens = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None

# Google writes any field of these as null, and a relay may write metadata in another form. Only the picture decides, so
# every field is optional and metadata stays raw.


class InlineData(msgspec.Struct, rename="camel"):
    mime_type: str | None = None
    data: bytes | None = None


class _Part(msgspec.Struct):
    """A part of the content; some relays write `inline_data`."""

    thought: bool | None = None
    inline: InlineData | None = msgspec.field(name="inlineData", default=None)
    relayed: InlineData | None = msgspec.field(name="inline_data", default=None)


class _Content(msgspec.Struct):
    parts: list[_Part | None] | None = None


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: msgspec.Raw = msgspec.Raw()


class _PromptFeedback(msgspec.Struct, rename="camel"):
    block_reason: str | None = None


class _Modality(msgspec.Struct, rename="camel"):
    modality: str | None = None
    token_count: _Tokens = None


class Usage(msgspec.Struct, rename="camel"):
    """Token counts; the optional details split `candidates_token_count` into picture and text."""

    prompt_token_count: _Tokens = None
    candidates_token_count: _Tokens = None
    thoughts_token_count: _Tokens = None
    candidates_tokens_details: list[_Modality | None] | None = None

    def cost(self, rates: Rates) -> Decimal | None:
        """Return the cost in dollars; None without output tokens or if out of range."""
        if not self.candidates_token_count:
            return None
        details = [detail for detail in self.candidates_tokens_details or () if detail and detail.modality == "IMAGE"]
        image_tokens = sum(detail.token_count or 0 for detail in details) or self.candidates_token_count
        text_tokens = max(self.candidates_token_count - image_tokens, 0) + (self.thoughts_token_count or 0)
        input_cost = (self.prompt_token_count or 0) * rates.text_in
        return usd(input_cost + image_tokens * rates.image_out + text_tokens * rates.text_out, _MILLION)


def cost_reader(rates: Rates) -> CostReader:
    """Return the reader of the cost of a model with these rates."""

    def parse(raw: msgspec.Raw) -> Decimal | None:
        usage = parse_raw(raw, Usage)
        return usage.cost(rates) if usage else None

    return CostReader("usageMetadata", parse)


class GenerateContentResponse(msgspec.Struct, rename="camel"):
    """A response with status 200, which may hold a refusal instead of a picture."""

    candidates: list[_Candidate | None] | None = None
    prompt_feedback: msgspec.Raw = msgspec.Raw()
    usage_metadata: msgspec.Raw = msgspec.Raw()
    response_id: msgspec.Raw = msgspec.Raw()

    @property
    def picture(self) -> InlineData | None:
        """The last picture; pictures in thoughts are sketches."""
        contents = [candidate.content for candidate in self.candidates or () if candidate and candidate.content]
        parts = [part for content in contents for part in content.parts or () if part and not part.thought]
        pictures = [inline for part in parts for inline in (part.inline, part.relayed) if inline and inline.data]
        return pictures[-1] if pictures else None

    def error_without_image(self, model: str) -> ModelError:
        """Return the error for a response without a picture."""
        feedback = parse_raw(self.prompt_feedback, _PromptFeedback)
        if feedback and feedback.block_reason:
            return ContentRefused(model, error_code(feedback.block_reason), self._paid)
        reasons = (parse_raw(candidate.finish_reason, str) for candidate in self.candidates or () if candidate)
        reason = next((reason for reason in reasons if reason), "")
        if reason in _REFUSALS:
            return ContentRefused(model, reason, self._paid)
        if reason == _ACCOUNT_LIMITED:
            return AuthenticationFailed(model, reason)
        return InvalidImage(model, error_code(reason) or "no image", "maybe")

    @property
    def _paid(self) -> PaidStatus:
        """Whether a refusal is billed: only, perhaps, for output before it."""
        usage = parse_raw(self.usage_metadata, Usage)
        return "maybe" if usage and (usage.candidates_token_count or usage.thoughts_token_count) else "no"


class _Violation(msgspec.Struct, rename="camel"):
    """Violation of a field (google.rpc.BadRequest) or of a quota (google.rpc.QuotaFailure)."""

    field: str | None = None
    quota_id: str | None = None


class _Detail(msgspec.Struct, rename="camel"):
    reason: str | None = None
    retry_delay: str | None = None
    violations: list[_Violation | None] | None = None
    field_violations: list[_Violation | None] | None = None


class GoogleError(msgspec.Struct):
    message: str | None = None
    status: str | None = None
    details: list[_Detail | None] | None = None

    @property
    def known_details(self) -> list[_Detail]:
        return [detail for detail in self.details or () if detail]

    @property
    def text(self) -> str:
        return self.message or ""

    def mentions(self, field: re.Pattern[str]) -> bool:
        """Return whether the error is about `field`."""
        violations = [v.field for d in self.known_details for v in d.field_violations or () if v and v.field]
        return any(field.search(text) for text in (self.text, *violations))

    @property
    def is_bad_key(self) -> bool:
        """Whether the key is invalid: a 400 with a reason such as API_KEY_INVALID."""
        reasons = (detail.reason or "" for detail in self.known_details)
        return any(reason.startswith("API_KEY_") for reason in reasons) or "API key not valid" in self.text

    @property
    def is_unpaid(self) -> bool:
        quotas = (v.quota_id or "" for d in self.known_details for v in d.violations or () if v)
        no_billing = any(d.reason == "BILLING_DISABLED" for d in self.known_details)
        return no_billing or any("FreeTier" in quota for quota in quotas) or bool(_BILLING.search(self.text.casefold()))

    @property
    def retry_after(self) -> float:
        """Seconds in google.rpc.RetryInfo, such as `1.5s`; 0 without one."""
        delays = (re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)s", d.retry_delay or "") for d in self.known_details)
        return max((float(delay[1]) for delay in delays if delay), default=0.0)


class _ErrorEnvelope(msgspec.Struct):
    error: GoogleError


async def google_error_in(response: ProviderResponse) -> GoogleError | None:
    """Return Google's error, which some servers wrap in a list; None if the body is not from Google."""
    if envelope := await response.decode_or_none(_ErrorEnvelope):
        return envelope.error
    envelopes = await response.decode_or_none(list[_ErrorEnvelope])
    return envelopes[0].error if envelopes else None


async def error_for_response(response: ProviderResponse, model: str) -> ModelError:
    """Map an error response by its content, else by its status."""
    body = await read_error(response)
    if body is None:
        return error_for_status(response, model, "", from_vendor=False)
    google_error = await google_error_in(response) or GoogleError()
    detail = error_code(google_error.status, *(d.reason for d in google_error.known_details))
    if google_error.is_bad_key:
        return AuthenticationFailed(model, detail)
    if response.status < 500 and google_error.is_unpaid:
        return InsufficientCredit(model, detail)
    if named := body.error_by_code(model):
        named.detail = named.detail or detail
        return named
    error = error_for_status(response, model, detail, from_vendor=True)
    if isinstance(error, RateLimited) and google_error.retry_after:
        error.retry_after = google_error.retry_after
    return error
