"""The control door's part about models: the bill, faults, latencies, lives and the habits of servers."""

import json
from typing import Annotated, Any

import msgspec
from aiohttp import web

from playground.models.faults import KINDS, Fault, Latency
from playground.models.gemini import Gemini
from playground.models.gemini_frames import Spelling
from playground.models.lives import Life
from playground.models.own import Own
from playground.models.reading import MisfitError, body_of, parsed
from playground.models.studio import Studio


class _Wait(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: Annotated[float, msgspec.Meta(ge=0)]
    most: Annotated[float, msgspec.Meta(ge=0)]


class _Habit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    spelling: Spelling


class _Hand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: str = ""


class ModelsDoor:
    """Routes under /control; `served` are (vendor, model id) of every model that can answer."""

    def __init__(self, studio: Studio, gemini: Gemini, own: Own, served: list[tuple[str, str]]) -> None:
        self._studio = studio
        self._gemini = gemini
        self._own = own
        self._served = served

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/bill", self.bill),
            web.get("/control/models", self.models),
            web.post("/control/models/{model:.+}/faults", self.fault),
            web.post("/control/models/{model:.+}/latency", self.latency),
            web.post("/control/models/{model:.+}/life", self.life),
            web.post("/control/hand", self.set_hand),
            web.post("/control/gemini", self.set_spelling),
            web.get("/control/own", self.habits),
            web.post("/control/own", self.set_habits),
        ]

    async def bill(self, request: web.Request) -> web.Response:
        return web.json_response(await self._studio.bill.read(request.query.get("model")))

    async def models(self, _request: web.Request) -> web.Response:
        rows = [self._row(vendor, model) for vendor, model in [("*", "*"), *self._served]]
        return web.json_response({"ok": True, "kinds": list(KINDS), "models": rows})

    async def fault(self, request: web.Request) -> web.Response:
        model = self._model(request)
        try:
            fault = parsed(await body_of(request), Fault)
        except MisfitError as error:
            raise _no("bad_fault", f"{error.field}: {error.detail}".lstrip(": ")) from error
        self._studio.faults.set(model, fault)
        return web.json_response({"ok": True, "model": model, "fault": self._studio.faults.show(model)})

    async def latency(self, request: web.Request) -> web.Response:
        model = self._model(request)
        try:
            wait = parsed(await body_of(request), _Wait)
        except MisfitError as error:
            raise _no("bad_latency", f"{error.field}: {error.detail}".lstrip(": ")) from error
        if wait.least > wait.most:
            raise _no("bad_latency", "least is more than most")
        self._studio.faults.set_latency(model, Latency(wait.least, wait.most))
        return web.json_response({"ok": True, "model": model, "latency": msgspec.structs.asdict(wait)})

    async def life(self, request: web.Request) -> web.Response:
        model = self._model(request)
        try:
            life = parsed(await body_of(request), Life)
        except MisfitError as error:
            raise _no("bad_life", f"{error.field}: {error.detail}".lstrip(": ")) from error
        self._studio.lives.set(model, life)
        return web.json_response({"ok": True, "model": model, "life": msgspec.structs.asdict(life)})

    async def set_hand(self, request: web.Request) -> web.Response:
        try:
            hand = parsed(await body_of(request), _Hand).of
        except MisfitError as error:
            raise _no("bad_hand", f"{error.field}: {error.detail}".lstrip(": ")) from error
        if hand and not any(hand == known for _, known in self._served):
            raise _no("no_such_model", hand, web.HTTPNotFound)
        self._studio.hand = hand
        return web.json_response({"ok": True, "of": hand})

    async def set_spelling(self, request: web.Request) -> web.Response:
        try:
            self._gemini.spelling = parsed(await body_of(request), _Habit).spelling
        except MisfitError as error:
            raise _no("bad_habit", f"{error.field}: {error.detail}".lstrip(": ")) from error
        return web.json_response({"ok": True, "spelling": self._gemini.spelling})

    async def habits(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, **msgspec.structs.asdict(self._own.habits)})

    async def set_habits(self, request: web.Request) -> web.Response:
        try:
            self._own.habits = self._own.habits.changed(parsed(await body_of(request), dict[str, object]))
        except (MisfitError, msgspec.ValidationError) as error:
            raise _no("bad_habit", str(error)) from error
        return await self.habits(request)

    def _model(self, request: web.Request) -> str:
        model = request.match_info["model"]
        if model == "*" or any(model == known for _, known in self._served):
            return model
        raise _no("no_such_model", model, web.HTTPNotFound)

    def _row(self, vendor: str, model: str) -> dict[str, Any]:
        faults = self._studio.faults
        latency = faults.latency(model)
        wait = {"least": latency.least, "most": latency.most}
        life = msgspec.structs.asdict(self._studio.lives.of(model))
        return {"id": model, "vendor": vendor, "fault": faults.show(model), "latency": wait, "life": life}


def _no(error: str, detail: str, kind: type[web.HTTPException] = web.HTTPBadRequest) -> web.HTTPException:
    body = {"ok": False, "error": error, "detail": detail}
    return kind(text=json.dumps(body), content_type="application/json")
