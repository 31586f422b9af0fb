"""Several processes on one PostgreSQL database: locks, leases, marks of changed messages, and who runs.

Each `PostgresReplicas` of a test has the connections that a process of its own would have.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from sqlalchemy import text

from bot.domain.service_errors import StorageUnavailable
from storage import ExecutorIdInUse, PostgresReplicas, Storage, open_storage
from storage.replicas import coordinator, leases
from storage.replicas.advisory_locks import lock_key
from tests.support.storage_builders import (
    LARGE_CAPS,
    fresh_postgres,
    make_round,
    make_settings,
    make_vote_input,
    open_voting_round,
)
from tests.support.time_factor import scaled


@asynccontextmanager
async def open_process(url: str, name: str) -> AsyncIterator[Storage]:
    storage = await open_storage(make_settings(url).model_copy(update={"executor_id": name}))
    try:
        await storage.open()
        yield storage
    finally:
        await storage.close()


@pytest.fixture
async def url() -> str:
    return await asyncio.to_thread(fresh_postgres)


@pytest.fixture
async def processes(url: str) -> AsyncIterator[tuple[Storage, Storage]]:
    async with open_process(url, "one") as one, open_process(url, "two") as two:
        yield one, two


def replicas_of(storage: Storage) -> PostgresReplicas:
    assert isinstance(storage.replicas, PostgresReplicas)
    return storage.replicas


async def cut_lock_session(storage: Storage, owner: PostgresReplicas) -> None:
    """End the session that holds the owner's locks, as a lost network would."""
    key = coordinator.alive_lock(owner.name)
    query = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND ((classid::bigint << 32) | objid::bigint) = :key"
    )
    async with storage.database.transaction() as connection:
        assert await connection.scalar(query, {"key": lock_key(key)})


async def wait_until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 8.0) -> None:
    deadline = asyncio.get_running_loop().time() + scaled(seconds)
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.05)


async def test_one_process_leads_until_it_ends(url: str) -> None:
    async with open_process(url, "one") as one:
        assert await one.replicas.is_leader()
        async with open_process(url, "two") as two:
            assert not await two.replicas.is_leader()
            assert await one.replicas.is_leader()
            await one.close()
            await wait_until(two.replicas.is_leader, "the other process to lead")


async def test_a_second_process_with_the_same_name_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "_START_SECONDS", 0.5)
    async with open_process(url, "one"):
        with pytest.raises(ExecutorIdInUse) as refused:
            async with open_process(url, "one"):
                pass
    assert refused.value.name == "one"
    async with open_process(url, "one"):
        pass


async def test_a_process_is_gone_only_while_nothing_has_its_name(processes: tuple[Storage, Storage]) -> None:
    one, two = map(replicas_of, processes)
    assert not await two.is_gone("one")
    assert await two.is_gone("three")
    assert await two.is_running(one.instance)
    await processes[0].close()
    assert await two.is_gone("one")
    assert not await two.is_running(one.instance)


async def test_processes_that_look_at_the_same_time_do_not_mistake_each_other_for_the_one_that_ended(
    processes: tuple[Storage, Storage],
) -> None:
    looks = [replicas_of(storage).is_gone("three") for _ in range(30) for storage in processes]
    assert all(await asyncio.gather(*looks))


async def test_a_lost_session_frees_every_lock_and_is_opened_again(processes: tuple[Storage, Storage]) -> None:
    one, two = map(replicas_of, processes)
    lost: list[str] = []
    one.locks.on_lost.append(lambda: lost.append("lost"))
    assert await one.locks.try_acquire("presenter:T1")
    await cut_lock_session(processes[1], one)

    async def is_lost() -> bool:
        return bool(lost)

    await wait_until(is_lost, "the loss to be noticed")
    assert not one.locks.holds("presenter:T1")
    assert await two.locks.try_acquire("presenter:T1")

    async def is_registered() -> bool:
        return one.locks.holds(coordinator.alive_lock("one")) and await two.is_running(one.instance)

    await wait_until(is_registered, "the process to register again")
    assert not await one.locks.try_acquire("presenter:T1")


