"""Leases: rows that let one process at a time do something long, such as uploading the pictures of a round."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from uuid import uuid4

import structlog
from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql

from bot.domain.service_errors import StorageUnavailable
from storage.db.clock import database_now_us
from storage.db.replica_tables import leases
from storage.db.repository import SqlRepository

log = structlog.get_logger()

LEASE_SECONDS = 10.0
_RENEW_SECONDS = LEASE_SECONDS / 4
_RETRY_SECONDS = 0.3
_until = database_now_us + int(LEASE_SECONDS * 1_000_000)


class Leases(SqlRepository):
    """Leases on PostgreSQL. The holder renews its row; ten seconds after a crash another process may take it."""

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Wait for the lease and hold it; raises StorageUnavailable in the block when it is lost."""
        owner = uuid4().hex
        while not await self._take(key, owner):  # noqa: ASYNC110 - another process frees it
            await asyncio.sleep(_RETRY_SECONDS)
        try:
            async with asyncio.timeout(None) as scope:
                renewal = asyncio.get_running_loop().create_task(
                    self._renew(key, owner, scope), name="lease", context=Context()
                )
                try:
                    yield
                finally:
                    renewal.cancel()
        except TimeoutError as error:
            if not scope.expired():
                raise
            raise StorageUnavailable("database", "away", f"the lease {key} was lost") from error
        finally:
            with suppress(StorageUnavailable):
                await self._database.execute(delete(leases).where(leases.c.key == key, leases.c.owner == owner))

    async def _take(self, key: str, owner: str) -> bool:
        insertion = postgresql.insert(leases).values(key=key, owner=owner, until=_until)
        statement = insertion.on_conflict_do_update(
            index_elements=["key"], set_={"owner": owner, "until": _until}, where=leases.c.until < database_now_us
        )
        return await self._database.change_one(statement)

    async def _renew(self, key: str, owner: str, scope: asyncio.Timeout) -> None:
        """Renew until cancelled; end the block once another process may have taken the lease."""
        loop = asyncio.get_running_loop()
        valid_until = loop.time() + LEASE_SECONDS
        is_ours = update(leases).where(leases.c.key == key, leases.c.owner == owner)
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            asked_at = loop.time()
            try:
                is_held = await self._database.change_one(is_ours.values(until=_until))
            except StorageUnavailable:
                is_held = asked_at + _RENEW_SECONDS < valid_until
            else:
                valid_until = asked_at + LEASE_SECONDS
            if not is_held:
                log.warning("lease_lost", key=key)
                scope.reschedule(loop.time())
                return
