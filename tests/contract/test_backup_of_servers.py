"""Backups of PostgreSQL and a bucket have the format of those of one machine, so a team can go both ways."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, update

from bot.domain.face import Portrait
from bot.settings import Settings
from storage import migrate, open_storage
from storage.backup import back_up, restore
from storage.db.tables import rounds
from storage.migrations import _config
from storage.pictures.object_store import open_portraits
from storage.transfer import TransferError
from storage.transfer.rows import TableDigest, copy_rows, digest_tables
from tests.support.full_rows import insert_rows
from tests.support.postgres_server import PostgresServer, require_postgres
from tests.support.s3_server import s3_server
from tests.support.storage_builders import make_settings

ROWS = 3
KEY, DATA = "r1/s1/original", b"a picture" * 1_000
PORTRAIT = asdict(Portrait(KEY, "image/png", 768, 1024, len(DATA), sha256(DATA).hexdigest()))


@pytest.fixture(scope="module")
def server() -> PostgresServer:
    return require_postgres()


@pytest.fixture
def machine(tmp_path: Path) -> Settings:
    """The settings of one machine without data."""
    return Settings.model_validate({"data_dir": tmp_path / "machine"})


@pytest.fixture
def cloud(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of a bot on an empty database and bucket."""
    for name, value in s3_server().variables.items():
        monkeypatch.setenv(name, value)
    yield make_settings(server.url(server.create_database()), f"s3://{s3_server().create_bucket()}/portraits")


async def fill(settings: Settings) -> None:
    await migrate(settings.database_url)
    url = settings.database_url.replace("+aiosqlite", "").replace("+asyncpg", "+psycopg")
    with create_engine(url).begin() as connection:
        insert_rows(
            connection, ROWS, slots_portrait=PORTRAIT, upscales_portrait=PORTRAIT, sheet_views_portrait=PORTRAIT
        )
    await open_portraits(settings.portraits_url).put(KEY, DATA)


async def rows_of(settings: Settings) -> dict[str, TableDigest]:
    storage = await open_storage(settings)
    try:
        async with storage.database.snapshot() as connection:
            return await digest_tables(connection)
    finally:
        await storage.close()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("machine", "cloud"),
        ("cloud", "machine"),
        pytest.param("machine", "machine", marks=pytest.mark.heavy),
        pytest.param("cloud", "cloud", marks=pytest.mark.heavy),
    ],
)
async def test_a_backup_is_restored_to_either_kind(
    source: str, target: str, machine: Settings, cloud: Settings, tmp_path: Path, server: PostgresServer
) -> None:
    kinds = {"machine": machine, "cloud": cloud}
    if source == target:
        other_bucket = f"s3://{s3_server().create_bucket()}"
        kinds["other machine"] = Settings.model_validate({"data_dir": tmp_path / "other"})
        kinds["other cloud"] = make_settings(server.url(server.create_database()), other_bucket)
        target = f"other {target}"
    await fill(kinds[source])
    manifest = await back_up(kinds[source], tmp_path / "copy")
    assert manifest.portraits == 1
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {"castroom.sqlite", "portraits", "backup.json"}
    await restore(kinds[target], tmp_path / "copy")
    assert await rows_of(kinds[target]) == await rows_of(kinds[source])
    assert {digest.rows for digest in (await rows_of(kinds[target])).values()} == {ROWS}
    assert await open_portraits(kinds[target].portraits_url).get(KEY) == DATA


@pytest.mark.heavy
async def test_a_restore_to_a_server_with_rows_is_refused(cloud: Settings, tmp_path: Path) -> None:
    await fill(cloud)
    await back_up(cloud, tmp_path / "copy")
    before = await rows_of(cloud)
    with pytest.raises(TransferError, match="is not empty"):
        await restore(cloud, tmp_path / "copy")
    assert await rows_of(cloud) == before


@pytest.mark.heavy
async def test_pictures_that_are_in_the_bucket_already_stay(machine: Settings, cloud: Settings, tmp_path: Path) -> None:
    await fill(machine)
    await back_up(machine, tmp_path / "copy")
    portraits = open_portraits(cloud.portraits_url)
    for key in (KEY, "r2/later/original"):
        await portraits.put(key, DATA)
    await restore(cloud, tmp_path / "copy")
    assert await rows_of(cloud) == await rows_of(machine)
    assert await portraits.get("r2/later/original") == DATA


@pytest.mark.heavy
async def test_a_backup_is_of_one_moment(cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that changes while tables are copied is in the backup as it was at the start."""
    await fill(cloud)
    before = await rows_of(cloud)

    async def change_then_copy(*arguments: object) -> None:
        storage = await open_storage(cloud)
        await storage.database.execute(update(rounds).values(void_reason="changed meanwhile"))
        await storage.close()
        await copy_rows(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("storage.backup.copy_rows", change_then_copy)
    await back_up(cloud, tmp_path / "copy")
    monkeypatch.undo()
    restored = Settings.model_validate({"data_dir": tmp_path / "restored"})
    await restore(restored, tmp_path / "copy")
    assert await rows_of(restored) == before


@pytest.mark.heavy
async def test_a_damaged_picture_of_a_bucket_is_told(cloud: Settings, tmp_path: Path) -> None:
    await fill(cloud)
    portraits = open_portraits(cloud.portraits_url)
    await portraits.delete(KEY)
    await portraits.put(KEY, DATA[:-1])
    with pytest.raises(TransferError, match="not stored as written"):
        await back_up(cloud, tmp_path / "copy")
    assert not (tmp_path / "copy" / "backup.json").exists()


async def test_a_backup_of_an_older_schema_is_migrated_on_the_way_to_a_server(
    machine: Settings, cloud: Settings, tmp_path: Path
) -> None:
    machine.data_dir.mkdir()
    with create_engine(machine.database_url.replace("+aiosqlite", "")).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0107")
        insert_rows(
            connection, ROWS, slots_portrait=PORTRAIT, upscales_portrait=PORTRAIT, sheet_views_portrait=PORTRAIT
        )
    await open_portraits(machine.portraits_url).put(KEY, DATA)
    await back_up(machine, tmp_path / "copy")
    assert json.loads((tmp_path / "copy" / "backup.json").read_text())["schema"] == "0107"
    await restore(cloud, tmp_path / "copy")
    assert (await rows_of(cloud))["rounds"].rows == ROWS
