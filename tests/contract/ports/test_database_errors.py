"""Storage failures with a real SQLite file: each has its reason, and changes no data."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.service_errors import StorageUnavailable
from bot.ports.deadline import start_ack_deadline
from storage import Storage, check_integrity, open_storage
from storage.db.engine import translate_db_errors
from tests.support.storage_builders import (
    CAPS,
    NOW,
    fresh_sqlite,
    make_round,
    make_settings,
    make_vote_input,
    open_voting_round,
)
from tests.support.time_factor import scaled

# Database and Slack have so long before an ack.
_ACK_SECONDS = 2.0


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(make_settings(await fresh_sqlite(tmp_path)))
    yield opened
    await opened.close()


@contextmanager
def locked_by_another_writer(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def fill_database(storage: Storage) -> None:
    """Limit the file to its size, so that SQLite answers SQLITE_FULL as on a full disk."""
    async with storage.database.transaction() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))


async def make_room(storage: Storage) -> None:
    async with storage.database.transaction() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000"))


def corrupt_page(file: Path, page: int) -> bytes:
    """Overwrite the start of a page (4,096 bytes; page 0 has the file header); return the file's content."""
    data = bytearray(file.read_bytes())
    data[page * 4096 : page * 4096 + 512] = b"\xa5" * 512
    file.write_bytes(data)
    return bytes(data)


async def test_locked_database_is_reported_within_slacks_timeout(storage: Storage, tmp_path: Path) -> None:
    with locked_by_another_writer(tmp_path / "castroom.sqlite"):
        async with asyncio.timeout(_ACK_SECONDS + scaled(0.9)):
            with pytest.raises(StorageUnavailable) as caught:
                await storage.rounds.open(make_round(), CAPS, recast=False)
        assert (caught.value.component, caught.value.reason) == ("database", "locked")
        assert not await storage.rounds.list_unfinished(), "reading goes on"
    assert (await storage.rounds.open(make_round(), CAPS, recast=False)).created


async def test_queued_writes_are_each_rejected_within_slacks_timeout(storage: Storage, tmp_path: Path) -> None:
    round_ = await open_voting_round(storage, make_round("voting"))
    start_ack_deadline()
    with locked_by_another_writer(tmp_path / "castroom.sqlite"):
        writes: list[Awaitable[object]] = []
        for n in range(3):
            writes.append(storage.rounds.open(make_round(f"r{n}", f"Maya {n}"), CAPS, recast=False))
            writes.append(storage.ballots.record_vote(make_vote_input(round_, 0, f"U{n}", 1)))
        done, waiting = await asyncio.wait(
            [asyncio.ensure_future(write) for write in writes], timeout=_ACK_SECONDS + scaled(0.9)
        )
        assert not waiting
        assert {getattr(task.exception(), "reason", "") for task in done} == {"locked"}
    assert await storage.ballots.record_vote(make_vote_input(round_, 0, "U", 1))
    assert [vote_input.person for vote_input in await storage.ballots.list_vote_inputs("voting")] == ["U"]


async def test_writes_of_one_request_share_its_deadline(storage: Storage, tmp_path: Path) -> None:
    deadline = start_ack_deadline()
    for _ in range(2):
        with locked_by_another_writer(tmp_path / "castroom.sqlite"):
            async with asyncio.timeout_at((deadline.at or 0) + scaled(0.9)):
                with pytest.raises(StorageUnavailable, match="locked"):
                    await storage.rounds.open(make_round(), CAPS, recast=False)


async def test_write_after_the_ack_waits_for_another_writer(storage: Storage, tmp_path: Path) -> None:
    deadline = start_ack_deadline()
    deadline.at = asyncio.get_running_loop().time() - 1
    with locked_by_another_writer(tmp_path / "castroom.sqlite"):
        with pytest.raises(StorageUnavailable, match="locked"):
            await storage.rounds.open(make_round(), CAPS, recast=False)
        deadline.at = None
        task = asyncio.create_task(storage.rounds.open(make_round(), CAPS, recast=False))
        await asyncio.sleep(0.5)
    assert (await task).created


async def test_background_write_waits_for_earlier_writes(storage: Storage) -> None:
    async with asyncio.timeout(scaled(10)):
        async with storage.database.transaction():
            task = asyncio.create_task(storage.rounds.open(make_round(), CAPS, recast=False))
            await asyncio.sleep(2.5)
        assert (await task).created


async def test_full_disk_changes_no_stored_data(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round("r1"))
    before = await storage.ledger.committed("T1", NOW.date())
    await fill_database(storage)
    with pytest.raises(StorageUnavailable) as caught:
        for n in range(2, 60):
            await storage.rounds.open(make_round(f"r{n}", f"Maya {n}"), CAPS, recast=False)
    assert caught.value.reason == "full"
    assert await storage.rounds.get("r1") == round_
    opened = len(await storage.rounds.list_unfinished())
    committed = await storage.ledger.committed("T1", NOW.date())
    assert committed - before == opened * round_.price, "what is reserved belongs to rounds that were saved"
    await make_room(storage)
    assert (await storage.rounds.open(make_round("r99", "Zoe"), CAPS, recast=False)).created


@pytest.mark.parametrize("page", [0, 2])
async def test_damaged_database_is_reported_and_left_unchanged(tmp_path: Path, page: int) -> None:
    url = await fresh_sqlite(tmp_path)
    file = tmp_path / "castroom.sqlite"
    data = corrupt_page(file, page)
    with pytest.raises(StorageUnavailable) as caught:
        await check_integrity(url)
    assert (caught.value.component, caught.value.reason, caught.value.path) == ("database", "damaged", str(file))
    assert file.read_bytes() == data


async def test_damage_in_an_open_database_is_reported_on_read(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    file = tmp_path / "castroom.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_rounds_1'"
        ).fetchone()
    corrupt_page(file, page - 1)
    storage = await open_storage(make_settings(url))
    with pytest.raises(StorageUnavailable, match="damaged"):
        await storage.rounds.get("r1")
    await storage.close()


async def test_healthy_and_missing_databases_pass_the_check(tmp_path: Path) -> None:
    await check_integrity(await fresh_sqlite(tmp_path))
    await check_integrity(f"sqlite+aiosqlite:///{tmp_path / 'not' / 'yet.sqlite'}")
    assert not (tmp_path / "not").exists()


async def test_database_of_a_later_version_is_left_unchanged(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    file = tmp_path / "castroom.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999', oldest_served = '9999'")
        database.commit()
    data = file.read_bytes()
    with pytest.raises(StorageUnavailable) as caught:
        await check_integrity(url)
    assert (caught.value.reason, caught.value.detail) == ("newer", "9999")
    assert file.read_bytes() == data


async def test_deleted_database_is_reported_as_away(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    storage = await open_storage(make_settings(await fresh_sqlite(folder)))
    shutil.rmtree(folder)
    with pytest.raises(StorageUnavailable, match="away"):
        await storage.rounds.get("r1")
    await storage.close()


def test_sql_mistake_is_not_reported_as_storage_failure() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as database,
        pytest.raises(sqlite3.OperationalError),
        translate_db_errors(),
    ):
        database.execute("SELECT nothing FROM nowhere")
