"""Starts due work every few seconds. Stateless: due times are columns of the rounds."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.usecases.casting import Casting

_TICK_SECONDS = 5
_RETIREMENT_CHECK_SECONDS = 60  # checks whether a day has passed; separate, as providers answer slowly
_CLEANUP_HOURS = 24
_AFTER_CLEANUP = timedelta(seconds=30)
_PORTRAITS_CHECK_SECONDS = 30
_TOKEN_SECONDS = 15
_MEASURE_SECONDS = 15


class Scheduler:
    """APScheduler with its memory store: missed runs are coalesced into the next one.

    The first cleanup runs after `first_sweep` seconds, when crash recovery is done. `refresh_tokens` refreshes the
    tokens that expire soon.
    """

    def __init__(
        self,
        casting: Casting,
        first_sweep: float = 60.0,
        refresh_tokens: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        now = datetime.now(UTC)
        # Run at once: deadlines that passed while the bot was off are due now.
        self._add_interval_job(casting.run_due, now, seconds=_TICK_SECONDS)
        self._add_interval_job(casting.retirement_watcher.check, now, seconds=_RETIREMENT_CHECK_SECONDS)
        check = casting.storage_retry.check_portraits
        first_check = now + timedelta(seconds=_PORTRAITS_CHECK_SECONDS)  # the start has checked
        self._add_interval_job(check, first_check, seconds=_PORTRAITS_CHECK_SECONDS)
        self._add_interval_job(casting.monitoring.measure, now, seconds=_MEASURE_SECONDS)
        first_cleanup = now + timedelta(seconds=first_sweep)
        self._add_interval_job(casting.orphan_cleanup.run, first_cleanup, hours=_CLEANUP_HOURS)
        self._add_interval_job(casting.retention.run, first_cleanup + _AFTER_CLEANUP, hours=_CLEANUP_HOURS)
        if refresh_tokens:
            self._add_interval_job(refresh_tokens, now, seconds=_TOKEN_SECONDS)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _add_interval_job(self, job: Callable[[], Awaitable[object]], first: datetime, **interval: int) -> None:
        args, name = (job,), job.__qualname__
        self._scheduler.add_job(_run_until_stopped, "interval", args, name=name, next_run_time=first, **interval)


async def _run_until_stopped(job: Callable[[], Awaitable[object]]) -> None:
    """Run the job; a cancellation at shutdown is not an error."""
    with suppress(asyncio.CancelledError):
        await job()