async def test_a_lease_is_held_by_one_task_of_all_processes(processes: tuple[Storage, Storage]) -> None:
    inside = most = 0

    async def upload(storage: Storage) -> None:
        nonlocal inside, most
        async with storage.replicas.lease("pictures:r1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.05)
            inside -= 1

    await asyncio.gather(*(upload(storage) for storage in processes for _ in range(4)))
    assert most == 1


async def test_a_lease_of_a_process_that_ended_expires(
    processes: tuple[Storage, Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()

    async def hold() -> None:
        async with processes[0].replicas.lease("pictures:r1"):
            held.set()
            await asyncio.sleep(3_600)

    holder = asyncio.create_task(hold())
    await held.wait()
    async with processes[1].database.transaction() as connection:
        await connection.execute(text("UPDATE leases SET owner = 'a process that was killed'"))
    async with asyncio.timeout(scaled(3 * leases.LEASE_SECONDS)), processes[1].replicas.lease("pictures:r1"):
        pass
    holder.cancel()
    with suppress(asyncio.CancelledError, StorageUnavailable):
        await holder


async def test_work_under_a_lost_lease_stops(processes: tuple[Storage, Storage]) -> None:
    with pytest.raises(StorageUnavailable):
        async with processes[0].replicas.lease("pictures:r1"):
            async with processes[1].database.transaction() as connection:
                await connection.execute(text("UPDATE leases SET owner = 'another process'"))
            await asyncio.sleep(scaled(20))


async def test_a_mark_reaches_every_process_and_stays_until_it_is_drawn(processes: tuple[Storage, Storage]) -> None:
    one, two = processes
    heard: list[tuple[str, str, bool]] = []
    assert one.redraw_marks
    assert two.redraw_marks
    marks = one.redraw_marks
    await one.rounds.open(make_round(), LARGE_CAPS, recast=False)
    async with AsyncExitStack() as stack:
        third = await open_storage(make_settings(str(one.database.writer.url.render_as_string(hide_password=False))))
        stack.push_async_callback(third.close)
        assert third.redraw_marks
        third.redraw_marks.listen(lambda team, round_id, urgent: heard.append((team, round_id, urgent)))
        await third.open()

        async def is_heard() -> bool:
            await marks.mark("r1", urgent=True)
            await asyncio.sleep(0.1)
            return ("T1", "r1", True) in heard

        await wait_until(is_heard, "the notification")
    (mark,) = await two.redraw_marks.list_undrawn(0.0)
    assert (mark.round_id, mark.team, mark.urgent) == ("r1", "T1", True)
    version = await two.redraw_marks.begin("r1", "T1")
    await one.redraw_marks.mark("r1")
    await two.redraw_marks.finish("r1", version)
    (later,) = await two.redraw_marks.list_undrawn(0.0)
    assert later.version == version + 1
    await two.redraw_marks.finish("r1", later.version)
    assert await two.redraw_marks.list_undrawn(0.0) == []
    assert [changed.round_id for changed in await two.redraw_marks.list_changed("T1", 30.0)] == ["r1"]
    assert await two.redraw_marks.list_changed("T2", 30.0) == []
    assert len(await one.redraw_marks.update_ages("T1")) == 1


async def test_a_vote_leaves_its_mark_in_its_own_transaction(processes: tuple[Storage, Storage]) -> None:
    one, two = processes
    assert two.redraw_marks
    round_ = await open_voting_round(one, make_round())
    for mark in await two.redraw_marks.list_undrawn(0.0):
        await two.redraw_marks.finish(mark.round_id, mark.version)
    assert await one.ballots.record_vote(make_vote_input(round_, 1, "U2", 1))
    assert [mark.round_id for mark in await two.redraw_marks.list_undrawn(0.0)] == ["r1"]
