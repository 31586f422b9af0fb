"""Coordination of several processes: each is known by its executor id, and one of them leads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from uuid import uuid4
from weakref import WeakValueDictionary

import structlog

from storage.db.engine import Database
from storage.replicas.advisory_locks import AdvisoryLocks
from storage.replicas.leases import Leases

log = structlog.get_logger()

# A process that is started again may come before the server has noticed the end of the one before.
_START_SECONDS = 10.0
_RETRY_SECONDS = 0.5
LEADER_LOCK = "leader"
"""The lock of the one process that leads."""


class ExecutorIdInUse(Exception):
    """Another process has this executor id."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class PostgresReplicas:
    """Implementation of the port Replicas on PostgreSQL."""

    are_several = True

    def __init__(self, database: Database, locks: AdvisoryLocks, name: str) -> None:
        self.name = name
        self.instance = f"{name}-{uuid4().hex}"
        self.locks = locks
        self._leases = Leases(database)
        self._mutexes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._watcher: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Register this process; raises ExecutorIdInUse after ten seconds, StorageUnavailable."""
        await self.locks.open()
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while not await self.locks.try_acquire(alive_lock(self.name)):
            if asyncio.get_running_loop().time() > deadline:
                await self.locks.close()
                raise ExecutorIdInUse(self.name)
            await asyncio.sleep(_RETRY_SECONDS)
        await self.locks.try_acquire(_instance_lock(self.instance))
        self._watcher = asyncio.get_running_loop().create_task(self._stay_alive(), name="replica", context=Context())

    async def close(self) -> None:
        if self._watcher:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await self.locks.close()

    @asynccontextmanager
    async def lease(self, key: str) -> AsyncIterator[None]:
        # The mutex keeps the tasks of this process from polling the database for each other.
        async with self._mutexes.setdefault(key, asyncio.Lock()), self._leases.hold(key):
            yield

    async def is_leader(self) -> bool:
        return await self.locks.try_acquire(LEADER_LOCK)

    async def is_running(self, instance: str) -> bool:
        return instance == self.instance or not await self.locks.is_free(_instance_lock(instance))

    async def is_gone(self, name: str) -> bool:
        """Return whether no process has this executor id at the moment."""
        return await self.locks.is_free(alive_lock(name))

    async def _stay_alive(self) -> None:
        """Take both locks again after their session was lost."""
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            for lock in (_instance_lock(self.instance), alive_lock(self.name)):
                if not self.locks.holds(lock) and await self.locks.try_acquire(lock):
                    log.info("replica_registered_again", lock=lock)


def alive_lock(name: str) -> str:
    """Return the name of the lock that the process with this executor id holds while it lives."""
    return f"replica:{name}"


def _instance_lock(instance: str) -> str:
    return f"instance:{instance}"
