"""Limits for one person: rounds open at once, forms, and free portraits."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.brief import Brief
from bot.domain.errors import PersonLimitReached
from bot.domain.person_limits import PersonLimits
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness

LIMITS = PersonLimits(open_rounds=2, forms=3, free_portraits=4)


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, limits=LIMITS) as opened:
        yield opened


async def refused_kind(harness: CastingHarness, line: str, person: str = LEAD) -> str:
    with pytest.raises(PersonLimitReached) as refused:
        await harness.start_round(line, person)
    return refused.value.kind


async def test_rounds_open_at_once_are_limited(harness: CastingHarness) -> None:
    first = await harness.start_round("Maya: a fisherwoman")
    await harness.start_round("Ben: a cook")
    assert await refused_kind(harness, "Otto: a pilot") == "open_rounds"
    await harness.start_round("Otto: a pilot", DIRECTOR)
    await harness.casting.round_controls.drop(first, LEAD)
    await harness.start_round("Ida: a baker")


async def test_round_that_replaces_another_is_not_counted_twice(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman")
    await harness.start_round("Ben: a cook")
    started = await harness.casting.reroll.reroll_round(round_.id, LEAD)
    assert started.created


async def test_repeated_start_of_a_saved_round_passes(harness: CastingHarness) -> None:
    brief = Brief("Maya", "a fisherwoman")
    first = await harness.casting.start_round.start(brief, FILM, LEAD, "t1")
    await harness.start_round("Ben: a cook")
    again = await harness.casting.start_round.start(brief, FILM, LEAD, "t1")
    assert (again.round.id, again.created) == (first.round.id, False)


async def test_forms_of_a_day_are_limited(harness: CastingHarness) -> None:
    for n in range(LIMITS.forms):
        await harness.casting.round_form.create(FILM, LEAD, f"trigger-{n}")
    with pytest.raises(PersonLimitReached) as refused:
        await harness.casting.round_form.create(FILM, LEAD, "trigger-x")
    assert (refused.value.kind, refused.value.limit) == ("forms", 3)
    await harness.casting.round_form.create(FILM, DIRECTOR, "trigger-d")
    harness.advance(seconds=24 * 3600 + 1)
    await harness.casting.round_form.create(FILM, LEAD, "trigger-y")


async def test_free_portraits_of_a_day_are_limited(harness: CastingHarness) -> None:
    catalogue = harness.fake_models.catalogue
    free = tuple(replace(m, prices=dict.fromkeys(m.prices, Decimal(0))) for m in catalogue.models)
    harness.fake_models.catalogue = replace(catalogue, models=free)
    await harness.start_round("Maya: a fisherwoman --models recraft --each 3")
    assert await refused_kind(harness, "Ben: a cook --models recraft --each 2") == "free_portraits"
    await harness.start_round("Ben: a cook --models recraft --each 1")
