"""Rate limit of an account that several processes share: its queue stands in their database."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from bot.domain.call_windows import Window
from bot.domain.service_errors import StorageUnavailable
from bot.ports.call_reservations import CallReservations


class SharedRateLimiter:
    """This process's part of an account's queue."""

    def __init__(self, account: str, windows: Sequence[Window], call_reservations: CallReservations) -> None:
        self._account = account
        self._windows = windows
        self._call_reservations = call_reservations
        # Requests of one process ask one after the other: waiting together, they would take its database connections.
        self._mutex = asyncio.Lock()

    def join(self) -> "SharedReservation":
        """Return a reservation, which joins the end of the queue when it is asked for its time."""
        return SharedReservation(self)

    async def back_off(self, seconds: float) -> None:
        """Let no process send a request for `seconds`, after the provider answered 429; raises StorageUnavailable."""
        await self._call_reservations.back_off(self._account, seconds)

    async def seconds_left(self, key: str) -> float:
        async with self._mutex:
            return await self._call_reservations.seconds_left(key, self._account, self._windows)

    async def release(self, key: str) -> None:
        """Give the reservation back; without the database it expires by itself."""
        with suppress(StorageUnavailable):
            await self._call_reservations.release(key, self._account)


class SharedReservation:
    """One place in the queue of a shared rate limiter."""

    def __init__(self, rate_limiter: SharedRateLimiter) -> None:
        self._rate_limiter = rate_limiter
        self._key = uuid4().hex
        self._has_joined = False
        self._is_sent = False

    async def seconds_left(self) -> float:
        """Return the expected wait in seconds; at 0 the request counts as sent. Raises StorageUnavailable."""
        if self._is_sent:
            return 0.0
        self._has_joined = True
        seconds = await self._rate_limiter.seconds_left(self._key)
        self._is_sent = not seconds
        return seconds

    async def release(self) -> None:
        """Give up the place, also when a cancelled `seconds_left` may have counted it as sent."""
        if self._has_joined and not self._is_sent:
            await self._rate_limiter.release(self._key)
