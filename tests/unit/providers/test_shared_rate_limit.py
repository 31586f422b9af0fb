"""The shared rate limiter: what it asks the database, and what it does without it."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.call_windows import Window
from bot.domain.service_errors import StorageUnavailable
from providers.http.shared_rate_limit import SharedRateLimiter


class RecordingReservations:
    """A port CallReservations that answers with prepared waits and records what is released."""

    def __init__(self, *waits: float | Exception) -> None:
        self.waits = list(waits)
        self.asked: list[str] = []
        self.released: list[str] = []
        self.release_error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def seconds_left(self, key: str, account: str, windows: Sequence[Window]) -> float:
        self.asked.append(key)
        await self.gate.wait()
        wait = self.waits.pop(0)
        if isinstance(wait, Exception):
            raise wait
        return wait

    async def release(self, key: str, account: str) -> None:
        self.released.append(key)
        if self.release_error:
            raise self.release_error

    async def back_off(self, account: str, seconds: float) -> None: ...

    async def purge(self) -> None: ...


def make_limiter(reservations: RecordingReservations) -> SharedRateLimiter:
    return SharedRateLimiter("openai", [Window(1, 60.0)], reservations)


async def test_every_request_has_a_key_of_its_own_and_keeps_it() -> None:
    reservations = RecordingReservations(5.0, 10.0, 4.0)
    limiter = make_limiter(reservations)
    first, second = limiter.join(), limiter.join()
    assert [await r.seconds_left() for r in (first, second, first)] == [5.0, 10.0, 4.0]
    assert reservations.asked[0] == reservations.asked[2] != reservations.asked[1]


async def test_a_sent_request_asks_and_releases_nothing_more() -> None:
    reservations = RecordingReservations(0.0)
    reservation = make_limiter(reservations).join()
    assert await reservation.seconds_left() == 0
    assert await reservation.seconds_left() == 0
    await reservation.release()
    assert (len(reservations.asked), reservations.released) == (1, [])


async def test_a_request_that_never_asked_has_nothing_to_release() -> None:
    reservations = RecordingReservations()
    await make_limiter(reservations).join().release()
    assert reservations.released == []


async def test_a_request_cancelled_while_it_asks_is_released() -> None:
    reservations = RecordingReservations(0.0)
    reservations.gate.clear()
    reservation = make_limiter(reservations).join()
    asking = asyncio.create_task(reservation.seconds_left())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    await reservation.release()
    assert reservations.released == reservations.asked


async def test_a_database_that_is_away_is_told_and_hides_no_other_error() -> None:
    error = StorageUnavailable("database", "away", "gone")
    reservations = RecordingReservations(error)
    reservations.release_error = error
    reservation = make_limiter(reservations).join()
    with pytest.raises(StorageUnavailable):
        await reservation.seconds_left()
    await reservation.release()
    assert len(reservations.released) == 1
