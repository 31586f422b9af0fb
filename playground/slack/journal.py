"""The last Web API calls, for tests and timings."""

from collections import deque
from dataclasses import asdict, dataclass

from playground.slack.store import Json

_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Noted:
    """One call; `arguments` without the token, `at` in seconds since 1970."""

    method: str
    arguments: Json
    ok: bool
    error: str | None
    at: float
    ms: float
    answer: Json


class Journal:
    """Keeps the newest calls in memory."""

    def __init__(self) -> None:
        self._calls: deque[Noted] = deque(maxlen=_KEPT)

    def note(self, call: Noted) -> None:
        self._calls.append(call)

    def newest(self, limit: int, method: str | None = None) -> list[Json]:
        found = [asdict(call) for call in self._calls if method in (None, call.method)]
        return found[-limit:]
