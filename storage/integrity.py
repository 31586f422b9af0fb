"""Looked at before anything is opened: a database that is damaged, or of a later version, is left as it is."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StorageUnavailable
from storage.db.engine import translate_db_errors
from storage.db.process_lock import database_file
from storage.migrations import unsupported_reason

# Reading all of a larger file would hold up the start; what is wrong in it shows when it is read.
_MAX_CHECKED_BYTES = 256_000_000


async def check_integrity(database_url: str) -> None:
    """Raises NotKept for an SQLite file that cannot be used; one that is not there yet, or a server, is fine."""
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
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if has_version_table else None
    if row and (reason := unsupported_reason(row[0])):
        raise StorageUnavailable("database", reason, row[0], str(file))
