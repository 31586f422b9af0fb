"""A model that is not to be had: nothing is spent on a dearer one before somebody says yes to its price."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.brief import Brief
from bot.errors import AlreadyCast, NotYours, Unavailable
from bot.round import State
from tests.flow.theatre import DIRECTOR, FILM, LEAD, LITERAL, SKIN, Theatre, theatre

EVERY_KEY = ("recraft", "openai", "gemini")
BRIEF = Brief.of("Maya: a fisherwoman")


async def offered(house: Theatre, brief: Brief = BRIEF) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await house.casting.opening.open_round(brief, FILM, LEAD, f"trigger-{brief}")
    return caught.value


async def test_a_dearer_stand_in_is_cast_after_a_press_once_and_for_the_price_that_was_said(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=EVERY_KEY) as house:
        house.studio.down = {LITERAL.id}
        error = await offered(house)
        assert [(a.title, a.why, a.instead) for a in error.absent] == [("GPT-Image-2", "down", "Nano Banana")]
        assert [(o.kind, o.titles, o.price) for o in error.offers] == [
            ("instead", ("Recraft V4.1", "Nano Banana"), Decimal("0.22")),
            ("only", ("Recraft V4.1",), Decimal("0.20")),
        ]
        assert await house.storage.ledger.committed("T1", house.now.date()) == 0
        with pytest.raises(NotYours):
            await house.casting.opening.accept(error.offers[0].wish_id, DIRECTOR)
        opened = await house.casting.opening.accept(error.offers[0].wish_id, LEAD)
        again = await house.casting.opening.accept(error.offers[0].wish_id, LEAD)
        assert (opened.fresh, again.fresh, opened.round.price) == (True, False, Decimal("0.22"))
        round_ = await house.audition(opened.round.id)
        assert {s.model for s in round_.candidates} == {SKIN.id, "gemini:gemini-nano"}
        assert round_.reason.absent == error.absent, "the message says who draws instead"
        child = await house.casting.rerolling.all(round_.id, LEAD)
        assert child.round.price == Decimal("0.22"), "its price stood on the button: nothing is asked again"


async def test_the_rest_alone_is_the_other_offer(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=EVERY_KEY) as house:
        house.studio.down = {LITERAL.id}
        opened = await house.casting.opening.accept((await offered(house)).offers[1].wish_id, LEAD)
        assert set(opened.round.models) == {SKIN.id}


async def test_a_yes_to_other_models_is_no_yes_to_a_re_cast(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=EVERY_KEY) as house:
        round_ = await house.voting("Maya: x")
        await house.vote(round_, U2=1)
        await house.casting.locking.lock(round_.id, round_.numbered(1).id, LEAD)
        house.studio.down = {LITERAL.id}
        with pytest.raises(AlreadyCast) as caught:
            await house.casting.opening.accept((await offered(house)).offers[0].wish_id, LEAD)
        assert caught.value.price == Decimal("0.22")
        opened = await house.casting.opening.recast(caught.value.wish_id, LEAD)
        assert opened.round.state is State.DRAWING


async def test_an_offer_that_passes_the_rounds_cap_is_not_made(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=EVERY_KEY, per_round="0.21") as house:
        house.studio.down = {LITERAL.id}
        assert [o.kind for o in (await offered(house)).offers] == ["only"]
