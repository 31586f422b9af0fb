"""Takeover of the work of a process that ended: another process recovers its unfinished workflows within seconds."""

import asyncio
from collections import Counter
from contextlib import suppress
from contextvars import Context
from typing import Protocol

import structlog

from bot.telemetry import metrics

log = structlog.get_logger()

LOOK_SECONDS = 2.0
# A session that is lost for a moment is opened again; the work is taken over after the second look.
_LOOKS = 2


class Jobs(Protocol):
    """The job queue, as takeover needs it."""

    async def pending_owners(self) -> frozenset[str]: ...

    async def take_over(self, executor_id: str) -> int: ...


class Processes(Protocol):
    """The processes that share a database."""

    name: str

    async def is_gone(self, name: str) -> bool: ...


class Takeover:
    """Looks every two seconds at the owners of unfinished workflows."""

    def __init__(self, jobs: Jobs, processes: Processes) -> None:
        self._jobs = jobs
        self._processes = processes
        self._looks_gone: Counter[str] = Counter()
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._worker = asyncio.get_running_loop().create_task(self._run(), name="takeover", context=Context())

    async def stop(self) -> None:
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker

    async def look(self) -> None:
        """Take over the work of each owner that was gone at two looks in a row."""
        others = await self._jobs.pending_owners() - {self._processes.name}
        gone = [owner for owner in sorted(others) if await self._processes.is_gone(owner)]
        self._looks_gone = Counter({owner: self._looks_gone[owner] + 1 for owner in gone})
        for owner in gone:
            if self._looks_gone[owner] >= _LOOKS:
                count = await self._jobs.take_over(owner)
                metrics.workflows_taken_over.inc(count)
                log.warning("work_taken_over", owner=owner, workflows=count)
                del self._looks_gone[owner]

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("takeover_failed")
