"""What repositories share: the database, a clock, and inserts that work on SQLite and PostgreSQL alike."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.clock import Now
from storage.db.engine import Database


class SqlRepository:
    """Rows of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _insert_new(self, table: Table, **row: Any) -> bool:
        """Do `insert_new` in a transaction of its own."""
        async with self._database.transaction() as connection:
            return await insert_new(connection, table, **row)

    async def _save_row(self, table: Table, row: Mapping[str, Any], where: ColumnElement[bool] | None = None) -> None:
        """Do `save_row` in a transaction of its own."""
        async with self._database.transaction() as connection:
            await save_row(connection, table, row, where)


class TimedRepository(SqlRepository):
    """Rows of a database that are dated with `now`."""

    def __init__(self, database: Database, now: Now) -> None:
        super().__init__(database)
        self._now = now


async def insert_new(connection: AsyncConnection, table: Table, **row: Any) -> bool:
    """Insert a row unless its key exists; True if it was inserted. Concurrent calls insert it once."""
    statement = upsert(connection, table).values(row).on_conflict_do_nothing()
    return (await connection.execute(statement)).rowcount == 1


async def save_row(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any], where: ColumnElement[bool] | None = None
) -> bool:
    """Insert a row, or change the row with its primary key if `where` holds for that; True if it was written."""
    key = [column.name for column in table.primary_key]
    changes = {name: value for name, value in row.items() if name not in key}
    statement = upsert(connection, table).values(row)
    statement = statement.on_conflict_do_update(index_elements=key, set_=changes, where=where)
    return (await connection.execute(statement)).rowcount == 1


def upsert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's INSERT that supports ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
