"""Session-level advisory locks of one process, on a connection of their own.

PostgreSQL frees them when the process ends, however it ends (https://www.postgresql.org/docs/current/explicit-locking.html).
They need a session of their own: a pooler that shares sessions between transactions would free or mix them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from hashlib import blake2b

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.service_errors import StorageUnavailable
from storage.db.engine import server_address, set_at_connect, translate_db_errors

log = structlog.get_logger()

_CHECK_SECONDS = 1.0
_STATEMENT_TIMEOUT_SECONDS = 5.0
# The server notices a lost host after about 10 + 3 x 3 seconds, and frees its locks.
_KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "3", "tcp_keepalives_count": "3"}

_PING = text("SELECT 1")
_TRY_LOCK, _UNLOCK = text("SELECT pg_try_advisory_lock(:key)"), text("SELECT pg_advisory_unlock(:key)")
# The halves of a key stand in two columns (https://www.postgresql.org/docs/current/view-pg-locks.html).
_IS_FREE = text(
    "SELECT NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND datname = current_database()"
    " AND ((classid::bigint << 32) | objid::bigint) = :key)"
)


def lock_key(name: str) -> int:
    """Return the signed 64-bit key of a lock; two names share one with a chance of 1 in 10^19."""
    return int.from_bytes(blake2b(f"castroom:{name}".encode(), digest_size=8).digest(), signed=True)


class AdvisoryLocks:
    """The locks that this process holds. A lost connection loses all of them at once and is opened again."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        set_at_connect(self._engine, _KEEPALIVES)
        self._connection: AsyncConnection | None = None
        self._mutex = asyncio.Lock()
        self._held: set[str] = set()
        self._watcher: asyncio.Task[None] | None = None
        self.on_lost: list[Callable[[], None]] = []
        """Called when the connection, and with it every lock, is lost."""

    async def open(self) -> None:
        """Connect, and keep the connection alive; raises StorageUnavailable."""
        with translate_db_errors(server_address(self._engine.url)):
            self._connection = await self._engine.connect()
        self._watcher = asyncio.get_running_loop().create_task(self._watch(), name="advisory_locks", context=Context())

    async def close(self) -> None:
        """Disconnect, which frees every lock."""
        if self._watcher:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await self._disconnect()
        await self._engine.dispose()

    def holds(self, name: str) -> bool:
        return name in self._held

    async def try_acquire(self, name: str) -> bool:
        """Return whether this process holds the lock, taking it if it is free; False without a connection."""
        async with self._mutex:
            if name not in self._held and await self._call(_TRY_LOCK, key=lock_key(name)):
                self._held.add(name)
            return name in self._held

    async def release(self, name: str) -> None:
        async with self._mutex:
            if name in self._held:
                self._held.discard(name)
                await self._call(_UNLOCK, key=lock_key(name))

    async def is_free(self, name: str) -> bool:
        """Return whether no process holds the lock; False without a connection.

        It only looks: a process that took the lock to find out would hold it while another one looks.
        """
        async with self._mutex:
            return await self._call(_IS_FREE, key=lock_key(name))

    async def _call(self, statement: TextClause, **parameters: int) -> bool:
        if self._connection is None:
            return False
        try:
            async with asyncio.timeout(_STATEMENT_TIMEOUT_SECONDS):
                return bool(await self._connection.scalar(statement, parameters))
        except (DBAPIError, OSError, TimeoutError) as error:
            await self._lose(error)
            return False

    async def _lose(self, error: BaseException) -> None:
        log.warning("lock_session_lost", locks=len(self._held), error=type(error).__name__)
        self._held.clear()
        for callback in self.on_lost:
            callback()
        await self._disconnect()

    async def _disconnect(self) -> None:
        """Close without waiting for the server, which may not answer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.invalidate()
                await connection.close()

    async def _watch(self) -> None:
        """Check the connection every second; connect again when it is lost."""
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            async with self._mutex:
                await (self._call(_PING) if self._connection else self._reconnect())

    async def _reconnect(self) -> None:
        try:
            async with asyncio.timeout(_STATEMENT_TIMEOUT_SECONDS):
                with translate_db_errors(server_address(self._engine.url)):
                    self._connection = await self._engine.connect()
        except (StorageUnavailable, TimeoutError):
            return
        log.info("lock_session_opened")
