"""Write batches: concurrent votes share a commit, and one failed write does not affect the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.service_errors import StorageUnavailable
from storage import Storage, open_storage
from storage.db.engine import Database
from storage.db.write_batch import WriteBatcher
from tests.support.storage_builders import fresh_sqlite, make_round, make_settings, make_vote_input, open_voting_round

_INSERT_PERIOD = "INSERT INTO budget_periods VALUES ('T1', 'day', '', '2026-11-24', 1)"


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(make_settings(await fresh_sqlite(tmp_path)))
    yield opened
    await opened.close()


class LockedDatabase(Database):
    """A database whose transactions cannot start."""

    @asynccontextmanager
    async def transaction(self, deadline: float | None = None) -> AsyncIterator[AsyncConnection]:
        raise OSError("the database is locked")
        yield  # type: ignore[unreachable]


async def count_periods(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("SELECT count(*) FROM budget_periods")) or 0)


async def stored_periods(storage: Storage) -> int:
    async with storage.database.snapshot() as connection:
        return await count_periods(connection)


async def test_concurrent_votes_share_few_commits(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    commits: list[object] = []
    event.listen(storage.database.writer.sync_engine, "commit", commits.append)
    vote_inputs = [make_vote_input(round_, 0, f"U{n}", 1) for n in range(30)]
    assert all(await asyncio.gather(*(storage.ballots.record_vote(vote_input) for vote_input in vote_inputs)))
    assert len(await storage.ballots.list_vote_inputs("r1")) == 30
    assert len(commits) <= 3


async def test_failed_write_does_not_affect_others_in_the_batch(storage: Storage) -> None:
    batcher = WriteBatcher(storage.database)

    async def insert_period(connection: AsyncConnection) -> str:
        await connection.execute(text(_INSERT_PERIOD))
        return "kept"

    async def fail_with_full_disk(connection: AsyncConnection) -> str:
        """Roll the whole transaction back, as SQLite does when the disk is full."""
        await connection.exec_driver_sql("ROLLBACK")
        raise OSError("the disk is full")

    results = await asyncio.gather(
        *map(batcher.run, (insert_period, insert_period, fail_with_full_disk, count_periods)), return_exceptions=True
    )
    assert (results[0], results[3]) == ("kept", 1)
    assert isinstance(results[1], IntegrityError)
    assert isinstance(results[2], StorageUnavailable)
    assert await stored_periods(storage) == 1


async def test_single_failed_write_raises_and_the_next_succeeds(storage: Storage) -> None:
    batcher = WriteBatcher(storage.database)
    await batcher.run(lambda connection: connection.execute(text(_INSERT_PERIOD)))
    with pytest.raises(IntegrityError):
        await batcher.run(lambda connection: connection.execute(text(_INSERT_PERIOD)))
    assert await batcher.run(count_periods) == 1


async def test_cancelled_caller_does_not_cancel_others(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    tasks = [
        asyncio.create_task(storage.ballots.record_vote(make_vote_input(round_, 0, f"U{n}", 1))) for n in range(10)
    ]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[1::2] == [True] * 5
    await storage.ballots.drain()
    voters = {vote_input.person for vote_input in await storage.ballots.list_vote_inputs("r1")}
    assert {f"U{n}" for n in range(1, 10, 2)} <= voters


async def test_database_error_is_raised_to_all_callers(storage: Storage) -> None:
    batcher = WriteBatcher(LockedDatabase(storage.database.writer, storage.database.reader))
    results = await asyncio.gather(*(batcher.run(count_periods) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in results] == [OSError] * 3
