"""Errors of a self-hosted server, in any of the four shapes that such servers use."""

from playground.models.complaints import ComplaintError, Json
from playground.models.faults import Fault
from playground.models.own_habits import ErrorShape


def no(shape: ErrorShape, status: int, message: str, kind: str = "invalid_request_error") -> ComplaintError:
    bodies: dict[ErrorShape, Json] = {
        "object": {"error": {"message": message, "type": kind, "param": None, "code": status}},
        "string": {"error": message},
        "detail": {"detail": message},
        "message": {"message": message},
    }
    return ComplaintError(status, bodies[shape])


def complaint(shape: ErrorShape, fault: Fault, model: str) -> ComplaintError:
    """A refusal is a 400, or 200 with nothing in it when spelled `empty`."""
    match fault.kind:
        case "refusal" if fault.spelling != "empty":
            return no(shape, 400, "The prompt was rejected by the safety checker.")
        case "refusal" | "no_image":
            return ComplaintError(200, {"created": 0, "data": []})
        case "rate_limit":
            busy = no(shape, 429, "Too many requests are waiting.", "rate_limit_error")
            busy.headers |= {"Retry-After": f"{fault.seconds:.0f}"}
            return busy
        case "no_money":
            return no(shape, 402, "This key has no credit left.", "insufficient_quota")
        case "bad_key":
            return no(shape, 401, "Unauthorized")
        case "retired":
            return unknown_model(shape, model)
        case "bad_request":
            return no(shape, 400, "The request cannot be processed.")
        case "error_503":
            return no(shape, 503, "The model is still loading.", "server_error")
    return no(shape, 500, "CUDA out of memory.", "server_error")


def unknown_model(shape: ErrorShape, model: str) -> ComplaintError:
    return no(shape, 404, f"The model `{model}` does not exist.", "NotFoundError")
