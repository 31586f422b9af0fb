"""Unlocks and re-casts in the core, over a real database."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.brief import REASON_LIMIT
from bot.budget import purse_day
from bot.deed import Deed
from bot.errors import (
    AlreadyCast,
    AlreadyCasting,
    Barred,
    BriefError,
    CannotFinish,
    CastingError,
    Dearer,
    NotYours,
    OverBudget,
    RoundClosed,
)
from bot.production import Customs
from bot.recasting import Done, How, Wanting
from bot.round import RECAST, Round, State
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, SKIN, Theatre, theatre

PRICE = Decimal("0.20")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


def wanting(round_id: str, how: How = How.KEEP, **changes: object) -> Wanting:
    values = {"person": LEAD, "reason": "too young", "text": None, "key": "1", "agreed": PRICE} | changes
    return Wanting(round_id=round_id, how=how, **values)  # type: ignore[arg-type]


async def want(house: Theatre, round_id: str, how: How = How.KEEP, **changes: object) -> Done:
    done = await house.casting.recasting.do(wanting(round_id, how, **changes))
    await house.casting.recasting.show(done)
    return done


async def recast(house: Theatre, round_id: str, how: How = How.KEEP, **changes: object) -> Round:
    opened = (await want(house, round_id, how, **changes)).opened
    assert opened
    return opened.round


async def relocked(house: Theatre, round_id: str, key: str = "1") -> str:
    """A re-cast all the way to its lock; the new round's id."""
    round_ = await house.audition((await recast(house, round_id, key=key)).id)
    await house.vote(round_, U2=2)
    await house.casting.locking.lock(round_.id, round_.slot_of[2], LEAD)
    await house.casting.presenting.catch_up(round_.id)
    return round_.id


async def reserved(house: Theatre) -> Decimal:
    return await house.storage.ledger.committed(FILM.team, purse_day(house.now))


async def test_a_face_stays_until_another_is_locked_as_the_next_version(house: Theatre) -> None:
    round_id = await house.locked()
    child = await recast(house, round_id, text="a fisherwoman, 70")
    assert (child.parent, child.origin, child.because) == (round_id, RECAST, "too young")
    assert (child.lead, child.brief.text, "a fisherwoman, 70" in child.prompt) == (LEAD, "a fisherwoman, 70", True)
    assert (await house.round(round_id)).state is State.LOCKED
    found = await house.casting.recall.recall("Maya", LEAD, FILM)
    assert (found.kind, found.characters[0].open_round) == ("face", child.id)
    round_ = await house.audition(child.id)
    await house.vote(round_, U2=2)
    face = await house.casting.locking.lock(child.id, round_.slot_of[2], LEAD)
    assert face.version == 2
    assert ("refresh", round_id) in house.stage.happened, "the record before says that it is one"
    found = await house.casting.recall.recall("Maya", LEAD, FILM)
    assert found.characters[0].face == face
    assert [f.released for f in found.history] == [None, None]


async def test_an_unlocked_face_is_nobodys_and_says_who_let_it_go_and_why(house: Theatre) -> None:
    round_id = await house.locked()
    await want(house, round_id, How.ONLY_UNLOCK, reason="  the  actor\nsigned ")
    face = await house.storage.roster.face(round_id)
    assert face
    assert face.released
    assert (face.released.person, face.released.reason, face.released.at) == (LEAD, "the actor signed", house.now)
    assert house.stage.happened[-1] == ("show", round_id, State.LOCKED)
    found = await house.casting.recall.recall("maya", DIRECTOR, FILM)
    assert (found.kind, found.characters[0].face, found.characters[0].former) == ("unlocked", None, face)
    assert [c.name for c in (await house.casting.recall.listing(LEAD, FILM, 20)).characters] == ["Maya"]
    deeds = await house.storage.chronicle.of_character(face.character_id)
    assert [(d.what, d.person, d.note, d.round_id) for d in deeds] == [("unlocked", LEAD, "the actor signed", round_id)]
    fresh = await house.storage.rounds.get(await house.open("Maya: another"))
    assert (fresh.parent, fresh.origin) == (None, ""), "nobody is asked for a yes"


