"""What gateways before a vendor do to its answers: Azure's filter, an error with status 200, odd amounts and URLs.

Azure's error is as its documents and issues show it; the error with status 200 is OpenRouter's.
"""

from typing import Any

import msgspec

from playground.models.faults import Fault
from playground.models.vendor_errors import Json, VendorError

_AMOUNTS = frozenset({"credits", "output_tokens", "candidatesTokenCount", "seed"})
_ABSURD = msgspec.Raw(b"1e2000000")


def gateway_error(fault: Fault) -> VendorError | None:
    """Return a gateway's error; `spelling` is its code."""
    match fault.kind:
        case "content_filter":
            return VendorError(400, _filtered(fault.spelling or "content_filter"))
        case "inner_error":
            code: int | str = int(fault.spelling) if fault.spelling.isdecimal() else fault.spelling or 429
            return VendorError(200, {"error": {"message": "Provider returned error", "code": code}})
    return None


def distort(content: Any) -> Any:
    """Return a body whose amounts no number type holds."""
    if isinstance(content, dict):
        return {key: _ABSURD if key in _AMOUNTS else distort(value) for key, value in content.items()}
    if isinstance(content, list):
        return [distort(item) for item in content]
    return content


def _filtered(code: str) -> Json:
    results = {
        "sexual": {"filtered": False, "severity": "safe"},
        "violence": {"filtered": True, "severity": "medium"},
    }
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_results": results}
    message = "Your request was blocked by the content management policy."
    return {"error": {"code": code, "message": message, "param": "prompt", "type": None, "inner_error": inner}}
