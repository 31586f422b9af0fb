"""Fills an empty PostgreSQL database and portraits store from another storage, and can continue when interrupted.

The state of the copy is a row of the target, which each batch of rows updates in its own transaction. While that row
exists, no bot starts on the database (storage/db/unfinished_copy.py). The row also names the call that copies, since a
lock can be lost with its connection.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import msgspec
from sqlalchemy import Executable, insert, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import Database, open_database
from storage.db.tables import metadata
from storage.db.unfinished_copy import has_unfinished_copy, unfinished_copy
from storage.migrations import lock_migrations, migrate
from storage.pictures.object_store import ObjectStorePortraits, open_portraits
from storage.replicas.advisory_locks import AdvisoryLocks
from storage.replicas.coordinator import LEADER_LOCK
from storage.transfer import STATEMENT_TIMEOUT_SECONDS, Report, TransferError
from storage.transfer.pictures import copy_pictures
from storage.transfer.rows import TableDigest, copy_rows, digest_tables, has_rows, set_sequences

_COPY_LOCK = "copy"
# The server may notice the end of a killed copy late.
_LOCK_SECONDS, _RETRY_SECONDS = 10.0, 0.5
_CONTINUED = "Another move or restore has continued this copy, so this one stops."
_OTHER_COPY = (
    "The target holds an unfinished copy of another source, or of this one before it changed. "
    "Empty the target database and the portraits, and start again."
)


@dataclass(frozen=True)
class Place:
    """The addresses of a database on PostgreSQL and of a portraits store."""

    database_url: str
    portraits_url: str


@dataclass(frozen=True)
class CopyResult:
    """What was copied and compared; `bytes` is the size of the pictures."""

    rows: int
    pictures: int
    bytes: int


@dataclass(frozen=True)
class _State:
    """The source of an unfinished copy, and how many rows of each table the target has."""

    portraits_url: str
    tables: Mapping[str, TableDigest]
    copied: Mapping[str, int]


async def fill_server(
    source: Database, portraits_url: str, to: Place, report: Report, *, may_have_pictures: bool = False
) -> CopyResult:
    """Copy the database `source` and the portraits at `portraits_url` to `to`, and compare them.

    The database must be empty; the portraits store as well, unless it `may_have_pictures`, which then stay.
    The source must not change, and its schema must be that of this version. A call that was interrupted continues when
    it is repeated. Raises TransferError, StorageUnavailable.
    """
    portraits = await asyncio.to_thread(open_portraits, portraits_url)
    target_portraits = await asyncio.to_thread(open_portraits, to.portraits_url)
    moves_pictures = portraits_url != to.portraits_url
    async with open_database(to.database_url, statement_timeout=STATEMENT_TIMEOUT_SECONDS) as target:
        async with _exclusive(to.database_url):
            async with source.snapshot() as connection:
                digests = await digest_tables(connection)
                state = await _find_state(target)
                if state is None:
                    await target_portraits.check_anew()
                    if moves_pictures and not may_have_pictures:
                        await _require_empty_store(target_portraits, to.portraits_url)
                    state = await _begin(target, _State(to.portraits_url, digests, {}))
                if (state.portraits_url, state.tables) != (to.portraits_url, digests):
                    raise TransferError(_OTHER_COPY)
                owner = await _own(target)
                await migrate(to.database_url, is_copying=True)
                await _copy_tables(connection, target, owner, state, report)
            await _require_equal_rows(target, digests)
            report("rows: compared, equal")
            count, total_bytes = await copy_pictures(portraits, target_portraits, report) if moves_pictures else (0, 0)
            report(f"pictures: {count} compared, equal")
            await _finish(target, owner)
        return CopyResult(sum(digest.rows for digest in digests.values()), count, total_bytes)


@asynccontextmanager
async def _exclusive(database_url: str) -> AsyncIterator[None]:
    """Keep other copies away from the target, and require that no bot runs on it."""
    locks = AdvisoryLocks(database_url)
    try:
        await locks.open()
    except (DBAPIError, StorageUnavailable) as error:
        detail = error.orig if isinstance(error, DBAPIError) else error.detail
        raise TransferError(f"The target database cannot be opened: {detail}.") from error
    try:
        deadline = asyncio.get_running_loop().time() + _LOCK_SECONDS
        while not await locks.try_acquire(_COPY_LOCK):
            if asyncio.get_running_loop().time() > deadline:
                raise TransferError("Another move or restore writes to the target database. Wait for its end.")
            await asyncio.sleep(_RETRY_SECONDS)
        if not await locks.is_free(LEADER_LOCK):
            raise TransferError("A bot runs on the target database. Stop it first.")
        yield
    finally:
        await locks.close()


async def _find_state(target: Database) -> _State | None:
    async with target.snapshot() as connection:
        if not await connection.run_sync(has_unfinished_copy):
            return None
        return msgspec.convert(await connection.scalar(select(unfinished_copy.c.state)), _State)


async def _require_empty_store(portraits: ObjectStorePortraits, url: str) -> None:
    async for keys in portraits.list_pages():
        if keys:
            raise TransferError(f"{url} is not empty: it holds {keys[0]}. Name an empty bucket or prefix.")


async def _begin(target: Database, state: _State) -> _State:
    async with target.transaction() as connection:
        await lock_migrations(connection)
        if await has_rows(connection):
            raise TransferError("The target database is not empty. Create a new database for the copy.")
        await connection.run_sync(unfinished_copy.create)
        await connection.execute(insert(unfinished_copy).values(id=1, owner="", state=msgspec.to_builtins(state)))
    return state


async def _own(target: Database) -> str:
    """Make this call the one that copies, and return its name."""
    owner = uuid4().hex
    async with target.transaction() as connection:
        await connection.execute(update(unfinished_copy).values(owner=owner))
    return owner


async def _change_owned(connection: AsyncConnection, owner: str, values: Mapping[str, object]) -> None:
    """Change the state of the copy; raises TransferError if another call continues it or has ended it."""
    statement = update(unfinished_copy).where(unfinished_copy.c.owner == owner).values(**values)
    if await _execute(connection, statement) != 1:
        raise TransferError(_CONTINUED)


async def _execute(connection: AsyncConnection, statement: Executable) -> int:
    """Return how many rows changed; raises TransferError if another call has dropped the table of the state."""
    try:
        return (await connection.execute(statement)).rowcount
    except ProgrammingError as error:
        raise TransferError(_CONTINUED) from error


async def _copy_tables(source: AsyncConnection, target: Database, owner: str, state: _State, report: Report) -> None:
    copied = dict(state.copied)
    for table in metadata.sorted_tables:

        async def record(connection: AsyncConnection, rows: int, name: str = table.name) -> None:
            copied[name] = rows
            await _change_owned(connection, owner, {"state": msgspec.to_builtins(replace(state, copied=copied))})

        await copy_rows(source, target, table, copied.get(table.name, 0), record)
        if rows := copied.get(table.name, 0):
            report(f"{table.name}: {rows} rows")


async def _require_equal_rows(target: Database, expected: Mapping[str, TableDigest]) -> None:
    async with target.snapshot() as connection:
        found = await digest_tables(connection)
    if different := sorted(name for name, digest in expected.items() if found[name] != digest):
        raise TransferError(
            f"The copy differs from the source in {', '.join(different)}. Empty the target and try again."
        )


async def _finish(target: Database, owner: str) -> None:
    async with target.transaction() as connection:
        # The lock of the whole table first: another call that waits for the row would wait in a circle with the drop.
        await _execute(connection, text(f"LOCK TABLE {unfinished_copy.name} IN ACCESS EXCLUSIVE MODE"))
        await _change_owned(connection, owner, {"owner": ""})
        await set_sequences(connection)
        await connection.run_sync(unfinished_copy.drop)
