"""Practice version of Google's `generateContent`: /gemini/v1beta, and /gemini/v1, the default of google-genai 3.4.0.

Both accept the same; in June 2026 the live v1 refused `responseModalities`, which that client sends.
"""

import random
from typing import Any
from uuid import uuid4

from aiohttp import web

from playground.models.corrupted_images import Picture
from playground.models.drawing import open_rgb
from playground.models.gemini import errors
from playground.models.gemini.catalogue import MODELS, GeminiModel, Usage, usage
from playground.models.gemini.requests import GenerateContent, to_camel_case
from playground.models.gemini.sizes import Spelling, parse_aspect_and_size
from playground.models.generation_order import GenerationOrder
from playground.models.request_parsing import (
    InvalidField,
    convert_fields,
    decode_base64,
    encode_base64,
    parse_json,
    read_body,
)
from playground.models.server import ModelServer, Vendor
from playground.models.vendor_errors import Json, VendorError, is_practice_key, vendor_errors

_MODELS = "/gemini/{version:v1|v1beta}/models"
_MAX_REFERENCES = 14
_URL_SAFE = str.maketrans("-_", "+/")  # google-genai sends URL-safe base64, other clients the standard alphabet
_THINKING_LEVELS = ("minimal", "low", "medium", "high")

VENDOR = Vendor("gemini", errors.error_for_fault)


class Gemini:
    def __init__(self, model_server: ModelServer) -> None:
        self._model_server = model_server
        self.spelling: Spelling = "both"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(_MODELS, self.list_models),
            web.get(f"{_MODELS}/{{model:[^:/]+}}", self.get_model),
            web.post(f"{_MODELS}/{{model:[^:/]+}}:generateContent", self.generate),
        ]

    @vendor_errors
    async def list_models(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        served = [_model_body(model) for model in MODELS.values() if self._model_server.retirements.is_served(model.id)]
        return web.json_response({"models": served})

    @vendor_errors
    async def get_model(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        return web.json_response(_model_body(self._find_model(request)))

    @vendor_errors
    async def generate(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        model = self._find_model(request)
        try:
            params = convert_fields(
                to_camel_case(parse_json(await read_body(request), dict[str, Any])), GenerateContent
            )
        except InvalidField as error:
            raise _error_for_invalid_field(error) from error
        aspect, size = parse_aspect_and_size(params.generation_config, model, self.spelling)
        pixels = model.pixels(aspect, size)
        if pixels is None:
            field = "generation_config.image_config"
            raise errors.bad_request(f"{aspect} at {size} is not supported by {model.id}.", field)
        _check_params(params, model)
        references = await self._references(params)
        tokens = usage(model, params.prompt, size, len(references))
        order = _build_order(params, model, pixels, references, tokens)

        def response_body(pictures: list[Picture]) -> Json:
            return _response_body(model, tokens, pictures)

        return await self._model_server.serve(request, VENDOR, order, response_body, {})

    def _find_model(self, request: web.Request) -> GeminiModel:
        name = request.match_info["model"]
        model = MODELS.get(name)
        if model is None or not self._model_server.retirements.is_served(name):
            raise errors.unknown_model(name)
        return model

    async def _references(self, params: GenerateContent) -> tuple[bytes, ...]:
        if len(params.references) > _MAX_REFERENCES:
            raise errors.bad_request(f"At most {_MAX_REFERENCES} images are supported.", "contents")
        references = tuple(decode_base64(part.data.translate(_URL_SAFE)) or b"" for part in params.references)
        for data in references:
            try:
                await self._model_server.run_in_thread(lambda data=data: open_rgb(data))  # type: ignore[misc]
            except OSError as error:
                raise errors.bad_request("Unable to process input image.", "contents") from error
        return references


def _check_key(request: web.Request) -> None:
    key = request.headers.get("x-goog-api-key") or request.query.get("key", "")
    if not key:
        raise errors.missing_key()
    if not is_practice_key(key):
        raise errors.invalid_key()


def _check_params(params: GenerateContent, model: GeminiModel) -> None:
    config = params.generation_config
    if "IMAGE" not in config.response_modalities:
        raise errors.bad_request("The model only answers with pictures when IMAGE is among the response modalities.")
    if not params.prompt.strip():
        raise errors.bad_request("Unable to submit request because it must have a text parameter.", "contents")
    if len(params.prompt) // 4 > model.token_window:
        raise errors.bad_request("The input token count exceeds the maximum number of tokens allowed.")
    level = config.thinking_config.thinking_level if config.thinking_config else None
    if level is not None and (model.is_thinking or level.lower() not in _THINKING_LEVELS):
        raise errors.bad_request(f"Thinking level {level} is not supported for this model.", "generation_config")


def _build_order(
    params: GenerateContent, model: GeminiModel, pixels: tuple[int, int], references: tuple[bytes, ...], tokens: Usage
) -> GenerationOrder:
    """Build the order; the model chooses PNG or JPEG, since a request cannot."""
    media_type = random.Random(f"{model.id}|{params.prompt}").choice(("image/png", "image/jpeg"))
    return GenerationOrder(
        model.id,
        params.prompt,
        *pixels,
        n=1,
        media_type=media_type,
        price_usd=tokens.price_usd,
        seed=params.generation_config.seed,
        references=references,
        operation="edit" if references else "draw",
        is_thinking=model.is_thinking,
    )


def _response_body(model: GeminiModel, tokens: Usage, pictures: list[Picture]) -> Json:
    parts = [_part(picture) for picture in pictures]
    details = [{"modality": "IMAGE", "tokenCount": tokens.image}]
    counts = {"promptTokenCount": tokens.prompt, "candidatesTokenCount": tokens.image}
    thoughts = {"thoughtsTokenCount": tokens.thoughts} if tokens.thoughts else {}
    total = tokens.prompt + tokens.image + tokens.thoughts
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {**counts, **thoughts, "totalTokenCount": total, "candidatesTokensDetails": details},
        "modelVersion": model.id,
        "responseId": uuid4().hex,
    }


def _part(picture: Picture) -> Json:
    inline = {"inlineData": {"mimeType": picture.media_type, "data": picture.content}}
    return (
        {"thought": True, **inline}
        if picture.is_thought
        else {**inline, "thoughtSignature": encode_base64(uuid4().bytes)}
    )


def _error_for_invalid_field(error: InvalidField) -> VendorError:
    match error.kind:
        case "unknown":
            parent, _, name = error.field.rpartition(".")
            return errors.unknown_field(parent, name)
        case "json":
            return errors.bad_request("Invalid JSON payload received. Expected a value.")
    return errors.bad_request(f"Invalid value at '{error.field}': {error.detail}", error.field)


def _model_body(model: GeminiModel) -> Json:
    return {
        "name": f"models/{model.id}",
        "displayName": model.name,
        "inputTokenLimit": model.token_window,
        "supportedGenerationMethods": ["generateContent"],
    }
