"""Holding on: nothing is asked that could not be kept, and what was paid for is written as soon as it can be."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import chain, repeat
from typing import TypeVar

import structlog

from bot.errors import NotKept, PortraitLost, Unreachable
from bot.ports import Portraits, Stage
from bot.waits import Waits

R = TypeVar("R")
log = structlog.get_logger()


class Holding:
    """Waits for database and portraits, and tells the lead what it waits for."""

    def __init__(self, portraits: Portraits, stage: Stage, waits: Waits) -> None:
        self._portraits = portraits
        self._stage = stage
        self._waits = waits.not_kept

    async def ready(self, round_id: str) -> bool:
        """Come back once a portrait could be stored; whether that had to be waited for."""
        waited = False

        async def look() -> None:
            nonlocal waited
            try:
                await self._portraits.ready()
            except NotKept:
                waited = True
                raise

        await self.on(round_id, look)
        return waited

    async def on(self, round_id: str, write: Callable[[], Awaitable[R]]) -> R:
        """What `write` gives, tried until it is kept; it must be one that may be repeated."""
        waits = chain(self._waits, repeat(self._waits[-1]))
        told = False
        while True:
            try:
                return await write()
            except NotKept as error:
                log.error("not_kept", round=round_id, part=error.part, why=error.why, detail=error.detail)  # noqa: TRY400 - again and again
                if not told:
                    await self.tell(round_id, error)
                told = True
            await asyncio.sleep(next(waits))

    async def tell(self, round_id: str, error: NotKept | PortraitLost) -> None:
        """The lead, once for each reason; whom Slack or the database do not let us tell finds it in the log."""
        word = f"not_kept:{error.why}" if isinstance(error, NotKept) else "portrait_lost"
        with suppress(Unreachable, NotKept):
            await self._stage.tell_lead(round_id, word)
