"""The port `CallReservations`: several processes on one PostgreSQL database share the rate limits of their accounts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.domain.call_windows import Window
from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from providers.http.rate_limit import RateLimiter, rate_limiter_for
from providers.http.shared_rate_limit import SharedRateLimiter
from storage import Storage, open_storage
from storage.db.replica_tables import call_reservations
from storage.replicas import call_reservations as implementation
from storage.replicas.advisory_locks import lock_key
from tests.support.storage_builders import fresh_postgres, fresh_sqlite, make_settings
from tests.support.time_factor import scaled

TWO_A_MINUTE = (Window(2, 60.0),)


@pytest.fixture
async def processes() -> AsyncIterator[Sequence[Storage]]:
    url = await asyncio.to_thread(fresh_postgres)
    async with AsyncExitStack() as stack:
        opened = [await open_storage(make_settings(url)) for _ in range(4)]
        for storage in opened:
            stack.push_async_callback(storage.close)
        yield opened


def limiter_of(
    storage: Storage, windows: Sequence[Window] = TWO_A_MINUTE, account: str = "openai"
) -> SharedRateLimiter:
    assert storage.call_reservations
    return SharedRateLimiter(account, windows, storage.call_reservations)


async def send(limiter: SharedRateLimiter) -> None:
    reservation = limiter.join()
    while seconds := await reservation.seconds_left():
        await asyncio.sleep(seconds)


async def execute(storage: Storage, statement: str) -> None:
    async with storage.database.transaction() as connection:
        await connection.execute(text(statement))


async def sent_seconds(storage: Storage) -> list[float]:
    query = select(call_reservations.c.sent_at).order_by(call_reservations.c.sent_at)
    return [row.sent_at / 1e6 for row in await storage.database.fetch_all(query)]


@pytest.mark.heavy
async def test_no_window_of_four_processes_has_more_calls_than_the_limit(processes: Sequence[Storage]) -> None:
    window = Window(5, 0.6)
    limiters = [limiter_of(storage, [window]) for storage in processes]
    await asyncio.gather(*(send(limiter) for limiter in limiters for _ in range(10)))
    sent = await sent_seconds(processes[0])
    assert len(sent) == 40
    assert all(later - earlier >= window.seconds for earlier, later in zip(sent, sent[window.limit :], strict=False))


async def test_a_reservation_knows_its_wait_behind_those_of_other_processes(processes: Sequence[Storage]) -> None:
    one, two = limiter_of(processes[0]), limiter_of(processes[1])
    reservations = [limiter.join() for limiter in (one, two, one, two, one)]
    waits = [await reservation.seconds_left() for reservation in reservations]
    assert waits[:2] == [0, 0]
    assert 50 < waits[2] <= 60
    assert waits[2] - 10 < waits[3] <= 60
    assert 110 < waits[4] <= 120
    assert 50 < await reservations[2].seconds_left() <= waits[2]


async def test_accounts_have_limits_of_their_own(processes: Sequence[Storage]) -> None:
    for account in ("openai", "gemini"):
        waits = [await limiter_of(processes[0], account=account).join().seconds_left() for _ in range(3)]
        assert [wait > 0 for wait in waits] == [False, False, True]


async def test_a_released_reservation_shortens_the_queue_of_other_processes(processes: Sequence[Storage]) -> None:
    one, two = limiter_of(processes[0], [Window(1, 60.0)]), limiter_of(processes[1], [Window(1, 60.0)])
    assert await one.join().seconds_left() == 0
    released, remaining = one.join(), two.join()
    assert await released.seconds_left() > 0
    assert await remaining.seconds_left() > 100
    await released.release()
    assert await remaining.seconds_left() <= 60


async def test_a_sent_request_is_not_given_back(processes: Sequence[Storage]) -> None:
    limiter = limiter_of(processes[0], [Window(1, 60.0)])
    reservation = limiter.join()
    assert await reservation.seconds_left() == 0
    await reservation.release()
    assert await limiter.join().seconds_left() > 50


async def test_a_cancelled_request_gives_its_reservation_back(processes: Sequence[Storage]) -> None:
    one, two = limiter_of(processes[0], [Window(1, 60.0)]), limiter_of(processes[1], [Window(1, 60.0)])

    async def ask() -> None:
        reservation = one.join()
        try:
            await reservation.seconds_left()
        finally:
            await reservation.release()

    for milliseconds in range(20):
        asking = asyncio.create_task(ask())
        await asyncio.sleep(milliseconds / 1_000)
        asking.cancel()
        await asyncio.wait([asking])
        if not asking.cancelled():
            break
        assert await sent_seconds(processes[0]) == []
    assert (await two.join().seconds_left() == 0) == asking.cancelled()


async def test_a_back_off_holds_for_every_process(processes: Sequence[Storage]) -> None:
    one, two = limiter_of(processes[0], ()), limiter_of(processes[1], ())
    assert await two.join().seconds_left() == 0
    await one.back_off(60)
    await one.back_off(5)
    assert 50 < await two.join().seconds_left() <= 60
    assert 50 < await limiter_of(processes[2]).join().seconds_left() <= 60
    assert await limiter_of(processes[2], account="gemini").join().seconds_left() == 0


async def test_a_request_of_a_process_that_ended_is_passed_over_until_it_asks(processes: Sequence[Storage]) -> None:
    one, two = limiter_of(processes[0], [Window(1, 60.0)]), limiter_of(processes[1], [Window(1, 60.0)])
    assert await one.join().seconds_left() == 0
    silent, waiting = one.join(), two.join()
    assert await silent.seconds_left() > 0
    assert await waiting.seconds_left() > 100
    await execute(processes[0], "UPDATE call_reservations SET seen_at = seen_at - 20000000 WHERE sent_at IS NULL")
    assert await waiting.seconds_left() <= 60
    assert await silent.seconds_left() <= 60
    assert await waiting.seconds_left() > 100


async def test_without_its_turn_at_the_queue_no_request_is_sent(
    processes: Sequence[Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with processes[1].database.transaction() as connection:
        key = {"key": lock_key("account:openai")}
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        monkeypatch.setattr(implementation, "_TRANSACTION_SECONDS", 0.3)
        with pytest.raises(StorageUnavailable) as refused:
            await limiter_of(processes[0]).join().seconds_left()
    assert (refused.value.component, refused.value.reason) == ("database", "locked")
    monkeypatch.setattr(implementation, "_TRANSACTION_SECONDS", scaled(5.0))
    assert await sent_seconds(processes[0]) == []
    assert await limiter_of(processes[0]).join().seconds_left() == 0


async def test_requests_that_wait_leave_connections_to_others(
    processes: Sequence[Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(implementation, "_TRANSACTION_SECONDS", scaled(5.0))
    limiter = limiter_of(processes[0])
    async with processes[1].database.transaction() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("account:openai")})
        asking = [asyncio.create_task(limiter.join().seconds_left()) for _ in range(40)]
        async with asyncio.timeout(scaled(3.0)):
            await asyncio.gather(*(processes[0].ping() for _ in range(10)))
        assert not any(task.done() for task in asking)
    waits = await asyncio.gather(*asking)
    assert sorted(waits)[:3] == [0, 0, min(wait for wait in waits if wait)]


async def test_old_reservations_are_deleted(processes: Sequence[Storage]) -> None:
    storage, reservations = processes[0], processes[0].call_reservations
    assert reservations
    await send(limiter_of(storage))
    await reservations.back_off("openai", 0)
    await reservations.purge()
    assert len(await sent_seconds(storage)) == 1
    await execute(storage, "UPDATE call_reservations SET seen_at = seen_at - 7200000000")
    await execute(storage, "UPDATE account_back_offs SET until = until - 7200000000")
    await reservations.purge()
    assert await sent_seconds(storage) == []
    assert await storage.database.fetch_all(text("SELECT * FROM account_back_offs")) == []


async def test_on_sqlite_the_one_process_keeps_its_limits_in_memory(tmp_path: Path) -> None:
    storage = await open_storage(make_settings(await fresh_sqlite(tmp_path)))
    assert storage.call_reservations is None
    assert isinstance(rate_limiter_for("openai", Settings(), storage.call_reservations), RateLimiter)
    await storage.close()


async def test_settings_limit_all_processes_together(processes: Sequence[Storage]) -> None:
    settings = Settings.model_validate({"openai_images_per_minute": 3})
    limiters = [rate_limiter_for("openai", settings, storage.call_reservations) for storage in processes]
    waits = [await limiter.join().seconds_left() for limiter in limiters]
    assert [wait > 0 for wait in waits] == [False, False, False, True]
