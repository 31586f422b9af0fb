"""Database engines: one writer and a few readers for SQLite, one pool for PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite
import structlog
from sqlalchemy import URL, Connection, Executable, Select, UpdateBase, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.service_errors import StorageUnavailable
from bot.ports.deadline import ack_deadline
from storage.db.postgres_pool import check_connections

log = structlog.get_logger()

V = TypeVar("V")

_READER_CONNECTIONS = 4
_MAX_ATTEMPTS, _PAUSE_SECONDS = 100, 0.05
_MAX_LOCK_SECONDS = 2.0
_MAX_QUICK_REWRITE_BYTES = 32_000_000
# One writer connection: a queue before it is faster than several writers in SQLite's busy handler. FULL: a paid
# portrait must survive a power cut. The busy timeouts are short, because BEGIN is repeated until the deadline. What is
# deleted is overwritten, because it may be about people (https://www.sqlite.org/pragma.html#pragma_secure_delete).
_WRITER_PRAGMAS = ("busy_timeout=100", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_READER_PRAGMAS = ("busy_timeout=500", "query_only=ON")
# Primary result codes (https://www.sqlite.org/rescode.html); any other code is a mistake in our SQL.
_SQLITE_FAILURES = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_IOERR: "away",
    sqlite3.SQLITE_CANTOPEN: "away",
}
# SQLSTATE codes and their classes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRES_FAILURES = {
    "25006": "read_only",
    "25P03": "locked",  # idle_in_transaction_session_timeout
    "28000": "refused",
    "28P01": "refused",
    "3D000": "no_database",
    "53100": "full",
    "53300": "no_connection_left",
    "55P03": "locked",
    "57014": "locked",  # statement_timeout
    "XX001": "damaged",
    "XX002": "damaged",
}
_UNAVAILABLE_PREFIXES = ("08", "53", "57P", "58")


@dataclass(frozen=True)
class Database:
    """A writer and a reader engine. Hold a connection briefly: never await a model or Slack in the block.

    Every method raises StorageUnavailable while the database cannot be used; the transaction is then rolled back.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    autocommit: AsyncEngine | None = None
    """Runs a single statement in one round trip instead of three, on PostgreSQL."""

    @asynccontextmanager
    async def transaction(self, deadline: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end, or rolls back when the block raises.

        Waits for the writer until `deadline` (event loop time), by default the request's ack deadline.
        """
        async with _connect(self.writer, deadline) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Open a snapshot: everything that the block reads is of one moment."""
        async with _connect(self.reader) as connection:
            yield connection

    @asynccontextmanager
    async def single_query(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for one query, without a transaction around it."""
        async with _connect(self.autocommit or self.reader, begins=False) as connection:
            yield connection

    async def execute(self, statement: UpdateBase) -> int:
        """Run one change in its own transaction; return how many rows it changed."""
        async with _connect(self.autocommit) if self.autocommit else self.transaction() as connection:
            return (await connection.execute(statement)).rowcount

    async def change_one(self, statement: UpdateBase) -> bool:
        """Run one change in its own transaction; return whether it changed a row."""
        return await self.execute(statement) == 1

    async def fetch_all(self, query: Executable) -> Sequence[Any]:
        """Return all rows of one query."""
        async with self.single_query() as connection:
            return (await connection.execute(query)).all()

    async def fetch_first(self, query: Executable) -> Any:
        """Return the first row of one query; None without one."""
        return next(iter(await self.fetch_all(query)), None)

    async def fetch_column(self, query: Executable) -> Sequence[Any]:
        """Return the first column of one query."""
        return [row[0] for row in await self.fetch_all(query)]

    async def fetch_value(self, query: Select[V]) -> V | None:
        """Return the one value of one query; None without a row."""
        return next(iter(await self.fetch_column(query)), None)

    async def drop_deleted_content(self, *, also_large: bool = False) -> bool:
        """Rewrite a SQLite file without free pages and empty its journal, which both keep deleted content.

        A large file stays as it is unless `also_large`, because writers wait meanwhile. Returns whether it was done.
        """
        if not self.single_writer:
            return True
        limit = None if also_large else _MAX_QUICK_REWRITE_BYTES
        return await asyncio.to_thread(_rewrite, self.writer.url.database or "", limit)

    @property
    def engines(self) -> tuple[object, ...]:
        """The engines, for tools that watch statements."""
        return tuple({engine.sync_engine for engine in (self.reader, self.writer)})

    @property
    def single_writer(self) -> bool:
        """Whether transactions queue before one connection."""
        return self.writer.dialect.name == "sqlite"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.reader.dispose()
        await self.writer.dispose()


def open_database(url: str, pool_size: int = 15, statement_timeout: float = 30.0) -> Database:
    """Create engines for `sqlite+aiosqlite:///file` or `postgresql+asyncpg://...`, without connecting.

    On PostgreSQL, `pool_size` is the most connections, and `statement_timeout` the most seconds for a statement and for
    a transaction between two statements.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return Database(
            sqlite_engine(url, _WRITER_PRAGMAS, "BEGIN IMMEDIATE", connections=1),
            sqlite_engine(url, _READER_PRAGMAS, "BEGIN", connections=_READER_CONNECTIONS),
        )
    writer = create_async_engine(url, pool_size=pool_size, max_overflow=0)
    check_connections(writer)
    milliseconds = str(round(statement_timeout * 1000))
    set_at_connect(writer, {"statement_timeout": milliseconds, "idle_in_transaction_session_timeout": milliseconds})
    return Database(
        writer,
        writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
        writer.execution_options(isolation_level="AUTOCOMMIT"),
    )


def set_at_connect(engine: AsyncEngine, parameters: Mapping[str, str]) -> None:
    """Set parameters of each PostgreSQL session. PgBouncer refuses them among the parameters of the connection."""
    statement = "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in parameters.items())

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()  # else the pool's rollback takes the parameters back


@asynccontextmanager
async def _connect(
    engine: AsyncEngine, deadline: float | None = None, *, begins: bool = True
) -> AsyncIterator[AsyncConnection]:
    deadline = ack_deadline() if deadline is None else deadline
    async with AsyncExitStack() as stack:
        address = server_address(engine.url)
        stack.enter_context(translate_db_errors(address))
        try:
            async with asyncio.timeout_at(deadline):
                connection = await stack.enter_async_context(engine.connect())
        except TimeoutError as error:
            reason = "locked" if engine.dialect.name == "sqlite" else "away"
            raise StorageUnavailable("database", reason, "no connection in time", address) from error
        lock_deadline = asyncio.get_running_loop().time() + _MAX_LOCK_SECONDS
        lock_deadline = min(lock_deadline, deadline or lock_deadline)
        yield await connection.execution_options(lock_deadline=lock_deadline, begins=begins)


def server_address(address: URL | str) -> str:
    """Return server and name of a PostgreSQL database without user and password; empty for SQLite."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return ""
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


@contextmanager
def translate_db_errors(path: str = "", component: str = "database") -> Iterator[None]:
    """Raise StorageUnavailable for failures of the database itself; let every other error through.

    `path` is an SQLite file, or the address of a server without user and password.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StorageUnavailable(component, "locked", type(error).__name__, path) from error
    except (DBAPIError, sqlite3.Error, OSError) as error:
        if reason := _failure_reason(error):
            raise StorageUnavailable(component, reason, _error_detail(error), path) from error
        raise


def _rewrite(path: str, max_bytes: int | None) -> bool:
    """Overwriting alone is not enough: SQLite moves rows between pages and leaves copies in their unused parts."""
    if max_bytes is not None and Path(path).stat().st_size > max_bytes:
        return False
    try:
        with closing(sqlite3.connect(path, timeout=_MAX_LOCK_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy
    except sqlite3.OperationalError as error:
        log.warning("deleted_content_kept", error=str(error))
        return False


def _failure_reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_FAILURES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, "")
    if isinstance(cause, OSError):
        return "away"
    sqlstate = str(getattr(cause, "sqlstate", None) or "")
    is_cut = sqlstate.startswith(_UNAVAILABLE_PREFIXES) or getattr(error, "connection_invalidated", False)
    return _POSTGRES_FAILURES.get(sqlstate, "away" if is_cut else "")


def _error_detail(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).partition("\n")[0]


def sqlite_engine(url: str, pragmas: tuple[str, ...], begin: str, *, connections: int) -> AsyncEngine:
    """Create an engine whose transactions start with `begin`, repeated while locked until the option `lock_deadline`.

    With the option `begins=False` nothing starts: SQLite reads one query at one moment without it.
    Switches the driver's own BEGIN off: it starts deferred transactions, and their upgrade from reader to writer fails
    at once instead of waiting (https://www.sqlite.org/lang_transaction.html).
    """
    engine = create_async_engine(url, pool_size=connections, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.run_async(lambda driver: _prepare(driver, pragmas))

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        options = connection.get_execution_options()
        deadline, started = options.get("lock_deadline", 0), not options.get("begins", True)
        while not started:
            try:
                connection.exec_driver_sql(begin)
                started = True
            except OperationalError as error:
                if _failure_reason(error) != "locked" or asyncio.get_running_loop().time() >= deadline:
                    raise

    @event.listens_for(engine.sync_engine, "invalidate")
    def rollback_invalidated(connection: Any, _record: object, _error: object) -> None:
        """Release the write lock: while a cancelled task's traceback holds a cursor, closing does not.

        SQLite keeps the connection open until its last statement is finalized
        (https://www.sqlite.org/c3ref/close.html).
        """
        connection.rollback()

    return engine


async def _prepare(driver: aiosqlite.Connection, pragmas: tuple[str, ...]) -> None:
    """Set each pragma. Retries: while another process changes the file to WAL, SQLite answers "locked" at once."""
    for pragma in pragmas:
        for tries_left in reversed(range(_MAX_ATTEMPTS)):
            try:
                await driver.execute(f"PRAGMA {pragma}")
                break
            except aiosqlite.OperationalError as error:
                if not tries_left or "locked" not in str(error):
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
