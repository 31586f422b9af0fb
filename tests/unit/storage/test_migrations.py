"""The schema's history leads to the schema the code speaks of."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from storage import migrate
from storage.migrations import newest, present
from storage.tables import metadata


def a_file(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'not made yet' / 'castroom.sqlite'}"


def inside(url: str) -> Connection:
    return create_engine(url.replace("+aiosqlite", "")).connect()


def schema_of(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {name: "".join(sql.split()) for name, sql in rows if name != "alembic_version"}


async def test_from_empty_to_the_newest_leaves_no_difference_to_the_tables(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert present(connection) == newest() != ""


async def test_checks_and_partial_indexes_are_the_tables_own_too(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    made = create_engine("sqlite://")
    metadata.create_all(made)
    with inside(a_file(tmp_path)) as migrated, made.connect() as direct:
        for table in metadata.tables:
            theirs = {check["name"]: check["sqltext"] for check in inspect(migrated).get_check_constraints(table)}
            assert theirs == {c["name"]: c["sqltext"] for c in inspect(direct).get_check_constraints(table)}
        assert schema_of(migrated)["uq_rounds_open"] == schema_of(direct)["uq_rounds_open"]


async def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        before = schema_of(connection)
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        assert schema_of(connection) == before


async def test_processes_that_start_together_migrate_one_after_the_other(tmp_path: Path) -> None:
    await asyncio.gather(*(migrate(a_file(tmp_path)) for _ in range(4)))
    with inside(a_file(tmp_path)) as connection:
        assert present(connection) == newest()


async def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("DROP TABLE productions"))
        connection.commit()
        before = schema_of(connection)
    with pytest.raises(Exception, match="already exists"):
        await migrate(a_file(tmp_path))
    with inside(a_file(tmp_path)) as connection:
        assert schema_of(connection) == before
