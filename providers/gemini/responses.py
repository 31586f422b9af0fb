"""Responses of Gemini: pictures, refusals with status 200, and errors (google-genai 3.4.0, google.rpc)."""

import re
from decimal import Decimal

import msgspec

from bot.domain.errors import (
    AuthenticationFailed,
    ContentRefused,
    InsufficientCredit,
    InvalidImage,
    ModelError,
    PaidStatus,
    RateLimited,
)
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


class InlineData(msgspec.Struct, rename="camel"):
    mime_type: str = ""
    data: bytes = b""


class _Part(msgspec.Struct):
    """A part of the content; some relays write `inline_data`."""

    thought: bool = False
    inline: InlineData | None = msgspec.field(name="inlineData", default=None)
    relayed: InlineData | None = msgspec.field(name="inline_data", default=None)


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str = ""


class _PromptFeedback(msgspec.Struct, rename="camel"):
    block_reason: str = ""


class _Modality(msgspec.Struct, rename="camel"):
    modality: str = ""
    token_count: int = 0


class Usage(msgspec.Struct, rename="camel"):
    """Token counts; the optional details split `candidates_token_count` into picture and text."""

    prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0
    candidates_tokens_details: list[_Modality] = []

    def cost(self, rates: Rates) -> Decimal | None:
        """Return the cost in dollars; None without output tokens or if out of range."""
        if not self.candidates_token_count:
            return None
        image_tokens = sum(d.token_count for d in self.candidates_tokens_details if d.modality == "IMAGE")
        image_tokens = image_tokens or self.candidates_token_count
        text_tokens = max(self.candidates_token_count - image_tokens, 0) + self.thoughts_token_count
        input_cost = self.prompt_token_count * rates.text_in
        return usd((input_cost + image_tokens * rates.image_out + text_tokens * rates.text_out) / _MILLION)


class GenerateContentResponse(msgspec.Struct, rename="camel"):
    """A response with status 200, which may hold a refusal instead of a picture."""

    candidates: list[_Candidate] = []
    prompt_feedback: _PromptFeedback | None = None
    usage_metadata: Usage | None = None
    response_id: str = ""

    @property
    def picture(self) -> InlineData | None:
        """The last picture; pictures in thoughts are sketches."""
        parts = [part for c in self.candidates if c.content for part in c.content.parts if not part.thought]
        pictures = [inline for part in parts if (inline := part.inline or part.relayed) and inline.data]
        return pictures[-1] if pictures else None

    def error_without_image(self, model: str) -> ModelError:
        """Return the error for a response without a picture."""
        if self.prompt_feedback and (blocked := self.prompt_feedback.block_reason):
            return ContentRefused(model, error_code(blocked), self._paid)
        reason = next((c.finish_reason for c in self.candidates if c.finish_reason), "")
        if reason in _REFUSALS:
            return ContentRefused(model, reason, self._paid)
        if reason == _ACCOUNT_LIMITED:
            return AuthenticationFailed(model, reason)
        return InvalidImage(model, error_code(reason) or "no image", "maybe")

    @property
    def _paid(self) -> PaidStatus:
        """Whether a refusal is billed: only, perhaps, for output before it."""
        usage = self.usage_metadata
        return "maybe" if usage and usage.candidates_token_count + usage.thoughts_token_count else "no"


class _UsageOnly(msgspec.Struct, rename="camel"):
    """A response of which only the cost is read."""

    usage_metadata: Usage | None = None


async def cost(response: ProviderResponse, rates: Rates) -> Decimal | None:
    """Return the charge in dollars, even if the picture is invalid."""
    usage_only = await response.decode_or_none(_UsageOnly)
    usage = usage_only.usage_metadata if usage_only else None
    return usage.cost(rates) if usage else None


class _Violation(msgspec.Struct, rename="camel"):
    """Violation of a field (google.rpc.BadRequest) or of a quota (google.rpc.QuotaFailure)."""

    field: str = ""
    quota_id: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    reason: str = ""
    retry_delay: str = ""
    violations: list[_Violation] = []
    field_violations: list[_Violation] = []


class GoogleError(msgspec.Struct):
    message: str = ""
    status: str = ""
    details: list[_Detail] = []

    def mentions(self, field: re.Pattern[str]) -> bool:
        """Return whether the error is about `field`."""
        violated_fields = [v.field for d in self.details for v in d.field_violations]
        return any(field.search(text) for text in (self.message, *violated_fields))

    @property
    def is_bad_key(self) -> bool:
        """Whether the key is invalid: a 400 with a reason such as API_KEY_INVALID."""
        return any(d.reason.startswith("API_KEY_") for d in self.details) or "API key not valid" in self.message

    @property
    def is_unpaid(self) -> bool:
        free_tier = any("FreeTier" in v.quota_id for d in self.details for v in d.violations)
        no_billing = any(d.reason == "BILLING_DISABLED" for d in self.details)
        return free_tier or no_billing or bool(_BILLING.search(self.message.casefold()))

    @property
    def retry_after(self) -> float:
        """Seconds in google.rpc.RetryInfo, such as `1.5s`; 0 without one."""
        delays = (re.fullmatch(r"(\d+(?:\.\d+)?)s", d.retry_delay) for d in self.details)
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
    google_error = await google_error_in(response)
    if google_error is None:
        return error_for_status(response, model, "", from_vendor=False)
    detail = error_code(google_error.status, *(d.reason for d in google_error.details))
    if google_error.is_bad_key:
        return AuthenticationFailed(model, detail)
    if response.status < 500 and google_error.is_unpaid:
        return InsufficientCredit(model, detail)
    error = error_for_status(response, model, detail, from_vendor=True)
    if isinstance(error, RateLimited) and google_error.retry_after:
        error.retry_after = google_error.retry_after
    return error
