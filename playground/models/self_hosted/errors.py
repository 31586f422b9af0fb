"""Errors of a self-hosted server, in any of the four formats in use."""

from playground.models.faults import Fault
from playground.models.self_hosted.quirks import ErrorShape
from playground.models.vendor_errors import Json, VendorError


def error(shape: ErrorShape, status: int, message: str, kind: str = "invalid_request_error") -> VendorError:
    bodies: dict[ErrorShape, Json] = {
        "object": {"error": {"message": message, "type": kind, "param": None, "code": status}},
        "string": {"error": message},
        "detail": {"detail": message},
        "message": {"message": message},
    }
    return VendorError(status, bodies[shape])


def error_for_fault(shape: ErrorShape, fault: Fault, model: str) -> VendorError:
    """Return the error; a refusal is a 400, or an empty 200 with spelling `empty`."""
    match fault.kind:
        case "refusal" if fault.spelling != "empty":
            return error(shape, 400, "The prompt was rejected by the safety checker.")
        case "refusal" | "no_image":
            return VendorError(200, {"created": 0, "data": []})
        case "rate_limit":
            rate_limited = error(shape, 429, "Too many requests are waiting.", "rate_limit_error")
            rate_limited.headers |= {"Retry-After": f"{fault.seconds:.0f}"}
            return rate_limited
        case "no_money":
            return error(shape, 402, "This key has no credit left.", "insufficient_quota")
        case "bad_key":
            return error(shape, 401, "Unauthorized")
        case "retired":
            return unknown_model(shape, model)
        case "bad_request":
            return error(shape, 400, "The request cannot be processed.")
        case "error_503":
            return error(shape, 503, "The model is still loading.", "server_error")
    return error(shape, 500, "CUDA out of memory.", "server_error")


def unknown_model(shape: ErrorShape, model: str) -> VendorError:
    return error(shape, 404, f"The model `{model}` does not exist.", "NotFoundError")
