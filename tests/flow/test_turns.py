"""Waiting for an account's turn: seen by everybody, free until the ask, and no loss of patience."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.round import Round, State
from bot.slot import SlotState
from bot.waits import Waits
from providers._pace import Line, Window
from tests.flow.theatre import LEAD, LITERAL, Theatre, theatre


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path, waits=Waits(in_line=0.02)) as opened:
        yield opened


def limited(house: Theatre, seconds: float) -> None:
    """One image in so many seconds for the account of GPT-Image-2; the round wants two of it."""
    house.studio.lines[LITERAL.id] = Line([Window(1, seconds)])


async def until(house: Theatre, round_id: str, so: Callable[[Round], bool]) -> Round:
    while not so(round_ := await house.round(round_id)):
        await asyncio.sleep(0.01)
    return round_


async def test_who_must_wait_is_asked_when_its_turn_comes(house: Theatre) -> None:
    limited(house, 0.3)
    round_ = await house.voting()
    assert len(round_.candidates) == 4
    assert house.studio.asked == 4


async def test_while_it_waits_everybody_sees_it_and_nothing_says_that_it_was_asked(house: Theatre) -> None:
    limited(house, 60)
    round_id = await house.open()
    running = asyncio.create_task(house.audition(round_id))
    round_ = await until(house, round_id, lambda r: len(r.arrived) == 3)
    waiting = next(s for s in round_.slots if not s.final)
    assert (waiting.state, waiting.asked_at, waiting.model) == (SlotState.PAUSED, None, LITERAL.id)
    assert waiting.paused_until
    assert timedelta(seconds=55) < waiting.paused_until - house.now < timedelta(seconds=62)
    assert len(house.studio.literal.asks) == 1
    running.cancel()


async def test_the_wait_is_no_part_of_the_patience(house: Theatre) -> None:
    limited(house, 60)
    round_id = await house.open()
    running = asyncio.create_task(house.audition(round_id))
    round_ = await until(house, round_id, lambda r: len(r.arrived) == 3)
    waiting = next(s for s in round_.slots if not s.final)
    assert waiting.paused_until
    assert round_.patience_ends == waiting.paused_until + timedelta(seconds=60)
    running.cancel()


async def test_a_round_called_off_leaves_the_line_and_asks_nobody(house: Theatre) -> None:
    limited(house, 60)
    round_id = await house.open()
    running = asyncio.create_task(house.audition(round_id))
    await until(house, round_id, lambda r: len(r.arrived) == 3)
    await house.casting.audition.cancel(round_id, LEAD)
    await running
    round_ = await house.round(round_id)
    assert round_.state is State.VOID
    assert [s.miss.kind for s in round_.misses if s.miss] == ["cancelled"]
    assert len(house.studio.literal.asks) == 1


async def test_a_line_of_more_than_ten_minutes_is_a_miss_that_costs_nothing(house: Theatre) -> None:
    limited(house, 700)
    round_ = await house.voting()
    assert [(s.miss.kind, s.miss.paid) for s in round_.misses if s.miss] == [("rate_limited", "no")]
    assert len(house.studio.literal.asks) == 1


async def test_a_model_that_is_left_alone_is_a_miss_at_once_and_says_until_when(house: Theatre) -> None:
    rests = house.now + timedelta(minutes=2)
    house.studio.resting[LITERAL.id] = rests
    round_ = await house.voting()
    misses = [s.miss for s in round_.misses if s.miss]
    assert [(m.kind, m.paid, m.until) for m in misses] == [("down", "no", rests)] * 2
    assert house.studio.literal.asks == []
