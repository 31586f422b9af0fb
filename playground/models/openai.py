"""OpenAI's Images API, practised: /openai/v1."""

import time
from typing import Any

from aiohttp import BodyPartReader, web

from playground.models import openai_errors as errors
from playground.models.complaints import ComplaintError, Json, bearer, good_key, speaks
from playground.models.openai_facts import MODELS, OpenAIModel, Size, Usage, objection, pixels, usage
from playground.models.openai_requests import Edit, Generate
from playground.models.order import Order
from playground.models.pictures import mode_of
from playground.models.reading import MisfitError, body_of, converted, parsed, part_of
from playground.models.spoiled import Picture
from playground.models.studio import Studio, Vendor

_PROMPT_LIMIT = 32_000
_REFERENCES, _REFERENCE_BYTES = 16, 50_000_000
_MODES = ("RGB", "RGBA")
_AUTO_SIZE: Size = (1024, 1536)

VENDOR = Vendor("openai", errors.complaint)


class OpenAI:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/openai/v1/images/generations", self.generate),
            web.post("/openai/v1/images/edits", self.edit),
            web.get("/openai/v1/models", self.models),
            web.get("/openai/v1/models/{model}", self.model),
        ]

    @speaks
    async def generate(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        try:
            wanted = parsed(await body_of(request), Generate)
        except MisfitError as error:
            raise _misfit(error) from error
        return await self._serve(request, wanted, ())

    @speaks
    async def edit(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        fields, references = await _form(request)
        try:
            wanted = converted(fields, Edit)
        except MisfitError as error:
            raise _misfit(error) from error
        if wanted.input_fidelity is not None:
            message = f"The model '{wanted.model}' does not support the 'input_fidelity' parameter."
            raise errors.bad_request(message, "input_fidelity", "invalid_input_fidelity_model")
        await self._check_references(references)
        return await self._serve(request, wanted, tuple(references))

    @speaks
    async def models(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        served = [self._card(model) for model in MODELS.values() if self._studio.lives.served(model.id)]
        return web.json_response({"object": "list", "data": served})

    @speaks
    async def model(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        return web.json_response(self._card(self._known(request.match_info["model"])))

    def _known(self, name: str) -> OpenAIModel:
        model = MODELS.get(name)
        if model is None or not self._studio.lives.served(name):
            raise errors.unknown_model(name)
        return model

    def _card(self, model: OpenAIModel) -> Json:
        card = {"id": model.id, "object": "model", "created": 1_776_000_000, "owned_by": "system"}
        return {**card, "shutdown_date": self._studio.lives.of(model.id).shutdown_date}

    async def _serve(self, request: web.Request, wanted: Generate, references: tuple[bytes, ...]) -> web.StreamResponse:
        model = self._known(wanted.model)
        size = _size(wanted.size)
        quality = "medium" if wanted.quality == "auto" else wanted.quality
        _check_words(wanted, model, quality)
        tokens = usage(model, wanted.prompt, size, quality, wanted.n, len(references))
        order = Order(
            model.id,
            wanted.prompt,
            *size,
            n=wanted.n,
            media_type=f"image/{wanted.output_format}",
            price_usd=tokens.price_usd,
            references=references,
            touch="edit" if references else "draw",
        )

        def answer(pictures: list[Picture]) -> Json:
            return _answer(wanted, order, quality, tokens, pictures)

        return await self._studio.serve(request, VENDOR, order, answer, errors.headers())

    async def _check_references(self, references: list[bytes]) -> None:
        if not 1 <= len(references) <= _REFERENCES:
            raise errors.bad_request(f"Expected 1 to {_REFERENCES} images, got {len(references)}.", "image")
        for number, data in enumerate(references, 1):
            message = f"Invalid image file or mode for image {number}, please check your image file."
            try:
                mode = await self._studio.off_loop(lambda data=data: mode_of(data))  # type: ignore[misc]
            except OSError as error:
                raise errors.bad_request(message, "image", "invalid_image_file") from error
            if len(data) >= _REFERENCE_BYTES or mode not in _MODES:
                raise errors.bad_request(message, "image", "invalid_image_file")


async def _form(request: web.Request) -> tuple[dict[str, Any], list[bytes]]:
    """Form fields, and the pictures of `image` or `image[]` in order; a mask is left aside."""
    if not request.content_type.startswith("multipart/"):
        raise errors.bad_request("Expected multipart/form-data.", None)
    fields: dict[str, Any] = {}
    references: list[bytes] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name in ("image", "image[]"):
            references.append(await part_of(part))
        elif part.name == "mask":
            await part.release()
        elif part.name:
            fields[part.name] = await part.text()
    return fields, references


def _check_key(request: web.Request) -> None:
    if not good_key(bearer(request)):
        raise errors.bad_key()


def _size(wanted: str) -> Size:
    if wanted == "auto":
        return _AUTO_SIZE
    size = pixels(wanted)
    if size is None:
        raise errors.bad_request(
            f"Invalid size '{wanted}'. Expected 'WIDTHxHEIGHT' or 'auto'.", "size", "invalid_value"
        )
    if reason := objection(size):
        raise errors.bad_request(f"Invalid size '{wanted}'. {reason}", "size", "invalid_value")
    return size


def _check_words(wanted: Generate, model: OpenAIModel, quality: str) -> None:
    if not 1 <= len(wanted.prompt) <= _PROMPT_LIMIT:
        message = f"Invalid 'prompt': expected 1 to {_PROMPT_LIMIT} characters, got {len(wanted.prompt)}."
        raise errors.bad_request(message, "prompt", "string_above_max_length" if wanted.prompt else "empty_string")
    if quality not in model.prices:
        message = f"Invalid value: '{quality}'. Supported values are: {', '.join(model.prices)} and auto."
        raise errors.bad_request(message, "quality", "invalid_value")
    if wanted.output_compression is not None and wanted.output_format == "png":
        raise errors.bad_request("Compression is not supported for PNG.", "output_compression", "invalid_value")


def _misfit(error: MisfitError) -> ComplaintError:
    match error.kind:
        case "unknown":
            return errors.bad_request(f"Unknown parameter: '{error.field}'.", error.field, "unknown_parameter")
        case "missing":
            message = f"Missing required parameter: '{error.field}'."
            return errors.bad_request(message, error.field, "missing_required_parameter")
        case "json":
            return errors.bad_request("We could not parse the JSON body of your request.", None)
    return errors.bad_request(f"Invalid value for '{error.field}'. {error.detail}", error.field, "invalid_value")


def _answer(wanted: Generate, order: Order, quality: str, tokens: Usage, pictures: list[Picture]) -> Json:
    text, image, out = tokens.text_in, tokens.image_in, tokens.image_out
    return {
        "created": int(time.time()),
        "background": "opaque" if wanted.background == "auto" else wanted.background,
        "output_format": wanted.output_format,
        "quality": quality,
        "size": order.size,
        "data": [{"b64_json": picture.content} for picture in pictures],
        "usage": {
            "input_tokens": text + image,
            "output_tokens": out,
            "total_tokens": text + image + out,
            "input_tokens_details": {"text_tokens": text, "image_tokens": image},
            "output_tokens_details": {"image_tokens": out, "text_tokens": 0},
        },
    }
