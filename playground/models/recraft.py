"""Recraft's wire format, practised: /recraft/v1."""

import time
from typing import TypeVar
from uuid import uuid4

from aiohttp import web
from msgspec import UNSET

from playground.models import recraft_errors as errors
from playground.models.complaints import Json, bearer, good_key, speaks
from playground.models.order import Order
from playground.models.pictures import opened, upscaled_size
from playground.models.reading import MisfitError, body_of, decoded, parsed
from playground.models.recraft_facts import MODELS, UPSCALE_UNITS, UPSCALER, RecraftModel
from playground.models.recraft_requests import OLD_FIELDS, CrispUpscale, Generate, ImageToImage
from playground.models.shelf import Shelf
from playground.models.spoiled import Picture
from playground.models.studio import Studio, Vendor

_T = TypeVar("_T", Generate, ImageToImage, CrispUpscale)
_BYTES, _PIXELS, _SIDE = 10_000_000, 16_000_000, 4096

VENDOR = Vendor("recraft", errors.complaint)


class Recraft:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._shelf = Shelf("/recraft/pictures")

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/recraft/v1/images/generations", self.generate),
            web.post("/recraft/v1/images/imageToImage", self.image_to_image),
            web.post("/recraft/v1/images/crispUpscale", self.crisp_upscale),
            web.get("/recraft/v1/models", self.models),
            web.get("/recraft/v1/users/me", self.me),
            self._shelf.route(),
        ]

    @speaks
    async def generate(self, request: web.Request) -> web.StreamResponse:
        wanted = await _wanted(request, Generate)
        model = _model(wanted)
        pixels = model.pixels(wanted.size)
        if pixels is None:
            raise errors.bad_request(f"size: {wanted.size} is not supported by {model.id}")
        return await self._serve(request, _order(wanted, model, pixels))

    @speaks
    async def image_to_image(self, request: web.Request) -> web.StreamResponse:
        wanted = await _wanted(request, ImageToImage)
        model = _model(wanted)
        reference, size = await self._reference(wanted.image_url)
        order = _order(wanted, model, model.nearest(size), (reference,), wanted.strength)
        return await self._serve(request, order)

    @speaks
    async def crisp_upscale(self, request: web.Request) -> web.StreamResponse:
        wanted = await _wanted(request, CrispUpscale)
        reference, size = await self._reference(wanted.image_url)
        order = Order(
            UPSCALER,
            "",
            *upscaled_size(*size),
            n=1,
            media_type=f"image/{wanted.image_format}",
            price_usd=UPSCALE_UNITS / 1000,
            references=(reference,),
            touch="upscale",
            by_url=wanted.response_format == "url",
        )
        return await self._serve(request, order)

    @speaks
    async def models(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        served = [{"id": name, "object": "model"} for name in MODELS if self._studio.lives.served(name)]
        return web.json_response({"object": "list", "data": served})

    @speaks
    async def me(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        account = {"id": "practice", "name": "Practice", "email": "practice@harbour.example", "credits": 25_000}
        return web.json_response(account)

    async def _serve(self, request: web.Request, order: Order) -> web.StreamResponse:
        def answer(pictures: list[Picture]) -> Json:
            shown = [self._shown(request, order, picture) for picture in pictures]
            content = {"image": shown[0]} if order.touch == "upscale" else {"data": shown}
            return {"created": int(time.time()), "credits": round(order.price_usd * 1000), **content}

        headers = {"X-Recraft-Requestid": uuid4().hex}
        return await self._studio.serve(request, VENDOR, order, answer, headers)

    def _shown(self, request: web.Request, order: Order, picture: Picture) -> Json:
        content = (
            {"url": self._shelf.address(request, self._shelf.put(picture))}
            if order.by_url
            else {"b64_json": picture.content}
        )
        return {"image_id": str(uuid4()), **content}

    async def _reference(self, image_url: str) -> tuple[bytes, tuple[int, int]]:
        """A data URL, or a picture of this studio's own; it fetches nothing from anywhere else."""
        known = self._shelf.find(image_url)
        data = known.data if known else decoded(image_url) if image_url.startswith("data:") else None
        if data is None:
            raise errors.bad_request("image_url: cannot be fetched")
        try:
            size = await self._studio.off_loop(lambda: opened(data).size)
        except OSError as error:
            raise errors.bad_request("image_url: not an image") from error
        if len(data) >= _BYTES or size[0] * size[1] > _PIXELS or max(size) > _SIDE:
            raise errors.bad_request("image_url: more than 10 MB, 16 megapixels or 4096 pixels on a side")
        return data, size


async def _wanted(request: web.Request, kind: type[_T]) -> _T:
    _check_key(request)
    try:
        return parsed(await body_of(request), kind)
    except MisfitError as error:
        raise errors.bad_request(f"{error.field}: {error.detail}".lstrip(": ")) from error


def _check_key(request: web.Request) -> None:
    if not good_key(bearer(request)):
        raise errors.bad_key()


def _model(wanted: Generate) -> RecraftModel:
    """The model of a request whose fields that model supports."""
    model = MODELS.get(wanted.model)
    if model is None:
        raise errors.unknown_model(wanted.model)
    if not 1 <= len(wanted.prompt) <= model.prompt_limit:
        raise errors.bad_request(f"prompt: must have 1 to {model.prompt_limit} characters")
    for field in OLD_FIELDS if model.table != "v3" else ():
        if getattr(wanted, field) is not UNSET:
            raise errors.bad_request(f"{field}: not supported by {model.id}")
    return model


def _order(
    wanted: Generate,
    model: RecraftModel,
    pixels: tuple[int, int],
    references: tuple[bytes, ...] = (),
    strength: float = 0.2,
) -> Order:
    return Order(
        model.id,
        wanted.prompt,
        *pixels,
        n=wanted.n,
        media_type=f"image/{wanted.image_format}",
        price_usd=model.units * wanted.n / 1000,
        seed=wanted.random_seed,
        references=references,
        touch="edit" if references else "draw",
        strength=strength,
        by_url=wanted.response_format == "url",
    )
