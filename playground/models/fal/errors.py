"""fal's errors: fal.ai/docs/documentation/model-apis/errors.md and request-errors.md, fal_client's `client.py` (1.0.3).

A model's errors are a list under `detail`; the platform's are a sentence with `error_type`. The 401 and the 403 are as
users quoted them in fal-ai/fal, issues 1068 and 1147.
"""

from typing import Any

from playground.models.faults import Fault
from playground.models.vendor_errors import Json, VendorError

# Reported on submission; all other errors are reported with the result.
AT_SUBMIT = frozenset({"rate_limit", "no_money", "bad_key", "retired"})

_DOCS = "https://docs.fal.ai/errors#"
_LOCK_MESSAGES = {
    "balance": "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
    "admin": "User is locked. Reason: Admin lock. Please contact support@fal.ai",
}
_PLATFORM_ERRORS = {
    "request_timeout": (504, "Request timed out"),
    "startup_timeout": (504, "The runner did not start in time"),
    "runner_scheduling_failure": (503, "No runner could be allocated"),
    "runner_connection_timeout": (503, "The connection to the runner timed out"),
    "runner_disconnected": (503, "The runner disconnected unexpectedly"),
    "runner_connection_refused": (503, "The runner refused the connection"),
    "runner_connection_error": (503, "A connection error occurred with the runner"),
    "runner_incomplete_response": (502, "The runner sent an incomplete response"),
}


def invalid_key() -> VendorError:
    return _detail_error(401, "No user found for Key ID and Secret")


def missing_key() -> VendorError:
    return _detail_error(401, "Authentication is required to access this application.")


def unknown_application(endpoint: str) -> VendorError:
    return _detail_error(404, f"Application '{endpoint}' not found")


def unknown_request() -> VendorError:
    return _detail_error(404, "Request not found")


def in_progress() -> VendorError:
    return _detail_error(400, "Request is still in progress")


def cancelled() -> VendorError:
    return _platform_error(499, "client_cancelled", "The request was cancelled by the client")


def invalid_input(location: tuple[str | int, ...], message: str, kind: str, input_value: Any) -> VendorError:
    """An input that the model rejects; `location` is its path inside the body."""
    return _validation_error(422, location, message, kind, input_value=input_value)


def unreadable_image(kind: str, address: str) -> VendorError:
    """`file_download_error` or `image_load_error`: a picture that cannot be downloaded or decoded."""
    message = {"file_download_error": "Failed to download the file.", "image_load_error": "Failed to load the image."}
    return invalid_input(("image_url",), message[kind], kind, address)


def error_for_fault(fault: Fault, model: str) -> VendorError:
    match fault.kind:
        case "refusal":
            return _refusal(fault.spelling)
        case "rate_limit":
            limit = _detail_error(429, "Too many concurrent requests. Please try again later.")
            limit.headers |= {"X-Fal-Retryable": "true", "Retry-After": f"{fault.seconds:.0f}"}
            return limit
        case "no_money":
            return _detail_error(403, _LOCK_MESSAGES.get(fault.spelling, _LOCK_MESSAGES["balance"]))
        case "bad_key":
            return invalid_key()
        case "retired":
            return unknown_application(model)
        case "bad_request":
            return invalid_input(("prompt",), "The prompt cannot be processed.", "value_error", "")
        case "no_image":
            return _validation_error(422, (), "The model did not generate any media.", "no_media_generated")
        case "error_503":
            kind = fault.spelling if fault.spelling in _PLATFORM_ERRORS else "runner_disconnected"
            return _platform_error(_PLATFORM_ERRORS[kind][0], kind, _PLATFORM_ERRORS[kind][1])
    return internal_error()


def internal_error() -> VendorError:
    return _validation_error(500, (), "Internal server error", "internal_server_error", retryable=True)


def _refusal(spelling: str) -> VendorError:
    """A refusal with comma-separated categories, such as `model_moderated` or `sexual,violence`; `plain` has none."""
    categories = [] if spelling == "plain" else (spelling or "violence").split(",")
    message = "The content could not be processed because it contained material flagged by a content checker."
    refusal = _validation_error(422, ("prompt",), message, "content_policy_violation", input_value="")
    if categories:
        refusal.body["detail"][0]["categories"] = categories
    return refusal


def _detail_error(status: int, detail: str) -> VendorError:
    return VendorError(status, {"detail": detail})


def _platform_error(status: int, kind: str, detail: str) -> VendorError:
    headers = {"X-Fal-Error-Type": kind, "X-Fal-Retryable": "true" if status in (503, 504) else "false"}
    return VendorError(status, {"detail": detail, "error_type": kind}, headers)


def _validation_error(
    status: int,
    location: tuple[str | int, ...],
    message: str,
    kind: str,
    *,
    input_value: Any = None,
    retryable: bool = False,
) -> VendorError:
    error: Json = {"loc": ["body", *location], "msg": message, "type": kind, "url": f"{_DOCS}{kind}"}
    input_field = {} if input_value is None else {"input": input_value}
    return VendorError(
        status, {"detail": [{**error, **input_field}]}, {"X-Fal-Retryable": "true" if retryable else "false"}
    )
