"""Waiting for an account's turn: before anything is written that may mean money, and in sight of everybody."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from bot import measures
from bot.errors import CircuitOpen, RateLimited
from bot.ports import Now, RateLimiter, Reservation, RoundPublisher, RoundRepository
from bot.round import Round, RoundState
from bot.slot import Slot
from bot.waits import RetryDelays

_MAX_WAIT_SECONDS = 600.0


class RateLimiters(Protocol):
    """What is known of the accounts' lines and of models that are left alone."""

    def rate_limiter(self, model_id: str) -> RateLimiter: ...

    def circuit_open_until(self, model_id: str) -> datetime | None: ...


class RateLimitWaiter:
    """Lets slots wait, first come, first served. The wait is no part of a round's patience: see Round.patience_ends."""

    def __init__(
        self,
        rate_limiters: RateLimiters,
        rounds: RoundRepository,
        publisher: RoundPublisher,
        now: Now,
        waits: RetryDelays,
    ) -> None:
        self._rate_limiters = rate_limiters
        self._rounds = rounds
        self._publisher = publisher
        self._now = now
        self._waits = waits

    async def wait(self, round_: Round, slot: Slot) -> bool:
        """Wait until the slot's model may be asked; False when the round ended meanwhile.

        Raises Resting while the model is left alone, and RateLimited where the line is longer than ten minutes.
        """
        reservation = self._rate_limiters.rate_limiter(slot.model).join()
        try:
            with measures.track_rate_limit_wait():
                return await self._wait_for_reservation(reservation, round_, slot)
        finally:
            reservation.release()

    async def _wait_for_reservation(self, reservation: Reservation, round_: Round, slot: Slot) -> bool:
        shown_until: datetime | None = None
        while seconds := _seconds_to_wait(self._rate_limiters, reservation, slot.model):
            shown_until = await self._publish_wait(round_, slot, shown_until, self._now() + timedelta(seconds=seconds))
            await asyncio.sleep(min(seconds, self._waits.rate_limit))
            if (await self._rounds.get(round_.id)).state is RoundState.VOID:
                return False
        return True

    async def _publish_wait(self, round_: Round, slot: Slot, shown_until: datetime | None, until: datetime) -> datetime:
        """Show the wait once, and again only when its end moved by seconds."""
        if shown_until and abs((until - shown_until).total_seconds()) < self._waits.rate_limit:
            return shown_until
        await self._rounds.set_wait_until(slot.id, until)
        self._publisher.schedule_redraw(round_.id)
        return until


async def wait_for_rate_limit(rate_limiters: RateLimiters, model_id: str, waits: RetryDelays) -> None:
    """Wait until a model or upscaler may be asked; raises Resting and RateLimited as `Turns.take` does."""
    reservation = rate_limiters.rate_limiter(model_id).join()
    try:
        with measures.track_rate_limit_wait():
            while seconds := _seconds_to_wait(rate_limiters, reservation, model_id):  # noqa: ASYNC110 - time alone brings the turn
                await asyncio.sleep(min(seconds, waits.rate_limit))
    finally:
        reservation.release()


def _seconds_to_wait(rate_limiters: RateLimiters, reservation: Reservation, model_id: str) -> float:
    """Seconds until it is this one's turn, 0 for now."""
    if until := rate_limiters.circuit_open_until(model_id):
        raise CircuitOpen(model_id, "resting", retry_at=until)
    seconds = reservation.seconds_left()
    if seconds > _MAX_WAIT_SECONDS:
        raise RateLimited(model_id, "long line", retry_after=seconds)
    return seconds
