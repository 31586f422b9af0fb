"""Errors for HTTP statuses, Retry-After headers, and the part of a provider's error text that is safe to store."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from bot.domain.model_errors import (
    AuthenticationFailed,
    InsufficientCredit,
    InvalidRequest,
    ModelError,
    ModelRetired,
    ProviderDown,
    RateLimited,
    TimedOut,
)
from providers.http.response import ProviderResponse

_CODE = re.compile(r"[A-Za-z0-9_./\[\]-]{1,60}")
_VENDOR_ERRORS: Mapping[int, type[ModelError]] = {
    402: InsufficientCredit,
    403: AuthenticationFailed,
    404: ModelRetired,
    410: ModelRetired,
}
OVERLOADED_STATUSES = frozenset({503, 529})
_MIN_WAIT_SECONDS = 0.1
_MAX_DATE_LENGTH = 60


def error_for_status(response: ProviderResponse, model: str, detail: str, *, from_vendor: bool) -> ModelError:
    """Return the error for a failed response; `from_vendor` is False for a gateway's page."""
    status, detail = response.status, detail or f"status {response.status}"
    match status:
        case 401:
            return AuthenticationFailed(model, detail)
        case 408:
            return TimedOut(model, detail, "maybe")
        case 429:
            return RateLimited(model, detail, retry_after=retry_after(response.headers))
        case _ if status in OVERLOADED_STATUSES or status < 400:
            # The provider did no work, so nothing is billed.
            return ProviderDown(model, detail, "no")
        case _ if status >= 500 or status == 409:
            # The work may be done: 500 in its last step, 502 and 504 from a gateway that timed out.
            return ProviderDown(model, detail, "maybe")
    if not from_vendor:
        return ProviderDown(model, detail, "no")
    return _VENDOR_ERRORS.get(status, InvalidRequest)(model, detail)


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds in OpenAI's `retry-after-ms` or in `Retry-After` (number or date); 0 without either."""
    for name, per_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        if isfinite(seconds):
            return max(seconds, _MIN_WAIT_SECONDS)
    try:
        until = parsedate_to_datetime(headers.get("retry-after", "")[:_MAX_DATE_LENGTH])
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError, TypeError):
        return 0.0
    return max(seconds, _MIN_WAIT_SECONDS)


def error_code(*codes: str | None) -> str:
    """Join the provider's error codes into a short detail; drop sentences, which may repeat the prompt or the key."""
    return ":".join(code for code in codes if code and _CODE.fullmatch(code))
