"""Engines: a writer that survives cancellation, read-only readers, and queries that use indexes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.domain.budget import Payer
from bot.domain.round import Round
from bot.ports.roster import RosterQuery
from storage import Storage, open_storage
from storage.db.engine import Database, open_database
from tests.support.storage_builders import (
    CAPS,
    NOW,
    PLACE,
    fresh_sqlite,
    make_round,
    make_settings,
    make_vote_input,
    open_locked_round,
    open_voting_round,
)
from tests.support.time_factor import scaled


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(make_settings(await fresh_sqlite(tmp_path)))
    yield opened
    await opened.close()


async def pragma(database: Database, name: str) -> object:
    async with database.transaction() as connection:
        return await connection.scalar(text(f"PRAGMA {name}"))


async def test_writer_is_durable_and_enforces_foreign_keys(storage: Storage) -> None:
    assert await pragma(storage.database, "journal_mode") == "wal"
    assert await pragma(storage.database, "synchronous") == 2
    assert await pragma(storage.database, "foreign_keys") == 1
    assert await pragma(storage.database, "busy_timeout") == 100, "BEGIN is repeated until the deadline"


async def test_a_reader_cannot_write(storage: Storage) -> None:
    async with storage.database.snapshot() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM rounds"))


async def test_read_is_a_snapshot(storage: Storage) -> None:
    async with storage.database.snapshot() as connection:
        before = await connection.scalar(text("SELECT count(*) FROM rounds"))
        await storage.rounds.open(make_round(), CAPS, recast=False)
        assert await connection.scalar(text("SELECT count(*) FROM rounds")) == before == 0


async def test_cancelled_transaction_is_rolled_back_and_frees_the_writer(storage: Storage) -> None:
    started = asyncio.Event()

    async def change() -> None:
        async with storage.database.transaction() as connection:
            await connection.execute(text("INSERT INTO budget_periods VALUES ('T1', 'day', '', '2026-11-24', 1)"))
            started.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(change())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await storage.ledger.committed("T1", NOW.date()) == 0
    async with asyncio.timeout(scaled(5)):
        assert (await storage.rounds.open(make_round(), CAPS, recast=False)).created


async def test_cancelled_transactions_never_block_the_next(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    tracebacks: list[object] = []
    async with asyncio.timeout(scaled(10)):
        for n in range(60):
            task = asyncio.create_task(storage.ballots.record_vote(make_vote_input(round_, 0, f"U{n}", 1)))
            await asyncio.sleep(n * 0.0001)
            task.cancel()
            tracebacks += await asyncio.gather(task, return_exceptions=True)
        assert await storage.ballots.record_vote(make_vote_input(round_, 1, "U", 1))
    vote_inputs = await storage.ballots.list_vote_inputs("r1")
    assert (await storage.rounds.get("r1")).ballot_version == len(vote_inputs)


async def test_two_connections_write_one_file(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    here, there = await open_storage(make_settings(url)), await open_storage(make_settings(url))
    tries = [(here, there)[n % 2].rounds.open(make_round(f"r{n}", f"Maya {n}"), CAPS, recast=False) for n in range(10)]
    assert all(opened.created for opened in await asyncio.gather(*tries))
    assert len(await here.rounds.list_unfinished()) == 10
    await here.close()
    await there.close()


async def test_interactive_reads_use_indexes(storage: Storage) -> None:
    round_ = await open_voting_round(storage, await lock_and_make_next_round(storage))
    statements: list[tuple[str, Any]] = []
    event.listen(
        storage.database.reader.sync_engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3]))
    )
    await storage.rounds.get(round_.id)
    await storage.rounds.by_slot(round_.slots[0].id)
    await storage.rounds.by_message(PLACE, "1.5")
    await storage.ballots.list_vote_inputs(round_.id)
    await storage.rounds.list_unfinished()
    await storage.ballots.list_due(NOW)
    await storage.ballots.list_without_vote("U1", "T1")
    await storage.drafts.get("w1")
    await storage.roster.get(round_.character_id)
    await storage.roster.get_face("r1")
    await storage.roster.list_faces(round_.character_id)
    await storage.roster.by_name("T1", "Maya")
    await storage.roster.sections("T1")
    await storage.roster.similar_names("T1", "Myaa", 50)
    await storage.roster.page(RosterQuery((PLACE,), text="ma"), 15, 0)
    await storage.rounds.list_missing_pictures(NOW)
    await storage.rounds.list_to_redraw(NOW)
    await storage.ledger.committed("T1", NOW.date())
    await storage.ledger.committed_by_period(Payer(PLACE, "U1", NOW.date()))
    await storage.ledger.list_spend_totals("T1", NOW.date())
    await storage.ledger.list_blind_round_spends("T1", NOW.date())
    await storage.ledger.list_pending_charges("T1")
    await storage.ledger.get_entry("r1-0")
    assert len(statements) >= 27
    for statement, parameters in list(statements):
        assert not [step for step in await query_plan(storage, statement, parameters) if step.startswith("SCAN")], (
            statement
        )


async def lock_and_make_next_round(storage: Storage) -> Round:
    await open_locked_round(storage, make_round("r1"))
    return make_round("r2", opened_at=NOW + timedelta(days=1))


async def query_plan(storage: Storage, statement: str, parameters: Any) -> list[str]:
    async with storage.database.snapshot() as connection:
        steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [step.detail for step in steps]


async def test_postgresql_uses_one_pool_for_reads_and_writes() -> None:
    database = open_database("postgresql+psycopg://castroom@127.0.0.1/castroom")
    assert database.reader.pool is database.writer.pool
    assert database.reader.get_execution_options()["isolation_level"] == "REPEATABLE READ"
