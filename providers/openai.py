"""OpenAI's Images API: the SDK 3.54.0 (`image_generate_params.py`, `image_edit_params.py`)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from bot.budget import Charge
from bot.catalogue import ModelFacts, Size
from bot.errors import BadPicture, BadRequest
from bot.imaging import Limits
from bot.ports import Answer, Ask
from providers import _believed as believed
from providers._http import FormPicture, Http, Reply
from providers._openai_replies import Drawn, cost, failure
from providers._pictures import fitted, media_type
from providers.checks import CHECK_SECONDS, AccountCheck, Listing, checked
from providers.registry import OPENAI_QUALITY, OPENAI_SIZES, RATES

# Under 50 MB by the SDK; no more pixels than the models draw themselves.
_LIMITS = Limits(length=50_000_000 - 1, pixels=8_294_400, side=3840)


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
        """One portrait; raises a ModelError. With references it is an edit of them."""
        model = self.facts.id
        if len(ask.references) > self.facts.references:
            raise BadRequest(model, "references")
        reply = await (self._edited(ask) if ask.references else self._generated(ask))
        if not reply.good:
            raise await failure(reply, model)
        drawn = await reply.drawn(Drawn, model, self._cost)
        data = next((image.b64_json for image in drawn.data or () if image.b64_json), None)
        if data is None:
            charged = await self._cost(reply)
            raise BadPicture(model, "no image", "maybe" if charged is None else "yes", charged)
        claimed = believed.kind(f"image/{drawn.output_format or 'png'}", data)
        return Answer(data, claimed, self._charge(drawn, ask), believed.name(reply.headers.get("x-request-id", "")))

    async def _generated(self, ask: Ask) -> Reply:
        body = {**self._wish(ask), "n": 1}
        return await self._http.post("/images/generations", body, model=self.facts.id, within=self._within[ask.size])

    async def _edited(self, ask: Ask) -> Reply:
        """`input_fidelity` is left out: it is always high, and naming it is an error."""
        pictures = [
            FormPicture("image[]", f"{number}.{(kind := media_type(data)).removeprefix('image/')}", data, kind)
            for number, data in enumerate(await fitted(ask.references, self.facts.id, _LIMITS), start=1)
        ]
        fields = {**self._wish(ask), "n": "1"}
        within = self._within[ask.size]
        return await self._http.post_form("/images/edits", fields, pictures, model=self.facts.id, within=within)

    def _wish(self, ask: Ask) -> dict[str, str]:
        return {
            "model": self.facts.wire_id,
            "prompt": ask.prompt,
            "size": OPENAI_SIZES[ask.size][ask.aspect],
            "quality": OPENAI_QUALITY[ask.size],
            "output_format": "png",
        }

    async def _cost(self, reply: Reply) -> Decimal | None:
        return await cost(reply, RATES[self.facts.wire_id])

    def _charge(self, drawn: Drawn, ask: Ask) -> Charge:
        told = drawn.usage.cost(RATES[self.facts.wire_id]) if drawn.usage else None
        if told is None:
            return Charge(self.facts.price(ask.size, len(ask.references)), "listed")
        return Charge(told, "exact")


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
        raise await failure(reply, "openai")
    return {row.id: row.shutdown_date or "" for row in rows.data}
