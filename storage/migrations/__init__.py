"""The schema's history, one line of steps; `migrate` takes a database to the newest.

Alembic is imported only where there is a step to take: hardly any start takes one, and all would pay for it, with a
quarter of their time and a tenth of their memory.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.domain.errors import StorageUnavailable
from storage.db.engine import sqlite_engine, translate_db_errors

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
_ADVISORY_KEY = 0x_CA57_2007
# Never released, squashed into 0101.
_PRE_RELEASE = frozenset(f"{number:04}" for number in range(1, 11))
# Foreign keys off: SQLite changes a table by copying it, and dropping the old copy would count as deleting its rows.
_PRAGMAS = ("busy_timeout=15000", "journal_mode=WAL", "foreign_keys=OFF")


async def migrate(url: str) -> None:
    """Take the database to the newest schema, making an SQLite file where there is none; nothing to do is fine.

    Processes that start together wait for each other: on SQLite by its write lock, on PostgreSQL by an advisory lock.
    Raises NotKept.
    """
    path = make_url(url).database or ""
    with translate_db_errors(path):
        engine = await _engine(url)
    try:
        with translate_db_errors(path):
            async with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_KEY})"))
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def latest_revision() -> str:
    """The revision this code was written for."""
    return max(_revisions())


def unsupported_reason(revision: str) -> str:
    """Why this code cannot migrate from `revision`: pre_release or newer; empty where it can."""
    if not revision or revision in _revisions():
        return ""
    return "pre_release" if revision in _PRE_RELEASE else "newer"


def current_revision(connection: Connection) -> str:
    """The revision a database stands at; empty when it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def _revisions() -> set[str]:
    """Steps are files named `0009_what_it_does.py`, by their revision."""
    return {step.name.partition("_")[0] for step in (_HERE / "versions").glob("[0-9]*_*.py")}


async def _engine(url: str) -> AsyncEngine:
    parsed_url = make_url(url)
    if parsed_url.get_backend_name() != "sqlite":
        return create_async_engine(url)
    if parsed_url.database:
        await asyncio.to_thread(Path(parsed_url.database).parent.mkdir, parents=True, exist_ok=True)
    return sqlite_engine(url, _PRAGMAS, "BEGIN IMMEDIATE", connections=1)


def _upgrade(connection: Connection) -> None:
    revision = current_revision(connection)
    if revision == latest_revision():
        return
    if reason := unsupported_reason(revision):
        raise StorageUnavailable("database", reason, revision)
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
