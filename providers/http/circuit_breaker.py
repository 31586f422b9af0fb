"""Circuit breaker of one model."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

_FAILURE_THRESHOLD = 5
_FAILURE_WINDOW = 600.0  # seconds; failures spread over a longer time do not open the circuit
_OPEN_SECONDS, _MAX_OPEN_SECONDS = 120.0, 900.0  # each failed probe doubles the pause


class CircuitBreaker:
    """Opens after five failures in a row (no connection, 5xx, timeout), then lets one probe through after a pause."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failure_times: deque[float] = deque(maxlen=_FAILURE_THRESHOLD)
        self._open_seconds = _OPEN_SECONDS
        self._open_until = 0.0
        self._is_open = False
        self._is_half_open = False

    def open_until(self) -> datetime | None:
        """Return when the next call may go out; None while the circuit lets calls through."""
        remaining = self._open_until - self._clock()
        if not self._is_open or (remaining <= 0 and not self._is_half_open):
            return None
        return datetime.now(UTC) + timedelta(seconds=max(remaining, 0.0))

    def begin(self) -> None:
        """Note a call that goes out; while the circuit is open it is the probe, and other calls wait for its end."""
        self._is_half_open = self._is_open

    def succeeded(self) -> None:
        """Close the circuit: the model answered, if only with a refusal."""
        self._failure_times.clear()
        self._is_open = self._is_half_open = False
        self._open_seconds = _OPEN_SECONDS

    def failed(self) -> None:
        now = self._clock()
        self._failure_times.append(now)
        if self._is_half_open:
            self._open_seconds = min(2 * self._open_seconds, _MAX_OPEN_SECONDS)
        elif (
            self._is_open
            or len(self._failure_times) < _FAILURE_THRESHOLD
            or now - self._failure_times[0] > _FAILURE_WINDOW
        ):
            return
        self._is_open, self._is_half_open, self._open_until = True, False, now + self._open_seconds

    def abandoned(self) -> None:
        """Forget a call that was cancelled here, which says nothing about the model; the next one may probe."""
        self._is_half_open = False
