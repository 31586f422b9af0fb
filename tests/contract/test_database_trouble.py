"""A database that cannot be used for now, for real: each trouble is told by its kind, and nothing has changed."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import NotKept
from storage import Storage, examine, open_storage
from storage.database import translated
from tests.unit.storage.stories import CAPS, NOW, a_round, at, fresh_sqlite, voting


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(at(await fresh_sqlite(tmp_path)))
    yield opened
    await opened.close()


@contextmanager
def somebody_else_writes(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def no_more_pages(storage: Storage) -> None:
    """As a full disk: SQLite answers SQLITE_FULL to whoever wants one more page."""
    async with storage.database.change() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))


async def pages_again(storage: Storage) -> None:
    async with storage.database.change() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000"))


def spoil(file: Path, page: int) -> bytes:
    """Write over a page (4,096 bytes; 0 is the one with the file's header); what the file holds then."""
    data = bytearray(file.read_bytes())
    data[page * 4096 : page * 4096 + 512] = b"\xa5" * 512
    file.write_bytes(data)
    return bytes(data)


async def test_while_somebody_else_writes_nothing_is_changed_and_it_is_said_before_slack_gives_up(
    storage: Storage, tmp_path: Path
) -> None:
    with somebody_else_writes(tmp_path / "castroom.sqlite"):
        async with asyncio.timeout(2.9):
            with pytest.raises(NotKept) as caught:
                await storage.rounds.open(a_round(), CAPS, recast=False)
        assert (caught.value.part, caught.value.why) == ("database", "locked")
        assert not await storage.rounds.moving(), "reading goes on"
    assert (await storage.rounds.open(a_round(), CAPS, recast=False)).fresh


async def test_a_full_disk_changes_nothing_of_what_stands(storage: Storage) -> None:
    round_ = await voting(storage, a_round("r1"))
    before = await storage.ledger.committed("T1", NOW.date())
    await no_more_pages(storage)
    with pytest.raises(NotKept) as caught:
        for n in range(2, 60):
            await storage.rounds.open(a_round(f"r{n}", f"Maya {n}"), CAPS, recast=False)
    assert caught.value.why == "full"
    assert await storage.rounds.get("r1") == round_
    opened = len(await storage.rounds.moving())
    held = await storage.ledger.committed("T1", NOW.date())
    assert held - before == opened * round_.price, "what is reserved belongs to rounds that were saved"
    await pages_again(storage)
    assert (await storage.rounds.open(a_round("r99", "Zoe"), CAPS, recast=False)).fresh


@pytest.mark.parametrize("page", [0, 2])
async def test_a_damaged_file_is_told_by_whoever_reads_it_and_stays_as_it_is(tmp_path: Path, page: int) -> None:
    url = await fresh_sqlite(tmp_path)
    file = tmp_path / "castroom.sqlite"
    data = spoil(file, page)
    with pytest.raises(NotKept) as caught:
        await examine(url)
    assert (caught.value.part, caught.value.why, caught.value.where) == ("database", "damaged", str(file))
    assert file.read_bytes() == data


async def test_a_file_damaged_while_it_is_open_is_told_when_it_is_read(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    file = tmp_path / "castroom.sqlite"
    with closing(sqlite3.connect(file)) as looking:
        (page,) = looking.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_rounds_1'"
        ).fetchone()
    spoil(file, page - 1)
    storage = await open_storage(at(url))
    with pytest.raises(NotKept, match="damaged"):
        await storage.rounds.get("r1")
    await storage.close()


async def test_a_sound_file_and_one_that_is_not_there_yet_pass(tmp_path: Path) -> None:
    await examine(await fresh_sqlite(tmp_path))
    await examine(f"sqlite+aiosqlite:///{tmp_path / 'not' / 'yet.sqlite'}")
    assert not (tmp_path / "not").exists()


async def test_a_file_of_a_later_version_is_not_touched(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    file = tmp_path / "castroom.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    data = file.read_bytes()
    with pytest.raises(NotKept) as caught:
        await examine(url)
    assert (caught.value.why, caught.value.detail) == ("newer", "9999")
    assert file.read_bytes() == data


async def test_a_file_that_is_gone_is_away(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    storage = await open_storage(at(await fresh_sqlite(folder)))
    shutil.rmtree(folder)
    with pytest.raises(NotKept, match="away"):
        await storage.rounds.get("r1")
    await storage.close()


def test_an_error_of_ours_is_no_trouble_of_the_database() -> None:
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.OperationalError), translated():
        database.execute("SELECT nothing FROM nowhere")
