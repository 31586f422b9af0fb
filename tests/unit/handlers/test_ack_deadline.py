"""The ack deadline: it limits waits from the arrival of a request to its ack."""

import asyncio
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.ports.deadline import wait_deadline
from handlers.slack.middleware import ack_timing


async def seconds_left(seconds: float) -> float:
    return wait_deadline(seconds) - asyncio.get_running_loop().time()


async def test_waits_share_the_ack_deadline_until_the_ack() -> None:
    context = AsyncBoltContext()

    async def listen() -> None:
        assert 1.5 < await seconds_left(10) <= 2
        assert 1.5 < await asyncio.create_task(seconds_left(10)) <= 2
        assert await seconds_left(1) <= 1
        await context["ack"]()
        assert await seconds_left(10) > 9

    await ack_timing(context, {"command": "/cast"}, listen)


async def test_task_started_before_the_ack_waits_longer_after_it() -> None:
    context, acked = AsyncBoltContext(), asyncio.Event()
    tasks: list[asyncio.Task[Any]] = []

    async def work_after_the_ack() -> float:
        await acked.wait()
        return await seconds_left(10)

    async def listen() -> None:
        tasks.append(asyncio.create_task(work_after_the_ack()))
        await context["ack"]()
        acked.set()

    await ack_timing(context, {"type": "block_actions"}, listen)
    assert await tasks[0] > 9
