"""The ack deadline: it limits waits from the arrival of a request to its ack."""

import asyncio
from math import inf
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.ports.deadline import ack_deadline, start_ack_deadline
from handlers.slack.middleware import ack_timing


async def seconds_left() -> float:
    deadline = ack_deadline()
    return inf if deadline is None else deadline - asyncio.get_running_loop().time()


async def test_request_has_a_deadline_until_the_ack() -> None:
    context = AsyncBoltContext()

    async def listen() -> None:
        assert 1.5 < await seconds_left() <= 2
        assert 1.5 < await asyncio.create_task(seconds_left()) <= 2
        await context["ack"]()
        assert await seconds_left() == inf

    await ack_timing(context, {"command": "/cast"}, listen)


async def test_task_started_before_the_ack_has_no_deadline_after_it() -> None:
    context, acked = AsyncBoltContext(), asyncio.Event()
    tasks: list[asyncio.Task[Any]] = []

    async def work_after_the_ack() -> float:
        await acked.wait()
        return await seconds_left()

    async def listen() -> None:
        tasks.append(asyncio.create_task(work_after_the_ack()))
        await context["ack"]()
        acked.set()

    await ack_timing(context, {"type": "block_actions"}, listen)
    assert await tasks[0] == inf


async def test_deadline_of_an_unacknowledged_request_ends_when_slack_gives_up() -> None:
    deadline = start_ack_deadline()
    assert deadline.at
    deadline.at -= 2.5  # half a second past the deadline: a free resource is still used
    assert 0 < await seconds_left() <= 0.2
    deadline.at -= 1  # more than three seconds after the request came in
    assert await seconds_left() == inf
