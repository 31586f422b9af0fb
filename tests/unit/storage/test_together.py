"""Votes that come at once are committed together; each is kept or not for its own reasons."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotKept
from storage import Storage, open_storage
from storage.database import Database
from storage.together import Together
from tests.unit.storage.stories import a_mark, a_round, at, fresh_sqlite, voting

_PURSE = "INSERT INTO purses VALUES ('T1', 'day', '', '2026-11-24', 1)"


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(at(await fresh_sqlite(tmp_path)))
    yield opened
    await opened.close()


class Locked(Database):
    """A database that starts no transaction."""

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        raise OSError("the database is locked")
        yield  # type: ignore[unreachable]


async def count(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("SELECT count(*) FROM purses")) or 0)


async def purses(storage: Storage) -> int:
    async with storage.database.read() as connection:
        return await count(connection)


async def test_votes_that_come_at_once_wait_for_the_disk_a_few_times_and_are_all_kept(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    commits: list[object] = []
    event.listen(storage.database.writer.sync_engine, "commit", commits.append)
    marks = [a_mark(round_, 0, f"U{n}", 1) for n in range(30)]
    assert all(await asyncio.gather(*(storage.rounds.mark(mark) for mark in marks)))
    assert len(await storage.rounds.marks("r1")) == 30
    assert len(commits) <= 3


async def test_a_change_that_fails_takes_no_other_with_it(storage: Storage) -> None:
    together = Together(storage.database)

    async def purse(connection: AsyncConnection) -> str:
        await connection.execute(text(_PURSE))
        return "kept"

    async def full(connection: AsyncConnection) -> str:
        """As SQLite does when the disk is full: the whole transaction is gone."""
        await connection.exec_driver_sql("ROLLBACK")
        raise OSError("the disk is full")

    told = await asyncio.gather(*map(together.change, (purse, purse, full, count)), return_exceptions=True)
    assert (told[0], told[3]) == ("kept", 1)
    assert isinstance(told[1], IntegrityError)
    assert isinstance(told[2], NotKept)
    assert await purses(storage) == 1


async def test_one_that_fails_alone_is_told_and_the_next_is_kept(storage: Storage) -> None:
    together = Together(storage.database)
    await together.change(lambda connection: connection.execute(text(_PURSE)))
    with pytest.raises(IntegrityError):
        await together.change(lambda connection: connection.execute(text(_PURSE)))
    assert await together.change(count) == 1


async def test_whoever_stops_waiting_stops_nobody_else(storage: Storage) -> None:
    round_ = await voting(storage, a_round())
    tasks = [asyncio.create_task(storage.rounds.mark(a_mark(round_, 0, f"U{n}", 1))) for n in range(10)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert told[1::2] == [True] * 5
    await storage.rounds.finish()
    kept = {mark.person for mark in await storage.rounds.marks("r1")}
    assert {f"U{n}" for n in range(1, 10, 2)} <= kept


async def test_a_database_that_does_not_answer_is_told_to_all_who_wait(storage: Storage) -> None:
    together = Together(Locked(storage.database.writer, storage.database.reader))
    told = await asyncio.gather(*(together.change(count) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [OSError] * 3
