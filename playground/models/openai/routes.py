"""Practice version of OpenAI's Images API: /openai/v1."""

import time
from typing import Any

from aiohttp import BodyPartReader, web

from playground.models.corrupted_images import Picture
from playground.models.drawing import color_mode
from playground.models.generation_order import GenerationOrder
from playground.models.openai import errors
from playground.models.openai.catalogue import MODELS, OpenAIModel, Size, Usage, parse_size, size_error, usage
from playground.models.openai.requests import Edit, Generate
from playground.models.request_parsing import InvalidField, convert_fields, parse_json, read_body, read_part
from playground.models.server import ModelServer, Vendor
from playground.models.vendor_errors import Json, VendorError, bearer_key, is_practice_key, vendor_errors

_PROMPT_LIMIT = 32_000
_MAX_REFERENCES, _MAX_REFERENCE_BYTES = 16, 50_000_000
_MODES = ("RGB", "RGBA")
_AUTO_SIZE: Size = (1024, 1536)

# The name in the certificate. The real one is "OpenAI Media Service" in C2PA's list of conforming products.
_SIGNER = "OpenAI (practice)"

VENDOR = Vendor("openai", errors.error_for_fault)


class OpenAI:
    def __init__(self, model_server: ModelServer) -> None:
        self._model_server = model_server

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/openai/v1/images/generations", self.generate),
            web.post("/openai/v1/images/edits", self.edit),
            web.get("/openai/v1/models", self.list_models),
            web.get("/openai/v1/models/{model}", self.get_model),
        ]

    @vendor_errors
    async def generate(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        try:
            params = parse_json(await read_body(request), Generate)
        except InvalidField as error:
            raise _error_for_invalid_field(error) from error
        return await self._serve(request, params, ())

    @vendor_errors
    async def edit(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        fields, references = await _read_form(request)
        try:
            params = convert_fields(fields, Edit)
        except InvalidField as error:
            raise _error_for_invalid_field(error) from error
        if params.input_fidelity is not None:
            message = f"The model '{params.model}' does not support the 'input_fidelity' parameter."
            raise errors.bad_request(message, "input_fidelity", "invalid_input_fidelity_model")
        await self._check_references(references)
        return await self._serve(request, params, tuple(references))

    @vendor_errors
    async def list_models(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        served = [
            self._model_body(model) for model in MODELS.values() if self._model_server.retirements.is_served(model.id)
        ]
        return web.json_response({"object": "list", "data": served})

    @vendor_errors
    async def get_model(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        return web.json_response(self._model_body(self._find_model(request.match_info["model"])))

    def _find_model(self, name: str) -> OpenAIModel:
        model = MODELS.get(name)
        if model is None or not self._model_server.retirements.is_served(name):
            raise errors.unknown_model(name)
        return model

    def _model_body(self, model: OpenAIModel) -> Json:
        body = {"id": model.id, "object": "model", "created": 1_776_000_000, "owned_by": "system"}
        return {**body, "shutdown_date": self._model_server.retirements.get(model.id).shutdown_date}

    async def _serve(self, request: web.Request, params: Generate, references: tuple[bytes, ...]) -> web.StreamResponse:
        model = self._find_model(params.model)
        size = _parse_size(params.size)
        quality = "medium" if params.quality == "auto" else params.quality
        _check_params(params, model, quality)
        tokens = usage(model, params.prompt, size, quality, params.n, len(references))
        order = GenerationOrder(
            model.id,
            params.prompt,
            *size,
            n=params.n,
            media_type=f"image/{params.output_format}",
            price_usd=tokens.price_usd,
            references=references,
            operation="edit" if references else "draw",
            signed_by=_SIGNER,
        )

        def response_body(pictures: list[Picture]) -> Json:
            return _response_body(params, order, quality, tokens, pictures)

        return await self._model_server.serve(request, VENDOR, order, response_body, errors.response_headers())

    async def _check_references(self, references: list[bytes]) -> None:
        if not 1 <= len(references) <= _MAX_REFERENCES:
            raise errors.bad_request(f"Expected 1 to {_MAX_REFERENCES} images, got {len(references)}.", "image")
        for number, data in enumerate(references, 1):
            message = f"Invalid image file or mode for image {number}, please check your image file."
            try:
                mode = await self._model_server.run_in_thread(lambda data=data: color_mode(data))  # type: ignore[misc]
            except OSError as error:
                raise errors.bad_request(message, "image", "invalid_image_file") from error
            if len(data) >= _MAX_REFERENCE_BYTES or mode not in _MODES:
                raise errors.bad_request(message, "image", "invalid_image_file")


async def _read_form(request: web.Request) -> tuple[dict[str, Any], list[bytes]]:
    """Read the form fields and the pictures of `image` or `image[]` in order; a mask is ignored."""
    if not request.content_type.startswith("multipart/"):
        raise errors.bad_request("Expected multipart/form-data.", None)
    fields: dict[str, Any] = {}
    references: list[bytes] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name in ("image", "image[]"):
            references.append(await read_part(part))
        elif part.name == "mask":
            await part.release()
        elif part.name:
            fields[part.name] = await part.text()
    return fields, references


def _check_key(request: web.Request) -> None:
    if not is_practice_key(bearer_key(request)):
        raise errors.invalid_key()


def _parse_size(requested: str) -> Size:
    if requested == "auto":
        return _AUTO_SIZE
    size = parse_size(requested)
    if size is None:
        raise errors.bad_request(
            f"Invalid size '{requested}'. Expected 'WIDTHxHEIGHT' or 'auto'.", "size", "invalid_value"
        )
    if reason := size_error(size):
        raise errors.bad_request(f"Invalid size '{requested}'. {reason}", "size", "invalid_value")
    return size


def _check_params(params: Generate, model: OpenAIModel, quality: str) -> None:
    if not 1 <= len(params.prompt) <= _PROMPT_LIMIT:
        message = f"Invalid 'prompt': expected 1 to {_PROMPT_LIMIT} characters, got {len(params.prompt)}."
        raise errors.bad_request(message, "prompt", "string_above_max_length" if params.prompt else "empty_string")
    if quality not in model.prices:
        message = f"Invalid value: '{quality}'. Supported values are: {', '.join(model.prices)} and auto."
        raise errors.bad_request(message, "quality", "invalid_value")
    if params.output_compression is not None and params.output_format == "png":
        raise errors.bad_request("Compression is not supported for PNG.", "output_compression", "invalid_value")


def _error_for_invalid_field(error: InvalidField) -> VendorError:
    match error.kind:
        case "unknown":
            return errors.bad_request(f"Unknown parameter: '{error.field}'.", error.field, "unknown_parameter")
        case "missing":
            message = f"Missing required parameter: '{error.field}'."
            return errors.bad_request(message, error.field, "missing_required_parameter")
        case "json":
            return errors.bad_request("We could not parse the JSON body of your request.", None)
    return errors.bad_request(f"Invalid value for '{error.field}'. {error.detail}", error.field, "invalid_value")


def _response_body(
    params: Generate, order: GenerationOrder, quality: str, tokens: Usage, pictures: list[Picture]
) -> Json:
    text, image, out = tokens.text_in, tokens.image_in, tokens.image_out
    return {
        "created": int(time.time()),
        "background": "opaque" if params.background == "auto" else params.background,
        "output_format": params.output_format,
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
