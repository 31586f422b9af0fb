"""The vendors as the tests know them: good answers, and every spelling of a bad one, with the miss it must become."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.catalogue import ModelFacts, Size
from bot.errors import (
    BadKey,
    BadPicture,
    BadRequest,
    Down,
    ModelError,
    Paid,
    RateLimited,
    Refused,
    Retired,
    TimedOut,
    Unpaid,
)
from bot.ports import Ask, ImageModel
from providers import gemini, openai, recraft
from providers._http import Http, open_http
from providers.registry import MODELS
from tests.contract.vendor_desk import Canned

KEY = "sk-sentinel-7f3a9c"
PROMPT = 'Maya, a "weathered" fisherwoman; credit to nobody, safety in her eyes'
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
BASE64 = b64encode(PICTURE).decode()
# One grey pixel in RGB, as PNG.
REFERENCE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOoqKgAAALUAWneSzH7AAAAAElFTkSuQmCC")
# Vendors do repeat what they were sent.
ECHO = f"About {PROMPT}, asked with {KEY}"
HTML = b"<!doctype html><html><body><h1>One moment</h1></body></html>"

Json = dict[str, Any]


@dataclass(frozen=True)
class Vendor:
    """One account's code, its first model, and a good answer made from base64."""

    provider: str
    headers: Callable[[str], dict[str, str]]
    model: Callable[[ModelFacts, Http, Mapping[Size, float]], ImageModel]
    good: Callable[[str], Json]

    @property
    def facts(self) -> ModelFacts:
        return next(m for m in MODELS if m.provider == self.provider)

    def http(self, address: str, key: str = KEY) -> Http:
        return open_http(f"{address}/v1", self.headers(key))


@dataclass(frozen=True)
class Case:
    """What a vendor answers, and the miss that it must become; `waits` is what a rate limit asks for."""

    name: str
    canned: Canned
    kind: type[ModelError]
    paid: Paid = "no"
    detail: str | None = None
    waits: float = field(default=0.0, kw_only=True)
    asked: int = field(default=1, kw_only=True)


def an_ask(size: Size = Size.DRAFT, aspect: str = "3:4", references: tuple[bytes, ...] = ()) -> Ask:
    return Ask(PROMPT, aspect, size, 284_771, references)


def recraft_good(base64: str) -> Json:
    return {"created": 1, "credits": 35, "data": [{"image_id": "i", "url": None, "b64_json": base64}]}


def openai_good(base64: str) -> Json:
    details = {"text_tokens": 50, "image_tokens": 0}
    usage = {"input_tokens": 50, "output_tokens": 1400, "total_tokens": 1450, "input_tokens_details": details}
    return {"created": 1, "data": [{"b64_json": base64}], "usage": usage, "output_format": "png"}


def gemini_good(base64: str) -> Json:
    parts = [{"text": "Here."}, {"inlineData": {"mimeType": "image/jpeg", "data": base64}, "thoughtSignature": "c2ln"}]
    usage = {
        "promptTokenCount": 100,
        "candidatesTokenCount": 1120,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "finishMessage": None}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m", "responseId": "resp-1"}


RECRAFT = Vendor("recraft", recraft.headers, recraft.Recraft, recraft_good)
OPENAI = Vendor("openai", openai.headers, openai.OpenAI, openai_good)
GEMINI = Vendor("gemini", gemini.headers, gemini.Gemini, gemini_good)
VENDORS = (RECRAFT, OPENAI, GEMINI)


