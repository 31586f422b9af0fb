"""Unavailable models: a more expensive substitute needs a confirmation of its price."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.brief import Brief
from bot.domain.command import parse_brief
from bot.domain.errors import AlreadyCast, ModelsUnavailable, NotLead
from bot.domain.round_state import RoundState
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import LITERAL, SKIN

ALL_PROVIDERS = ("recraft", "openai", "gemini")
BRIEF = parse_brief("Maya: a fisherwoman")


async def models_unavailable(harness: CastingHarness, brief: Brief = BRIEF) -> ModelsUnavailable:
    with pytest.raises(ModelsUnavailable) as caught:
        await harness.casting.start_round.start(brief, FILM, LEAD, f"trigger-{brief}")
    return caught.value


async def test_more_expensive_substitute_needs_one_confirmation(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=ALL_PROVIDERS) as harness:
        harness.fake_models.unavailable = {LITERAL.id}
        error = await models_unavailable(harness)
        assert [(a.title, a.reason, a.substitute) for a in error.unavailable] == [
            ("GPT-Image-2", "down", "Nano Banana")
        ]
        assert [(o.kind, o.titles, o.price) for o in error.offers] == [
            ("instead", ("Recraft V4.1", "Nano Banana"), Decimal("0.22")),
            ("only", ("Recraft V4.1",), Decimal("0.20")),
        ]
        assert await harness.storage.ledger.committed("T1", harness.now.date()) == 0
        with pytest.raises(NotLead):
            await harness.casting.start_round.confirm_draft(error.offers[0].draft_id, DIRECTOR)
        opened = await harness.casting.start_round.confirm_draft(error.offers[0].draft_id, LEAD)
        again = await harness.casting.start_round.confirm_draft(error.offers[0].draft_id, LEAD)
        assert (opened.created, again.created, opened.round.price) == (True, False, Decimal("0.22"))
        round_ = await harness.audition(opened.round.id)
        assert {s.model for s in round_.candidates} == {SKIN.id, "gemini:gemini-nano"}
        assert round_.routing_reason.unavailable == error.unavailable, "the message says who draws instead"
        child = await harness.casting.reroll.reroll_round(round_.id, LEAD)
        assert child.round.price == Decimal("0.22"), "its price stood on the button: nothing is asked again"


async def test_remaining_models_alone_are_the_second_offer(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=ALL_PROVIDERS) as harness:
        harness.fake_models.unavailable = {LITERAL.id}
        opened = await harness.casting.start_round.confirm_draft(
            (await models_unavailable(harness)).offers[1].draft_id, LEAD
        )
        assert set(opened.round.models) == {SKIN.id}


async def test_confirming_substitutes_does_not_confirm_a_recast(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=ALL_PROVIDERS) as harness:
        round_ = await harness.run_to_voting("Maya: x")
        await harness.vote(round_, U2=1)
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
        harness.fake_models.unavailable = {LITERAL.id}
        with pytest.raises(AlreadyCast) as caught:
            await harness.casting.start_round.confirm_draft(
                (await models_unavailable(harness)).offers[0].draft_id, LEAD
            )
        assert caught.value.price == Decimal("0.22")
        opened = await harness.casting.start_round.confirm_recast(caught.value.draft_id, LEAD)
        assert opened.round.state is RoundState.DRAWING


async def test_offer_above_the_round_cap_is_not_made(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=ALL_PROVIDERS, per_round="0.21") as harness:
        harness.fake_models.unavailable = {LITERAL.id}
        assert [o.kind for o in (await models_unavailable(harness)).offers] == ["only"]
