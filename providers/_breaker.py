"""A model that keeps failing is left alone for a while; then one ask probes it."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

_FAILURES = 5
_WITHIN = 600.0  # seconds in which so many failures in a row count as one outage
_REST, _LONGEST_REST = 120.0, 900.0  # seconds; each probe that fails doubles the rest


class Breaker:
    """Counts one model's failures in a row: not reached, failed on its side, no answer in time."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failed: deque[float] = deque(maxlen=_FAILURES)
        self._rest = _REST
        self._open_until = 0.0
        self._open = False
        self._probing = False

    def resting_until(self) -> datetime | None:
        """When the model may be asked again; None while it may be asked."""
        left = self._open_until - self._clock()
        if not self._open or (left <= 0 and not self._probing):
            return None
        return datetime.now(UTC) + timedelta(seconds=max(left, 0.0))

    def begin(self) -> None:
        """An ask goes out; the first after a rest is the probe, and the others wait for its end."""
        self._probing = self._open

    def succeeded(self) -> None:
        """The model spoke, be it to refuse."""
        self._failed.clear()
        self._open = self._probing = False
        self._rest = _REST

    def failed(self) -> None:
        now = self._clock()
        self._failed.append(now)
        if self._probing:
            self._rest = min(2 * self._rest, _LONGEST_REST)
        elif self._open or len(self._failed) < _FAILURES or now - self._failed[0] > _WITHIN:
            return
        self._open, self._probing, self._open_until = True, False, now + self._rest

    def left(self) -> None:
        """The ask was given up here, which says nothing of the model; the next one may probe."""
        self._probing = False
