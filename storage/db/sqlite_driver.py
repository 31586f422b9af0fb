"""SQLite's connection for SQLAlchemy: a statement, its rows and its end are one errand of the connection's thread.

As aiosqlite's own cursor does it they are four, each a way to the thread and back on which the interpreter is waited
for twice; under load that was a good part of what an ack took.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite

_FETCH_SIZE = 500
_Rows = list[Any]


async def connect(file: str) -> aiosqlite.Connection:
    """A connection to `file`."""
    connection = _Connection(lambda: sqlite3.connect(file, check_same_thread=False), iter_chunk_size=_FETCH_SIZE)
    # As SQLAlchemy does for connections of its own: one that a cancelled task left open must not keep the process.
    connection._thread.daemon = True
    return await connection


class _Connection(aiosqlite.Connection):
    def cursor(self) -> "_Cursor":  # type: ignore[override]
        return _Cursor(self)

    async def run_in_thread(self, work: Any, *args: Any) -> Any:
        """What `work` gives, on the connection's thread."""
        return await self._execute(work, *args)  # type: ignore[no-untyped-call]

    def new_cursor(self) -> sqlite3.Cursor:
        return self._conn.cursor()


class _Cursor:
    """What SQLAlchemy's adapter asks of a cursor. The first rows come with the statement; where that is all of them,
    SQLite is done with it too."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._sqlite_cursor: sqlite3.Cursor | None = None
        self._rows: _Rows = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        await self._run(sqlite3.Cursor.execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> None:
        await self._run(sqlite3.Cursor.executemany, sql, parameters)

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> _Rows:
        size = size or self.arraysize
        if len(self._rows) < size and self._sqlite_cursor:
            self._rows += await self._connection.run_in_thread(self._fetch, self._sqlite_cursor, max(size, _FETCH_SIZE))
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    async def fetchall(self) -> _Rows:
        if self._sqlite_cursor:
            self._rows += await self._connection.run_in_thread(self._fetch, self._sqlite_cursor, -1)
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        self._rows = []
        if self._sqlite_cursor:
            cursor, self._sqlite_cursor = self._sqlite_cursor, None
            await self._connection.run_in_thread(cursor.close)

    async def _run(self, execute: Any, sql: str, parameters: Sequence[Any]) -> None:
        cursor = self._connection.new_cursor()
        self._rows = await self._connection.run_in_thread(self._execute_and_fetch, execute, cursor, sql, parameters)

    # On the connection's thread.

    def _execute_and_fetch(self, execute: Any, cursor: sqlite3.Cursor, sql: str, parameters: Sequence[Any]) -> _Rows:
        try:
            execute(cursor, sql, parameters)
        except BaseException:
            cursor.close()
            raise
        self.description, self._sqlite_cursor = cursor.description, cursor
        return self._fetch(cursor, _FETCH_SIZE)

    def _fetch(self, cursor: sqlite3.Cursor, size: int) -> _Rows:
        """The count is right only once the rows of a RETURNING are fetched."""
        rows = cursor.fetchall() if size < 0 else cursor.fetchmany(size)
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        if size < 0 or len(rows) < size:
            self._sqlite_cursor = None
            cursor.close()
        return rows