async def test_when_the_newest_is_unlocked_the_one_before_stands_again(house: Theatre) -> None:
    first = await house.locked()
    second = await relocked(house, first)
    offer = await house.casting.recasting.offer(second, LEAD)
    assert offer.earlier
    assert offer.earlier.round_id == first
    with pytest.raises(RoundClosed):
        await house.casting.recasting.offer(first, LEAD)
    await want(house, second, How.ONLY_UNLOCK)
    found = await house.casting.recall.recall("Maya", LEAD, FILM)
    assert found.characters[0].face
    assert found.characters[0].face.round_id == first
    assert (await house.casting.recasting.offer(first, LEAD)).ways == tuple(How)
    third = await relocked(house, first, key="2")
    face = await house.storage.roster.face(third)
    assert face
    assert face.version == 3, "versions are never given twice"


async def test_unlocked_and_paid_for_at_once_or_not_at_all(tmp_path: Path) -> None:
    async with theatre(tmp_path, per_day="0.39") as house:
        round_id = await house.locked()
        before = await reserved(house)
        with pytest.raises(OverBudget):
            await want(house, round_id, How.UNLOCK)
        face = await house.storage.roster.face(round_id)
        assert face
        assert face.released is None, "what cannot be paid for unlocks nothing"
        assert await reserved(house) == before


async def test_a_form_sent_in_twice_opens_one_round_and_unlocks_once(house: Theatre) -> None:
    round_id = await house.locked()
    before = await reserved(house)
    first, again = await recast(house, round_id, How.UNLOCK), await recast(house, round_id, How.UNLOCK)
    assert first.id == again.id
    assert await reserved(house) == before + PRICE
    face = await house.storage.roster.face(round_id)
    assert face
    assert len(await house.storage.chronicle.of_character(face.character_id)) == 1


async def test_two_who_recast_at_once_open_one_round(house: Theatre) -> None:
    round_id = await house.locked()
    forms = (house.casting.recasting.do(wanting(round_id, key=key)) for key in "abc")
    done = await asyncio.gather(*forms, return_exceptions=True)
    assert sum(isinstance(one, Done) for one in done) == 1
    assert sum(isinstance(one, AlreadyCasting) for one in done) == 2


