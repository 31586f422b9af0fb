"""Google's `generateContent`, practised: /gemini/v1beta, and /gemini/v1, the default of google-genai 3.4.0.

Both take the same here; a probe of June 2026 saw the live v1 refuse `responseModalities`, which that client sends.
"""

import random
from typing import Any
from uuid import uuid4

from aiohttp import web

from playground.models import gemini_errors as errors
from playground.models.complaints import ComplaintError, Json, good_key, speaks
from playground.models.gemini_facts import MODELS, GeminiModel, Usage, usage
from playground.models.gemini_frames import Spelling, frame_of
from playground.models.gemini_requests import GenerateContent, camel
from playground.models.order import Order
from playground.models.pictures import opened
from playground.models.reading import MisfitError, body_of, converted, decoded, encoded, parsed
from playground.models.spoiled import Picture
from playground.models.studio import Studio, Vendor

_MODELS = "/gemini/{version:v1|v1beta}/models"
_REFERENCES = 14
_URL_SAFE = str.maketrans("-_", "+/")  # bytes come in either alphabet: google-genai sends this one
_LEVELS = ("minimal", "low", "medium", "high")

VENDOR = Vendor("gemini", errors.complaint)


class Gemini:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.spelling: Spelling = "both"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(_MODELS, self.models),
            web.get(f"{_MODELS}/{{model:[^:/]+}}", self.model),
            web.post(f"{_MODELS}/{{model:[^:/]+}}:generateContent", self.generate),
        ]

    @speaks
    async def models(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        served = [_card(model) for model in MODELS.values() if self._studio.lives.served(model.id)]
        return web.json_response({"models": served})

    @speaks
    async def model(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        return web.json_response(_card(self._known(request)))

    @speaks
    async def generate(self, request: web.Request) -> web.StreamResponse:
        _check_key(request)
        model = self._known(request)
        try:
            wanted = converted(camel(parsed(await body_of(request), dict[str, Any])), GenerateContent)
        except MisfitError as error:
            raise _misfit(error) from error
        aspect, size = frame_of(wanted.generation_config, model, self.spelling)
        pixels = model.pixels(aspect, size)
        if pixels is None:
            field = "generation_config.image_config"
            raise errors.bad_request(f"{aspect} at {size} is not supported by {model.id}.", field)
        _check(wanted, model)
        references = await self._references(wanted)
        tokens = usage(model, wanted.prompt, size, len(references))
        order = _order(wanted, model, pixels, references, tokens)

        def answer(pictures: list[Picture]) -> Json:
            return _answer(model, tokens, pictures)

        return await self._studio.serve(request, VENDOR, order, answer, {})

    def _known(self, request: web.Request) -> GeminiModel:
        name = request.match_info["model"]
        model = MODELS.get(name)
        if model is None or not self._studio.lives.served(name):
            raise errors.unknown_model(name)
        return model

    async def _references(self, wanted: GenerateContent) -> tuple[bytes, ...]:
        if len(wanted.references) > _REFERENCES:
            raise errors.bad_request(f"At most {_REFERENCES} images are supported.", "contents")
        references = tuple(decoded(part.data.translate(_URL_SAFE)) or b"" for part in wanted.references)
        for data in references:
            try:
                await self._studio.off_loop(lambda data=data: opened(data))  # type: ignore[misc]
            except OSError as error:
                raise errors.bad_request("Unable to process input image.", "contents") from error
        return references


def _check_key(request: web.Request) -> None:
    key = request.headers.get("x-goog-api-key") or request.query.get("key", "")
    if not key:
        raise errors.no_key()
    if not good_key(key):
        raise errors.bad_key()


def _check(wanted: GenerateContent, model: GeminiModel) -> None:
    config = wanted.generation_config
    if "IMAGE" not in config.response_modalities:
        raise errors.bad_request("The model only answers with pictures when IMAGE is among the response modalities.")
    if not wanted.prompt.strip():
        raise errors.bad_request("Unable to submit request because it must have a text parameter.", "contents")
    if len(wanted.prompt) // 4 > model.token_window:
        raise errors.bad_request("The input token count exceeds the maximum number of tokens allowed.")
    level = config.thinking_config.thinking_level if config.thinking_config else None
    if level is not None and (model.thinks or level.lower() not in _LEVELS):
        raise errors.bad_request(f"Thinking level {level} is not supported for this model.", "generation_config")


def _order(
    wanted: GenerateContent, model: GeminiModel, pixels: tuple[int, int], references: tuple[bytes, ...], tokens: Usage
) -> Order:
    """PNG or JPEG, as it pleases the model: nothing in a request chooses."""
    media_type = random.Random(f"{model.id}|{wanted.prompt}").choice(("image/png", "image/jpeg"))
    return Order(
        model.id,
        wanted.prompt,
        *pixels,
        n=1,
        media_type=media_type,
        price_usd=tokens.price_usd,
        seed=wanted.generation_config.seed,
        references=references,
        touch="edit" if references else "draw",
        thinks=model.thinks,
    )


def _answer(model: GeminiModel, tokens: Usage, pictures: list[Picture]) -> Json:
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
    return {"thought": True, **inline} if picture.thought else {**inline, "thoughtSignature": encoded(uuid4().bytes)}


def _misfit(error: MisfitError) -> ComplaintError:
    match error.kind:
        case "unknown":
            parent, _, name = error.field.rpartition(".")
            return errors.unknown_field(parent, name)
        case "json":
            return errors.bad_request("Invalid JSON payload received. Expected a value.")
    return errors.bad_request(f"Invalid value at '{error.field}': {error.detail}", error.field)


def _card(model: GeminiModel) -> Json:
    return {
        "name": f"models/{model.id}",
        "displayName": model.name,
        "inputTokenLimit": model.token_window,
        "supportedGenerationMethods": ["generateContent"],
    }
