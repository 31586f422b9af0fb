"""The scheduler: periodic work and shutdown."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.runtime.scheduler import Scheduler
from tests.support.time_factor import scaled

Job = Callable[[], Awaitable[None]]


async def do_nothing() -> None: ...


def make_scheduler(run_due: Job, check_retirements: Job = do_nothing) -> Scheduler:
    casting: Any = SimpleNamespace(
        run_due=run_due,
        retirement_watcher=SimpleNamespace(check=check_retirements),
        orphan_cleanup=SimpleNamespace(run=do_nothing),
        storage_retry=SimpleNamespace(check_portraits=do_nothing),
        monitoring=SimpleNamespace(measure=do_nothing),
        retention=SimpleNamespace(run=do_nothing),
    )
    return Scheduler(casting)


async def test_job_cancelled_by_stop_logs_no_error(caplog: pytest.LogCaptureFixture) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def slow_job() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    scheduler = make_scheduler(slow_job)
    with caplog.at_level(logging.INFO):
        scheduler.start()
        await asyncio.wait_for(started.wait(), scaled(5))
        scheduler.stop()
        await asyncio.wait_for(ended.wait(), scaled(5))
        await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_failed_job_is_logged_and_the_scheduler_continues(caplog: pytest.LogCaptureFixture) -> None:
    checked = asyncio.Event()

    async def fails() -> None:
        raise RuntimeError("no tick")

    async def check() -> None:
        checked.set()

    scheduler = make_scheduler(fails, check)
    scheduler.start()
    try:
        await asyncio.wait_for(checked.wait(), scaled(5))
        await asyncio.sleep(0.05)
    finally:
        scheduler.stop()
    assert "fails" in caplog.text
    assert "no tick" in caplog.text
