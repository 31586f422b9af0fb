"""Each schema also serves the version before it: during an upgrade, processes of both versions run on it.

For each revision: the statements of the code before it are played on the newest schema, with that code's tables.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, and_, create_engine, inspect, select, text

from bot.cli.doctor import run_checks
from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from storage import check_integrity, migrate, open_existing_storage, open_storage
from storage.migrations import (
    OLDEST_SERVED,
    SchemaVersion,
    _config,
    _revisions,
    latest_revision,
    schema_version,
    unsupported_reason,
)
from tests.support.full_rows import Schema, insert_rows, read_schema
from tests.support.postgres_server import require_postgres
from tests.support.storage_builders import DATABASES, fresh_postgres, fresh_sqlite, make_settings

# Enough for each text that a CHECK allows.
ROWS = 8
# 0105 gave names other keys. No release has a schema before it.
CHANGES_ROWS = frozenset({"0105"})


def steps() -> list[tuple[str, str]]:
    """Return each revision after the first one, with the revision before it, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [(str(step.down_revision), step.revision) for step in script.walk_revisions() if step.down_revision][::-1]


def step_cases() -> list[ParameterSet]:
    """Return a test case for each step. `make test` tries the newest three: the others do not change any more."""
    found = steps()
    return [pytest.param(*step, id=step[1], marks=() if step in found[-3:] else pytest.mark.heavy) for step in found]


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'castroom.sqlite'}"
    else:
        server = require_postgres()
        url = server.url(server.create_database(), "postgresql+psycopg")
    made = create_engine(url)
    yield made
    made.dispose()


def upgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def keys_of(table: Table, row: dict[str, object]) -> object:
    return and_(*(column == row[column.name] for column in table.primary_key))


@pytest.mark.parametrize(("before", "revision"), step_cases())
def test_statements_of_the_version_before_work_on_the_newest_schema(engine: Engine, before: str, revision: str) -> None:
    with engine.begin() as connection:
        upgrade(connection, before)
        old = read_schema(connection)
        insert_rows(connection, ROWS)
        rows_before = read_rows(connection, old)
    with engine.begin() as connection:
        upgrade(connection, "head")
    with engine.begin() as connection:
        if CHANGES_ROWS.isdisjoint(step for _, step in steps() if step >= revision):
            assert read_rows(connection, old) == rows_before
        insert_rows(connection, ROWS, 101, old)
        inserted = {
            name: [row for row in rows if row not in rows_before[name]]
            for name, rows in read_rows(connection, old).items()
        }
        for table in reversed(old.tables):
            for row in inserted[table.name]:
                change = table.update().where(keys_of(table, row)).values(row)
                assert connection.execute(change).rowcount == 1
    with engine.begin() as connection:
        for table in reversed(old.tables):
            connection.execute(table.delete())
        assert not any(read_rows(connection, old).values())


def read_rows(connection: Connection, schema: Schema) -> dict[str, list[dict[str, object]]]:
    """Return all rows, with the columns of the schema, in a stable order."""
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in schema.tables
    }


@pytest.mark.parametrize(("before", "revision"), step_cases())
def test_a_revision_only_adds(engine: Engine, before: str, revision: str) -> None:
    """No table or column goes or changes its type; what is new needs no value and refuses none."""
    with engine.begin() as connection:
        upgrade(connection, before)
        old, old_rules = read_schema(connection), rules(connection)
        upgrade(connection, revision)
        new, new_rules = {table.name: table for table in read_schema(connection).tables}, rules(connection)
    for table in old.tables:
        for column in table.c:
            kept = new[table.name].c[column.name]
            assert str(kept.type) == str(column.type)
            assert kept.nullable or not column.nullable, f"{table.name}.{column.name} must stay nullable"
        added = [column for column in new[table.name].c if column.name not in table.c]
        for column in added:
            assert column.nullable or column.server_default is not None, f"{column} needs a default"
        new_rules_of_old_columns = {
            rule for rule in new_rules[table.name] if not any(column.name in rule for column in added)
        }
        assert new_rules_of_old_columns <= old_rules[table.name], f"{table.name} refuses what it took before"


def rules(connection: Connection) -> dict[str, set[str]]:
    """Return what each table requires of a row: unique columns and checks."""
    inspector, found = inspect(connection), dict[str, set[str]]()
    for table in inspector.get_table_names():
        uniques = [str(rule["column_names"]) for rule in inspector.get_unique_constraints(table)]
        uniques += [str(index["column_names"]) for index in inspector.get_indexes(table) if index["unique"]]
        checks = [str(check["sqltext"]) for check in inspector.get_check_constraints(table)]
        found[table] = {*uniques, *checks}
    return found


def test_the_newest_schema_names_the_oldest_code_that_it_serves(engine: Engine) -> None:
    url = (
        engine.url.render_as_string(hide_password=False)
        .replace("sqlite:", "sqlite+aiosqlite:")
        .replace("psycopg", "asyncpg")
    )
    asyncio.run(migrate(url))
    with engine.connect() as connection:
        assert schema_version(connection) == SchemaVersion(latest_revision(), OLDEST_SERVED)
    assert OLDEST_SERVED in _revisions()


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (SchemaVersion("9999", latest_revision()), ""),
        (SchemaVersion("9999", OLDEST_SERVED), ""),
        (SchemaVersion("9999", "9998"), "newer"),
        (SchemaVersion("9999"), "newer"),
        (SchemaVersion("0010", "0001"), "pre_release"),
        (SchemaVersion("0101"), ""),
        (SchemaVersion(""), ""),
    ],
)
def test_a_newer_schema_is_accepted_if_it_serves_this_code(schema: SchemaVersion, reason: str) -> None:
    assert unsupported_reason(schema) == reason


@pytest.fixture(params=DATABASES)
async def newer(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, Engine]:
    """A database of a later version, and an engine to change it."""
    url = await fresh_sqlite(tmp_path) if request.param == "sqlite" else await asyncio.to_thread(fresh_postgres)
    changer = create_engine(url.replace("+aiosqlite", "").replace("asyncpg", "psycopg"))
    with changer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    return make_settings(url, str(tmp_path / "portraits")), changer


async def test_old_code_starts_on_a_newer_schema_and_does_not_change_it(newer: tuple[Settings, Engine]) -> None:
    settings, changer = newer
    await migrate(settings.database_url)
    await check_integrity(settings.database_url)
    async with open_existing_storage(settings) as storage:
        health = await storage.check()
    assert (health.is_healthy, health.schema_revision) == (True, "9999")
    lines = (await run_checks(settings)).lines
    assert "ok      database: schema 9999, of a newer version, which serves this one too" in lines
    with changer.connect() as connection:
        assert schema_version(connection) == SchemaVersion("9999", OLDEST_SERVED)


async def test_old_code_does_not_start_on_a_schema_that_does_not_serve_it(newer: tuple[Settings, Engine]) -> None:
    settings, changer = newer
    with changer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET oldest_served = '9998'"))
    for attempt in (migrate(settings.database_url), open_existing_storage(settings).__aenter__()):
        with pytest.raises(StorageUnavailable) as caught:
            await attempt
        assert caught.value.reason == "newer"
    storage = await open_storage(settings)
    assert "was written by a later version" in (await storage.check()).database_error
    await storage.close()
