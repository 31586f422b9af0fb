"""Google's Gemini API, `generateContent`: ai.google.dev/gemini-api/docs and the SDK google-genai 3.4.0."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from bot.budget import Charge
from bot.catalogue import ModelFacts, Size
from bot.errors import BadRequest
from bot.imaging import Limits
from bot.ports import Answer, Ask
from providers import _believed as believed
from providers._gemini_replies import Drawn, Usage, complaint_in, cost, failure
from providers._http import Http, Reply
from providers._pictures import fitted, media_type
from providers.checks import CHECK_SECONDS, AccountCheck, Listing, checked
from providers.registry import GEMINI_ONE_SIZE, GEMINI_SIZES, RATES

# The SDK sends the first; Google's guide shows the second, with names in place of values.
_Spelling = Literal["imageConfig", "responseFormat"]
_OTHER: Mapping[_Spelling, _Spelling] = {"imageConfig": "responseFormat", "responseFormat": "imageConfig"}
_NAMED: Mapping[_Spelling, re.Pattern[str]] = {
    "imageConfig": re.compile("image_?config", re.IGNORECASE),
    "responseFormat": re.compile("response_?format", re.IGNORECASE),
}
_LONG_NAMES = {
    "1:1": "ASPECT_RATIO_ONE_BY_ONE",
    "4:5": "ASPECT_RATIO_FOUR_BY_FIVE",
    "3:4": "ASPECT_RATIO_THREE_BY_FOUR",
    "2:3": "ASPECT_RATIO_TWO_BY_THREE",
    "9:16": "ASPECT_RATIO_NINE_BY_SIXTEEN",
    "1K": "IMAGE_SIZE_ONE_K",
    "4K": "IMAGE_SIZE_FOUR_K",
}
# Vertex takes 7 MB a picture; no more pixels than the models draw themselves.
_LIMITS = Limits(length=7_000_000, pixels=3584 * 4800, side=5504)


class _Row(msgspec.Struct):
    name: str


class _Rows(msgspec.Struct):
    models: list[_Row]


def headers(key: str) -> dict[str, str]:
    return {"x-goog-api-key": key}


class Gemini:
    """One model of the account; remembers which spelling of the picture's size that model understood."""

    def __init__(self, facts: ModelFacts, http: Http, within: Mapping[Size, float]) -> None:
        self._facts = facts
        self._http = http
        self._within = within
        self._spelling: _Spelling = "imageConfig"

    @property
    def facts(self) -> ModelFacts:
        return self._facts

    async def draw(self, ask: Ask) -> Answer:
        """One portrait; raises a ModelError. Asked twice only where the first spelling of the size was turned down."""
        model = self.facts.id
        if len(ask.references) > self.facts.references:
            raise BadRequest(model, "references")
        references = await fitted(ask.references, model, _LIMITS)
        spelling = self._spelling  # another draw may change it meanwhile
        reply = await self._post(ask, references, spelling)
        if reply.status == 400 and await _misspelt(reply, spelling):
            spelling = _OTHER[spelling]
            reply = await self._post(ask, references, spelling)
        if reply.good:
            self._spelling = spelling
        else:
            raise await failure(reply, model)
        drawn = await reply.drawn(Drawn, model, self._cost)
        picture = drawn.picture
        if picture is None:
            raise drawn.why_none(model)
        charge = self._charge(drawn.usage_metadata, ask)
        return Answer(
            picture.data,
            believed.kind(picture.mime_type, picture.data),
            charge,
            believed.name(drawn.response_id),
            ask.seed,
        )

    async def _post(self, ask: Ask, references: Sequence[bytes], spelling: _Spelling) -> Reply:
        """References are parts beside the words; their bytes become base64 as the body is encoded."""
        path = f"/models/{self.facts.wire_id}:generateContent"
        sent = [{"inlineData": {"mimeType": media_type(data), "data": data}} for data in references]
        body = {
            "contents": [{"role": "user", "parts": [{"text": ask.prompt}, *sent]}],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "seed": ask.seed,
                **_frame(ask, spelling, sized=self.facts.wire_id not in GEMINI_ONE_SIZE),
            },
        }
        return await self._http.post(path, body, model=self.facts.id, within=self._within[ask.size])

    async def _cost(self, reply: Reply) -> Decimal | None:
        return await cost(reply, RATES[self.facts.wire_id])

    def _charge(self, usage: Usage | None, ask: Ask) -> Charge:
        told = usage.cost(RATES[self.facts.wire_id]) if usage else None
        if told is None:
            return Charge(self.facts.price(ask.size, len(ask.references)), "listed")
        return Charge(told, "exact")


async def check(http: Http, models: Sequence[ModelFacts]) -> AccountCheck:
    """Which models the account lists; Google's list tells no shutdown dates."""
    return await checked("gemini", models, _listed(http))


async def _listed(http: Http) -> Listing:
    reply = await http.get("/models?pageSize=1000", model="gemini", within=CHECK_SECONDS)
    rows = await reply.said(_Rows) if reply.good else None
    if rows is None:
        raise await failure(reply, "gemini")
    return {row.name.removeprefix("models/"): "" for row in rows.models}


async def _misspelt(reply: Reply, spelling: _Spelling) -> bool:
    complaint = await complaint_in(reply)
    return complaint is not None and complaint.names(_NAMED[spelling])


def _frame(ask: Ask, spelling: _Spelling, *, sized: bool) -> dict[str, object]:
    """Ratio and size of the picture, in either spelling."""
    image = {"aspectRatio": ask.aspect} | ({"imageSize": GEMINI_SIZES[ask.size]} if sized else {})
    if spelling == "imageConfig":
        return {"imageConfig": image}
    return {"responseFormat": {"image": {field: _LONG_NAMES[value] for field, value in image.items()}}}
