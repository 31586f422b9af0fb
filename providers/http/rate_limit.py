"""Rate limit of an account: first come, first served, shared by all rounds.

The usual leaky bucket lets nearly twice the limit through in its first minute and cannot tell the waiting time. This
limiter is a sliding window: no period of its length has more requests than its limit, and every reservation knows its
time. One process keeps the queue in memory: a restart resets the count, the provider then answers 429 at worst, which
costs nothing and is retried. Several processes keep it in their database (shared_rate_limit.py).
"""

from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from bot.domain.call_windows import Window, start_behind
from bot.ports.call_reservations import CallReservations
from bot.settings import Settings
from providers.http.shared_rate_limit import SharedRateLimiter

_MINUTE = 60.0
# Network delays vary: two requests may reach the provider closer together than they were sent.
_WINDOW_MARGIN = 1.02


class RateLimiter:
    """Queue of one process's requests to one account; without windows only `back_off` makes requests wait."""

    def __init__(self, windows: Sequence[Window] = (), clock: Callable[[], float] = monotonic) -> None:
        self._windows = with_margin(windows)
        self._clock = clock
        self._request_times: deque[float] = deque(maxlen=max((w.limit for w in windows), default=1))
        self._reservations: list[Reservation] = []
        self._backed_off_until = 0.0

    def join(self) -> "Reservation":
        """Join the end of the queue."""
        reservation = Reservation(self)
        self._reservations.append(reservation)
        return reservation

    async def back_off(self, seconds: float) -> None:
        """Send nothing for `seconds`, after the provider answered 429."""
        self._backed_off_until = max(self._backed_off_until, self._clock() + seconds)

    def seconds_left(self, reservation: "Reservation") -> float:
        """Return the expected wait in seconds; at 0 the request leaves the queue and counts as sent."""
        if reservation not in self._reservations:
            return 0.0
        now = self._clock()
        earliest = max(now, self._backed_off_until)
        waiting = self._reservations.index(reservation)
        seconds = start_behind(waiting, self._request_times, self._windows, earliest=earliest) - now
        if seconds > 0:
            return seconds
        self._reservations.remove(reservation)
        self._request_times.append(now)
        return 0.0

    def release(self, reservation: "Reservation") -> None:
        """Leave the queue; does nothing if the reservation has already left it."""
        if reservation in self._reservations:
            self._reservations.remove(reservation)


class Reservation:
    """One place in the queue of a rate limiter."""

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self._rate_limiter = rate_limiter

    async def seconds_left(self) -> float:
        """Return the expected wait in seconds; at 0 the request counts as sent."""
        return self._rate_limiter.seconds_left(self)

    async def release(self) -> None:
        self._rate_limiter.release(self)


def with_margin(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Return slightly longer windows, for delays of the network."""
    return tuple(Window(w.limit, w.seconds * _WINDOW_MARGIN) for w in windows)


def rate_limiter_for(
    account: str, settings: Settings, call_reservations: CallReservations | None = None
) -> RateLimiter | SharedRateLimiter:
    """Return the rate limiter of an account or server from the settings.

    With `call_reservations`, all processes share its queue.
    """
    windows = [Window(limit, seconds) for limit, seconds in _limits(account, settings) if limit]
    return open_rate_limiter(account, windows, call_reservations)


def open_rate_limiter(
    account: str, windows: Sequence[Window], call_reservations: CallReservations | None
) -> RateLimiter | SharedRateLimiter:
    """Return a rate limiter with its queue in the database of several processes, or else in memory."""
    if call_reservations is None:
        return RateLimiter(windows)
    return SharedRateLimiter(account, with_margin(windows), call_reservations)


def images_per_minute(provider: str, settings: Settings) -> int:
    """Return the account's limit of images a minute; 0 means no limit."""
    return next((limit for limit, seconds in _limits(provider, settings) if seconds == _MINUTE), 0)


def _limits(provider: str, settings: Settings) -> list[tuple[int, float]]:
    """Return limits as (requests, seconds); Recraft documents 100 a minute and 5 a second, OpenAI tier 1 5 a minute."""
    match provider:
        case "recraft":
            return [(settings.recraft_images_per_minute, _MINUTE), (settings.recraft_requests_per_second, 1.0)]
        case "openai":
            return [(settings.openai_images_per_minute, _MINUTE)]
        case "gemini":
            return [(settings.gemini_images_per_minute, _MINUTE)]
    return []
