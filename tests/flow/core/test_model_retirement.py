"""Models that vendors take away: found out daily, told once, not chosen any more."""

from datetime import timedelta

import pytest

from bot.domain.errors import NoModels
from bot.domain.model_errors import ModelRetired
from bot.ports.messaging import Recipient
from tests.support.casting_harness import LEAD, CastingHarness
from tests.support.scripted_models import LITERAL, SKIN


async def check_retirements(harness: CastingHarness, **elapsed: float) -> None:
    harness.advance(**elapsed)
    await harness.casting.retirement_watcher.check()


async def test_accounts_are_checked_at_start_and_then_daily(harness: CastingHarness) -> None:
    await check_retirements(harness)
    await check_retirements(harness, hours=23)
    assert harness.fake_models.retirement_checks == 1
    await check_retirements(harness, hours=2)
    assert harness.fake_models.retirement_checks == 2


async def test_account_without_an_answer_is_checked_again_within_hours(harness: CastingHarness) -> None:
    del harness.fake_models.retirement_by_model[SKIN.id]
    await check_retirements(harness)
    await check_retirements(harness, minutes=59)
    await check_retirements(harness, minutes=2)
    assert harness.fake_models.retirement_checks == 2


async def test_retired_model_is_announced_once_and_no_longer_chosen(harness: CastingHarness) -> None:
    await check_retirements(harness)
    await harness.start_round("Maya: a fisherwoman")
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date()
    for _ in range(3):
        await check_retirements(harness, days=1)
    ((recipient, retirement),) = harness.direct_messages.retirement_notices
    assert (recipient, retirement.model, retirement.is_retired) == (Recipient("T1", LEAD), SKIN, True)
    with pytest.raises(NoModels):
        await harness.start_round("Ben: a smith --models recraft")
    round_ = await harness.get_round(await harness.start_round("Ada: a pilot"))
    assert set(round_.models) == {LITERAL.id}


async def test_retirement_within_thirty_days_is_announced_once(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman")
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date() + timedelta(days=32)
    await check_retirements(harness)
    assert harness.direct_messages.retirement_notices == []
    await check_retirements(harness, days=3)
    ((_, retirement),) = harness.direct_messages.retirement_notices
    assert not retirement.is_retired
    assert SKIN.id in (await harness.get_round(await harness.start_round("Ben: a smith"))).models
    await check_retirements(harness, days=29)
    assert len(harness.direct_messages.retirement_notices) == 1
    assert SKIN.id not in (await harness.get_round(await harness.start_round("Ada: a pilot"))).models


async def test_retired_response_triggers_an_immediate_check(harness: CastingHarness) -> None:
    await check_retirements(harness)
    harness.fake_models.skin.script = lambda ask, call: ModelRetired(SKIN.id)
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date()
    await harness.run_to_voting()
    await check_retirements(harness, minutes=1)
    await check_retirements(harness, minutes=1)
    assert harness.fake_models.retirement_checks == 2
    assert SKIN.id not in (await harness.get_round(await harness.start_round("Ada: a pilot"))).models


async def test_retirement_is_not_announced_before_the_close(harness: CastingHarness) -> None:
    await check_retirements(harness)
    harness.fake_models.skin.script = lambda ask, call: ModelRetired(SKIN.id)
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date()
    round_ = await harness.run_to_voting()
    await check_retirements(harness, minutes=1)
    assert harness.direct_messages.retirement_notices == []
    await harness.casting.round_controls.close(round_.id, LEAD)
    await check_retirements(harness, hours=1)
    assert len(harness.direct_messages.retirement_notices) == 1


async def test_unreachable_lead_is_notified_at_the_next_check(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman")
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date()
    harness.direct_messages.unreachable.add(LEAD)
    await check_retirements(harness)
    assert harness.direct_messages.retirement_notices == []
    harness.direct_messages.unreachable.clear()
    await check_retirements(harness, days=1)
    await check_retirements(harness, days=1)
    assert len(harness.direct_messages.retirement_notices) == 1


async def test_relisted_model_is_chosen_again(harness: CastingHarness) -> None:
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date()
    await check_retirements(harness)
    harness.fake_models.retirement_by_model[SKIN.id] = None
    await check_retirements(harness, days=1)
    assert SKIN.id in (await harness.get_round(await harness.start_round("Ada: a pilot"))).models
