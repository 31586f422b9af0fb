"""What OpenAI's Images API says back (SDK 3.54.0: `images_response.py`, `_exceptions.py`)."""

from decimal import Decimal

import msgspec

from bot.errors import BadKey, ModelError, Refused, Retired, Unpaid
from providers._believed import usd
from providers._http import Reply
from providers._status import codes, rejected
from providers.registry import Rates

_MILLION = 1_000_000
# Told by 429 like a rate limit, and no waiting helps.
_BILLING = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "project_spend_limit_exceeded"}
)
_MODERATION = frozenset({"moderation_blocked", "content_policy_violation"})


class _TokensIn(msgspec.Struct):
    text_tokens: int = 0
    image_tokens: int = 0


class _TokensOut(msgspec.Struct):
    image_tokens: int = 0
    text_tokens: int = 0


class Usage(msgspec.Struct):
    """The details are optional."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _TokensIn | None = None
    output_tokens_details: _TokensOut | None = None

    def cost(self, rates: Rates) -> Decimal | None:
        """In dollars; None where nothing was put out, or it cannot be believed."""
        if not self.output_tokens:
            return None
        asked = self.input_tokens_details or _TokensIn(text_tokens=self.input_tokens)
        gave = self.output_tokens_details or _TokensOut(image_tokens=self.output_tokens)
        words = asked.text_tokens * rates.text_in + gave.text_tokens * rates.text_out
        return usd((words + asked.image_tokens * rates.image_in + gave.image_tokens * rates.image_out) / _MILLION)


class _Image(msgspec.Struct):
    b64_json: bytes | None = None


class Drawn(msgspec.Struct):
    data: list[_Image] | None = None
    usage: Usage | None = None
    output_format: str | None = None


class _Bill(msgspec.Struct):
    """An answer of which the price alone is read."""

    usage: Usage | None = None


async def cost(reply: Reply, rates: Rates) -> Decimal | None:
    """What an answer was charged with, in dollars, whatever became of its picture."""
    bill = await reply.said(_Bill)
    return bill.usage.cost(rates) if bill and bill.usage else None


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
    def kinds(self) -> frozenset[str]:
        return frozenset(word for word in (self.type, self.code) if isinstance(word, str))

    @property
    def detail(self) -> str:
        return codes(self.code if isinstance(self.code, str) else self.type, self.param)


class _Failure(msgspec.Struct):
    error: _Error


async def failure(reply: Reply, model: str) -> ModelError:
    """The error's own code first: 429 may be want of money, 400 a refusal."""
    failure = await reply.said(_Failure)
    if failure is None:
        return rejected(reply, model, "", spoken=False)
    error = failure.error
    if error.kinds & _BILLING:
        return Unpaid(model, error.detail)
    if error.kinds & _MODERATION:
        return _refusal(error, model)
    if reply.status == 403:
        unverified = "verified" in (error.message or "").casefold()
        return BadKey(model, "organization not verified" if unverified else error.detail)
    if "model_not_found" in error.kinds:
        return Retired(model, error.detail)
    return rejected(reply, model, error.detail, spoken=True)


def _refusal(error: _Error, model: str) -> Refused:
    """What was stopped at the output had been drawn; whether that is charged is not published."""
    details = error.moderation_details or _Moderation()
    detail = codes(details.moderation_stage, *(details.categories or ()))
    return Refused(model, detail, "maybe" if details.moderation_stage == "output" else "no")
