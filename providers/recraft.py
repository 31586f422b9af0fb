"""Recraft: recraft.ai/docs/api-reference, endpoints, appendix, tools/upscale and agents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec

from bot.catalogue import ModelFacts, Size, UpscalerFacts
from bot.errors import BadPicture, BadRequest, ModelError
from bot.imaging import Limits
from bot.ports import Answer, Ask
from providers import _believed as believed
from providers._http import Http, Reply
from providers._pictures import data_url, fitted
from providers._recraft_replies import CREDITS_PER_DOLLAR, Drawn, Enlarged, charge, cost, failure, paid
from providers.checks import CHECK_SECONDS, AccountCheck, Listing, checked

# Of a picture sent: under 10 MB, under 16 megapixels, under 4,096 pixels a side.
_LIMITS = Limits(length=10_000_000 - 1, pixels=16_000_000 - 1, side=4096 - 1)
# 0 gives almost the same picture back, 1 hardly any likeness. The face must stay while light and clothes follow the
# brief, so it is nearer to the picture.
_STRENGTH = 0.3
_PNG = {"response_format": "b64_json", "image_format": "png"}


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
        """One portrait; raises a ModelError. With a reference it is drawn after that picture, in that picture's ratio:
        image to image has no field for a size."""
        model = self.facts.id
        if len(ask.references) > self.facts.references:
            raise BadRequest(model, "references")
        path, body = await self._request(ask)
        reply = await self._http.post(path, body, model=model, within=self._within[ask.size])
        if not reply.good:
            raise await failure(reply, model, ask.prompt)
        drawn = await reply.drawn(Drawn, model, cost)
        if drawn.picture is None:
            raise BadPicture(model, "no image", paid(drawn.credits), await cost(reply))
        charged = charge(drawn.credits, self.facts.price(ask.size, len(ask.references)))
        return Answer(drawn.picture, "image/png", charged, _request_id(reply), ask.seed)

    async def _request(self, ask: Ask) -> tuple[str, dict[str, object]]:
        """Where to ask, and what."""
        same = {"model": self.facts.wire_id, "prompt": ask.prompt, "n": 1, "random_seed": ask.seed, **_PNG}
        if not ask.references:
            return "/images/generations", {**same, "size": ask.aspect}
        (reference,) = await fitted(ask.references, self.facts.id, _LIMITS)
        return "/images/imageToImage", {**same, "image_url": await data_url(reference), "strength": _STRENGTH}


class Crisp:
    """Crisp upscaling: a larger picture with the same content, its long side undocumented (4,096 once measured)."""

    def __init__(self, facts: UpscalerFacts, http: Http, within: Mapping[Size, float]) -> None:
        self._facts = facts
        self._http = http
        self._within = within

    @property
    def facts(self) -> UpscalerFacts:
        return self._facts

    async def enlarge(self, data: bytes) -> Answer:
        """The picture as large as the account makes it; raises a ModelError."""
        upscaler = self.facts.id
        (picture,) = await fitted((data,), upscaler, _LIMITS)
        body = {"image_url": await data_url(picture), **_PNG}
        within = self._within[Size.FOUR_K]
        reply = await self._http.post(f"/images/{self.facts.wire_id}", body, model=upscaler, within=within)
        if not reply.good:
            raise await failure(reply, upscaler, "")
        enlarged = await reply.drawn(Enlarged, upscaler, cost)
        if enlarged.picture is None:
            raise BadPicture(upscaler, "no image", paid(enlarged.credits), await cost(reply))
        return Answer(enlarged.picture, "image/png", charge(enlarged.credits, self.facts.price), _request_id(reply))


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
    if me is None or not me.credits.is_finite():
        return found
    return replace(found, key_ok=True, notes=(f"balance ${me.credits / CREDITS_PER_DOLLAR:.2f}", *found.notes))


async def _listed(http: Http) -> Listing:
    reply = await http.get("/models", model="recraft", within=CHECK_SECONDS)
    rows = await reply.said(_Rows) if reply.good else None
    if rows is None:
        raise await failure(reply, "recraft", "")
    return {row.id: "" for row in rows.data}


def _request_id(reply: Reply) -> str:
    return believed.name(reply.headers.get("x-recraft-requestid", ""))
