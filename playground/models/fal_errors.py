"""fal's errors: fal.ai/docs/documentation/model-apis/errors.md and request-errors.md, fal_client's `client.py` (1.0.3).

A model's errors are a list under `detail`; the platform's are a sentence with `error_type`. The 401 and the 403 are as
users quoted them in fal-ai/fal, issues 1068 and 1147.
"""

from typing import Any

from playground.models.complaints import ComplaintError, Json
from playground.models.faults import Fault

# Said when a request is submitted; all else is said when its result is asked for.
AT_SUBMIT = frozenset({"rate_limit", "no_money", "bad_key", "retired"})

_DOCS = "https://docs.fal.ai/errors#"
_LOCKS = {
    "balance": "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
    "admin": "User is locked. Reason: Admin lock. Please contact support@fal.ai",
}
_PLATFORM = {
    "request_timeout": (504, "Request timed out"),
    "startup_timeout": (504, "The runner did not start in time"),
    "runner_scheduling_failure": (503, "No runner could be allocated"),
    "runner_connection_timeout": (503, "The connection to the runner timed out"),
    "runner_disconnected": (503, "The runner disconnected unexpectedly"),
    "runner_connection_refused": (503, "The runner refused the connection"),
    "runner_connection_error": (503, "A connection error occurred with the runner"),
    "runner_incomplete_response": (502, "The runner sent an incomplete response"),
}


def bad_key() -> ComplaintError:
    return _sentence(401, "No user found for Key ID and Secret")


def no_key() -> ComplaintError:
    return _sentence(401, "Authentication is required to access this application.")


def unknown_application(endpoint: str) -> ComplaintError:
    return _sentence(404, f"Application '{endpoint}' not found")


def unknown_request() -> ComplaintError:
    return _sentence(404, "Request not found")


def still_working() -> ComplaintError:
    return _sentence(400, "Request is still in progress")


def cancelled() -> ComplaintError:
    return _platform(499, "client_cancelled", "The request was cancelled by the client")


def unfit(place: tuple[str | int, ...], message: str, kind: str, given: Any) -> ComplaintError:
    """An input the model does not take; `place` is the way to it inside the body."""
    return _listed(422, place, message, kind, given=given)


def unreadable(kind: str, address: str) -> ComplaintError:
    """`file_download_error` or `image_load_error`: a picture that cannot be had, or is none."""
    message = {"file_download_error": "Failed to download the file.", "image_load_error": "Failed to load the image."}
    return unfit(("image_url",), message[kind], kind, address)


def complaint(fault: Fault, model: str) -> ComplaintError:
    match fault.kind:
        case "refusal":
            return _refusal(fault.spelling)
        case "rate_limit":
            limit = _sentence(429, "Too many concurrent requests. Please try again later.")
            limit.headers |= {"X-Fal-Retryable": "true", "Retry-After": f"{fault.seconds:.0f}"}
            return limit
        case "no_money":
            return _sentence(403, _LOCKS.get(fault.spelling, _LOCKS["balance"]))
        case "bad_key":
            return bad_key()
        case "retired":
            return unknown_application(model)
        case "bad_request":
            return unfit(("prompt",), "The prompt cannot be processed.", "value_error", "")
        case "no_image":
            return _listed(422, (), "The model did not generate any media.", "no_media_generated")
        case "error_503":
            kind = fault.spelling if fault.spelling in _PLATFORM else "runner_disconnected"
            return _platform(_PLATFORM[kind][0], kind, _PLATFORM[kind][1])
    return internal()


def internal() -> ComplaintError:
    return _listed(500, (), "Internal server error", "internal_server_error", retryable=True)


def _refusal(spelling: str) -> ComplaintError:
    """Categories after each other with commas, as `model_moderated` or `sexual,violence`; `plain` has none."""
    categories = [] if spelling == "plain" else (spelling or "violence").split(",")
    message = "The content could not be processed because it contained material flagged by a content checker."
    refusal = _listed(422, ("prompt",), message, "content_policy_violation", given="")
    if categories:
        refusal.body["detail"][0]["categories"] = categories
    return refusal


def _sentence(status: int, detail: str) -> ComplaintError:
    return ComplaintError(status, {"detail": detail})


def _platform(status: int, kind: str, detail: str) -> ComplaintError:
    headers = {"X-Fal-Error-Type": kind, "X-Fal-Retryable": "true" if status in (503, 504) else "false"}
    return ComplaintError(status, {"detail": detail, "error_type": kind}, headers)


def _listed(
    status: int, place: tuple[str | int, ...], message: str, kind: str, *, given: Any = None, retryable: bool = False
) -> ComplaintError:
    error: Json = {"loc": ["body", *place], "msg": message, "type": kind, "url": f"{_DOCS}{kind}"}
    given_too = {} if given is None else {"input": given}
    return ComplaintError(
        status, {"detail": [{**error, **given_too}]}, {"X-Fal-Retryable": "true" if retryable else "false"}
    )
