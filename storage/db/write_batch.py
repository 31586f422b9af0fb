"""Batches of small writes: a commit costs one wait for the disk, however many writes it holds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.deadline import ack_deadline
from storage.db.engine import Database

R = TypeVar("R")

_MAX_BATCH = 100


@dataclass(frozen=True, eq=False)
class _PendingWrite:
    work: Callable[[AsyncConnection], Awaitable[Any]]
    deadline: float | None
    future: "asyncio.Future[Any]"

    def resolve(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def reject(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class WriteBatcher:
    """Commits many small writes in one transaction.

    If one write fails, the batch is rolled back and each write is repeated in its own transaction: some of SQLite's
    errors undo a whole transaction (https://www.sqlite.org/lang_transaction.html).

    PostgreSQL has many writers, so there each write has its own transaction from the start: two batches that lock the
    same rounds in another order would deadlock.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[_PendingWrite] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        """Return the result of `work` once it is committed.

        `work` may run twice, and runs even if the caller is cancelled.
        """
        deadline = ack_deadline()
        if not self._database.single_writer:
            return await self._run_single(work, deadline)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._pending.append(_PendingWrite(work, deadline, future))
        if self._worker is None or self._worker.done():
            # In an empty context: the worker also commits the writes of other requests.
            self._worker = loop.create_task(self._write_batches(), name="write_batches", context=Context())
        return await future

    async def drain(self) -> None:
        """Wait until no write is pending or in progress."""
        if self._worker:
            await self._worker

    async def _write_batches(self) -> None:
        while self._pending:
            batch: list[_PendingWrite] = []
            try:
                deadlines = [write.deadline for write in self._pending if write.deadline]
                async with self._database.transaction(min(deadlines, default=None)) as connection:
                    batch, self._pending = self._pending[:_MAX_BATCH], self._pending[_MAX_BATCH:]
                    results = [await write.work(connection) for write in batch]
            except Exception as error:  # noqa: BLE001 - the callers get whatever the driver raises
                if batch:
                    await self._retry_individually(batch, error)
                else:
                    self._reject_pending(error)
            else:
                for write, result in zip(batch, results, strict=True):
                    write.resolve(result)

    def _reject_pending(self, error: Exception) -> None:
        """Reject the writes whose deadline has passed; all, if the transaction failed before any deadline."""
        now = asyncio.get_running_loop().time()
        expired = [write for write in self._pending if write.deadline and write.deadline <= now] or self._pending
        self._pending = [write for write in self._pending if write not in expired]
        for write in expired:
            write.reject(error)

    async def _retry_individually(self, batch: Sequence[_PendingWrite], error: Exception) -> None:
        if len(batch) == 1:
            batch[0].reject(error)
            return
        for write in batch:
            try:
                write.resolve(await self._run_single(write.work, write.deadline))
            except Exception as write_error:  # noqa: BLE001 - as above
                write.reject(write_error)

    async def _run_single(self, work: Callable[[AsyncConnection], Awaitable[R]], deadline: float | None) -> R:
        async with self._database.transaction(deadline) as connection:
            return await work(connection)
