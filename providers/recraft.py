"""Recraft: recraft.ai/docs/api-reference, endpoints, appendix and agents."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from bot.budget import Charge
from bot.catalogue import ModelFacts, Size
from bot.errors import BadPicture, BadRequest, ModelError, Paid, Refused, Retired, Unpaid
from bot.ports import Answer, Ask
from providers._http import Http, Reply
from providers._status import codes, rejected
from providers.checks import CHECK_SECONDS, AccountCheck, Listing, checked

_CREDITS_PER_DOLLAR = 1000

# Neither codes nor shapes of errors are published, only that they are JSON; so their words are searched.
_MEANINGS: tuple[tuple[re.Pattern[str], type[ModelError]], ...] = (
    (re.compile(r"\bcredits?\b|_credits|\bbalance\b|payment|billing|insufficient.funds"), Unpaid),
    (re.compile(r"moderat|nsfw|safety|content.policy|prohibited|inappropriate"), Refused),
    (
        re.compile(
            r"model.not.found|(?:unknown|invalid|deprecated|retired|unsupported).model"
            r"|model\W+\S+ (?:was |is |has been )?(?:not (?:found|available)|no longer|deprecated|retired)"
            r"|model\W+\S+ does not exist"
        ),
        Retired,
    ),
)


class _Image(msgspec.Struct):
    b64_json: bytes | None = None


class _Drawn(msgspec.Struct):
    data: list[_Image] | None = None
    credits: Decimal | None = None


class _Row(msgspec.Struct):
    id: str


class _Rows(msgspec.Struct):
    data: list[_Row]


class _Me(msgspec.Struct):
    credits: Decimal


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class Recraft:
    """One model of the account. Sizes go as ratios, which every family of models takes."""

    def __init__(self, facts: ModelFacts, http: Http, within: Mapping[Size, float]) -> None:
        self._facts = facts
        self._http = http
        self._within = within

    @property
    def facts(self) -> ModelFacts:
        return self._facts

    async def draw(self, ask: Ask) -> Answer:
        """One portrait; raises a ModelError. Takes no references: image to image keeps the picture, not the person."""
        model = self.facts.id
        if ask.references:
            raise BadRequest(model, "references")
        reply = await self._http.post(
            "/images/generations", self._body(ask), model=model, within=self._within[ask.size]
        )
        if not reply.good:
            raise await _failure(reply, model, ask.prompt)
        drawn = await reply.drawn(_Drawn, model)
        data = next((image.b64_json for image in drawn.data or () if image.b64_json), None)
        if data is None:
            raise BadPicture(model, "no image", _paid(drawn.credits))
        request_id = reply.headers.get("x-recraft-requestid", "")
        return Answer(data, "image/png", self._charge(drawn.credits, ask.size), request_id, ask.seed)

    def _body(self, ask: Ask) -> dict[str, object]:
        return {
            "model": self.facts.wire_id,
            "prompt": ask.prompt,
            "n": 1,
            "size": ask.aspect,
            "random_seed": ask.seed,
            "response_format": "b64_json",
            "image_format": "png",
        }

    def _charge(self, credits_: Decimal | None, size: Size) -> Charge:
        if credits_ is None:
            return Charge(self.facts.prices[size], "listed")
        return Charge(credits_ / _CREDITS_PER_DOLLAR, "exact")


async def check(http: Http, models: Sequence[ModelFacts]) -> AccountCheck:
    """Which models the account lists, and its balance."""
    found = await checked("recraft", models, _listed(http))
    if not found.reachable or found.key_ok is False:
        return found
    try:
        reply = await http.get("/users/me", model="recraft", within=CHECK_SECONDS)
    except ModelError:
        return found
    me = await reply.said(_Me) if reply.good else None
    if me is None:
        return found
    return replace(found, key_ok=True, notes=(f"balance ${me.credits / _CREDITS_PER_DOLLAR:.2f}", *found.notes))


async def _listed(http: Http) -> Listing:
    reply = await http.get("/models", model="recraft", within=CHECK_SECONDS)
    rows = await reply.said(_Rows) if reply.good else None
    if rows is None:
        raise await _failure(reply, "recraft", "")
    return {row.id: "" for row in rows.data}


async def _failure(reply: Reply, model: str, prompt: str) -> ModelError:
    said = await reply.said(dict[str, Any])
    if said is None:
        return rejected(reply, model, "", spoken=False)
    code = said.get("code")
    detail = codes(code if isinstance(code, str) else None)
    if 400 <= reply.status < 500 and reply.status != 401:
        words = _words(said, prompt)
        for meaning, kind in _MEANINGS:
            if meaning.search(words):
                return kind(model, detail)
    return rejected(reply, model, detail, spoken=True)


def _words(said: dict[str, Any], prompt: str) -> str:
    """All the error says, without the prompt that it may repeat: a brief may speak of balance and safety."""
    words = " ".join(value for value in _flat(said) if isinstance(value, str))
    return (words.replace(prompt, " ") if prompt else words).casefold()


def _flat(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for item in value.values() for inner in _flat(item)]
    if isinstance(value, list):
        return [inner for item in value for inner in _flat(item)]
    return [value]


def _paid(credits_: Decimal | None) -> Paid:
    if credits_ is None:
        return "maybe"
    return "yes" if credits_ else "no"
