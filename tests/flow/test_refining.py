"""Refining a brief over a real database: the child, its parent, and its price."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.ballot import Tell
from bot.errors import AlreadyCasting, BriefError, Dearer, NotYours, RoundClosed
from bot.round import State
from bot.sealing import Answered
from tests.flow.theatre import DIRECTOR, LEAD, Theatre, theatre

WORDS = "a fisherwoman, 60, salt-cracked lips, looking away"


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


async def test_a_refined_brief_is_a_child_with_everything_but_the_words(house: Theatre) -> None:
    parent = await house.voting("Maya: a fisherwoman --for 2h --aspect 4:5 --quorum 2 --each 1 --use film")
    await house.vote(parent, U2=2)
    opened = await house.casting.refining.refine(parent.id, LEAD, WORDS)
    child = opened.round
    assert (opened.fresh, child.parent, child.origin, child.brief.text) == (True, parent.id, "refined", WORDS)
    kept = ("name", "models", "each", "aspect", "look", "open_for", "size", "ballot", "quorum", "voters", "use")
    assert all(getattr(child.brief, name) == getattr(parent.brief, name) for name in kept)
    assert child.brief.open_for == timedelta(hours=2)
    assert WORDS in child.prompt
    ended = await house.round(parent.id)
    assert (ended.state, ended.why_void, len(ended.candidates)) == (State.VOID, "refined", len(parent.candidates))
    assert [mark.person for mark in await house.storage.rounds.marks(parent.id)] == [DIRECTOR]


async def test_sent_in_twice_it_opens_one_child_and_other_words_are_not_lost_silently(house: Theatre) -> None:
    parent = await house.voting()
    first = await house.casting.refining.refine(parent.id, LEAD, WORDS)
    again = await house.casting.refining.refine(parent.id, LEAD, WORDS)
    assert (again.fresh, again.round.id) == (False, first.round.id)
    with pytest.raises(AlreadyCasting) as busy:
        await house.casting.refining.refine(parent.id, LEAD, "somebody else")
    assert busy.value.round_id == first.round.id


async def test_words_that_are_the_same_or_cannot_be_read_start_nothing(house: Theatre) -> None:
    parent = await house.voting()
    for text, problem in (
        (parent.brief.text, "same"),
        ("  ", "missing"),
        ("a\x07b", "control"),
        ("x" * 7000, "too_long"),
    ):
        with pytest.raises(BriefError) as wrong:
            await house.casting.refining.refine(parent.id, LEAD, text)
        assert (wrong.value.field, wrong.value.problem) == ("brief", problem)
    assert (await house.round(parent.id)).state is State.VOTING


async def test_only_the_lead_refines_and_not_in_a_run_off_nor_once_cast(house: Theatre) -> None:
    parent = await house.voting()
    with pytest.raises(NotYours):
        await house.casting.refining.begin(parent.id, DIRECTOR)
    await house.vote(parent, U2=1, U3=2)
    await house.casting.voting.close(parent.id, LEAD)
    await house.casting.voting.run_off(parent.id, LEAD)
    with pytest.raises(RoundClosed) as refused:
        await house.casting.refining.refine(parent.id, LEAD, WORDS)
    assert refused.value.state == "run_off"
    cast = await house.locked("Ben: her brother")
    with pytest.raises(RoundClosed) as refused:
        await house.casting.refining.begin(cast, LEAD)
    assert refused.value.state == State.LOCKED


async def test_a_closed_round_is_refined_with_what_the_vote_said(house: Theatre) -> None:
    parent = await house.voting("Maya: a fisherwoman --ballot sealed")
    one, two = parent.slot_of[1], parent.slot_of[2]
    for person, tells in (("U2", {one: (Tell.TOO_SMOOTH, Tell.EYES)}), ("U3", {two: (Tell.TOO_SMOOTH,)})):
        none = frozenset[str]()
        await house.casting.sealing.put_in(parent.id, person, Answered(none, none, tells, none=True))
    assert (await house.casting.refining.begin(parent.id, LEAD)).tells == {}, "a sealed ballot tells nothing yet"
    await house.casting.voting.close(parent.id, LEAD)
    begun = await house.casting.refining.begin(parent.id, LEAD)
    assert list(begun.tells.items()) == [(Tell.TOO_SMOOTH, 2), (Tell.EYES, 1)]
    opened = await house.casting.refining.refine(parent.id, LEAD, WORDS)
    assert opened.round.brief.ballot is parent.brief.ballot
    assert (await house.round(parent.id)).state is State.VOID


async def test_words_for_dearer_models_are_asked_about_before_anything_is_opened(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=("recraft", "openai", "gemini")) as house:
        parent = await house.voting("Maya: a fisherwoman, weathered skin")
        cheap = house.casting.opening.price_of(parent.brief)
        text = "a fisherwoman, an everyday look"
        with pytest.raises(Dearer) as asked:
            await house.casting.refining.refine(parent.id, LEAD, text)
        assert asked.value.shown == cheap < asked.value.price
        assert (await house.round(parent.id)).state is State.VOTING
        opened = await house.casting.refining.refine(parent.id, LEAD, text)
        assert opened.round.price == asked.value.price


async def test_all_again_keeps_its_parent_too_and_a_round_that_ended_has_none(house: Theatre) -> None:
    parent = await house.voting()
    child = (await house.casting.rerolling.all(parent.id, LEAD)).round
    assert (child.parent, child.origin) == (parent.id, "rerolled")
    assert (await house.casting.opening.child(await house.round(parent.id))) is not None
    dropped = await house.voting("Ben: her brother")
    await house.casting.voting.drop(dropped.id, LEAD)
    with pytest.raises(RoundClosed):
        await house.casting.rerolling.all(dropped.id, LEAD)


async def test_the_parents_message_is_drawn_anew_once_the_childs_stands(house: Theatre) -> None:
    parent = await house.voting()
    child = (await house.casting.refining.refine(parent.id, LEAD, WORDS)).round
    house.stage.happened.clear()
    await house.casting.posting.post(child.id)
    assert house.stage.happened == [("post", child.id), ("refresh", parent.id)]
