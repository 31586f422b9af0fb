"""What a status means where the vendor's own words do not say more, and the few words that may be kept of them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from bot.errors import BadKey, BadRequest, Down, ModelError, RateLimited, Retired, TimedOut, Unpaid
from providers._http import Reply

_CODE = re.compile(r"[A-Za-z0-9_./\[\]-]{1,60}")
_SPOKEN: Mapping[int, type[ModelError]] = {402: Unpaid, 403: BadKey, 404: Retired, 410: Retired}
_TURNED_AWAY = (503, 529)
_SHORTEST_WAIT = 0.1


def rejected(reply: Reply, model: str, detail: str, *, spoken: bool) -> ModelError:
    """The error of a bad status; `spoken` tells that the vendor itself answered, not a page or gateway before it."""
    status, detail = reply.status, detail or f"status {reply.status}"
    match status:
        case 401:
            return BadKey(model, detail)
        case 408:
            return TimedOut(model, detail, "maybe")
        case 429:
            return RateLimited(model, detail, retry_after=retry_after(reply.headers))
        case _ if status in _TURNED_AWAY or status < 400:
            # Overload and redirects come instead of the work, so nothing was drawn.
            return Down(model, detail, "no")
        case _ if status >= 500 or status == 409:
            # These may come after the work: 500 in its last step, 502 and 504 from a gateway that waited no longer.
            return Down(model, detail, "maybe")
    if not spoken:
        return Down(model, detail, "no")
    return _SPOKEN.get(status, BadRequest)(model, detail)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by OpenAI's `retry-after-ms`, else by `Retry-After`, a number or a date; 0 when neither says."""
    for name, per_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        if isfinite(seconds):
            return max(seconds, _SHORTEST_WAIT)
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    return max((until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), _SHORTEST_WAIT)


def codes(*words: str | None) -> str:
    """The vendor's codes as one short detail; sentences are left out, since they may repeat the prompt or the key."""
    return ":".join(word for word in words if word and _CODE.fullmatch(word))
