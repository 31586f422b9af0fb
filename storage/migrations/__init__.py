"""Schema migrations, in one line of revisions.

Alembic is imported only if there is a revision to apply: it costs a quarter of the start-up time and a tenth of the
memory, and most starts apply none.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import server_address, sqlite_engine, translate_db_errors
from storage.db.private_files import make_private_folder
from storage.db.unfinished_copy import require_finished_copy

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger()

# The oldest revision whose code works on the newest schema. It moves only with a revision that takes something away
# (CONTRIBUTING.md, "Migrations"), and never past the newest revision of the release before.
OLDEST_SERVED = "0112"

_HERE = Path(__file__).parent
_ADVISORY_KEY = 0x_CA57_2007
# Squashed into 0101 before the first release.
_PRE_RELEASE = frozenset(f"{number:04}" for number in range(1, 11))
# Foreign keys off: Alembic alters an SQLite table by copying it, and dropping the old table would delete its rows.
_PRAGMAS = ("busy_timeout=15000", "journal_mode=WAL", "foreign_keys=OFF")


async def migrate(url: str, *, is_copying: bool = False) -> None:
    """Migrate to the latest revision; creates a missing SQLite file. Idempotent; raises StorageUnavailable.

    Processes that start together wait for each other: for SQLite's write lock or PostgreSQL's advisory lock.
    A database that a move or restore has not filled is refused, except by that copy itself (`is_copying`).
    """
    path = server_address(url) or make_url(url).database or ""
    with translate_db_errors(path):
        engine = await _engine(url)
    try:
        with translate_db_errors(path):
            async with engine.begin() as connection:
                await lock_migrations(connection)
                if not is_copying:
                    await connection.run_sync(require_finished_copy)
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def lock_migrations(connection: AsyncConnection) -> None:
    """Let other processes wait before they migrate, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_KEY})"))


def latest_revision() -> str:
    """Return the revision that this code needs."""
    return max(_revisions())


@dataclass(frozen=True)
class SchemaVersion:
    """The revision of a database, empty if it was never migrated, and the oldest one whose code works on it."""

    revision: str
    oldest_served: str = ""


def unsupported_reason(schema: SchemaVersion) -> str:
    """Return why this code cannot work on or migrate the schema, pre_release or newer; empty if it can.

    A newer schema is accepted if it serves this code too: then processes of both versions run on it.
    """
    if not schema.revision or schema.revision in _revisions():
        return ""
    if schema.revision in _PRE_RELEASE:
        return "pre_release"
    return "" if "" < schema.oldest_served <= latest_revision() else "newer"


def schema_version(connection: Connection) -> SchemaVersion:
    """Return the version of the database's schema."""
    if not inspect(connection).has_table("alembic_version"):
        return SchemaVersion("")
    row = connection.execute(text("SELECT * FROM alembic_version")).mappings().first()
    return schema_version_of_row(dict(row) if row else {})


def schema_version_of_row(row: Mapping[str, Any]) -> SchemaVersion:
    """Return the version from the row of the table `alembic_version`."""
    return SchemaVersion(row.get("version_num") or "", row.get("oldest_served") or "")


def current_revision(connection: Connection) -> str:
    """Return the database's revision; empty if it was never migrated."""
    return schema_version(connection).revision


def _revisions() -> set[str]:
    """Return the revisions of the files `versions/0009_what_it_does.py`."""
    return {step.name.partition("_")[0] for step in (_HERE / "versions").glob("[0-9]*_*.py")}


async def _engine(url: str) -> AsyncEngine:
    parsed_url = make_url(url)
    if parsed_url.get_backend_name() != "sqlite":
        return create_async_engine(url)
    if parsed_url.database:
        folder = Path(parsed_url.database).parent
        if not folder.exists():
            await asyncio.to_thread(make_private_folder, folder)
    return sqlite_engine(url, _PRAGMAS, "BEGIN IMMEDIATE", connections=1)


def _upgrade(connection: Connection) -> None:
    schema = schema_version(connection)
    if schema.revision == latest_revision():
        return
    if reason := unsupported_reason(schema):
        raise StorageUnavailable("database", reason, schema.revision)
    if schema.revision > latest_revision():
        log.warning("schema_newer_accepted", schema=schema.revision, code=latest_revision())
        return
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.execute(text("UPDATE alembic_version SET oldest_served = :oldest"), {"oldest": OLDEST_SERVED})


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
