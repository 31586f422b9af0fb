"""The engines: one writer that is never lost, readers that cannot write, reads that find their way by index."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.budget import Spender
from bot.ports import Search
from bot.round import Round
from storage import Storage, open_storage
from storage.database import Database, open_database
from tests.unit.storage.stories import CAPS, NOW, PLACE, a_mark, a_round, at, fresh_sqlite, locked, voting


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(at(await fresh_sqlite(tmp_path)))
    yield opened
    await opened.close()


async def pragma(database: Database, name: str) -> object:
    async with database.change() as connection:
        return await connection.scalar(text(f"PRAGMA {name}"))


async def test_the_writer_keeps_what_it_was_told_and_minds_references(storage: Storage) -> None:
    assert await pragma(storage.database, "journal_mode") == "wal"
    assert await pragma(storage.database, "synchronous") == 2
    assert await pragma(storage.database, "foreign_keys") == 1
    assert await pragma(storage.database, "busy_timeout") == 2_000, "less than Slack waits"


async def test_a_reader_cannot_write(storage: Storage) -> None:
    async with storage.database.read() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM rounds"))


async def test_a_read_is_of_one_moment(storage: Storage) -> None:
    async with storage.database.read() as connection:
        before = await connection.scalar(text("SELECT count(*) FROM rounds"))
        await storage.rounds.open(a_round(), CAPS, recast=False)
        assert await connection.scalar(text("SELECT count(*) FROM rounds")) == before == 0


async def test_a_change_called_off_in_the_middle_leaves_nothing_and_frees_the_writer(storage: Storage) -> None:
    begun = asyncio.Event()

    async def change() -> None:
        async with storage.database.change() as connection:
            await connection.execute(text("INSERT INTO purses VALUES ('T1', 'day', '', '2026-11-24', 1)"))
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(change())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await storage.ledger.committed("T1", NOW.date()) == 0
    async with asyncio.timeout(5):
        assert (await storage.rounds.open(a_round(), CAPS, recast=False)).fresh


async def test_changes_called_off_at_any_moment_never_block_the_next(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    tracebacks: list[object] = []
    async with asyncio.timeout(10):
        for n in range(60):
            task = asyncio.create_task(storage.rounds.mark(a_mark(round_, 0, f"U{n}", 1)))
            await asyncio.sleep(n * 0.0001)
            task.cancel()
            tracebacks += await asyncio.gather(task, return_exceptions=True)
        assert await storage.rounds.mark(a_mark(round_, 1, "U", 1))
    marks = await storage.rounds.marks("r1")
    assert (await storage.rounds.get("r1")).ballot_version == len(marks)


async def test_two_processes_write_one_file_in_turns(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    here, there = await open_storage(at(url)), await open_storage(at(url))
    tries = [(here, there)[n % 2].rounds.open(a_round(f"r{n}", f"Maya {n}"), CAPS, recast=False) for n in range(10)]
    assert all(opened.fresh for opened in await asyncio.gather(*tries))
    assert len(await here.rounds.moving()) == 10
    await here.close()
    await there.close()


async def test_no_read_that_people_wait_for_looks_through_a_whole_table(storage: Storage) -> None:
    round_ = await voting(storage, await locked_and_again(storage))
    asked: list[tuple[str, Any]] = []
    event.listen(storage.database.reader.sync_engine, "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
    await storage.rounds.get(round_.id)
    await storage.rounds.by_slot(round_.slots[0].id)
    await storage.rounds.by_message(PLACE, "1.5")
    await storage.rounds.marks(round_.id)
    await storage.rounds.moving()
    await storage.rounds.due(NOW)
    await storage.rounds.waiting_for("U1", "T1")
    await storage.rounds.wish("w1")
    await storage.roster.character(round_.character_id)
    await storage.roster.face("r1")
    await storage.roster.history(round_.character_id)
    await storage.roster.named("T1", "Maya")
    await storage.roster.shelves("T1")
    await storage.roster.like("T1", "Myaa", 50)
    await storage.roster.page(Search((PLACE,), words="ma"), 15, 0)
    await storage.rounds.unshown(NOW)
    await storage.rounds.on_show(NOW)
    await storage.ledger.committed("T1", NOW.date())
    await storage.ledger.charged(round_.id)
    await storage.ledger.held(Spender(PLACE, "U1", NOW.date()))
    await storage.ledger.spent("T1", NOW.date())
    await storage.ledger.veiled("T1", NOW.date())
    await storage.ledger.questions("T1")
    await storage.ledger.entry("r1-0")
    assert len(asked) >= 27
    for statement, parameters in list(asked):
        assert not [step for step in await plan(storage, statement, parameters) if step.startswith("SCAN")], statement


async def locked_and_again(storage: Storage) -> Round:
    await locked(storage, a_round("r1"))
    return a_round("r2", opened_at=NOW + timedelta(days=1))


async def plan(storage: Storage, statement: str, parameters: Any) -> list[str]:
    async with storage.database.read() as connection:
        steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [step.detail for step in steps]


async def test_postgresql_gets_one_pool_for_changes_and_snapshots() -> None:
    database = open_database("postgresql+psycopg://castroom@127.0.0.1/castroom")
    assert database.reader.pool is database.writer.pool
    assert database.reader.get_execution_options()["isolation_level"] == "REPEATABLE READ"
