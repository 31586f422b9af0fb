"""Storage retries: no paid call starts while storage is not writable, and writes of paid results are repeated."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TypeVar

import structlog

from bot.domain.service_errors import PortraitMissing, SlackUnavailable, StorageUnavailable
from bot.usecases.ports import UseCase

R = TypeVar("R")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StorageRetry(UseCase):
    """Waits for the database and the portraits store, and notifies the lead."""

    async def check_portraits(self) -> None:
        """Check the portraits store and log its failure; a failed check also holds the next paid call.

        The scheduler calls it every half minute, so that a paid call seldom waits for a check of a bucket.
        """
        try:
            await self.storage.portraits.check_anew()
        except StorageUnavailable as error:
            log.error("portraits_unavailable", reason=error.reason, detail=error.detail)  # noqa: TRY400 - expected

    async def wait_until_writable(self, round_id: str) -> bool:
        """Wait until a portrait could be stored; return whether it had to wait."""
        waited = False

        async def check() -> None:
            nonlocal waited
            try:
                await self.storage.portraits.check_writable()
            except StorageUnavailable:
                waited = True
                raise

        await self.retry_until_stored(round_id, check)
        return waited

    async def retry_until_stored(self, round_id: str, write: Callable[[], Awaitable[R]]) -> R:
        """Repeat `write`, which must be idempotent, until storage accepts it; return its result.

        Without a round, only the log has the error.
        """
        delays = chain(self.ports.waits.storage, repeat(self.ports.waits.storage[-1]))
        is_notified = False
        while True:
            try:
                return await write()
            except StorageUnavailable as error:
                log.error(  # noqa: TRY400 - a retry repeats it, so no traceback
                    "storage_unavailable",
                    round=round_id,
                    component=error.component,
                    reason=error.reason,
                    detail=error.detail,
                )
                if round_id and not is_notified:
                    await self.notify_lead(round_id, error)
                is_notified = True
            await asyncio.sleep(next(delays))

    async def notify_lead(self, round_id: str, error: Exception) -> None:
        """Notify the lead, once for each reason; if that fails, only the log has it."""
        match error:
            case StorageUnavailable():
                notice = f"not_kept:{error.reason}"
            case PortraitMissing():
                notice = "portrait_lost"
            case _:
                notice = "unexpected"
        with suppress(SlackUnavailable, StorageUnavailable):
            await self.ports.publisher.notify_lead(round_id, notice)
