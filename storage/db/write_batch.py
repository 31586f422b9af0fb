"""Changes that wait for the one writer are committed together: what a commit costs is waiting for the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.engine import Database

R = TypeVar("R")
_PendingWrite = tuple[Callable[[AsyncConnection], Awaitable[Any]], "asyncio.Future[Any]"]

_MAX_BATCH = 100


class WriteBatcher:
    """Small changes, many in a transaction. Where one of them fails none is kept, and each is tried again alone: some
    of SQLite's errors undo a whole transaction (https://www.sqlite.org/lang_transaction.html).

    Where there are many writers (PostgreSQL) each goes alone from the start: two that hold the same rounds in another
    order would wait for each other for ever.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[_PendingWrite] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        """What `work` gives, once it is committed; it may run twice, and runs even if nobody waits for it any more."""
        if not self._database.single_writer:
            return await self._run_single(work)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._pending.append((work, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._write_batches(), name="changes")
        return await future

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        if self._worker:
            await self._worker

    async def _write_batches(self) -> None:
        while self._pending:
            batch: list[_PendingWrite] = []
            try:
                async with self._database.transaction() as connection:
                    batch, self._pending = self._pending[:_MAX_BATCH], self._pending[_MAX_BATCH:]
                    outcomes = [await work(connection) for work, _ in batch]
            except Exception as error:  # noqa: BLE001 - whatever a driver raises is for those who wait
                await self._retry_individually(batch, error)
            else:
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    _resolve(future, outcome)

    async def _retry_individually(self, batch: list[_PendingWrite], error: Exception) -> None:
        """Where nothing was taken there was no transaction: `error` concerns everybody, and the one who was alone."""
        if len(batch) <= 1:
            affected = batch or self._pending
            self._pending = self._pending if batch else []
            for _, future in affected:
                _reject(future, error)
            return
        for work, future in batch:
            try:
                _resolve(future, await self._run_single(work))
            except Exception as work_error:  # noqa: BLE001 - the same
                _reject(future, work_error)

    async def _run_single(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        async with self._database.transaction() as connection:
            return await work(connection)


def _resolve(future: "asyncio.Future[Any]", outcome: Any) -> None:
    if not future.done():
        future.set_result(outcome)


def _reject(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
