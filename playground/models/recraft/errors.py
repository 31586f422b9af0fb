"""Recraft's errors.

Recraft publishes only that errors are JSON with a status other than 2xx (recraft.ai/docs/api-reference/agents.md).
`code` and `message` are our guess; a client must not rely on them.
"""

from uuid import uuid4

from playground.models.faults import Fault
from playground.models.vendor_errors import VendorError

# Possible texts for missing credit and for a refusal; a fault's `spelling` selects one.
_INSUFFICIENT_CREDIT = {
    "400": (400, "not_enough_credits", "You do not have enough credits."),
    "402": (402, "not_enough_credits", "You do not have enough credits."),
}
_REFUSALS = {
    "400": (400, "content_moderation", "The prompt was rejected by content moderation."),
    "422": (422, "nsfw_content", "The generated image was flagged as NSFW."),
}


def bad_request(message: str) -> VendorError:
    return _error(400, "invalid_request", message)


def unknown_model(model: str) -> VendorError:
    return _error(404, "model_not_found", f"Model {model} was not found.")


def invalid_key() -> VendorError:
    return _error(401, "unauthorized", "Invalid API token.")


def error_for_fault(fault: Fault, model: str) -> VendorError:
    match fault.kind:
        case "refusal":
            return _error(*_REFUSALS.get(fault.spelling, _REFUSALS["400"]))
        case "no_money":
            return _error(*_INSUFFICIENT_CREDIT.get(fault.spelling, _INSUFFICIENT_CREDIT["400"]))
        case "rate_limit":
            return _error(429, "too_many_requests", "Rate limit exceeded.", {"Retry-After": f"{fault.seconds:.0f}"})
        case "bad_key":
            return invalid_key()
        case "retired":
            return unknown_model(model)
        case "bad_request":
            return bad_request("prompt: cannot be processed")
        case "no_image":
            return VendorError(200, {"created": 0, "credits": 0, "data": []})
        case "error_503":
            return _error(503, "service_unavailable", "The service is temporarily unavailable.")
    return _error(500, "internal_error", "Internal server error.")


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> VendorError:
    return VendorError(
        status, {"code": code, "message": message}, {"X-Recraft-Requestid": uuid4().hex, **(headers or {})}
    )