def of_any(vendor: Vendor) -> list[Case]:
    """What can come from everybody, or from something that stands before them."""
    good = vendor.good(BASE64)
    retry = Canned({"error": {"message": ECHO}}, 429, {"Retry-After": "7"})
    return [
        Case("an HTML page in place of the answer", Canned(HTML), BadPicture, "maybe", "not JSON"),
        Case("an empty body", Canned(b""), BadPicture, "maybe", "not JSON"),
        Case("nesting without end", Canned(b'{"x":' + b"[" * 50_000), BadPicture, "maybe", "not JSON"),
        Case("JSON of another shape", Canned(["picture"]), BadPicture, "yes", "malformed"),
        Case("base64 that breaks off", Canned(vendor.good(BASE64[:-3])), BadPicture, "yes", "malformed"),
        Case("base64 with a foreign sign", Canned(vendor.good(BASE64[:40] + "*" + BASE64[41:])), BadPicture, "yes"),
        Case("an empty picture", Canned(vendor.good("")), BadPicture, _paid_for_nothing(vendor)),
        Case("500", Canned({"error": {"message": ECHO}}, 500), Down, "maybe"),
        Case("502 as a page", Canned(HTML, 502), Down, "maybe", "status 502"),
        Case("503", Canned({"error": {"message": ECHO}}, 503), Down, "no", asked=3),
        Case("503 for a minute", Canned(b"", 503, {"Retry-After": "60"}), Down, "no", "status 503"),
        Case("504 as a page", Canned(HTML, 504), Down, "maybe", "status 504"),
        Case("529", Canned({"error": {"message": ECHO}}, 529), Down, "no", asked=3),
        Case("409", Canned({"error": {"message": ECHO}}, 409), Down, "maybe"),
        Case("408", Canned({"error": {"message": ECHO}}, 408), TimedOut, "maybe"),
        Case("a redirect", Canned(b"", 307, {"Location": "/elsewhere"}), Down, "no", "status 307"),
        Case("a page that forbids", Canned(HTML, 403), Down, "no", "status 403"),
        Case("a page that is not there", Canned(HTML, 404), Down, "no", "status 404"),
        Case("a page that does not understand", Canned(HTML, 400), Down, "no", "status 400"),
        Case("401", Canned({"error": {"message": ECHO}}, 401), BadKey, "no"),
        Case("401 as a page", Canned(HTML, 401), BadKey, "no"),
        Case("429 with seconds", retry, RateLimited, "no", waits=7),
        Case("429 as a page", Canned(HTML, 429), RateLimited, "no", "status 429"),
        Case("cut before reading", Canned(good, manner="cut before reading"), Down, "maybe", "connection lost"),
        Case("cut before answering", Canned(good, manner="cut before answering"), Down, "maybe", "connection lost"),
        Case("cut in the answer", Canned(good, manner="cut in the answer"), Down, "maybe", "connection lost"),
    ]


def _paid_for_nothing(vendor: Vendor) -> Paid:
    """Credits and tokens tell that it was charged; Google's tokens tell it less surely."""
    return "maybe" if vendor is GEMINI else "yes"


def _recraft_says(status: int, code: str, message: str) -> Canned:
    return Canned({"code": code, "message": f"{message} {ECHO}"}, status, {"X-Recraft-Requestid": "q"})


OF_RECRAFT = [
    Case("moderation", _recraft_says(400, "content_moderation", "Rejected."), Refused, detail="content_moderation"),
    Case("a picture flagged", _recraft_says(422, "nsfw_content", "Flagged as NSFW."), Refused, detail="nsfw_content"),
    Case("no credits", _recraft_says(400, "not_enough_credits", "Not enough credits."), Unpaid),
    Case("no credits by 402", _recraft_says(402, "payment_required", "Top up."), Unpaid),
    Case("no credits by 429", _recraft_says(429, "limit", "Insufficient balance."), Unpaid),
    Case("402 without a word", Canned({}, 402), Unpaid),
    Case("a bad key", _recraft_says(401, "unauthorized", "Invalid token."), BadKey, detail="unauthorized"),
    Case("a key that may not", _recraft_says(403, "forbidden", "Not for you."), BadKey),
    Case("a retired id", _recraft_says(404, "model_not_found", "Model recraftv4_1 was not found."), Retired),
    Case("a retired id by 400", _recraft_says(400, "bad_value", "model: recraftv4_1 is no longer served."), Retired),
    Case("a size not known", _recraft_says(400, "invalid_request", "size: 3:4 is not supported."), BadRequest),
    Case("too fast", _recraft_says(429, "too_many_requests", "Slow down."), RateLimited, detail="too_many_requests"),
    Case("errors in a list", Canned({"errors": [{"message": "NSFW"}]}, 400), Refused),
    Case("no data", Canned({"credits": 0, "data": []}), BadPicture, "no", "no image"),
    Case("no data, charged", Canned({"credits": 35, "data": []}), BadPicture, "yes", "no image"),
    Case("null data", Canned({"data": None}), BadPicture, "maybe", "no image"),
    Case("an address only", Canned({"data": [{"url": "http://10.0.0.1/x.png"}]}), BadPicture, "maybe", "no image"),
]


