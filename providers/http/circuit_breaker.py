"""A model that keeps failing is left alone for a while; then one ask probes it."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

_FAILURE_THRESHOLD = 5
_FAILURE_WINDOW = 600.0  # seconds in which so many failures in a row count as one outage
_OPEN_SECONDS, _MAX_OPEN_SECONDS = 120.0, 900.0  # seconds; each probe that fails doubles the rest


class CircuitBreaker:
    """Counts one model's failures in a row: not reached, failed on its side, no answer in time."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failure_times: deque[float] = deque(maxlen=_FAILURE_THRESHOLD)
        self._open_seconds = _OPEN_SECONDS
        self._open_until = 0.0
        self._is_open = False
        self._is_half_open = False

    def open_until(self) -> datetime | None:
        """When the model may be asked again; None while it may be asked."""
        remaining = self._open_until - self._clock()
        if not self._is_open or (remaining <= 0 and not self._is_half_open):
            return None
        return datetime.now(UTC) + timedelta(seconds=max(remaining, 0.0))

    def begin(self) -> None:
        """An ask goes out; the first after a rest is the probe, and the others wait for its end."""
        self._is_half_open = self._is_open

    def succeeded(self) -> None:
        """The model spoke, be it to refuse."""
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
        """The ask was given up here, which says nothing of the model; the next one may probe."""
        self._is_half_open = False
