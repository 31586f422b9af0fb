"""Check of the database file before the bot opens it: a damaged or newer one stays unchanged."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import translate_db_errors
from storage.db.private_files import database_file
from storage.migrations import SchemaVersion, schema_version_of_row, unsupported_reason

# Checking a larger file would delay the start; a read reports its damage later.
_MAX_CHECKED_BYTES = 256_000_000


async def check_integrity(database_url: str) -> None:
    """Raise StorageUnavailable if the SQLite file cannot be used. A missing file passes, and so does a server."""
    if file := database_file(database_url):
        await asyncio.to_thread(_check_file, file)


def _check_file(file: Path) -> None:
    if not file.exists():
        return
    with (
        translate_db_errors(str(file)),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        if file.stat().st_size <= _MAX_CHECKED_BYTES:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StorageUnavailable("database", "damaged", " ".join(str(verdict).split()), str(file))
        (has_version_table,) = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone()
        schema = _read_schema(connection) if has_version_table else SchemaVersion("")
    if reason := unsupported_reason(schema):
        raise StorageUnavailable("database", reason, schema.revision, str(file))


def _read_schema(connection: sqlite3.Connection) -> SchemaVersion:
    connection.row_factory = sqlite3.Row
    row = connection.execute("SELECT * FROM alembic_version").fetchone()
    return schema_version_of_row(dict(row) if row else {})
