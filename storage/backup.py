"""A consistent copy of everything, taken while the bot runs, and the way back.

Portraits are written before the row that names them and never changed; so whoever copies the database first and the
portraits after it has every picture the rows name. The engine's own database is left out: what should be moving is
started again by its id.
"""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.face import Portrait
from bot.settings import Settings
from storage.alone import alone, database_file
from storage.database import open_database
from storage.migrations import known, migrate, present
from storage.portraits import ObjectPortraits, open_portraits
from storage.tables import finishes, slots

_DATABASE, _PORTRAITS, _CONTENTS = "castroom.sqlite", "portraits", "backup.json"


class BackupError(Exception):
    """Nothing was copied, or not all; says in plain English what was wrong and what to do."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds: when it was taken (UTC), the schema's revision, the database's SHA-256, the pictures."""

    taken_at: str
    schema: str
    database_sha256: str
    portraits: int
    bytes: int


async def back_up(settings: Settings, folder: Path) -> Contents:
    """Copy database and portraits into `folder` (absolute), which must be empty or new; raises BackupError.

    The list of contents is written last: a copy without it is not finished.
    """
    source = _sqlite(settings)
    await asyncio.to_thread(_fresh, source, folder)
    await asyncio.to_thread(_copy_database, source, folder / _DATABASE)
    kept = open_portraits(str(folder / _PORTRAITS))
    count, length = await kept.take_all(open_portraits(settings.portraits_url))
    schema, missing = await _examine(folder / _DATABASE, kept)
    if missing:
        raise BackupError(
            f"{_some(missing)} named in the database and not stored as written. The copy is not finished."
        )
    digest = await asyncio.to_thread(_digest, folder / _DATABASE)
    contents = Contents(datetime.now(UTC).isoformat(timespec="seconds"), schema, digest, count, length)
    (folder / _CONTENTS).write_text(json.dumps(asdict(contents), indent=2) + "\n", encoding="utf-8")
    return contents


async def restore(settings: Settings, folder: Path) -> Contents:
    """Put a backup where the settings say; raises BackupError, NotAlone. Nothing that stands there is written over."""
    target = _sqlite(settings)
    contents = _contents(folder)
    if not known(contents.schema):
        raise BackupError(
            f"The copy is of schema {contents.schema}, which this version does not know. Use a newer one."
        )
    if await asyncio.to_thread(_digest, folder / _DATABASE) != contents.database_sha256:
        raise BackupError(f"{folder / _DATABASE} is not what was copied. Use another backup.")
    async with alone(settings.database_url):
        for standing in filter(None, (target, database_file(settings.engine_url))):
            if standing.exists():
                raise BackupError(f"{standing} exists. Move it away first; a restore writes over nothing.")
        kept, stored = open_portraits(str(folder / _PORTRAITS)), open_portraits(settings.portraits_url)
        _, missing = await _examine(folder / _DATABASE, kept)
        if missing:
            raise BackupError(f"{_some(missing)} missing from the copy or damaged. Use another backup.")
        await stored.take_all(kept)
        await asyncio.to_thread(_copy_database, folder / _DATABASE, target)
    await migrate(settings.database_url)
    return contents


def _sqlite(settings: Settings) -> Path:
    if found := database_file(settings.database_url):
        return found
    raise BackupError("The database is on a server: copy it with pg_dump first, and the portraits after it.")


def _fresh(source: Path, folder: Path) -> None:
    if not source.exists():
        raise BackupError(f"There is no database at {source} yet, so there is nothing to back up.")
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Name a new folder, so that no older copy is written over.")


def _contents(folder: Path) -> Contents:
    try:
        return Contents(**json.loads((folder / _CONTENTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} holds no finished backup: its {_CONTENTS} cannot be read.") from error


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's own online copy, of one moment, with nobody disturbed; its name stands only once it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as reading, closing(sqlite3.connect(unfinished)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")
    unfinished.replace(target)


async def _examine(database: Path, portraits: ObjectPortraits) -> tuple[str, list[str]]:
    """The schema of a copy, and the ids of slots and finishes whose bytes are missing or other than written."""
    opened = open_database(f"sqlite+aiosqlite:///{database}")
    try:
        async with opened.read() as connection:
            schema = await connection.run_sync(present)
            return schema, await _lost(connection, portraits)
    finally:
        await opened.close()


async def _lost(connection: AsyncConnection, portraits: ObjectPortraits) -> list[str]:
    """Of every table with pictures that is there: a copy of an older version lacks the newer ones."""
    there = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    lost: list[str] = []
    for table in (slots, finishes):
        if table.name in there:
            rows = await connection.execute(select(table.c.id, table.c.portrait).where(table.c.portrait.is_not(None)))
            lost += [row_id for row_id, portrait in rows if not await _whole(portraits, portrait)]
    return lost


async def _whole(portraits: ObjectPortraits, portrait: Portrait) -> bool:
    try:
        data = await portraits.get(portrait.key)
    except KeyError:
        return False
    return (await asyncio.to_thread(sha256, data)).hexdigest() == portrait.sha256


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _some(lost: list[str]) -> str:
    """The first few of the pictures that are wrong, as the subject of a sentence."""
    named = ", ".join(lost[:5]) + (" and others" if len(lost) > 5 else "")
    return f"{len(lost)} of the portraits ({named}) {'is' if len(lost) == 1 else 'are'}"
