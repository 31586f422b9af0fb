"""Calls a minute of each caller. Each process counts by itself: of N processes, a caller gets N times as many."""

import math
from collections.abc import Callable
from time import monotonic

from cachetools import TTLCache

from bot.domain.errors import DoorRefused

_MAX_CALLERS = 10_000
_MINUTE = 60.0


class CallLimits:
    """A bucket for each caller, filled evenly over a minute; a caller may use a quarter of it at once."""

    def __init__(self, calls_per_minute: int, now: Callable[[], float] = monotonic) -> None:
        self._rate = calls_per_minute / _MINUTE
        self._burst = max(1.0, calls_per_minute / 4)
        self._now = now
        self._levels: TTLCache[str, tuple[float, float]] = TTLCache(_MAX_CALLERS, 2 * _MINUTE, now)

    def take(self, caller_id: str) -> None:
        """Count one call; raises DoorRefused with the seconds to wait."""
        now = self._now()
        level, at = self._levels.get(caller_id, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        if level < 1:
            self._levels[caller_id] = (level, now)
            raise DoorRefused("too_many", retry_after=math.ceil((1 - level) / self._rate))
        self._levels[caller_id] = (level - 1, now)
