"""Control API of the models: usage log, faults, latencies, retirements and server quirks."""

import json
from typing import Annotated, Any

import msgspec
from aiohttp import web

from playground.models.faults import FAULT_KINDS, Fault, Latency
from playground.models.gemini.routes import Gemini
from playground.models.gemini.sizes import Spelling
from playground.models.request_parsing import InvalidField, parse_json, read_body
from playground.models.retirement import RetirementStatus
from playground.models.self_hosted.routes import SelfHostedServer
from playground.models.server import ModelServer


class _LatencyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: Annotated[float, msgspec.Meta(ge=0)]
    most: Annotated[float, msgspec.Meta(ge=0)]


class _SpellingRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    spelling: Spelling


class _StyleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: str = ""


class ModelControlRoutes:
    """Routes under /control; `model_ids` are the (vendor, model id) of every model."""

    def __init__(
        self, model_server: ModelServer, gemini: Gemini, self_hosted: SelfHostedServer, model_ids: list[tuple[str, str]]
    ) -> None:
        self._model_server = model_server
        self._gemini = gemini
        self._self_hosted = self_hosted
        self._model_ids = model_ids

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/bill", self.list_usage),
            web.get("/control/models", self.list_models),
            web.post("/control/models/{model:.+}/faults", self.set_fault),
            web.post("/control/models/{model:.+}/latency", self.set_latency),
            web.post("/control/models/{model:.+}/life", self.set_retirement),
            web.post("/control/hand", self.set_style_model),
            web.post("/control/gemini", self.set_spelling),
            web.get("/control/own", self.get_quirks),
            web.post("/control/own", self.set_quirks),
        ]

    async def list_usage(self, request: web.Request) -> web.Response:
        return web.json_response(await self._model_server.usage_log.list_calls(request.query.get("model")))

    async def list_models(self, _request: web.Request) -> web.Response:
        rows = [self._row(vendor, model) for vendor, model in [("*", "*"), *self._model_ids]]
        return web.json_response({"ok": True, "kinds": list(FAULT_KINDS), "models": rows})

    async def set_fault(self, request: web.Request) -> web.Response:
        model = self._model(request)
        try:
            fault = parse_json(await read_body(request), Fault)
        except InvalidField as error:
            raise _error("bad_fault", f"{error.field}: {error.detail}".lstrip(": ")) from error
        self._model_server.faults.set(model, fault)
        return web.json_response({"ok": True, "model": model, "fault": self._model_server.faults.fault_to_json(model)})

    async def set_latency(self, request: web.Request) -> web.Response:
        model = self._model(request)
        try:
            latency = parse_json(await read_body(request), _LatencyRequest)
        except InvalidField as error:
            raise _error("bad_latency", f"{error.field}: {error.detail}".lstrip(": ")) from error
        if latency.least > latency.most:
            raise _error("bad_latency", "least is more than most")
        self._model_server.faults.set_latency(model, Latency(latency.least, latency.most))
        return web.json_response({"ok": True, "model": model, "latency": msgspec.structs.asdict(latency)})

    async def set_retirement(self, request: web.Request) -> web.Response:
        model = self._model(request)
        try:
            retirement = parse_json(await read_body(request), RetirementStatus)
        except InvalidField as error:
            raise _error("bad_life", f"{error.field}: {error.detail}".lstrip(": ")) from error
        self._model_server.retirements.set(model, retirement)
        return web.json_response({"ok": True, "model": model, "life": msgspec.structs.asdict(retirement)})

    async def set_style_model(self, request: web.Request) -> web.Response:
        try:
            style_model = parse_json(await read_body(request), _StyleRequest).of
        except InvalidField as error:
            raise _error("bad_hand", f"{error.field}: {error.detail}".lstrip(": ")) from error
        if style_model and not any(style_model == known for _, known in self._model_ids):
            raise _error("no_such_model", style_model, web.HTTPNotFound)
        self._model_server.style_model = style_model
        return web.json_response({"ok": True, "of": style_model})

    async def set_spelling(self, request: web.Request) -> web.Response:
        try:
            self._gemini.spelling = parse_json(await read_body(request), _SpellingRequest).spelling
        except InvalidField as error:
            raise _error("bad_habit", f"{error.field}: {error.detail}".lstrip(": ")) from error
        return web.json_response({"ok": True, "spelling": self._gemini.spelling})

    async def get_quirks(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, **msgspec.structs.asdict(self._self_hosted.quirks)})

    async def set_quirks(self, request: web.Request) -> web.Response:
        try:
            self._self_hosted.quirks = self._self_hosted.quirks.with_changes(
                parse_json(await read_body(request), dict[str, object])
            )
        except (InvalidField, msgspec.ValidationError) as error:
            raise _error("bad_habit", str(error)) from error
        return await self.get_quirks(request)

    def _model(self, request: web.Request) -> str:
        model = request.match_info["model"]
        if model == "*" or any(model == known for _, known in self._model_ids):
            return model
        raise _error("no_such_model", model, web.HTTPNotFound)

    def _row(self, vendor: str, model: str) -> dict[str, Any]:
        faults = self._model_server.faults
        latency = faults.latency(model)
        latency_body = {"least": latency.minimum, "most": latency.maximum}
        retirement = msgspec.structs.asdict(self._model_server.retirements.get(model))
        return {
            "id": model,
            "vendor": vendor,
            "fault": faults.fault_to_json(model),
            "latency": latency_body,
            "life": retirement,
        }


def _error(error: str, detail: str, error_class: type[web.HTTPException] = web.HTTPBadRequest) -> web.HTTPException:
    body = {"ok": False, "error": error, "detail": detail}
    return error_class(text=json.dumps(body), content_type="application/json")
