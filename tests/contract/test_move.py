"""The move of one machine's data to PostgreSQL and a bucket: equal afterwards, never over anything, resumable."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, insert, inspect, select, text, update

from bot.domain.audit import AuditEvent
from bot.domain.face import Portrait
from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from storage import migrate, open_existing_storage, open_storage
from storage.db.process_lock import AlreadyRunning, process_lock
from storage.db.tables import audit_log, metadata, rounds, slots
from storage.db.unfinished_copy import unfinished_copy
from storage.move import MoveResult, move
from storage.pictures.object_store import open_portraits
from storage.replicas.coordinator import PostgresReplicas
from storage.transfer import TransferError
from storage.transfer.rows import TableDigest, digest_tables
from storage.transfer.server import Place
from tests.support.full_rows import insert_rows
from tests.support.postgres_server import PostgresServer, require_postgres
from tests.support.s3_server import s3_server
from tests.support.storage_builders import NOW, PLACE, fresh_sqlite, make_settings

ROWS = 8


@pytest.fixture(scope="module")
def server() -> PostgresServer:
    return require_postgres()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in s3_server().variables.items():
        monkeypatch.setenv(name, value)
    yield f"s3://{s3_server().create_bucket()}/portraits"


@pytest.fixture
def to(server: PostgresServer, bucket: str) -> Place:
    return Place(server.url(server.create_database()), bucket)


@pytest.fixture
async def source(tmp_path: Path) -> Settings:
    """A data folder with rows in every table and the pictures that they name."""
    settings = Settings.model_validate({"data_dir": tmp_path / "data"})
    await fresh_sqlite(tmp_path / "data")
    portraits = open_portraits(settings.portraits_url)
    key, data = "r1/s1/original", b"a picture" * 10_000
    for name in (key, "r1/s1/preview.jpg", "r1/reference/abc"):
        await portraits.put(name, data)
    portrait = asdict(Portrait(key, "image/png", 768, 1024, len(data), sha256(data).hexdigest()))
    with create_engine(settings.database_url.replace("+aiosqlite", "")).begin() as connection:
        insert_rows(
            connection, ROWS, slots_portrait=portrait, upscales_portrait=portrait, sheet_views_portrait=portrait
        )
    return settings


async def run_move(source: Settings, to: Place, **options: Any) -> MoveResult:
    return await move(source, to, lambda _: None, **options)


async def digests_of(url: str) -> dict[str, TableDigest]:
    storage = await open_storage(make_settings(url))
    try:
        async with storage.database.snapshot() as connection:
            return await digest_tables(connection)
    finally:
        await storage.close()


async def test_every_row_and_picture_is_equal_afterwards(source: Settings, to: Place) -> None:
    lines: list[str] = []
    result = await move(source, to, lines.append)
    assert result.copied.rows == ROWS * len(metadata.tables)
    assert (result.copied.pictures, result.damaged) == (3, ())
    assert await digests_of(to.database_url) == await digests_of(source.database_url)
    for key in ("r1/s1/original", "r1/s1/preview.jpg", "r1/reference/abc"):
        assert await open_portraits(to.portraits_url).get(key) == await open_portraits(source.portraits_url).get(key)
    assert f"rounds: {ROWS} rows" in lines
    assert lines[-1] == "pictures: 3 compared, equal"


@pytest.mark.heavy
async def test_the_target_has_the_schema_of_the_migrations_and_no_mark(source: Settings, to: Place) -> None:
    await run_move(source, to)
    async with (
        open_existing_storage(make_settings(to.database_url)) as storage,
        storage.database.snapshot() as connection,
    ):
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(names) == {*metadata.tables, "alembic_version"}


async def test_references_between_rows_of_one_table_are_kept(source: Settings, to: Place) -> None:
    """The row that is named may come later in the order of the key."""
    with create_engine(source.database_url.replace("+aiosqlite", "")).begin() as connection:
        ids = list(connection.scalars(select(rounds.c.id).order_by(rounds.c.id)))
        connection.execute(update(rounds).where(rounds.c.id == ids[0]).values(parent=ids[-1]))
    await run_move(source, to)
    storage = await open_storage(make_settings(to.database_url))
    parents = {row.id: row.parent for row in await storage.database.fetch_all(select(rounds.c.id, rounds.c.parent))}
    rerolled = await storage.database.fetch_all(select(slots.c.id).where(slots.c.rerolls_slot_id.is_not(None)))
    await storage.close()
    assert parents[ids[0]] == ids[-1]
    assert len(rerolled) == ROWS - 1


@pytest.mark.heavy
async def test_new_rows_get_numbers_after_the_copied_ones(source: Settings, to: Place) -> None:
    await run_move(source, to)
    storage = await open_storage(make_settings(to.database_url))
    await storage.audit_log.add(AuditEvent("cancelled", PLACE, "U1", NOW))
    newest = await storage.database.fetch_all(select(func.max(audit_log.c.id)))
    await storage.close()
    assert newest[0][0] == ROWS + 1


async def test_a_target_with_rows_is_refused_and_left_alone(source: Settings, to: Place) -> None:
    await run_move(source, to)
    before = await digests_of(to.database_url)
    with pytest.raises(TransferError, match="The target database is not empty"):
        await run_move(source, Place(to.database_url, f"{to.portraits_url}-other"))
    assert await digests_of(to.database_url) == before


async def test_a_target_with_pictures_is_refused(source: Settings, to: Place) -> None:
    await open_portraits(to.portraits_url).put("r9/a/original", b"another picture")
    with pytest.raises(TransferError, match="is not empty: it holds r9/a/original"):
        await run_move(source, to)
    assert [page async for page in open_portraits(to.portraits_url).list_pages()] == [["r9/a/original"]]


@pytest.mark.heavy
async def test_a_migrated_database_without_rows_is_a_target(source: Settings, to: Place) -> None:
    await migrate(to.database_url)
    await run_move(source, to)
    assert await digests_of(to.database_url) == await digests_of(source.database_url)


class Interrupted(Exception):
    """The end of a move in the middle."""


def stop_at(line: str) -> Any:
    def report(found: str) -> None:
        if found.startswith(line):
            raise Interrupted

    return report


@pytest.mark.parametrize(
    "line", ["rows:", *(pytest.param(line, marks=pytest.mark.heavy) for line in ("rounds:", "pictures:"))]
)
async def test_an_interrupted_move_continues(source: Settings, to: Place, line: str) -> None:
    with pytest.raises(Interrupted):
        await move(source, to, stop_at(line))
    lines: list[str] = []
    await move(source, to, lines.append)
    assert await digests_of(to.database_url) == await digests_of(source.database_url)


@pytest.mark.heavy
async def test_no_bot_starts_on_an_unfinished_target(source: Settings, to: Place) -> None:
    with pytest.raises(Interrupted):
        await move(source, to, stop_at("rounds:"))
    for attempt in (migrate(to.database_url), open_existing_storage(make_settings(to.database_url)).__aenter__()):
        with pytest.raises(StorageUnavailable) as caught:
            await attempt
        assert caught.value.reason == "unfinished"
    storage = await open_storage(make_settings(to.database_url))
    assert "unfinished" in (await storage.check()).database_error
    await storage.close()


@pytest.mark.heavy
@pytest.mark.parametrize("change", ["source", pytest.param("portraits", marks=pytest.mark.heavy)])
async def test_an_unfinished_target_of_another_move_is_refused(source: Settings, to: Place, change: str) -> None:
    with pytest.raises(Interrupted):
        await move(source, to, stop_at("rounds:"))
    if change == "source":
        with create_engine(source.database_url.replace("+aiosqlite", "")).begin() as connection:
            connection.execute(update(rounds).values(void_reason="changed"))
    else:
        to = Place(to.database_url, f"{to.portraits_url}-other")
    with pytest.raises(TransferError, match="unfinished copy of another source"):
        await run_move(source, to)


@pytest.mark.heavy
@pytest.mark.heavy
async def test_a_changed_row_of_the_target_is_found(source: Settings, to: Place) -> None:
    with pytest.raises(Interrupted):
        await move(source, to, stop_at("rows:"))
    storage = await open_storage(make_settings(to.database_url))
    await storage.database.execute(update(rounds).values(void_reason="changed"))
    await storage.close()
    with pytest.raises(TransferError, match="differs from the source in rounds"):
        await run_move(source, to)


async def test_a_changed_picture_of_the_target_is_found(source: Settings, to: Place) -> None:
    with pytest.raises(Interrupted):
        await move(source, to, stop_at("rows:"))
    await open_portraits(to.portraits_url).put("r1/s1/preview.jpg", b"half a pic")
    with pytest.raises(TransferError, match=r"r1/s1/preview\.jpg has another content"):
        await run_move(source, to)


@pytest.mark.parametrize("damage", ["missing", pytest.param("truncated", marks=pytest.mark.heavy)])
async def test_a_damaged_portrait_of_the_source_is_named(source: Settings, to: Place, damage: str) -> None:
    file = source.data_dir / "portraits" / "r1" / "s1" / "original"
    if damage == "truncated":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        file.unlink()
    with pytest.raises(TransferError, match=rf"{3 * ROWS} of the portraits \(slots.id 1 é.*Nothing was moved"):
        await run_move(source, to)
    assert len((await run_move(source, to, accept_damaged=True)).damaged) == 3 * ROWS


@pytest.mark.heavy
async def test_portraits_that_are_in_the_bucket_already_stay(source: Settings, to: Place) -> None:
    portraits, bucket = open_portraits(source.portraits_url), open_portraits(to.portraits_url)
    async for keys in portraits.list_pages():
        for key in keys:
            await bucket.put(key, await portraits.get(key))
    result = await run_move(source.model_copy(update={"portraits_url": to.portraits_url}), to)
    assert (result.copied.pictures, result.copied.rows) == (0, ROWS * len(metadata.tables))


@pytest.mark.heavy
async def test_a_running_bot_is_named(source: Settings, to: Place) -> None:
    async with process_lock(source.database_url):
        with pytest.raises(AlreadyRunning):
            await run_move(source, to)
    await migrate(to.database_url)
    storage = await open_storage(make_settings(to.database_url))
    assert isinstance(storage.replicas, PostgresReplicas)
    await storage.open()
    assert await storage.replicas.is_leader()
    with pytest.raises(TransferError, match="A bot runs on the target database"):
        await run_move(source, to)
    await storage.close()


async def test_a_text_that_postgresql_cannot_store_is_named(source: Settings, to: Place) -> None:
    with create_engine(source.database_url.replace("+aiosqlite", "")).begin() as connection:
        values = {"action": "x", "team": "", "channel": "", "person": "", "at": NOW, "character_id": "", "round_id": ""}
        connection.execute(insert(audit_log).values(**values, detail="a\0b"))
    with pytest.raises(TransferError, match=f"row of audit_log with id {ROWS + 1} "):
        await run_move(source, to)


@pytest.mark.parametrize(
    ("database_url", "words"),
    [
        ("sqlite+aiosqlite:///other.sqlite", "a database on PostgreSQL"),
        ("postgresql+asyncpg://castroom@127.0.0.1:1/x", "cannot be opened: .*Connect call failed"),
        ("{server}", 'cannot be opened: .*database "no_such_database" does not exist'),
    ],
)
async def test_a_target_that_cannot_be_used_is_told(
    source: Settings, to: Place, server: PostgresServer, database_url: str, words: str
) -> None:
    with pytest.raises(TransferError, match=words):
        await run_move(source, Place(database_url.format(server=server.url("no_such_database")), to.portraits_url))


async def test_a_schema_of_an_older_version_is_told(source: Settings, to: Place) -> None:
    with create_engine(source.database_url.replace("+aiosqlite", "")).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0101'"))
    with pytest.raises(TransferError, match="python -m bot migrate"):
        await run_move(source, to)


@pytest.mark.heavy
@pytest.mark.parametrize("line", ["rounds:", "pictures:"])
async def test_a_move_that_another_one_has_continued_stops(source: Settings, to: Place, line: str) -> None:
    """The first one has lost the connection that held its lock."""

    def be_replaced(found: str) -> None:
        if found.startswith(line):
            with create_engine(to.database_url.replace("+asyncpg", "+psycopg")).begin() as connection:
                connection.execute(update(unfinished_copy).values(owner="the other one"))

    with pytest.raises(TransferError, match="Another move or restore has continued this copy"):
        await move(source, to, be_replaced)
    await run_move(source, to)
    assert await digests_of(to.database_url) == await digests_of(source.database_url)


@pytest.mark.heavy
async def test_two_moves_do_not_write_at_once(source: Settings, to: Place, tmp_path: Path) -> None:
    """The second one finds the lock of the first, and afterwards a target that is not empty."""
    shutil.copytree(source.data_dir, tmp_path / "other")
    other = Settings.model_validate({"data_dir": tmp_path / "other"})
    results = await asyncio.gather(run_move(source, to), run_move(other, to), return_exceptions=True)
    assert len([result for result in results if isinstance(result, TransferError)]) == 1, results
