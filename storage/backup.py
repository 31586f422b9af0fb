"""Backup while the bot runs, and restore.

The bot writes a portrait before the row that names it, and never changes a portrait. So a copy of the database first
and of the portraits second holds every picture that the rows name. The job database is not copied: the bot restarts
unfinished jobs by their ids.

The archive is the same for SQLite and PostgreSQL: an SQLite file, the portraits and a manifest. So a backup of one can
be restored to the other.
"""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.settings import Settings
from storage.db.engine import open_database, translate_db_errors
from storage.db.private_files import database_file, make_private_folder, restrict_databases, write_private_file
from storage.db.process_lock import process_lock
from storage.db.tables import metadata
from storage.migrations import SchemaVersion, current_revision, migrate, unsupported_reason
from storage.pictures.object_store import ObjectStorePortraits, open_portraits
from storage.transfer import STATEMENT_TIMEOUT_SECONDS, Report, TransferError
from storage.transfer.pictures import copy_pictures, describe_damaged, find_damaged
from storage.transfer.rows import copy_rows, digest_tables, require_current_schema
from storage.transfer.server import Place, fill_server

_DATABASE, _PORTRAITS, _MANIFEST = "castroom.sqlite", "portraits", "backup.json"


@dataclass(frozen=True)
class BackupManifest:
    """The contents of a backup. `taken_at` is UTC, `schema` a revision, `portraits` a count."""

    taken_at: str
    schema: str
    database_sha256: str
    portraits: int
    bytes: int


async def back_up(settings: Settings, folder: Path) -> BackupManifest:
    """Copy database and portraits into `folder` (absolute), which must be empty or new.

    Writes the manifest last: a copy without it is incomplete. Raises TransferError, StorageUnavailable.
    """
    await asyncio.to_thread(_require_empty_folder, database_file(settings.database_url), folder)
    await asyncio.to_thread(make_private_folder, folder)
    if source := database_file(settings.database_url):
        await asyncio.to_thread(_copy_database, source, folder / _DATABASE)
    else:
        await _copy_server(settings.database_url, folder / _DATABASE)
    backup_portraits = open_portraits(str(folder / _PORTRAITS))
    count, total_bytes = await copy_pictures(open_portraits(settings.portraits_url), backup_portraits)
    schema_revision, damaged = await _inspect_copy(folder / _DATABASE, backup_portraits)
    if damaged:
        raise TransferError(
            f"{describe_damaged(damaged)} named in the database and not stored as written. The copy is not finished."
        )
    digest = await asyncio.to_thread(_file_sha256, folder / _DATABASE)
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = BackupManifest(taken_at, schema_revision, digest, count, total_bytes)
    manifest_text = json.dumps(asdict(manifest), indent=2) + "\n"
    await asyncio.to_thread(write_private_file, folder / _MANIFEST, manifest_text.encode())
    return manifest


async def restore(settings: Settings, folder: Path, report: Report = lambda _: None) -> BackupManifest:
    """Restore a backup to the addresses in the settings, where no database may be; overwrites nothing.

    Pictures that are stored there already stay. A restore to PostgreSQL that was interrupted continues when repeated.
    Raises TransferError, AlreadyRunning, StorageUnavailable.
    """
    manifest = _read_manifest(folder)
    if unsupported_reason(SchemaVersion(manifest.schema)):
        raise TransferError(
            f"The copy is of schema {manifest.schema}, which this version does not know. Use a newer one."
        )
    if await asyncio.to_thread(_file_sha256, folder / _DATABASE) != manifest.database_sha256:
        raise TransferError(f"{folder / _DATABASE} is not what was copied. Use another backup.")
    _, damaged = await _inspect_copy(folder / _DATABASE, open_portraits(str(folder / _PORTRAITS)))
    if damaged:
        raise TransferError(f"{describe_damaged(damaged)} missing from the copy or damaged. Use another backup.")
    if target := database_file(settings.database_url):
        await _restore_file(settings, folder, target)
    else:
        await _restore_to_server(settings, folder, report)
    return manifest


async def _restore_file(settings: Settings, folder: Path, target: Path) -> None:
    async with process_lock(settings.database_url):
        for existing_file in filter(None, (target, database_file(settings.engine_url))):
            if existing_file.exists():
                raise TransferError(f"{existing_file} exists. Move it away first; a restore writes over nothing.")
        await copy_pictures(open_portraits(str(folder / _PORTRAITS)), open_portraits(settings.portraits_url))
        await asyncio.to_thread(_copy_database, folder / _DATABASE, target)
    await migrate(settings.database_url)
    await asyncio.to_thread(restrict_databases, settings)


async def _restore_to_server(settings: Settings, folder: Path, report: Report) -> None:
    """Migrate a copy of the backup's database to this version, and fill the server from it."""
    with TemporaryDirectory() as temporary:
        file = Path(temporary) / _DATABASE
        await asyncio.to_thread(_copy_database, folder / _DATABASE, file)
        await migrate(_sqlite_url(file))
        to = Place(settings.database_url, settings.portraits_url)
        async with open_database(_sqlite_url(file)) as source:
            await fill_server(source, str(folder / _PORTRAITS), to, report, may_have_pictures=True)


async def _copy_server(database_url: str, target: Path) -> None:
    """Copy all rows of one moment from a server to an SQLite file, which gets its name once it is complete."""
    with TemporaryDirectory(dir=target.parent) as temporary:
        file = Path(temporary) / _DATABASE
        await migrate(_sqlite_url(file))
        server = open_database(database_url, statement_timeout=STATEMENT_TIMEOUT_SECONDS)
        async with server as source, open_database(_sqlite_url(file)) as copy:
            async with source.snapshot() as connection:
                await require_current_schema(connection)
                digests = await digest_tables(connection)
                for table in metadata.sorted_tables:
                    await copy_rows(connection, copy, table)
            async with copy.snapshot() as connection:
                if await digest_tables(connection) != digests:
                    raise TransferError("The copied rows differ from those of the server. The copy is not finished.")
        await asyncio.to_thread(_copy_database, file, target)


def _sqlite_url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def _require_empty_folder(source: Path | None, folder: Path) -> None:
    if source and (not source.exists() or not source.stat().st_size):
        raise TransferError(f"There is no database at {source} yet, so there is nothing to back up.")
    if folder.exists() and any(folder.iterdir()):
        raise TransferError(f"{folder} is not empty. Name a new folder, so that no older copy is written over.")


def _read_manifest(folder: Path) -> BackupManifest:
    try:
        return BackupManifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise TransferError(f"{folder} holds no finished backup: its {_MANIFEST} cannot be read.") from error


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
    async with open_database(_sqlite_url(database)) as copy, copy.snapshot() as connection:
        schema_revision = await connection.run_sync(current_revision)
        return schema_revision, await find_damaged(connection, portraits)


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
