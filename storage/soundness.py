"""Looked at before anything is opened: a database that is damaged, or of a later version, is left as it is."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import NotKept
from storage.alone import database_file
from storage.database import translated
from storage.migrations import known

# Reading all of a larger file would hold up the start; what is wrong in it shows when it is read.
_LOOKED_THROUGH = 256_000_000


async def examine(database_url: str) -> None:
    """Raises NotKept for an SQLite file that cannot be used; one that is not there yet, or a server, is fine."""
    if file := database_file(database_url):
        await asyncio.to_thread(_examine, file)


def _examine(file: Path) -> None:
    if not file.exists():
        return
    with translated(str(file)), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        if file.stat().st_size <= _LOOKED_THROUGH:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if said != "ok":
                raise NotKept("database", "damaged", " ".join(str(said).split()), str(file))
        (versioned,) = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = database.execute("SELECT version_num FROM alembic_version").fetchone() if versioned else None
    if row and not known(row[0]):
        raise NotKept("database", "newer", row[0], str(file))
