"""The one process of an SQLite database: a mutex is enough, and it leads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4
from weakref import WeakValueDictionary


class SingleProcess:
    """Implementation of the port Replicas for a database that one process may open (storage/db/process_lock.py)."""

    are_several = False

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.instance = f"{name}-{uuid4().hex}"
        self._mutexes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lease(self, key: str) -> AsyncIterator[None]:
        async with self._mutexes.setdefault(key, asyncio.Lock()):
            yield

    async def is_running(self, instance: str) -> bool:
        return instance == self.instance

    async def is_leader(self) -> bool:
        return True

    async def open(self) -> None: ...

    async def close(self) -> None: ...
