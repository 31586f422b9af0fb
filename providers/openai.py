"""OpenAI's Images API: the SDK 3.54.0 (`image_generate_params.py`, `images_response.py`, `_exceptions.py`)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from bot.budget import Charge
from bot.catalogue import ModelFacts, Size
from bot.errors import BadKey, BadPicture, BadRequest, ModelError, Refused, Retired, Unpaid
from bot.ports import Answer, Ask
from providers._http import Http, Reply
from providers._status import codes, rejected
from providers.checks import CHECK_SECONDS, AccountCheck, Listing, checked
from providers.registry import OPENAI_QUALITY, OPENAI_SIZES, RATES, Rates

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


class _Usage(msgspec.Struct):
    """The details are optional."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _TokensIn | None = None
    output_tokens_details: _TokensOut | None = None

    def cost(self, rates: Rates) -> Decimal:
        asked = self.input_tokens_details or _TokensIn(text_tokens=self.input_tokens)
        gave = self.output_tokens_details or _TokensOut(image_tokens=self.output_tokens)
        words = asked.text_tokens * rates.text_in + gave.text_tokens * rates.text_out
        return (words + asked.image_tokens * rates.image_in + gave.image_tokens * rates.image_out) / _MILLION


class _Image(msgspec.Struct):
    b64_json: bytes | None = None


class _Drawn(msgspec.Struct):
    data: list[_Image] | None = None
    usage: _Usage | None = None
    output_format: str | None = None


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


class _Row(msgspec.Struct):
    id: str
    shutdown_date: str | None = None


class _Rows(msgspec.Struct):
    data: list[_Row]


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class OpenAI:
    """One model of the account. There is no seed to send; quality is always named."""

    def __init__(self, facts: ModelFacts, http: Http, within: Mapping[Size, float]) -> None:
        self._facts = facts
        self._http = http
        self._within = within

    @property
    def facts(self) -> ModelFacts:
        return self._facts

    async def draw(self, ask: Ask) -> Answer:
        """One portrait; raises a ModelError. Takes no references: generation has no field for them."""
        model = self.facts.id
        if ask.references:
            raise BadRequest(model, "references")
        reply = await self._http.post(
            "/images/generations", self._body(ask), model=model, within=self._within[ask.size]
        )
        if not reply.good:
            raise await _failure(reply, model)
        drawn = await reply.drawn(_Drawn, model)
        data = next((image.b64_json for image in drawn.data or () if image.b64_json), None)
        if data is None:
            raise BadPicture(model, "no image", "yes" if drawn.usage and drawn.usage.output_tokens else "maybe")
        media_type = f"image/{drawn.output_format or 'png'}"
        return Answer(data, media_type, self._charge(drawn.usage, ask.size), reply.headers.get("x-request-id", ""))

    def _body(self, ask: Ask) -> dict[str, object]:
        return {
            "model": self.facts.wire_id,
            "prompt": ask.prompt,
            "n": 1,
            "size": OPENAI_SIZES[ask.size][ask.aspect],
            "quality": OPENAI_QUALITY[ask.size],
            "output_format": "png",
        }

    def _charge(self, usage: _Usage | None, size: Size) -> Charge:
        if usage is None or not usage.output_tokens:
            return Charge(self.facts.prices[size], "listed")
        return Charge(usage.cost(RATES[self.facts.wire_id]), "exact")


async def check(http: Http, models: Sequence[ModelFacts]) -> AccountCheck:
    """Which models the account lists, and when each is shut down."""
    return await checked("openai", models, _listed(http))


async def _listed(http: Http) -> Listing:
    reply = await http.get("/models", model="openai", within=CHECK_SECONDS)
    if reply.status == 403:
        # A restricted key may draw and yet not list.
        raise BadRequest("openai", "not allowed to this key")
    rows = await reply.said(_Rows) if reply.good else None
    if rows is None:
        raise await _failure(reply, "openai")
    return {row.id: row.shutdown_date or "" for row in rows.data}


async def _failure(reply: Reply, model: str) -> ModelError:
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
