"""A self-hosted server with OpenAI's Images API, as vLLM-Omni and its like speak it, practised: /own/v1.

One model, no price, and no complaint about fields it does not know, as such servers do.
"""

import time
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from playground.models import own_errors as errors
from playground.models.complaints import ComplaintError, Json, bearer, good_key, speaks
from playground.models.delivery import PRIVATE
from playground.models.faults import Fault
from playground.models.order import Order
from playground.models.own_habits import Habits
from playground.models.reading import MisfitError, body_of, parsed
from playground.models.shelf import Shelf
from playground.models.spoiled import Picture
from playground.models.studio import Studio, Vendor

MODEL = "Qwen/Qwen-Image"

_ONE_SIZE = (1024, 1024)
_STEP, _LEAST, _MOST = 8, 64, 2048


class _Generate(msgspec.Struct):
    prompt: Annotated[str, Meta(min_length=1)]
    model: str = MODEL
    n: Annotated[int, Meta(ge=1)] = 1
    size: Annotated[str, Meta(pattern=r"^\d{1,5}x\d{1,5}$")] = "1024x1024"
    response_format: Literal["url", "b64_json"] | UnsetType = UNSET
    seed: int | None = None


class Own:
    def __init__(self, studio: Studio) -> None:
        self.habits = Habits()
        self._studio = studio
        self._shelf = Shelf("/own/files")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/own/v1/models", self.models),
            web.post("/own/v1/images/generations", self.generate),
            self._shelf.route(),
        ]

    @speaks
    async def models(self, request: web.Request) -> web.StreamResponse:
        self._check_key(request)
        card = {"id": MODEL, "object": "model", "created": 1_776_000_000, "owned_by": "own"}
        return web.json_response({"object": "list", "data": [card]})

    @speaks
    async def generate(self, request: web.Request) -> web.StreamResponse:
        self._check_key(request)
        order = self._order(await self._wanted(request))

        def answer(pictures: list[Picture]) -> Json:
            return {"created": int(time.time()), "data": [self._shown(request, order, one) for one in pictures]}

        return await self._studio.serve(request, Vendor("own", self._complaint), order, answer, {})

    async def _wanted(self, request: web.Request) -> _Generate:
        try:
            wanted = parsed(await body_of(request), _Generate)
        except MisfitError as error:
            raise self._no(f"{error.field}: {error.detail}".lstrip(": ")) from error
        if wanted.model != MODEL:
            raise errors.unknown_model(self.habits.errors, wanted.model)
        if wanted.response_format is not UNSET and self.habits.response_format == "rejected":
            raise self._no("response_format: unexpected keyword argument")
        if wanted.n > self.habits.most:
            raise self._no(f"n: at most {self.habits.most}")
        return wanted

    def _order(self, wanted: _Generate) -> Order:
        width, height = (int(side) for side in wanted.size.split("x"))
        if any(side % _STEP or not _LEAST <= side <= _MOST for side in (width, height)):
            raise self._no(f"size: sides must be {_LEAST} to {_MOST} pixels, in steps of {_STEP}")
        inline = wanted.response_format == "b64_json" or self.habits.response_format == "rejected"
        return Order(
            MODEL,
            wanted.prompt,
            *(_ONE_SIZE if self.habits.size == "ignored" else (width, height)),
            n=wanted.n,
            media_type="image/png",
            price_usd=0.0,
            seed=wanted.seed,
            by_url=not inline,
        )

    def _shown(self, request: web.Request, order: Order, picture: Picture) -> Json:
        if not order.by_url:
            return {"b64_json": picture.content}
        return {"url": self._address(request, picture)}

    def _address(self, request: web.Request, picture: Picture) -> str:
        match self.habits.url:
            case "data":
                return picture.data_uri
            case "private":
                return PRIVATE
            case "relative":
                return self._shelf.path(self._shelf.put(picture))
        return self._shelf.address(request, self._shelf.put(picture))

    def _check_key(self, request: web.Request) -> None:
        """No key is fine where none is required; a wrong one never is."""
        key = bearer(request)
        if (key or self.habits.auth == "required") and not good_key(key):
            raise errors.no(self.habits.errors, 401, "Unauthorized")

    def _complaint(self, fault: Fault, model: str) -> ComplaintError:
        return errors.complaint(self.habits.errors, fault, model)

    def _no(self, message: str) -> ComplaintError:
        return errors.no(self.habits.errors, 400, message)