def _openai_says(status: int, code: str | None, kind: str = "invalid_request_error", **more: object) -> Canned:
    error = {"message": ECHO, "type": kind, "param": more.pop("param", None), "code": code, **more}
    return Canned({"error": error}, status, {"x-request-id": "req_1"})


def _blocked(**details: object) -> Canned:
    return _openai_says(400, "moderation_blocked", "image_generation_user_error", moderation_details=details)


_LIMIT = _openai_says(429, "rate_limit_exceeded", "input-images")

OF_OPENAI = [
    Case("moderation, older", _openai_says(400, "moderation_blocked", "image_generation_user_error"), Refused),
    Case(
        "moderation of the words",
        _blocked(moderation_stage="input", categories=["violence", "self-harm"]),
        Refused,
        detail="input:violence:self-harm",
    ),
    Case("moderation of the picture", _blocked(moderation_stage="output", categories=[]), Refused, "maybe", "output"),
    Case("moderation at a stage unknown", _blocked(moderation_stage="unknown"), Refused, "no", "unknown"),
    Case("the older policy code", _openai_says(400, "content_policy_violation"), Refused),
    Case("no quota", _openai_says(429, "insufficient_quota", "insufficient_quota"), Unpaid, "no", "insufficient_quota"),
    Case("no quota by type alone", _openai_says(429, None, "insufficient_quota"), Unpaid, "no", "insufficient_quota"),
    Case("a hard limit", _openai_says(429, "billing_hard_limit_reached"), Unpaid),
    Case("a hard limit by 400", _openai_says(400, "billing_hard_limit_reached"), Unpaid),
    Case("a project's limit", _openai_says(429, "project_spend_limit_exceeded"), Unpaid),
    Case("a bad key", _openai_says(401, "invalid_api_key"), BadKey, "no", "invalid_api_key"),
    Case("a key not for this model", _openai_says(403, "model_not_found"), BadKey, "no", "model_not_found"),
    Case(
        "an organization not verified",
        Canned({"error": {"message": "Your organization must be verified to use it.", "type": "x"}}, 403),
        BadKey,
        detail="organization not verified",
    ),
    Case("a retired id", _openai_says(404, "model_not_found"), Retired, "no", "model_not_found"),
    Case("a retired id by 400", _openai_says(400, "model_not_found"), Retired),
    Case("a size not legal", _openai_says(400, "invalid_value", param="size"), BadRequest, "no", "invalid_value:size"),
    Case("a code that is a sentence", _openai_says(400, ECHO), BadRequest, "no", "status 400"),
    Case("a code that is a number", Canned({"error": {"message": ECHO, "code": 7}}, 400), BadRequest),
    Case("too fast, no time told", _LIMIT, RateLimited, "no", "rate_limit_exceeded"),
    Case(
        "too fast, in milliseconds",
        Canned(_LIMIT.body, 429, {"retry-after-ms": "1500", "retry-after": "2"}),
        RateLimited,
        waits=1.5,
    ),
    Case("overload", _openai_says(503, None, "server_error"), Down, "no", "server_error", asked=3),
    Case("no data", Canned({"created": 0, "data": []}), BadPicture, "maybe", "no image"),
    Case("null data", Canned({"data": None}), BadPicture, "maybe", "no image"),
]


def _google_says(status: int, name: str, message: str = ECHO, *details: Json) -> Canned:
    return Canned({"error": {"code": status, "message": message, "status": name, "details": list(details)}}, status)


