"""The clock: what it does while it runs, and how it stops."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.clock import Clock

Work = Callable[[], Awaitable[None]]


async def nothing() -> None: ...


def a_clock(tick: Work, look: Work = nothing) -> Clock:
    casting: Any = SimpleNamespace(
        tick=tick, lifecycle=SimpleNamespace(look=look), sweeping=SimpleNamespace(sweep=nothing)
    )
    return Clock(casting)


async def test_work_that_a_stop_cuts_short_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    clock = a_clock(tick)
    with caplog.at_level(logging.INFO):
        clock.start()
        await asyncio.wait_for(begun.wait(), 5)
        clock.stop()
        await asyncio.wait_for(ended.wait(), 5)
        await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_tick_that_fails_is_told_and_the_clock_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    looked = asyncio.Event()

    async def fails() -> None:
        raise RuntimeError("no tick")

    async def look() -> None:
        looked.set()

    clock = a_clock(fails, look)
    clock.start()
    try:
        await asyncio.wait_for(looked.wait(), 5)
        await asyncio.sleep(0.05)
    finally:
        clock.stop()
    assert "fails" in caplog.text
    assert "no tick" in caplog.text
