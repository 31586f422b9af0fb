"""Google's errors and refusals: `errors.py` and `FinishReason` of the google-genai SDK (3.4.0), and google.rpc."""

from typing import Any

from playground.models.complaints import ComplaintError, Json
from playground.models.faults import Fault

_RPC = "type.googleapis.com/google.rpc."
_BLOCKED = ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
_REFUSED = (
    "SAFETY",
    "PROHIBITED_CONTENT",
    "BLOCKLIST",
    "SPII",
    "RECITATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "PUP_LIMITED_DISABLED",
)
_EMPTY = ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE")


def bad_request(message: str, field: str = "") -> ComplaintError:
    violations = [{"field": field, "description": message}] if field else []
    details = [{"@type": f"{_RPC}BadRequest", "fieldViolations": violations}] if field else []
    return _complaint(400, "INVALID_ARGUMENT", message, details)


def unknown_model(model: str) -> ComplaintError:
    message = f"models/{model} is not found for API version v1beta, or is not supported for generateContent."
    return _complaint(404, "NOT_FOUND", message)


def bad_key() -> ComplaintError:
    """400 and not 401: seen in June 2026."""
    reason = {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return _complaint(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [reason])


def no_key() -> ComplaintError:
    message = "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity."
    return _complaint(403, "PERMISSION_DENIED", message)


def complaint(fault: Fault, model: str) -> ComplaintError:
    match fault.kind:
        case "refusal":
            return _refusal(fault.spelling, model)
        case "no_image":
            return ComplaintError(200, _finished(fault.spelling if fault.spelling in _EMPTY else "NO_IMAGE", model))
        case "rate_limit":
            return _rate_limit(fault.seconds)
        case "no_money":
            return _no_money(model)
        case "bad_key":
            return bad_key()
        case "retired":
            return unknown_model(model)
        case "bad_request":
            return _bad_request(fault.spelling)
        case "error_503":
            return _complaint(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
    return _complaint(500, "INTERNAL", "An internal error has occurred.")


def _refusal(spelling: str, model: str) -> ComplaintError:
    """A finish reason, or `blockReason.` and one of those; IMAGE_SAFETY unless told. All of them are HTTP 200."""
    where, _, reason = spelling.rpartition(".")
    if where == "blockReason" and reason in _BLOCKED:
        feedback = {"promptFeedback": {"blockReason": reason}, "modelVersion": model, "responseId": "practice"}
        return ComplaintError(200, {**feedback, "usageMetadata": _no_tokens()})
    return ComplaintError(200, _finished(reason if reason in _REFUSED else "IMAGE_SAFETY", model))


def _finished(reason: str, model: str) -> Json:
    """A candidate that ended without a picture."""
    candidate = {"content": {"role": "model"}, "finishReason": reason, "finishMessage": None, "index": 0}
    return {"candidates": [candidate], "usageMetadata": _no_tokens(), "modelVersion": model, "responseId": "practice"}


def _no_tokens() -> Json:
    return {"promptTokenCount": 12, "totalTokenCount": 12}


def _rate_limit(seconds: float) -> ComplaintError:
    """Google says when in the body, not in a header."""
    retry = {"@type": f"{_RPC}RetryInfo", "retryDelay": f"{seconds:g}s"}
    return _complaint(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", [retry])


def _no_money(model: str) -> ComplaintError:
    """Image models have no free tier: a key without billing meets a quota of zero."""
    quota = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaDimensions": {"model": model}}
    details = [{"@type": f"{_RPC}QuotaFailure", "violations": [quota]}]
    message = "You exceeded your current quota, please check your plan and billing details. Limit: 0."
    return _complaint(429, "RESOURCE_EXHAUSTED", message, details)


def _bad_request(spelling: str) -> ComplaintError:
    """`imageConfig` answers like a server that knows only the other spelling of the picture's size."""
    if spelling == "imageConfig":
        return unknown_field("generation_config", "imageConfig")
    return bad_request("Request contains an invalid argument.")


def unknown_field(parent: str, name: str) -> ComplaintError:
    where = f" at '{parent}'" if parent else ""
    message = f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
    return bad_request(message, parent or name)


def _complaint(status: int, name: str, message: str, details: list[dict[str, Any]] | None = None) -> ComplaintError:
    error: Json = {"code": status, "message": message, "status": name}
    return ComplaintError(status, {"error": {**error, "details": details} if details else error})
