"""Holding on: nothing is asked that could not be kept, and what was paid for is written as soon as it can be."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TypeVar

import structlog

from bot.domain.errors import PortraitMissing, SlackUnavailable, StorageUnavailable
from bot.ports.messaging import RoundPublisher
from bot.ports.storage import StoragePorts
from bot.usecases.retries import RetryDelays

R = TypeVar("R")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StorageRetry:
    """Waits for database and portraits, and tells the lead what it waits for."""

    storage: StoragePorts
    publisher: RoundPublisher
    waits: RetryDelays

    async def wait_until_writable(self, round_id: str) -> bool:
        """Come back once a portrait could be stored; whether that had to be waited for."""
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
        """What `write` gives, tried until it is kept; it must be one that may be repeated."""
        delays = chain(self.waits.storage, repeat(self.waits.storage[-1]))
        is_notified = False
        while True:
            try:
                return await write()
            except StorageUnavailable as error:
                log.error(  # noqa: TRY400 - a retry repeats it, so no traceback
                    "storage_unavailable", round=round_id, part=error.component, why=error.reason, detail=error.detail
                )
                if not is_notified:
                    await self.notify_lead(round_id, error)
                is_notified = True
            await asyncio.sleep(next(delays))

    async def notify_lead(self, round_id: str, error: StorageUnavailable | PortraitMissing) -> None:
        """The lead, once for each reason; whom Slack or the database do not let us tell finds it in the log."""
        notice = f"not_kept:{error.reason}" if isinstance(error, StorageUnavailable) else "portrait_lost"
        with suppress(SlackUnavailable, StorageUnavailable):
            await self.publisher.notify_lead(round_id, notice)