async def test_two_who_unlock_at_once_unlock_once(house: Theatre) -> None:
    round_id = await house.locked()
    forms = (house.casting.recasting.do(wanting(round_id, How.ONLY_UNLOCK, reason=why)) for why in ("eyes", "hair"))
    done = await asyncio.gather(*forms, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Done", "RoundClosed"]


async def test_while_it_is_recast_a_face_can_only_be_unlocked(house: Theatre) -> None:
    round_id = await house.locked()
    child = await recast(house, round_id)
    offer = await house.casting.recasting.offer(round_id, LEAD)
    assert (offer.ways, offer.price, type(offer.refused)) == ((How.ONLY_UNLOCK,), None, AlreadyCasting)
    await want(house, round_id, How.ONLY_UNLOCK, key="2")
    with pytest.raises(AlreadyCasting):
        await house.casting.recasting.offer(round_id, LEAD)
    round_ = await house.audition(child.id)
    await house.vote(round_, U2=1)
    assert (await house.casting.locking.lock(child.id, round_.slot_of[1], LEAD)).version == 2


async def test_after_a_cancelled_recast_another_can_be_started(house: Theatre) -> None:
    round_id = await house.locked()
    child = await recast(house, round_id)
    await house.casting.audition.cancel(child.id, LEAD)
    assert (await recast(house, round_id, key="2")).id != child.id


@pytest.mark.parametrize("reason", ["", " \n ", "x" * (REASON_LIMIT + 1), "nice\u202e"])
async def test_a_reason_is_a_line_that_can_be_read(house: Theatre, reason: str) -> None:
    round_id = await house.locked()
    for how in How:
        with pytest.raises(BriefError) as caught:
            await want(house, round_id, how, reason=reason)
        assert caught.value.field == "reason"


async def test_only_who_may_lock_may_recast(house: Theatre) -> None:
    round_id = await house.locked()
    with pytest.raises(NotYours):
        await house.casting.recasting.offer(round_id, DIRECTOR)
    with pytest.raises(NotYours):
        await want(house, round_id, How.ONLY_UNLOCK, person=DIRECTOR)
    customs = Customs(lockers=(PRODUCER,), spenders=(LEAD,))
    await house.storage.productions.keep(FILM, "", customs, Deed("customs", FILM, LEAD, house.now))
    with pytest.raises(Barred):
        await house.casting.recasting.offer(round_id, LEAD)
    offer = await house.casting.recasting.offer(round_id, PRODUCER)
    assert offer.ways == (How.ONLY_UNLOCK,), "who may not spend may still let it go"
    assert isinstance(offer.refused, Barred)
    await want(house, round_id, How.ONLY_UNLOCK, person=PRODUCER)


async def test_a_price_above_the_one_that_was_shown_is_asked_about_again(house: Theatre) -> None:
    round_id = await house.locked()
    with pytest.raises(Dearer) as caught:
        await want(house, round_id, agreed=PRICE - Decimal("0.01"))
    assert caught.value.price == PRICE
    assert (await house.casting.recasting.offer(round_id, LEAD)).price == PRICE


async def test_where_a_round_costs_more_than_it_may_only_the_unlock_is_left(tmp_path: Path) -> None:
    async with theatre(tmp_path, per_round="0.20") as house:
        round_id = await house.locked()
        house.studio.down.add(SKIN.id)
        offer = await house.casting.recasting.offer(round_id, LEAD)
        assert offer.price is not None, "one account is left"
    async with theatre(tmp_path, per_round="0.01") as house:
        offer = await house.casting.recasting.offer(round_id, LEAD)
        assert (offer.ways, offer.price, isinstance(offer.refused, CastingError)) == ((How.ONLY_UNLOCK,), None, True)


async def test_the_quick_yes_to_a_recast_is_a_child_of_the_face_too(house: Theatre) -> None:
    round_id = await house.locked()
    with pytest.raises(AlreadyCast) as caught:
        await house.open("Maya: two")
    opened = await house.casting.opening.recast(caught.value.wish_id, LEAD)
    assert (opened.round.parent, opened.round.origin, opened.round.because) == (round_id, RECAST, "")


async def test_a_face_that_was_let_go_is_no_likeness_and_is_finished_no_further(house: Theatre) -> None:
    round_id = await house.locked()
    await want(house, round_id, How.ONLY_UNLOCK)
    with pytest.raises(BriefError) as caught:
        await house.open("Rui: her brother --like Maya")
    assert (caught.value.field, caught.value.problem) == ("like", "unknown")
    with pytest.raises(CannotFinish):
        await house.casting.finishing.begin(round_id, 1, SKIN.id, LEAD)


async def test_what_is_taken_on_says_why_it_was_cast_anew_and_let_go(house: Theatre) -> None:
    second = await relocked(house, await house.locked())
    await want(house, second, How.ONLY_UNLOCK, reason="the first after all")
    parcel = await house.casting.taking.parcel(second, LEAD)
    with ZipFile(BytesIO(parcel.data)) as archive:
        record = json.loads(archive.read("Maya-2/record.json"))
    assert record["recast_because"] == "too young"
    assert (record["unlocked"]["by"], record["unlocked"]["because"]) == (LEAD, "the first after all")


async def test_versions_are_compared_only_by_who_may_see_them(house: Theatre) -> None:
    first = await house.locked()
    second = await relocked(house, first)
    seen = await house.casting.recall.versions(first, DIRECTOR)
    assert [face.round_id for face in seen] == [second, first]
    assert await house.casting.recall.because(seen[0]) == "too young"
