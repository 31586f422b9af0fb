"""Waiting for an account's rate limit before a paid call."""

from collections.abc import Awaitable, Callable

from bot.domain.model_errors import CircuitOpen, RateLimited
from bot.ports.image_models import RateLimiters, Reservation
from bot.telemetry import metrics

_MAX_WAIT_SECONDS = 600.0


async def wait_for_rate_limit(
    rate_limiters: RateLimiters, model_id: str, pause: Callable[[float], Awaitable[bool]]
) -> bool:
    """Wait, first come first served, until a model or upscaler may be called.

    `pause` gets the seconds that are left and sleeps for a part of them; it returns False to give up the place.
    Returns False when `pause` gave up. Raises CircuitOpen, RateLimited when the wait exceeds ten minutes, and
    StorageUnavailable. A caller that is cancelled gives its place back.
    """
    reservation = rate_limiters.rate_limiter(model_id).join()
    try:
        with metrics.rate_limit_waiting.track_inprogress():
            while seconds := await _seconds_to_wait(rate_limiters, reservation, model_id):
                if not await pause(seconds):
                    return False
            return True
    finally:
        await reservation.release()


async def _seconds_to_wait(rate_limiters: RateLimiters, reservation: Reservation, model_id: str) -> float:
    if until := rate_limiters.circuit_open_until(model_id):
        raise CircuitOpen(model_id, "resting", retry_at=until)
    seconds = await reservation.seconds_left()
    if seconds > _MAX_WAIT_SECONDS:
        raise RateLimited(model_id, "long line", retry_after=seconds)
    return seconds