def _rpc(kind: str, **fields: object) -> Json:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def _ended(reason: str, **usage: int) -> Canned:
    candidate = {"content": {"role": "model"}, "finishReason": reason, "finishMessage": None}
    tokens = {"promptTokenCount": 12} | usage
    return Canned({"candidates": [candidate], "usageMetadata": tokens})


_INVALID_KEY = _google_says(400, "INVALID_ARGUMENT", ECHO, _rpc("ErrorInfo", reason="API_KEY_INVALID"))
_EXHAUSTED = "RESOURCE_EXHAUSTED"
_FREE = _rpc("QuotaFailure", violations=[{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}])
_FINISHED_REFUSED = (
    "SAFETY PROHIBITED_CONTENT BLOCKLIST SPII RECITATION IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION"
)

OF_GEMINI = [
    *(
        Case(f"blocked for {reason}", Canned({"promptFeedback": {"blockReason": reason}}), Refused, "no", reason)
        for reason in ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
    ),
    *(Case(f"finished by {reason}", _ended(reason), Refused, "no", reason) for reason in _FINISHED_REFUSED.split()),
    *(
        Case(f"finished by {reason}", _ended(reason), BadPicture, "maybe", reason)
        for reason in ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE")
    ),
    Case("refused after output", _ended("IMAGE_SAFETY", candidatesTokenCount=1120), Refused, "maybe"),
    Case("refused after thinking", _ended("IMAGE_SAFETY", thoughtsTokenCount=96), Refused, "maybe"),
    Case("an account limited", _ended("PUP_LIMITED_DISABLED"), BadKey, "no", "PUP_LIMITED_DISABLED"),
    Case("no candidates", Canned({"candidates": []}), BadPicture, "maybe", "no image"),
    Case("a bad key is a 400", _INVALID_KEY, BadKey, "no", "INVALID_ARGUMENT:API_KEY_INVALID"),
    Case("a bad key, in words", _google_says(400, "INVALID_ARGUMENT", "API key not valid."), BadKey),
    Case("a bad key in a list", Canned([_INVALID_KEY.body], 400), BadKey),
    Case("a key that may not", _google_says(403, "PERMISSION_DENIED"), BadKey, "no", "PERMISSION_DENIED"),
    Case("a retired id", _google_says(404, "NOT_FOUND"), Retired, "no", "NOT_FOUND"),
    Case("a field not known", _google_says(400, "INVALID_ARGUMENT"), BadRequest, "no", "INVALID_ARGUMENT"),
    Case("a quota of zero", _google_says(429, _EXHAUSTED, "Quota exceeded, limit: 0, model: x"), Unpaid),
    Case("a free tier's quota", _google_says(429, _EXHAUSTED, ECHO, _FREE), Unpaid),
    Case("a spending cap", _google_says(429, _EXHAUSTED, "The project's monthly spending cap is reached."), Unpaid),
    Case(
        "billing turned off",
        _google_says(403, "PERMISSION_DENIED", ECHO, _rpc("ErrorInfo", reason="BILLING_DISABLED")),
        Unpaid,
    ),
    Case(
        "too fast",
        _google_says(429, _EXHAUSTED, ECHO, _rpc("RetryInfo", retryDelay="2.5s")),
        RateLimited,
        "no",
        _EXHAUSTED,
        waits=2.5,
    ),
    Case("too fast, no time told", _google_says(429, _EXHAUSTED, "Quota exceeded, limit: 10"), RateLimited),
    Case("overload", _google_says(503, "UNAVAILABLE"), Down, "no", "UNAVAILABLE", asked=3),
    Case("a gateway's deadline", _google_says(504, "DEADLINE_EXCEEDED"), Down, "maybe", "DEADLINE_EXCEEDED"),
]

ALL: list[tuple[Vendor, Case]] = [
    *((vendor, case) for vendor in VENDORS for case in of_any(vendor)),
    *((RECRAFT, case) for case in OF_RECRAFT),
    *((OPENAI, case) for case in OF_OPENAI),
    *((GEMINI, case) for case in OF_GEMINI),
]
