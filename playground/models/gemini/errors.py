"""Google's errors and refusals: `errors.py` and `FinishReason` of the google-genai SDK (3.4.0), and google.rpc."""

from typing import Any

from playground.models.faults import Fault
from playground.models.vendor_errors import Json, VendorError

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


def bad_request(message: str, field: str = "") -> VendorError:
    violations = [{"field": field, "description": message}] if field else []
    details = [{"@type": f"{_RPC}BadRequest", "fieldViolations": violations}] if field else []
    return _error(400, "INVALID_ARGUMENT", message, details)


def unknown_model(model: str) -> VendorError:
    message = f"models/{model} is not found for API version v1beta, or is not supported for generateContent."
    return _error(404, "NOT_FOUND", message)


def invalid_key() -> VendorError:
    """Status 400, not 401: seen in June 2026."""
    reason = {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return _error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [reason])


def missing_key() -> VendorError:
    message = "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity."
    return _error(403, "PERMISSION_DENIED", message)


def error_for_fault(fault: Fault, model: str) -> VendorError:
    match fault.kind:
        case "refusal":
            return _refusal(fault.spelling, model)
        case "no_image":
            return VendorError(
                200, _finished_without_image(fault.spelling if fault.spelling in _EMPTY else "NO_IMAGE", model)
            )
        case "rate_limit":
            return _rate_limit(fault.seconds)
        case "no_money":
            return _quota_exceeded(model)
        case "bad_key":
            return invalid_key()
        case "retired":
            return unknown_model(model)
        case "bad_request":
            return _bad_request(fault.spelling)
        case "error_503":
            return _error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
    return _error(500, "INTERNAL", "An internal error has occurred.")


def _refusal(spelling: str, model: str) -> VendorError:
    """A refusal with status 200: a finish reason, or `blockReason.` and one; IMAGE_SAFETY by default."""
    where, _, reason = spelling.rpartition(".")
    if where == "blockReason" and reason in _BLOCKED:
        feedback = {"promptFeedback": {"blockReason": reason}, "modelVersion": model, "responseId": "practice"}
        return VendorError(200, {**feedback, "usageMetadata": _usage_metadata()})
    return VendorError(200, _finished_without_image(reason if reason in _REFUSED else "IMAGE_SAFETY", model))


def _finished_without_image(reason: str, model: str) -> Json:
    """A candidate that ended without a picture."""
    candidate = {"content": {"role": "model"}, "finishReason": reason, "finishMessage": None, "index": 0}
    return {
        "candidates": [candidate],
        "usageMetadata": _usage_metadata(),
        "modelVersion": model,
        "responseId": "practice",
    }


def _usage_metadata() -> Json:
    return {"promptTokenCount": 12, "totalTokenCount": 12}


def _rate_limit(seconds: float) -> VendorError:
    """A rate limit; Google gives the delay in the body, not in a header."""
    retry = {"@type": f"{_RPC}RetryInfo", "retryDelay": f"{seconds:g}s"}
    return _error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", [retry])


def _quota_exceeded(model: str) -> VendorError:
    """Image models have no free tier: a key without billing meets a quota of zero."""
    quota = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaDimensions": {"model": model}}
    details = [{"@type": f"{_RPC}QuotaFailure", "violations": [quota]}]
    message = "You exceeded your current quota, please check your plan and billing details. Limit: 0."
    return _error(429, "RESOURCE_EXHAUSTED", message, details)


def _bad_request(spelling: str) -> VendorError:
    """A 400; with `imageConfig`, that of a server which knows only the other spelling of the size."""
    if spelling == "imageConfig":
        return unknown_field("generation_config", "imageConfig")
    return bad_request("Request contains an invalid argument.")


def unknown_field(parent: str, name: str) -> VendorError:
    where = f" at '{parent}'" if parent else ""
    message = f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
    return bad_request(message, parent or name)


def _error(status: int, name: str, message: str, details: list[dict[str, Any]] | None = None) -> VendorError:
    error: Json = {"code": status, "message": message, "status": name}
    return VendorError(status, {"error": {**error, "details": details} if details else error})
