"""Practice version of a self-hosted server with OpenAI's Images API, such as vLLM-Omni: /own/v1.

It has one model and no price, and ignores unknown fields.
"""

import time
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from playground.models.corrupted_images import Picture
from playground.models.faults import Fault
from playground.models.generation_order import GenerationOrder
from playground.models.hosted_images import HostedImages
from playground.models.http_delivery import PRIVATE_URL
from playground.models.request_parsing import InvalidField, parse_json, read_body
from playground.models.self_hosted import errors
from playground.models.self_hosted.quirks import ServerQuirks
from playground.models.server import ModelServer, Vendor
from playground.models.vendor_errors import Json, VendorError, bearer_key, is_practice_key, vendor_errors

MODEL = "Qwen/Qwen-Image"

_FIXED_SIZE = (1024, 1024)
_SIDE_STEP, _MIN_SIDE, _MAX_SIDE = 8, 64, 2048


class _Generate(msgspec.Struct):
    prompt: Annotated[str, Meta(min_length=1)]
    model: str = MODEL
    n: Annotated[int, Meta(ge=1)] = 1
    size: Annotated[str, Meta(pattern=r"^\d{1,5}x\d{1,5}$")] = "1024x1024"
    response_format: Literal["url", "b64_json"] | UnsetType = UNSET
    seed: int | None = None


class SelfHostedServer:
    def __init__(self, model_server: ModelServer) -> None:
        self.quirks = ServerQuirks()
        self._model_server = model_server
        self._hosted_images = HostedImages("/own/files")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/own/v1/models", self.list_models),
            web.post("/own/v1/images/generations", self.generate),
            self._hosted_images.route(),
        ]

    @vendor_errors
    async def list_models(self, request: web.Request) -> web.StreamResponse:
        self._check_key(request)
        model_body = {"id": MODEL, "object": "model", "created": 1_776_000_000, "owned_by": "own"}
        return web.json_response({"object": "list", "data": [model_body]})

    @vendor_errors
    async def generate(self, request: web.Request) -> web.StreamResponse:
        self._check_key(request)
        order = self._build_order(await self._parse_params(request))

        def response_body(pictures: list[Picture]) -> Json:
            return {"created": int(time.time()), "data": [self._image_body(request, order, one) for one in pictures]}

        return await self._model_server.serve(request, Vendor("own", self._error_for_fault), order, response_body, {})

    async def _parse_params(self, request: web.Request) -> _Generate:
        try:
            params = parse_json(await read_body(request), _Generate)
        except InvalidField as error:
            raise self._bad_request(f"{error.field}: {error.detail}".lstrip(": ")) from error
        if params.model != MODEL:
            raise errors.unknown_model(self.quirks.errors, params.model)
        if params.response_format is not UNSET and self.quirks.response_format == "rejected":
            raise self._bad_request("response_format: unexpected keyword argument")
        if params.n > self.quirks.most:
            raise self._bad_request(f"n: at most {self.quirks.most}")
        return params

    def _build_order(self, params: _Generate) -> GenerationOrder:
        width, height = (int(side) for side in params.size.split("x"))
        if any(side % _SIDE_STEP or not _MIN_SIDE <= side <= _MAX_SIDE for side in (width, height)):
            raise self._bad_request(f"size: sides must be {_MIN_SIDE} to {_MAX_SIDE} pixels, in steps of {_SIDE_STEP}")
        inline = params.response_format == "b64_json" or self.quirks.response_format == "rejected"
        return GenerationOrder(
            MODEL,
            params.prompt,
            *(_FIXED_SIZE if self.quirks.size == "ignored" else (width, height)),
            n=params.n,
            media_type="image/png",
            price_usd=0.0,
            seed=params.seed,
            returns_url=not inline,
        )

    def _image_body(self, request: web.Request, order: GenerationOrder, picture: Picture) -> Json:
        if not order.returns_url:
            return {"b64_json": picture.content}
        return {"url": self._image_url(request, picture)}

    def _image_url(self, request: web.Request, picture: Picture) -> str:
        match self.quirks.url:
            case "data":
                return picture.data_uri
            case "private":
                return PRIVATE_URL
            case "relative":
                return self._hosted_images.image_path(self._hosted_images.add(picture))
        return self._hosted_images.image_url(request, self._hosted_images.add(picture))

    def _check_key(self, request: web.Request) -> None:
        """Check the key: none is accepted if optional, a wrong one never."""
        key = bearer_key(request)
        if (key or self.quirks.auth == "required") and not is_practice_key(key):
            raise errors.error(self.quirks.errors, 401, "Unauthorized")

    def _error_for_fault(self, fault: Fault, model: str) -> VendorError:
        return errors.error_for_fault(self.quirks.errors, fault, model)

    def _bad_request(self, message: str) -> VendorError:
        return errors.error(self.quirks.errors, 400, message)
