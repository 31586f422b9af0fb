"""What would leave a round standing with nobody told: Slack's refusals, a deleted message, a post that came late."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.round import State
from tests.flow.theatre import Theatre, theatre


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


async def test_patience_counts_from_the_first_question_to_a_model_not_from_the_brief(house: Theatre) -> None:
    held = asyncio.Event()
    house.studio.skin.script = lambda ask, call: held if call == 1 else None
    round_id = await house.open()
    house.later(minutes=5)  # Slack did not take the message before
    running = asyncio.create_task(house.audition(round_id))
    while len((await house.round(round_id)).arrived) < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (await house.round(round_id)).state is State.DRAWING
    house.later(seconds=61)
    while (await house.round(round_id)).state is State.DRAWING:
        await asyncio.sleep(0.01)
    held.set()
    assert len((await running).late) == 1
