"""Practice version of Recraft's API: /recraft/v1."""

import time
from typing import TypeVar
from uuid import uuid4

from aiohttp import web
from msgspec import UNSET

from playground.models.corrupted_images import Picture
from playground.models.drawing import open_rgb, upscaled_size
from playground.models.generation_order import GenerationOrder
from playground.models.hosted_images import HostedImages
from playground.models.recraft import errors
from playground.models.recraft.catalogue import MODELS, UPSCALE_UNITS, UPSCALER, RecraftModel
from playground.models.recraft.requests import V3_FIELDS, CrispUpscale, Generate, ImageToImage
from playground.models.request_parsing import InvalidField, decode_base64, parse_json, read_body
from playground.models.server import ModelServer, Vendor
from playground.models.vendor_errors import Json, bearer_key, is_practice_key, vendor_errors

_T = TypeVar("_T", Generate, ImageToImage, CrispUpscale)
_MAX_REFERENCE_BYTES, _MAX_REFERENCE_PIXELS, _MAX_REFERENCE_SIDE = 10_000_000, 16_000_000, 4096

VENDOR = Vendor("recraft", errors.error_for_fault)


class Recraft:
    def __init__(self, model_server: ModelServer) -> None:
        self._model_server = model_server
        self._hosted_images = HostedImages("/recraft/pictures")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/recraft/v1/images/generations", self.generate),
            web.post("/recraft/v1/images/imageToImage", self.image_to_image),
            web.post("/recraft/v1/images/crispUpscale", self.crisp_upscale),
            web.get("/recraft/v1/models", self.list_models),
            web.get("/recraft/v1/users/me", self.get_account),
            self._hosted_images.route(),
        ]

    @vendor_errors
    async def generate(self, request: web.Request) -> web.StreamResponse:
        params = await _parse_params(request, Generate)
        model = _find_model(params)
        pixels = model.pixels(params.size)
        if pixels is None:
            raise errors.bad_request(f"size: {params.size} is not supported by {model.id}")
        return await self._serve(request, _build_order(params, model, pixels))

    @vendor_errors
    async def image_to_image(self, request: web.Request) -> web.StreamResponse:
        params = await _parse_params(request, ImageToImage)
        model = _find_model(params)
        reference, size = await self._load_reference(params.image_url)
        order = _build_order(params, model, model.nearest_size(size), (reference,), params.strength)
        return await self._serve(request, order)

    @vendor_errors
    async def crisp_upscale(self, request: web.Request) -> web.StreamResponse:
        params = await _parse_params(request, CrispUpscale)
        reference, size = await self._load_reference(params.image_url)
        order = GenerationOrder(
            UPSCALER,
            "",
            *upscaled_size(*size),
            n=1,
            media_type=f"image/{params.image_format}",
            price_usd=UPSCALE_UNITS / 1000,
            references=(reference,),
            operation="upscale",
            returns_url=params.response_format == "url",
        )
        return await self._serve(request, order)

    @vendor_errors
    async def list_models(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        served = [{"id": name, "object": "model"} for name in MODELS if self._model_server.retirements.is_served(name)]
        return web.json_response({"object": "list", "data": served})

    @vendor_errors
    async def get_account(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        account = {"id": "practice", "name": "Practice", "email": "practice@harbour.example", "credits": 25_000}
        return web.json_response(account)

    async def _serve(self, request: web.Request, order: GenerationOrder) -> web.StreamResponse:
        def response_body(pictures: list[Picture]) -> Json:
            images = [self._image_body(request, order, picture) for picture in pictures]
            content = {"image": images[0]} if order.operation == "upscale" else {"data": images}
            return {"created": int(time.time()), "credits": round(order.price_usd * 1000), **content}

        headers = {"X-Recraft-Requestid": uuid4().hex}
        return await self._model_server.serve(request, VENDOR, order, response_body, headers)

    def _image_body(self, request: web.Request, order: GenerationOrder, picture: Picture) -> Json:
        content = (
            {"url": self._hosted_images.image_url(request, self._hosted_images.add(picture))}
            if order.returns_url
            else {"b64_json": picture.content}
        )
        return {"image_id": str(uuid4()), **content}

    async def _load_reference(self, image_url: str) -> tuple[bytes, tuple[int, int]]:
        """Load a data URL or a picture of this server; fetches nothing else."""
        hosted = self._hosted_images.get(image_url)
        data = hosted.data if hosted else decode_base64(image_url) if image_url.startswith("data:") else None
        if data is None:
            raise errors.bad_request("image_url: cannot be fetched")
        try:
            size = await self._model_server.run_in_thread(lambda: open_rgb(data).size)
        except OSError as error:
            raise errors.bad_request("image_url: not an image") from error
        if (
            len(data) >= _MAX_REFERENCE_BYTES
            or size[0] * size[1] > _MAX_REFERENCE_PIXELS
            or max(size) > _MAX_REFERENCE_SIDE
        ):
            raise errors.bad_request("image_url: more than 10 MB, 16 megapixels or 4096 pixels on a side")
        return data, size


async def _parse_params(request: web.Request, params_type: type[_T]) -> _T:
    _check_key(request)
    try:
        return parse_json(await read_body(request), params_type)
    except InvalidField as error:
        raise errors.bad_request(f"{error.field}: {error.detail}".lstrip(": ")) from error


def _check_key(request: web.Request) -> None:
    if not is_practice_key(bearer_key(request)):
        raise errors.invalid_key()


def _find_model(params: Generate) -> RecraftModel:
    """Return the model of a request, if it supports the request's fields."""
    model = MODELS.get(params.model)
    if model is None:
        raise errors.unknown_model(params.model)
    if not 1 <= len(params.prompt) <= model.prompt_limit:
        raise errors.bad_request(f"prompt: must have 1 to {model.prompt_limit} characters")
    for field in V3_FIELDS if model.table != "v3" else ():
        if getattr(params, field) is not UNSET:
            raise errors.bad_request(f"{field}: not supported by {model.id}")
    return model


def _build_order(
    params: Generate,
    model: RecraftModel,
    pixels: tuple[int, int],
    references: tuple[bytes, ...] = (),
    strength: float = 0.2,
) -> GenerationOrder:
    return GenerationOrder(
        model.id,
        params.prompt,
        *pixels,
        n=params.n,
        media_type=f"image/{params.image_format}",
        price_usd=model.units * params.n / 1000,
        seed=params.random_seed,
        references=references,
        operation="edit" if references else "draw",
        strength=strength,
        returns_url=params.response_format == "url",
    )
