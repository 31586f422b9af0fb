"""Vendors under test with their good responses; the bad ones are in `vendor_error_cases`."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import (
    ModelError,
    PaidStatus,
)
from bot.ports.image_models import GenerationRequest, ImageModel
from providers.gemini import client
from providers.http.client import AccountClient, open_client
from providers.openai import client as openai_client
from providers.recraft import client as recraft_client
from providers.registry import MODELS
from tests.support.fake_vendor_server import CannedResponse

KEY = "sk-sentinel-7f3a9c"
PROMPT = 'Maya, a "weathered" fisherwoman; credit to nobody, safety in her eyes'
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
BASE64 = b64encode(PICTURE).decode()
# One grey pixel in RGB, as PNG.
REFERENCE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOoqKgAAALUAWneSzH7AAAAAElFTkSuQmCC")
# Vendors sometimes repeat the request in an error.
ECHO = f"About {PROMPT}, asked with {KEY}"
HTML = b"<!doctype html><html><body><h1>One moment</h1></body></html>"

Json = dict[str, Any]


@dataclass(frozen=True)
class Vendor:
    """One vendor's client code, its first model, and a good response made from base64."""

    provider: str
    headers: Callable[[str], dict[str, str]]
    model: Callable[[ModelSpec, AccountClient, Mapping[Size, float]], ImageModel]
    success_body: Callable[[str], Json]

    @property
    def spec(self) -> ModelSpec:
        return next(m for m in MODELS if m.provider == self.provider)

    def http(self, address: str, key: str = KEY) -> AccountClient:
        return open_client(f"{address}/v1", self.headers(key))


@dataclass(frozen=True)
class ErrorCase:
    """A vendor's response and the failure it must become; `retry_after` is the delay that a rate limit requests."""

    name: str
    response: CannedResponse
    error_type: type[ModelError]
    paid: PaidStatus = "no"
    detail: str | None = None
    retry_after: float = field(default=0.0, kw_only=True)
    call_count: int = field(default=1, kw_only=True)


def make_request(size: Size = Size.DRAFT, aspect: str = "3:4", references: tuple[bytes, ...] = ()) -> GenerationRequest:
    return GenerationRequest(PROMPT, aspect, size, 284_771, references)


def recraft_success(base64: str) -> Json:
    return {"created": 1, "credits": 35, "data": [{"image_id": "i", "url": None, "b64_json": base64}]}


def openai_success(base64: str) -> Json:
    details = {"text_tokens": 50, "image_tokens": 0}
    usage = {"input_tokens": 50, "output_tokens": 1400, "total_tokens": 1450, "input_tokens_details": details}
    return {"created": 1, "data": [{"b64_json": base64}], "usage": usage, "output_format": "png"}


def gemini_success(base64: str) -> Json:
    parts = [{"text": "Here."}, {"inlineData": {"mimeType": "image/jpeg", "data": base64}, "thoughtSignature": "c2ln"}]
    usage = {
        "promptTokenCount": 100,
        "candidatesTokenCount": 1120,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "finishMessage": None}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m", "responseId": "resp-1"}


RECRAFT = Vendor("recraft", recraft_client.headers, recraft_client.Recraft, recraft_success)
OPENAI = Vendor("openai", openai_client.headers, openai_client.OpenAI, openai_success)
GEMINI = Vendor("gemini", client.headers, client.Gemini, gemini_success)
VENDORS = (RECRAFT, OPENAI, GEMINI)
