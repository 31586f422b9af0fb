"""Changes that wait for the one writer are committed together: what a commit costs is waiting for the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

R = TypeVar("R")
_Waiting = tuple[Callable[[AsyncConnection], Awaitable[Any]], "asyncio.Future[Any]"]

_MOST = 100


class Together:
    """Small changes, many in a transaction. Where one of them fails none is kept, and each is tried again alone: some
    of SQLite's errors undo a whole transaction (https://www.sqlite.org/lang_transaction.html).

    Where there are many writers (PostgreSQL) each goes alone from the start: two that hold the same rounds in another
    order would wait for each other for ever.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def change(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        """What `work` gives, once it is committed; it may run twice, and runs even if nobody waits for it any more."""
        if not self._database.one_writer:
            return await self._alone(work)
        kept: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, kept))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._keep(), name="changes")
        return await kept

    async def finish(self) -> None:
        """Wait until nothing is under way."""
        if self._worker:
            await self._worker

    async def _keep(self) -> None:
        while self._waiting:
            taken: list[_Waiting] = []
            try:
                async with self._database.change() as connection:
                    taken, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                    outcomes = [await work(connection) for work, _ in taken]
            except Exception as error:  # noqa: BLE001 - whatever a driver raises is for those who wait
                await self._one_by_one(taken, error)
            else:
                for (_, kept), outcome in zip(taken, outcomes, strict=True):
                    _give(kept, outcome)

    async def _one_by_one(self, taken: list[_Waiting], error: Exception) -> None:
        """Where nothing was taken there was no transaction: `error` concerns everybody, and the one who was alone."""
        if len(taken) <= 1:
            concerned = taken or self._waiting
            self._waiting = self._waiting if taken else []
            for _, kept in concerned:
                _refuse(kept, error)
            return
        for work, kept in taken:
            try:
                _give(kept, await self._alone(work))
            except Exception as own:  # noqa: BLE001 - the same
                _refuse(kept, own)

    async def _alone(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        async with self._database.change() as connection:
            return await work(connection)


def _give(kept: "asyncio.Future[Any]", outcome: Any) -> None:
    if not kept.done():
        kept.set_result(outcome)


def _refuse(kept: "asyncio.Future[Any]", error: Exception) -> None:
    if not kept.done():
        kept.set_exception(error)
