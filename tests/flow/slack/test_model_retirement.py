"""Models that vendors take away: found out daily, told once, not chosen any more."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import ModelRetired, NoModels
from bot.ports.messaging import Recipient
from playground.processes import stop
from tests.support.casting_harness import LEAD, LITERAL, SKIN, CastingHarness, casting_harness
from tests.support.practice_environment import LENA, PracticeEnvironment, practice_environment


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        yield opened


async def check_retirements(harness: CastingHarness, **elapsed: float) -> None:
    harness.advance(**elapsed)
    await harness.casting.retirement_watcher.check()


async def test_accounts_are_checked_at_start_and_then_daily(play: CastingHarness) -> None:
    await check_retirements(play)
    await check_retirements(play, hours=23)
    assert play.fake_models.retirement_checks == 1
    await check_retirements(play, hours=2)
    assert play.fake_models.retirement_checks == 2


async def test_account_without_an_answer_is_checked_again_within_hours(play: CastingHarness) -> None:
    del play.fake_models.retirement_by_model[SKIN.id]
    await check_retirements(play)
    await check_retirements(play, minutes=59)
    await check_retirements(play, minutes=2)
    assert play.fake_models.retirement_checks == 2


async def test_retired_model_is_announced_once_and_no_longer_chosen(play: CastingHarness) -> None:
    await check_retirements(play)
    await play.start_round("Maya: a fisherwoman")
    play.fake_models.retirement_by_model[SKIN.id] = play.now.date()
    for _ in range(3):
        await check_retirements(play, days=1)
    ((recipient, retirement),) = play.direct_messages.retirement_notices
    assert (recipient, retirement.model, retirement.is_retired) == (Recipient("T1", LEAD), SKIN, True)
    with pytest.raises(NoModels):
        await play.start_round("Ben: a smith --models recraft")
    round_ = await play.get_round(await play.start_round("Ada: a pilot"))
    assert set(round_.models) == {LITERAL.id}


async def test_retirement_within_thirty_days_is_announced_once(play: CastingHarness) -> None:
    await play.start_round("Maya: a fisherwoman")
    play.fake_models.retirement_by_model[SKIN.id] = play.now.date() + timedelta(days=32)
    await check_retirements(play)
    assert play.direct_messages.retirement_notices == []
    await check_retirements(play, days=3)
    ((_, retirement),) = play.direct_messages.retirement_notices
    assert not retirement.is_retired
    assert SKIN.id in (await play.get_round(await play.start_round("Ben: a smith"))).models
    await check_retirements(play, days=29)
    assert len(play.direct_messages.retirement_notices) == 1
    assert SKIN.id not in (await play.get_round(await play.start_round("Ada: a pilot"))).models


async def test_retired_response_triggers_an_immediate_check(play: CastingHarness) -> None:
    await check_retirements(play)
    play.fake_models.skin.script = lambda ask, call: ModelRetired(SKIN.id)
    play.fake_models.retirement_by_model[SKIN.id] = play.now.date()
    await play.run_to_voting()
    await check_retirements(play, minutes=1)
    await check_retirements(play, minutes=1)
    assert play.fake_models.retirement_checks == 2
    assert SKIN.id not in (await play.get_round(await play.start_round("Ada: a pilot"))).models


async def test_retirement_is_not_announced_before_the_close(play: CastingHarness) -> None:
    await check_retirements(play)
    play.fake_models.skin.script = lambda ask, call: ModelRetired(SKIN.id)
    play.fake_models.retirement_by_model[SKIN.id] = play.now.date()
    round_ = await play.run_to_voting()
    await check_retirements(play, minutes=1)
    assert play.direct_messages.retirement_notices == []
    await play.casting.round_controls.close(round_.id, LEAD)
    await check_retirements(play, hours=1)
    assert len(play.direct_messages.retirement_notices) == 1


async def test_unreachable_lead_is_notified_at_the_next_check(play: CastingHarness) -> None:
    await play.start_round("Maya: a fisherwoman")
    play.fake_models.retirement_by_model[SKIN.id] = play.now.date()
    play.direct_messages.unreachable.add(LEAD)
    await check_retirements(play)
    assert play.direct_messages.retirement_notices == []
    play.direct_messages.unreachable.clear()
    await check_retirements(play, days=1)
    await check_retirements(play, days=1)
    assert len(play.direct_messages.retirement_notices) == 1


async def test_relisted_model_is_chosen_again(play: CastingHarness) -> None:
    play.fake_models.retirement_by_model[SKIN.id] = play.now.date()
    await check_retirements(play)
    play.fake_models.retirement_by_model[SKIN.id] = None
    await check_retirements(play, days=1)
    assert SKIN.id in (await play.get_round(await play.start_round("Ada: a pilot"))).models


async def retirement_messages(workspace: PracticeEnvironment) -> list[str]:
    """What was sent to Lena alone."""
    return [
        c["arguments"]["text"]
        for c in await workspace.control_client.calls("chat.postMessage")
        if c["arguments"]["channel"] == LENA
    ]


async def test_retirement_is_announced_once_across_restarts(tmp_path: Path) -> None:
    async with practice_environment(tmp_path) as workspace:
        await workspace.speed_up()
        await workspace.wait_for_ballot(await workspace.cast("Maya: a fisherwoman --each 1"))
        assert await retirement_messages(workspace) == []
        await workspace.control_client.post("models/gpt-image-2/life", {"state": "retired"})
        for _ in range(2):
            await stop(workspace.bot)
            await workspace.start_bot()
            await workspace.control_client.wait_for(lambda: retirement_messages(workspace), "the notice", 10)
        await asyncio.sleep(1)
        (text,) = await retirement_messages(workspace)
        assert "GPT-Image-2 (`openai:gpt-image-2`) is no longer served" in text
        assert "`--models gpt-image-2.5`" in text
        answer = await workspace.run_command("Ben: a smith --models gpt-image-2")
        assert "GPT-Image-2 is not available now (retired). Recraft V4.1 instead costs" in answer
