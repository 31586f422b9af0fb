"""Backup while the bot runs, and restore.

The bot writes a portrait before the row that names it, and never changes a portrait. So a copy of the database first
and of the portraits second holds every picture that the rows name. The job database is not copied: the bot restarts
unfinished jobs by their ids.
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

from bot.domain.face import Portrait
from bot.settings import Settings
from storage.db.engine import open_database, translate_db_errors
from storage.db.private_files import database_file, make_private_folder, restrict_databases, write_private_file
from storage.db.process_lock import process_lock
from storage.db.tables import slots, upscales
from storage.migrations import current_revision, migrate, unsupported_reason
from storage.pictures.object_store import ObjectStorePortraits, open_portraits

_DATABASE, _PORTRAITS, _MANIFEST = "castroom.sqlite", "portraits", "backup.json"


class BackupError(Exception):
    """A backup or restore that failed; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class BackupManifest:
    """The contents of a backup. `taken_at` is UTC, `schema` a revision, `portraits` a count."""

    taken_at: str
    schema: str
    database_sha256: str
    portraits: int
    bytes: int


async def back_up(settings: Settings, folder: Path) -> BackupManifest:
    """Copy database and portraits into `folder` (absolute), which must be empty or new; raises BackupError.

    Writes the manifest last: a copy without it is incomplete.
    """
    source = _sqlite_file(settings)
    await asyncio.to_thread(_require_empty_target, source, folder)
    await asyncio.to_thread(make_private_folder, folder)
    await asyncio.to_thread(_copy_database, source, folder / _DATABASE)
    backup_portraits = open_portraits(str(folder / _PORTRAITS))
    count, total_bytes = await backup_portraits.copy_from(open_portraits(settings.portraits_url))
    schema_revision, missing = await _inspect_copy(folder / _DATABASE, backup_portraits)
    if missing:
        raise BackupError(
            f"{_describe_missing(missing)} named in the database and not stored as written. The copy is not finished."
        )
    digest = await asyncio.to_thread(_file_sha256, folder / _DATABASE)
    manifest = BackupManifest(
        datetime.now(UTC).isoformat(timespec="seconds"), schema_revision, digest, count, total_bytes
    )
    manifest_text = json.dumps(asdict(manifest), indent=2) + "\n"
    await asyncio.to_thread(write_private_file, folder / _MANIFEST, manifest_text.encode())
    return manifest


async def restore(settings: Settings, folder: Path) -> BackupManifest:
    """Restore a backup to the paths in the settings; raises BackupError, AlreadyRunning. Overwrites nothing."""
    target = _sqlite_file(settings)
    manifest = _read_manifest(folder)
    if unsupported_reason(manifest.schema):
        raise BackupError(
            f"The copy is of schema {manifest.schema}, which this version does not know. Use a newer one."
        )
    if await asyncio.to_thread(_file_sha256, folder / _DATABASE) != manifest.database_sha256:
        raise BackupError(f"{folder / _DATABASE} is not what was copied. Use another backup.")
    async with process_lock(settings.database_url):
        for existing_file in filter(None, (target, database_file(settings.engine_url))):
            if existing_file.exists():
                raise BackupError(f"{existing_file} exists. Move it away first; a restore writes over nothing.")
        backup_portraits, portraits = open_portraits(str(folder / _PORTRAITS)), open_portraits(settings.portraits_url)
        _, missing = await _inspect_copy(folder / _DATABASE, backup_portraits)
        if missing:
            raise BackupError(f"{_describe_missing(missing)} missing from the copy or damaged. Use another backup.")
        await portraits.copy_from(backup_portraits)
        await asyncio.to_thread(_copy_database, folder / _DATABASE, target)
    await migrate(settings.database_url)
    await asyncio.to_thread(restrict_databases, settings)
    return manifest


def _sqlite_file(settings: Settings) -> Path:
    if file := database_file(settings.database_url):
        return file
    raise BackupError("The database is on a server: copy it with pg_dump first, and the portraits after it.")


def _require_empty_target(source: Path, folder: Path) -> None:
    if not source.exists() or not source.stat().st_size:
        raise BackupError(f"There is no database at {source} yet, so there is nothing to back up.")
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Name a new folder, so that no older copy is written over.")


def _read_manifest(folder: Path) -> BackupManifest:
    try:
        return BackupManifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} holds no finished backup: its {_MANIFEST} cannot be read.") from error


def _copy_database(source: Path, target: Path) -> None:
    """Copy with SQLite's online backup, which does not block writers. The target gets its name once it is complete."""
    if not target.parent.exists():
        make_private_folder(target.parent)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    uri = f"{source.absolute().as_uri()}?mode=ro"
    write_private_file(unfinished, b"")
    with (
        translate_db_errors(str(source)),
        closing(sqlite3.connect(uri, uri=True)) as source_connection,
        closing(sqlite3.connect(unfinished)) as target_connection,
    ):
        source_connection.backup(target_connection)
        target_connection.execute("PRAGMA journal_mode=DELETE")
    unfinished.replace(target)


async def _inspect_copy(database: Path, portraits: ObjectStorePortraits) -> tuple[str, list[str]]:
    """Return a copy's schema revision, and the ids of slots and upscales whose pictures are missing or damaged."""
    copied_database = open_database(f"sqlite+aiosqlite:///{database}")
    try:
        async with copied_database.snapshot() as connection:
            schema_revision = await connection.run_sync(current_revision)
            return schema_revision, await _missing_portraits(connection, portraits)
    finally:
        await copied_database.close()


async def _missing_portraits(connection: AsyncConnection, portraits: ObjectStorePortraits) -> list[str]:
    """Check the tables that exist: a copy of an older version lacks the newer ones."""
    existing_tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    missing: list[str] = []
    for table in (slots, upscales):
        if table.name in existing_tables:
            rows = await connection.execute(select(table.c.id, table.c.portrait).where(table.c.portrait.is_not(None)))
            missing += [row_id for row_id, portrait in rows if not await _is_intact(portraits, portrait)]
    return missing


async def _is_intact(portraits: ObjectStorePortraits, portrait: Portrait) -> bool:
    try:
        data = await portraits.get(portrait.key)
    except KeyError:
        return False
    return (await asyncio.to_thread(sha256, data)).hexdigest() == portrait.sha256


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _describe_missing(missing: list[str]) -> str:
    """Return the count and the first ids as the subject of a sentence."""
    listed_ids = ", ".join(missing[:5]) + (" and others" if len(missing) > 5 else "")
    return f"{len(missing)} of the portraits ({listed_ids}) {'is' if len(missing) == 1 else 'are'}"
