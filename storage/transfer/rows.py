"""Rows of all tables: read in batches, written to another database, and compared by count and hash.

Values are copied as the database has them, not as values of the domain: a field of JSON that this version does not
know is copied too.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Column, MetaData, Table, bindparam, func, insert, inspect, or_, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.db.engine import Database
from storage.db.tables import metadata
from storage.db.unfinished_copy import require_finished_copy
from storage.migrations import current_revision, latest_revision
from storage.transfer import TransferError

_BATCH_ROWS = 500
_HASH_BITS = 256

Row = dict[str, Any]
Recorder = Callable[[AsyncConnection, int], Awaitable[None]]


@dataclass(frozen=True)
class TableDigest:
    """The number of a table's rows, and the sum of their SHA-256 (hex), which does not depend on their order."""

    rows: int
    sha256: str


async def require_current_schema(connection: AsyncConnection) -> None:
    """Raise TransferError unless this version wrote the database, StorageUnavailable if a copy has not filled it."""
    await connection.run_sync(require_finished_copy)
    if await connection.run_sync(current_revision) != latest_revision():
        raise TransferError(
            "The database has the schema of another version. Use that version, or run `python -m bot migrate`."
        )


async def digest_tables(connection: AsyncConnection) -> dict[str, TableDigest]:
    """Return the digest of each table; raises TransferError for a table that this version does not know."""
    names = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    if unknown := names - set(metadata.tables) - {"alembic_version", "unfinished_copy"}:
        raise TransferError(f"The database has tables that this version does not know: {', '.join(sorted(unknown))}.")
    return {table.name: await digest_rows(connection, table) for table in metadata.sorted_tables}


async def digest_rows(connection: AsyncConnection, table: Table) -> TableDigest:
    """Return the digest of a table's rows, whatever kind of database they are in."""
    count, total = 0, 0
    async for batch in _read(connection, _plain(table)):
        for row in batch:
            total += int.from_bytes(sha256(msgspec.json.encode(list(row.values()), order="sorted")).digest())
        count += len(batch)
    return TableDigest(count, f"{total % (1 << _HASH_BITS):064x}")


async def _record_nothing(_connection: AsyncConnection, _rows: int) -> None: ...


async def copy_rows(
    source: AsyncConnection, target: Database, table: Table, skip: int = 0, record: Recorder = _record_nothing
) -> None:
    """Copy the rows of a table in the order of its key, except the first `skip`, one transaction for each batch.

    `record` receives the number of rows that will be in the target, in the same transaction. References to rows of the
    same table are set at the end, since such a row may come later. Raises TransferError, StorageUnavailable.
    """
    plain = _plain(table)
    own_references = [column.name for column in table.c if _refers_to(column, table)]
    copied = skip
    async for batch in _read(source, plain, skip):
        copied += len(batch)
        rows = [row | dict.fromkeys(own_references) for row in batch]
        try:
            async with target.transaction() as connection:
                await connection.execute(insert(plain), rows)
                await record(connection, copied)
        except DBAPIError as error:
            raise TransferError(await _describe_refused_row(target, plain, rows)) from error
    if own_references:
        await _set_own_references(source, target, plain, own_references)


async def set_sequences(connection: AsyncConnection) -> None:
    """Let PostgreSQL number new rows after the copied ones."""
    for table in metadata.sorted_tables:
        if (column := table.autoincrement_column) is not None:
            last = select(func.max(column)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            await connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


async def has_rows(connection: AsyncConnection) -> bool:
    """Return whether any table of the bot has a row."""
    names = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    tables = [table for name, table in metadata.tables.items() if name in names]
    for table in tables:
        if (await connection.execute(select(text("1")).select_from(table).limit(1))).first():
            return True
    return False


async def _read(connection: AsyncConnection, table: Table, skip: int = 0) -> AsyncIterator[Sequence[Row]]:
    """Yield a table's rows in batches, in the order of its key in this kind of database."""
    query = select(table).order_by(*table.primary_key).offset(skip or None)
    async with connection.stream(query) as result:
        async for batch in result.mappings().partitions(_BATCH_ROWS):
            yield [dict(row) for row in batch]


async def _set_own_references(
    source: AsyncConnection, target: Database, table: Table, references: Sequence[str]
) -> None:
    keys = [column.name for column in table.primary_key]
    query = select(*(table.c[name] for name in (*keys, *references))).where(
        or_(*(table.c[name].is_not(None) for name in references))
    )
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        .values({name: bindparam(f"new_{name}") for name in references})
    )
    async with source.stream(query) as result:
        async for batch in result.mappings().partitions(_BATCH_ROWS):
            values = [
                {f"key_{name}": row[name] for name in keys} | {f"new_{name}": row[name] for name in references}
                for row in batch
            ]
            async with target.transaction() as connection:
                await connection.execute(statement, values)


async def _describe_refused_row(target: Database, table: Table, rows: Sequence[Row]) -> str:
    """Return which row the database does not take, and why, without its content."""
    for row in rows:
        try:
            async with target.transaction() as connection:
                await connection.execute(insert(table), row)
                await connection.rollback()
        except DBAPIError as error:
            key = ", ".join(f"{column.name} {row[column.name]!r}" for column in table.primary_key)
            reason = type(error.orig.__cause__ if error.orig and error.orig.__cause__ else error.orig).__name__
            return (
                f"The database does not take the row of {table.name} with {key} ({reason}). The copy is not finished."
            )
    return f"The database does not take a batch of rows of {table.name}. Try again."


@cache
def _plain(table: Table) -> Table:
    """Return the table with the types that the database has."""
    columns = [Column(column.name, _plain_type(column), primary_key=column.primary_key) for column in table.c]
    return Table(table.name, MetaData(), *columns)


def _plain_type(column: Column[Any]) -> TypeEngine[Any]:
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _refers_to(column: Column[Any], table: Table) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)
