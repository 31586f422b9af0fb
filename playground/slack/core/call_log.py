"""The latest Web API calls, for tests and timings."""

from collections import deque
from dataclasses import asdict, dataclass

from playground.slack.core.store import Json

_MAX_CALLS = 2000


@dataclass(frozen=True, slots=True)
class ApiCallRecord:
    """One call; `arguments` without the token, `at` in seconds since 1970."""

    method: str
    arguments: Json
    ok: bool
    error: str | None
    at: float
    ms: float
    answer: Json


class CallLog:
    """The newest calls, in memory."""

    def __init__(self) -> None:
        self._records: deque[ApiCallRecord] = deque(maxlen=_MAX_CALLS)

    def add(self, record: ApiCallRecord) -> None:
        self._records.append(record)

    def latest(self, limit: int, method: str | None = None) -> list[Json]:
        found = [asdict(call) for call in self._records if method in (None, call.method)]
        return found[-limit:]
