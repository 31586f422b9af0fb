"""Check that each connection has a database session of its own.

A pooler in transaction or statement mode (PgBouncer's `pool_mode`, https://www.pgbouncer.org/features.html) gives a
connection another session for each transaction. Advisory locks, LISTEN and settings of a session then belong to
whoever uses the session next: two processes could work as one, and nobody would notice the end of one.
"""

import asyncio
from itertools import product

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import server_address, translate_db_errors

_TIMEOUT_SECONDS = 10.0
_SESSION = text("SELECT pg_backend_pid()")
# A prepared statement that is in another session: invalid_sql_statement_name, duplicate_prepared_statement.
_OTHER_SESSION_STATES = frozenset({"26000", "42P05"})
# PgBouncer's words where a transaction has no session at all.
_STATEMENT_MODE = "statement pooling mode"


async def check_sessions(url: str, component: str) -> None:
    """Raise StorageUnavailable if a pooler shares sessions between connections; an SQLite file has no sessions.

    `component` is database or engine. Needs two connections.
    """
    address = server_address(url)
    if not address:
        return
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            with translate_db_errors(address, component):
                has_own_sessions = await _keeps_session(url)
    except TimeoutError as error:
        raise StorageUnavailable(component, "no_connection_left", "no second connection in time", address) from error
    except DBAPIError as error:
        raise StorageUnavailable(component, "away", str(error.orig).partition("\n")[0], address) from error
    if not has_own_sessions:
        raise StorageUnavailable(component, "shared_sessions", "", address)


async def _keeps_session(url: str) -> bool:
    """Return whether two connections keep their sessions, in whatever order their transactions begin and end.

    A pooler gives the session that was used last, or the one that waited longest, to the next transaction.
    """
    parsed = make_url(url)
    engine = create_async_engine(
        parsed if parsed.get_driver_name() == "asyncpg" else parsed.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
    )
    try:
        async with engine.connect() as first, engine.connect() as second:
            sessions: dict[AsyncConnection, set[int]] = {first: set(), second: set()}
            pairs = ((first, second), (second, first))
            for begins, ends in product(pairs, pairs):
                for connection in begins:
                    sessions[connection].add(await connection.scalar(_SESSION) or 0)
                for connection in ends:
                    await connection.commit()
        return len(sessions[first]) == len(sessions[second]) == 1 and sessions[first] != sessions[second]
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _OTHER_SESSION_STATES or _STATEMENT_MODE in str(error.orig):
            return False
        raise
    finally:
        await engine.dispose()
