"""Servers of one's own with OpenAI's Images API: vLLM-Omni, LocalAI and their like (docs.vllm.ai/projects/vllm-omni).

They differ in what they take and in how they say no; what is read here is what public code has met.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.budget import Charge
from bot.catalogue import ModelFacts, Size
from bot.errors import BadPicture, BadRequest, ModelError, Refused, Retired
from bot.own import OwnModel
from bot.ports import Answer, Ask
from providers._http import Http, Reply
from providers._pictures import media_type
from providers._status import codes, rejected
from providers.checks import CHECK_SECONDS, AccountCheck, Listing, checked

# In the exact ratio, sides that 32 divides, about a megapixel.
_SIZES = {"1:1": "1024x1024", "4:5": "896x1120", "3:4": "864x1152", "2:3": "832x1248", "9:16": "864x1536"}
_REFUSAL = re.compile(r"safety|moderat|nsfw|content.policy", re.IGNORECASE)


class _Image(msgspec.Struct):
    b64_json: bytes | None = None
    url: str | None = None


class _Drawn(msgspec.Struct):
    data: list[_Image] | None = None


class _Row(msgspec.Struct):
    id: str


class _Rows(msgspec.Struct):
    data: list[_Row]


def headers(key: str) -> dict[str, str]:
    """Without a key there is nothing to say."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def facts_of(own: OwnModel) -> ModelFacts:
    """One size: its largest is its draft."""
    return ModelFacts(
        provider="own",
        name=own.id,
        wire_id=own.id,
        title=own.title or own.id,
        strength="a server of your own",
        prices=dict.fromkeys(Size, own.price),
        pixels=dict.fromkeys(Size, (_SIZES | own.sizes)["3:4"]),
        seeds=own.extras.get("seed") is True,
        family=own.family,
    )


class Own:
    """One model of one server; remembers whether the server turns `response_format` down."""

    def __init__(self, own: OwnModel, http: Http, within: Mapping[Size, float]) -> None:
        self._own = own
        self._facts = facts_of(own)
        self._http = http
        self._within = within
        self._says_format = True

    @property
    def facts(self) -> ModelFacts:
        return self._facts

    async def draw(self, ask: Ask) -> Answer:
        """One portrait; raises a ModelError. Takes no references."""
        model, within = self.facts.id, self._within[ask.size]
        if ask.references:
            raise BadRequest(model, "references")
        reply = await self._asked(ask, within)
        if not reply.good:
            raise await _failure(reply, model, ask.prompt)
        drawn = await reply.drawn(_Drawn, model)
        if not drawn.data:
            # How such servers keep back a picture that their checker flagged.
            raise Refused(model, "empty answer")
        data = await self._picture(drawn.data, within)
        return Answer(data, media_type(data), Charge(self.facts.prices[ask.size], "listed"), seed=ask.seed)

    async def _asked(self, ask: Ask, within: float) -> Reply:
        said = self._says_format  # another draw may change it meanwhile
        reply = await self._http.post("/images/generations", self._body(ask, said), model=self.facts.id, within=within)
        if not said or reply.status not in (400, 422) or b"response_format" not in reply.body:
            return reply
        self._says_format = False
        return await self._http.post("/images/generations", self._body(ask, False), model=self.facts.id, within=within)

    def _body(self, ask: Ask, say_format: bool) -> dict[str, Any]:
        extras = {
            name: ask.seed if name == "seed" and value is True else value for name, value in self._own.extras.items()
        }
        body = {
            "model": self._own.model,
            "prompt": ask.prompt,
            "n": 1,
            "size": (_SIZES | self._own.sizes)[ask.aspect],
            **extras,
        }
        return body | ({"response_format": "b64_json"} if say_format else {})

    async def _picture(self, images: list[_Image], within: float) -> bytes:
        """The first of them: some draw more than they were asked for."""
        first = images[0]
        if first.b64_json:
            return first.b64_json
        if not first.url:
            raise BadPicture(self.facts.id, "no image", "maybe")
        return await self._http.picture(first.url, model=self.facts.id, within=within)


async def check(own: OwnModel, http: Http) -> AccountCheck:
    """Whether the server lists the model; not every server lists any."""
    return await checked("own", [facts_of(own)], _listed(own, http))


async def _listed(own: OwnModel, http: Http) -> Listing:
    reply = await http.get("/models", model="own", within=CHECK_SECONDS)
    rows = await reply.said(_Rows) if reply.good else None
    if rows is None:
        raise await _failure(reply, "own", "")
    return {own.id: ""} if own.model in (row.id for row in rows.data) else {}


async def _failure(reply: Reply, model: str, prompt: str) -> ModelError:
    """`{"error": {...}}`, `{"error": "..."}`, `{"detail": ...}` or `{"message": "..."}`: the words are searched."""
    said = await reply.said(dict[str, Any])
    if said is None:
        return rejected(reply, model, "", spoken=False)
    error = said.get("error", said)
    kind = error.get("type") if isinstance(error, dict) else None
    detail = codes(kind if isinstance(kind, str) else None)
    if reply.status in (400, 403, 422) and _REFUSAL.search(_words(said, prompt)):
        return Refused(model, detail)
    if reply.status == 404 and "model" not in _words(said, prompt).casefold():
        return BadRequest(model, detail or "status 404")
    if reply.status == 404:
        return Retired(model, detail or "status 404")
    return rejected(reply, model, detail, spoken=True)


def _words(said: dict[str, Any], prompt: str) -> str:
    """All that is said, without the prompt that it may repeat."""
    words = str(said)
    return words.replace(prompt, " ").replace(repr(prompt)[1:-1], " ") if prompt else words
