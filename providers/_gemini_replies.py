"""What Google says back: pictures, refusals inside a good answer, and errors (google-genai 3.4.0, google.rpc)."""

import re
from decimal import Decimal

import msgspec

from bot.errors import BadKey, BadPicture, ModelError, Paid, RateLimited, Refused, Unpaid
from providers._believed import usd
from providers._http import Reply
from providers._status import codes, rejected
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
_LIMITED = "PUP_LIMITED_DISABLED"  # the account itself, for what it asked before

# Image models have no free tier: a key without billing meets a quota of zero, told as a rate limit.
_BILLING = re.compile(r"\blimit: 0\b|billing account|enable billing|spending (?:cap|limit)|prepa(?:id|yment) credits")


class Inline(msgspec.Struct, rename="camel"):
    mime_type: str = ""
    data: bytes = b""


class _Part(msgspec.Struct):
    """Some relays write `inline_data`."""

    thought: bool = False
    inline: Inline | None = msgspec.field(name="inlineData", default=None)
    relayed: Inline | None = msgspec.field(name="inline_data", default=None)


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str = ""


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str = ""


class _Modality(msgspec.Struct, rename="camel"):
    modality: str = ""
    token_count: int = 0


class Usage(msgspec.Struct, rename="camel"):
    """`candidates_token_count` holds the picture's tokens; the details, where given, tell them from words."""

    prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0
    candidates_tokens_details: list[_Modality] = []

    def cost(self, rates: Rates) -> Decimal | None:
        """In dollars; None where nothing was put out, or it cannot be believed."""
        if not self.candidates_token_count:
            return None
        image = sum(d.token_count for d in self.candidates_tokens_details if d.modality == "IMAGE")
        image = image or self.candidates_token_count
        words = max(self.candidates_token_count - image, 0) + self.thoughts_token_count
        asked = self.prompt_token_count * rates.text_in
        return usd((asked + image * rates.image_out + words * rates.text_out) / _MILLION)


class Drawn(msgspec.Struct, rename="camel"):
    """A good answer, which may still hold a refusal in place of a picture."""

    candidates: list[_Candidate] = []
    prompt_feedback: _Feedback | None = None
    usage_metadata: Usage | None = None
    response_id: str = ""

    @property
    def picture(self) -> Inline | None:
        """The last picture; those among the thoughts are sketches."""
        parts = [part for c in self.candidates if c.content for part in c.content.parts if not part.thought]
        pictures = [inline for part in parts if (inline := part.inline or part.relayed) and inline.data]
        return pictures[-1] if pictures else None

    def why_none(self, model: str) -> ModelError:
        """Why there is no picture."""
        if self.prompt_feedback and (blocked := self.prompt_feedback.block_reason):
            return Refused(model, codes(blocked), self._paid)
        reason = next((c.finish_reason for c in self.candidates if c.finish_reason), "")
        if reason in _REFUSALS:
            return Refused(model, reason, self._paid)
        if reason == _LIMITED:
            return BadKey(model, reason)
        return BadPicture(model, codes(reason) or "no image", "maybe")

    @property
    def _paid(self) -> Paid:
        """A refusal is free as far as anybody knows, but for what was put out before it."""
        usage = self.usage_metadata
        return "maybe" if usage and usage.candidates_token_count + usage.thoughts_token_count else "no"


class _Bill(msgspec.Struct, rename="camel"):
    """An answer of which the price alone is read."""

    usage_metadata: Usage | None = None


async def cost(reply: Reply, rates: Rates) -> Decimal | None:
    """What an answer was charged with, in dollars, whatever became of its picture."""
    bill = await reply.said(_Bill)
    usage = bill.usage_metadata if bill else None
    return usage.cost(rates) if usage else None


class _Violation(msgspec.Struct, rename="camel"):
    """Of a field (google.rpc.BadRequest) or of a quota (google.rpc.QuotaFailure)."""

    field: str = ""
    quota_id: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    reason: str = ""
    retry_delay: str = ""
    violations: list[_Violation] = []
    field_violations: list[_Violation] = []


class Complaint(msgspec.Struct):
    message: str = ""
    status: str = ""
    details: list[_Detail] = []

    def names(self, field: re.Pattern[str]) -> bool:
        """Whether the error is about `field`."""
        named = [v.field for d in self.details for v in d.field_violations]
        return any(field.search(text) for text in (self.message, *named))

    @property
    def bad_key(self) -> bool:
        """A bad key is a 400 with a reason such as API_KEY_INVALID."""
        return any(d.reason.startswith("API_KEY_") for d in self.details) or "API key not valid" in self.message

    @property
    def unpaid(self) -> bool:
        free = any("FreeTier" in v.quota_id for d in self.details for v in d.violations)
        no_billing = any(d.reason == "BILLING_DISABLED" for d in self.details)
        return free or no_billing or bool(_BILLING.search(self.message.casefold()))

    @property
    def retry_after(self) -> float:
        """Seconds of google.rpc.RetryInfo, written as `1.5s`; 0 when it does not say."""
        delays = (re.fullmatch(r"(\d+(?:\.\d+)?)s", d.retry_delay) for d in self.details)
        return max((float(delay[1]) for delay in delays if delay), default=0.0)


class _Enveloped(msgspec.Struct):
    error: Complaint


async def complaint_in(reply: Reply) -> Complaint | None:
    """The vendor's own error; some of its servers wrap it in a list of one."""
    if alone := await reply.said(_Enveloped):
        return alone.error
    listed = await reply.said(list[_Enveloped])
    return listed[0].error if listed else None


async def failure(reply: Reply, model: str) -> ModelError:
    """The error of a bad reply: what it says first, then what its status means."""
    complaint = await complaint_in(reply)
    if complaint is None:
        return rejected(reply, model, "", spoken=False)
    detail = codes(complaint.status, *(d.reason for d in complaint.details))
    if complaint.bad_key:
        return BadKey(model, detail)
    if reply.status < 500 and complaint.unpaid:
        return Unpaid(model, detail)
    error = rejected(reply, model, detail, spoken=True)
    if isinstance(error, RateLimited) and complaint.retry_after:
        error.retry_after = complaint.retry_after
    return error
