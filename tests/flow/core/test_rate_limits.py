"""Waiting for an account's rate limit: visible, free of charge, and not part of a round's patience."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.call_windows import Window
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import StorageUnavailable
from bot.domain.slot import SlotState
from bot.usecases.retries import RetryDelays
from providers.http.rate_limit import RateLimiter
from tests.support.casting_harness import LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import LITERAL


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, waits=RetryDelays(rate_limit=0.02)) as opened:
        yield opened


def limit_rate(harness: CastingHarness, seconds: float) -> None:
    """Allow the account of GPT-Image-2 one image in so many seconds; the round needs two."""
    harness.fake_models.rate_limiters[LITERAL.id] = RateLimiter([Window(1, seconds)])


async def wait_for_round(harness: CastingHarness, round_id: str, condition: Callable[[Round], bool]) -> Round:
    while not condition(round_ := await harness.get_round(round_id)):
        await asyncio.sleep(0.01)
    return round_


async def test_rate_limited_slots_are_generated_after_the_wait(harness: CastingHarness) -> None:
    limit_rate(harness, 0.3)
    round_ = await harness.run_to_voting()
    assert len(round_.candidates) == 4
    assert harness.fake_models.call_count == 4


async def test_rate_limited_slot_is_shown_as_paused(harness: CastingHarness) -> None:
    limit_rate(harness, 60)
    round_id = await harness.start_round()
    audition = asyncio.create_task(harness.audition(round_id))
    round_ = await wait_for_round(harness, round_id, lambda r: len(r.completed) == 3)
    waiting = next(s for s in round_.slots if not s.is_final)
    assert (waiting.state, waiting.requested_at, waiting.model) == (SlotState.PAUSED, None, LITERAL.id)
    assert waiting.wait_until
    assert timedelta(seconds=55) < waiting.wait_until - harness.now < timedelta(seconds=62)
    assert len(harness.fake_models.literal.requests) == 1
    audition.cancel()
    await asyncio.gather(audition, return_exceptions=True)


async def test_rate_limit_wait_extends_the_patience(harness: CastingHarness) -> None:
    limit_rate(harness, 60)
    round_id = await harness.start_round()
    audition = asyncio.create_task(harness.audition(round_id))
    round_ = await wait_for_round(harness, round_id, lambda r: len(r.completed) == 3)
    waiting = next(s for s in round_.slots if not s.is_final)
    assert waiting.wait_until
    assert round_.patience_ends == waiting.wait_until + timedelta(seconds=60)
    audition.cancel()
    await asyncio.gather(audition, return_exceptions=True)


async def test_cancelled_round_leaves_the_rate_limit_queue(harness: CastingHarness) -> None:
    limit_rate(harness, 60)
    round_id = await harness.start_round()
    audition = asyncio.create_task(harness.audition(round_id))
    await wait_for_round(harness, round_id, lambda r: len(r.completed) == 3)
    await harness.casting.audition.cancel(round_id, LEAD)
    await audition
    round_ = await harness.get_round(round_id)
    assert round_.state is RoundState.VOID
    assert [s.failure.kind for s in round_.failures if s.failure] == ["cancelled"]
    assert len(harness.fake_models.literal.requests) == 1


async def test_rate_limit_wait_over_ten_minutes_is_a_free_failure(harness: CastingHarness) -> None:
    limit_rate(harness, 700)
    round_ = await harness.run_to_voting()
    assert [(s.failure.kind, s.failure.paid) for s in round_.failures if s.failure] == [("rate_limited", "no")]
    assert len(harness.fake_models.literal.requests) == 1


async def test_no_model_is_called_while_the_shared_limit_cannot_be_read(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = harness.fake_models.rate_limiters[LITERAL.id] = RateLimiter()
    away = StorageUnavailable("database", "away", "gone")

    class Refused:
        async def seconds_left(self) -> float:
            raise away

        async def release(self) -> None: ...

    monkeypatch.setattr(limiter, "join", Refused)
    round_ = await harness.get_round(await harness.start_round())
    slot = next(s for s in round_.slots if s.model == LITERAL.id)
    with pytest.raises(StorageUnavailable):
        await harness.casting.audition.portrait_generator.generate(round_, slot)
    assert harness.fake_models.literal.requests == []
    monkeypatch.undo()
    await harness.audition(round_.id)
    assert len((await harness.get_round(round_.id)).candidates) == 4
    assert len(harness.fake_models.literal.requests) == 2


async def test_open_circuit_fails_at_once_and_says_until_when(harness: CastingHarness) -> None:
    open_until = harness.now + timedelta(minutes=2)
    harness.fake_models.circuit_deadlines[LITERAL.id] = open_until
    round_ = await harness.run_to_voting()
    failures = [s.failure for s in round_.failures if s.failure]
    assert [(m.kind, m.paid, m.retry_at) for m in failures] == [("provider_down", "no", open_until)] * 2
    assert harness.fake_models.literal.requests == []
