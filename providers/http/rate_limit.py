"""How fast an account may be asked: a line of its own, first come, first served, held in memory across all rounds.

Libraries keep such limits with a leaking bucket, which lets nearly twice the limit through in its first minute and
cannot say how long the wait is. Here no stretch of a window's length ever holds more asks than the window allows, and
every place knows its time. After a restart the count begins anew: at worst one window's asks are answered with 429,
which costs nothing and is waited out. Several processes with one key each keep a line of their own.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from bot.settings import Settings

_MINUTE = 60.0
# An ask may reach the vendor a moment later than it was counted here, and the one after it a moment sooner.
_WINDOW_MARGIN = 1.02


@dataclass(frozen=True)
class Window:
    """At most `most` asks in any `seconds`."""

    limit: int
    seconds: float


class RateLimiter:
    """The line before one account; without windows nobody waits, but for as long as it is held."""

    def __init__(self, windows: Sequence[Window] = (), clock: Callable[[], float] = monotonic) -> None:
        self._windows = tuple(Window(w.limit, w.seconds * _WINDOW_MARGIN) for w in windows)
        self._clock = clock
        self._request_times: deque[float] = deque(maxlen=max((w.limit for w in windows), default=1))
        self._reservations: list[Reservation] = []
        self._backed_off_until = 0.0

    def join(self) -> "Reservation":
        """A place behind all others."""
        reservation = Reservation(self)
        self._reservations.append(reservation)
        return reservation

    def back_off(self, seconds: float) -> None:
        """Ask nobody for so long: the vendor said that it was too much."""
        self._backed_off_until = max(self._backed_off_until, self._clock() + seconds)

    def seconds_left(self, reservation: "Reservation") -> float:
        """Seconds until this turn as the line stands now; 0: it is now, and the ask counts from here on."""
        if reservation not in self._reservations:
            return 0.0
        now = self._clock()
        seconds = self._start_time(reservation, now) - now
        if seconds > 0:
            return seconds
        self._reservations.remove(reservation)
        self._request_times.append(now)
        return 0.0

    def release(self, reservation: "Reservation") -> None:
        """Give the place up to those behind; after its time has come, nothing happens."""
        if reservation in self._reservations:
            self._reservations.remove(reservation)

    def _start_time(self, reservation: "Reservation", now: float) -> float:
        times = list(self._request_times)
        for queued in self._reservations:
            available_at = (times[-w.limit] + w.seconds for w in self._windows if len(times) >= w.limit)
            at = max(now, self._backed_off_until, *available_at)
            if queued is reservation:
                break
            times.append(at)
        return at


class Reservation:
    """One place in a line."""

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self._rate_limiter = rate_limiter

    def seconds_left(self) -> float:
        """Seconds until it is this one's turn; 0: now, and the ask counts from here on."""
        return self._rate_limiter.seconds_left(self)

    def release(self) -> None:
        self._rate_limiter.release(self)


def rate_limiter_for(provider: str, settings: Settings) -> RateLimiter:
    """The line before an account, with the limits set for it."""
    return RateLimiter([Window(limit, seconds) for limit, seconds in _limits(provider, settings) if limit])


def images_per_minute(provider: str, settings: Settings) -> int:
    """Images a minute that may be asked of an account; 0: as many as one likes."""
    return next((limit for limit, seconds in _limits(provider, settings) if seconds == _MINUTE), 0)


def _limits(provider: str, settings: Settings) -> list[tuple[int, float]]:
    """(asks, seconds). Recraft documents 100 images a minute and 5 requests a second, OpenAI's first tier has 5."""
    match provider:
        case "recraft":
            return [(settings.recraft_images_per_minute, _MINUTE), (settings.recraft_requests_per_second, 1.0)]
        case "openai":
            return [(settings.openai_images_per_minute, _MINUTE)]
        case "gemini":
            return [(settings.gemini_images_per_minute, _MINUTE)]
    return []
