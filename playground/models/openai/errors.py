"""OpenAI's errors: the format of the SDK's `_exceptions.py`, codes from several public fixtures."""

from uuid import uuid4

from playground.models.faults import Fault
from playground.models.vendor_errors import Json, VendorError

_BILLING = {
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
    "billing_hard_limit_reached": "Billing hard limit has been reached.",
    "project_spend_limit_exceeded": "The spend limit of this project has been exceeded.",
}
_STAGES = ("input", "output", "unknown")


def response_headers() -> dict[str, str]:
    return {"x-request-id": f"req_{uuid4().hex}"}


def bad_request(message: str, param: str | None, code: str | None = None) -> VendorError:
    return _error(400, message, "invalid_request_error", param, code)


def unknown_model(model: str) -> VendorError:
    message = f"The model '{model}' does not exist or you do not have access to it."
    return _error(404, message, "invalid_request_error", None, "model_not_found")


def invalid_key() -> VendorError:
    return _error(401, "Incorrect API key provided.", "invalid_request_error", None, "invalid_api_key")


def error_for_fault(fault: Fault, model: str) -> VendorError:
    match fault.kind:
        case "refusal":
            return _refusal(fault.spelling)
        case "no_money":
            code = fault.spelling if fault.spelling in _BILLING else "insufficient_quota"
            return _error(429, _BILLING[code], code, None, code)
        case "rate_limit":
            return _rate_limit(fault.seconds, model)
        case "bad_key":
            return invalid_key()
        case "retired":
            return unknown_model(model)
        case "bad_request":
            return bad_request("Your request could not be processed.", "prompt", "invalid_value")
        case "error_503":
            return _error(503, "The engine is currently overloaded, please try again later.", "server_error")
        case "no_image":
            return VendorError(200, {"created": 0, "data": []}, response_headers())
    return _error(500, "The server had an error while processing your request.", "server_error")


def _refusal(spelling: str) -> VendorError:
    """A refusal at stage `input` (default), `output` or `unknown`, with categories after a colon; `plain` is the older
    format.
    """
    stage, _, categories = spelling.partition(":")
    message = "Your request was rejected by the safety system."
    refusal = _error(400, message, "image_generation_user_error", None, "moderation_blocked")
    if stage != "plain":
        details: Json = {"moderation_stage": stage if stage in _STAGES else "input"}
        details["categories"] = categories.split(",") if categories else ["violence"]
        refusal.body["error"]["moderation_details"] = details
    return refusal


def _rate_limit(seconds: float, model: str) -> VendorError:
    message = f"Rate limit reached for {model} on input-images per min: Limit 5. Please try again in {seconds:g}s."
    limit = _error(429, message, "input-images", None, "rate_limit_exceeded")
    limit.headers |= {"retry-after": f"{seconds:.0f}", "retry-after-ms": f"{seconds * 1000:.0f}"}
    return limit


def _error(status: int, message: str, kind: str, param: str | None = None, code: str | None = None) -> VendorError:
    return VendorError(
        status, {"error": {"message": message, "type": kind, "param": param, "code": code}}, response_headers()
    )
