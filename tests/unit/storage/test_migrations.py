"""Migrations: they lead to the schema of `tables`."""

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from bot.domain.service_errors import StorageUnavailable
from storage import check_integrity, migrate
from storage.db.tables import metadata
from storage.migrations import _config, _revisions, current_revision, latest_revision
from tests.support import storage_builders

clock = storage_builders.clock


def new_database_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'not made yet' / 'castroom.sqlite'}"


def connect(url: str) -> Connection:
    return create_engine(url.replace("+aiosqlite", "")).connect()


def schema_of(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {name: "".join(sql.split()) for name, sql in rows if name != "alembic_version"}


async def test_migrated_schema_equals_the_table_definitions(tmp_path: Path) -> None:
    await migrate(new_database_url(tmp_path))
    with connect(new_database_url(tmp_path)) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert current_revision(connection) == latest_revision() != ""


def test_migration_files_are_named_by_revision() -> None:
    """The file names show that there is no revision to apply."""
    script = ScriptDirectory.from_config(_config())
    steps = list(script.walk_revisions())
    assert script.get_current_head() == latest_revision()
    assert {step.revision for step in steps} == _revisions()


async def test_start_on_the_newest_schema_does_not_import_alembic(tmp_path: Path) -> None:
    await migrate(new_database_url(tmp_path))
    script = f"import asyncio, sys, storage; asyncio.run(storage.migrate({new_database_url(tmp_path)!r}))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"{script}; sys.exit('alembic' in sys.modules)", cwd=Path(__file__).parents[3]
    )
    assert await process.wait() == 0


async def test_checks_and_partial_indexes_equal_the_table_definitions(tmp_path: Path) -> None:
    await migrate(new_database_url(tmp_path))
    made = create_engine("sqlite://")
    metadata.create_all(made)
    with connect(new_database_url(tmp_path)) as migrated, made.connect() as direct:
        for table in metadata.tables:
            theirs = {check["name"]: check["sqltext"] for check in inspect(migrated).get_check_constraints(table)}
            assert theirs == {c["name"]: c["sqltext"] for c in inspect(direct).get_check_constraints(table)}
        assert schema_of(migrated)["uq_rounds_open"] == schema_of(direct)["uq_rounds_open"]


async def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    await migrate(new_database_url(tmp_path))
    with connect(new_database_url(tmp_path)) as connection:
        before = schema_of(connection)
    await migrate(new_database_url(tmp_path))
    with connect(new_database_url(tmp_path)) as connection:
        assert schema_of(connection) == before


async def test_concurrent_migrations_are_serialized(tmp_path: Path) -> None:
    await asyncio.gather(*(migrate(new_database_url(tmp_path)) for _ in range(4)))
    with connect(new_database_url(tmp_path)) as connection:
        assert current_revision(connection) == latest_revision()


async def test_failed_migration_is_rolled_back(tmp_path: Path) -> None:
    await migrate(new_database_url(tmp_path))
    with connect(new_database_url(tmp_path)) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("DROP TABLE productions"))
        connection.commit()
        before = schema_of(connection)
    with pytest.raises(Exception, match="already exists"):
        await migrate(new_database_url(tmp_path))
    with connect(new_database_url(tmp_path)) as connection:
        assert schema_of(connection) == before


@pytest.mark.parametrize(("revision", "reason"), [("0001", "pre_release"), ("0010", "pre_release"), ("9999", "newer")])
async def test_unsupported_revision_is_refused_and_left_unchanged(tmp_path: Path, revision: str, reason: str) -> None:
    url = new_database_url(tmp_path)
    await migrate(url)
    with connect(url) as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :revision, oldest_served = :revision"),
            {"revision": revision},
        )
        connection.commit()
        before = schema_of(connection)
    for check in (migrate, check_integrity):
        with pytest.raises(StorageUnavailable) as caught:
            await check(url)
        assert (caught.value.reason, caught.value.detail) == (reason, revision)
    with connect(url) as connection:
        assert (schema_of(connection), current_revision(connection)) == (before, revision)
