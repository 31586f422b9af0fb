"""Channels that cast for one production: names, customs and money are shared, and nobody sees a face they could not."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.customs import OWN, written
from bot.errors import AlreadyCast, AlreadyCasting, Barred, BriefError, Clashes, OverBudget, TimedOut, Unfit
from bot.face import Place
from bot.ports import Reader
from bot.production import Customs
from tests.flow.theatre import DIRECTOR, FERRY, FILM, LEAD, PRODUCER, Theatre, theatre

SECRET = Place("T1", "C-secret")
MONTH = "production_month"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    """Only the lead is in the secret channel."""
    async with theatre(tmp_path) as opened:
        opened.doors.private[SECRET] = {LEAD}
        yield opened


async def save(house: Theatre, place: Place, person: str = LEAD, **fields: str) -> None:
    standing = await house.casting.keeping.standing(place, person)
    form = written(standing.production.name, standing.production.customs) | fields
    people = {"models", "starters", "spenders", "lockers", "keepers"}
    sent = {field: tuple(text.split() if field in people else filter(None, [text])) for field, text in form.items()}
    await house.casting.keeping.save(place, person, standing.production.digest, sent)


async def join(house: Theatre, place: Place, other: Place, person: str = LEAD) -> None:
    production = await house.storage.productions.of(other)
    if not production.id:
        production = await house.storage.productions.keep(other, "", Customs())
    await save(house, place, person, production=production.id)


async def held(house: Theatre, place: Place, person: str = LEAD) -> Decimal:
    """What the month's purse of a production holds, as the statement tells it."""
    told = await house.casting.spending.statement(person, place)
    return next(s.used for s in told.standings if s.purse.cap == MONTH)


async def cast(house: Theatre, line: str, place: Place, person: str = LEAD) -> str:
    round_ = await house.audition(await house.open(line, person, place))
    await house.casting.voting.close(round_.id, person)
    await house.casting.locking.decide(round_.numbered(1).id, person)
    return round_.id


async def test_names_and_customs_are_shared_and_each_face_stays_in_its_channel(house: Theatre) -> None:
    await cast(house, "Maya: a fisherwoman", FILM)
    await save(house, FILM, name="The Quay", quorum="2")
    await join(house, FERRY, FILM)
    with pytest.raises(AlreadyCast):
        await house.open("maya: somebody else", place=FERRY)
    round_ = await house.round(await house.open("Ben: a cook", place=FERRY))
    assert (round_.brief.quorum, round_.place) == (2, FERRY)
    found = await house.casting.recall.recall("Maya", DIRECTOR, FERRY)
    assert (found.kind, found.characters[0].place, found.characters[0].film) == ("face", FILM, "The Quay")
    listed = (await house.casting.recall.listing(DIRECTOR, FILM, 20)).characters
    assert {(c.name, c.place) for c in listed} == {("Maya", FILM), ("Ben", FERRY)}


async def test_a_face_cast_in_a_private_channel_of_the_production_is_seen_there_alone(house: Theatre) -> None:
    await cast(house, "Maya: a fisherwoman", FILM)
    await join(house, SECRET, FILM)
    await cast(house, "Sable: a spokesperson", SECRET)
    assert (await house.casting.recall.recall("Sable", DIRECTOR, FILM)).kind == "nothing"
    assert [c.name for c in (await house.casting.recall.listing(DIRECTOR, FILM, 20)).characters] == ["Maya"]
    assert {c.name for c in (await house.casting.recall.listing(LEAD, FILM, 20)).characters} == {"Maya", "Sable"}
    with pytest.raises(BriefError):
        await house.open("Ben: her brother --like Sable", DIRECTOR, FILM)
    found = await house.casting.recall.recall("Sable", LEAD, FILM)
    assert not await house.casting.recall.visible_answer(found.characters[0], FILM), "it is not spoken aloud"


async def test_history_is_told_as_far_as_the_asker_may_see_each_face(house: Theatre) -> None:
    await join(house, SECRET, FILM)
    await cast(house, "Maya: a fisherwoman", SECRET)
    with pytest.raises(AlreadyCast) as cast_already:
        await house.open("Maya: a fisherwoman, older", DIRECTOR, FILM)
    again = await house.casting.opening.recast(cast_already.value.wish_id, DIRECTOR)
    await house.audition(again.round.id)
    await house.casting.voting.close(again.round.id, DIRECTOR)
    await house.casting.locking.decide((await house.round(again.round.id)).numbered(1).id, DIRECTOR)
    theirs = await house.casting.recall.recall("Maya", DIRECTOR, FILM)
    assert [face.version for face in theirs.history] == [2]
    assert [face.version for face in (await house.casting.recall.recall("Maya", LEAD, FILM)).history] == [2, 1]


async def recast(house: Theatre, line: str, place: Place, person: str = LEAD) -> None:
    with pytest.raises(AlreadyCast) as cast_already:
        await house.open(line, person, place)
    again = await house.casting.opening.recast(cast_already.value.wish_id, person)
    round_ = await house.audition(again.round.id)
    await house.casting.voting.close(round_.id, person)
    await house.casting.locking.decide(round_.numbered(1).id, person)


async def test_whoever_may_not_see_the_newest_face_keeps_the_newest_they_may_see(house: Theatre) -> None:
    await join(house, SECRET, FILM)
    await cast(house, "Maya: a fisherwoman", FILM)
    await recast(house, "Maya: a fisherwoman, older", SECRET)
    theirs = await house.casting.recall.recall("Maya", DIRECTOR, FILM)
    assert (theirs.kind, theirs.characters[0].place) == ("face", FILM)
    assert theirs.characters[0].face is not None
    assert theirs.characters[0].face.version == 1
    assert await house.casting.recall.visible_answer(theirs.characters[0], FILM)
    leads = (await house.casting.recall.recall("Maya", LEAD, FILM)).characters[0]
    assert leads.face is not None
    assert (leads.face.version, leads.place) == (2, SECRET)


async def test_what_is_told_to_a_whole_channel_leaves_out_faces_and_rounds_that_some_there_may_not_see(
    house: Theatre,
) -> None:
    await join(house, SECRET, FILM)
    await cast(house, "Maya: a fisherwoman", SECRET)
    await recast(house, "Maya: a fisherwoman, older", FILM)
    with pytest.raises(AlreadyCast) as cast_already:
        await house.open("Maya: a fisherwoman, younger", LEAD, SECRET)
    opened = await house.casting.opening.recast(cast_already.value.wish_id, LEAD)
    found = await house.casting.recall.recall("Maya", LEAD, FILM)
    assert [face.version for face in found.history] == [2, 1]
    assert found.characters[0].open_round == opened.round.id
    told = await house.casting.recall.for_all(found, FILM)
    assert [face.version for face in told.history] == [2]
    assert told.characters[0].open_round is None
    theirs = await house.casting.recall.recall("Maya", DIRECTOR, FILM)
    assert theirs.characters[0].open_round is None


async def test_the_way_to_an_open_round_is_told_only_to_whoever_may_see_it(house: Theatre) -> None:
    await join(house, SECRET, FILM)
    open_round = await house.open("Maya: a fisherwoman", place=SECRET)
    house.later(seconds=1)
    with pytest.raises(AlreadyCasting) as hidden:
        await house.open("Maya: a fisherwoman", DIRECTOR, FILM)
    assert hidden.value.round_id == ""
    house.later(seconds=1)
    with pytest.raises(AlreadyCasting) as told:
        await house.open("Maya: a fisherwoman", LEAD, FILM)
    assert told.value.round_id == open_round


async def test_the_channels_of_a_production_share_the_months_purse(house: Theatre) -> None:
    await house.open("Maya: a fisherwoman --models recraft --each 2", place=FILM)
    await house.open("Ben: a cook --models recraft --each 2", place=FERRY)
    await join(house, FERRY, FILM)
    assert await held(house, FILM) == await held(house, FERRY) == Decimal("0.20")
    await save(house, FILM, per_month="0.25")
    with pytest.raises(OverBudget) as error:
        await house.open("Ada: a pilot --models recraft --each 2", place=FERRY)
    assert (error.value.left, error.value.own) == (Decimal("0.05"), True)


async def test_what_was_reserved_before_a_channel_joined_is_settled_in_the_purse_it_came_to(house: Theatre) -> None:
    round_id = await house.open("Ben: a cook --models recraft --each 2", place=FERRY)
    await join(house, FERRY, FILM)
    house.studio.skin.script = lambda _, call: TimedOut("recraft:recraftv4_1", paid="maybe") if call == 1 else None
    await house.audition(round_id)
    await house.casting.voting.close(round_id, LEAD)
    assert await held(house, FILM) == Decimal("0.10")
    (asked,) = (await house.casting.spending.statement(LEAD, FERRY)).questions
    await house.casting.spending.settle(asked.id, Reader("T1", LEAD), charged=False)
    assert await held(house, FILM) == Decimal("0.05")
    await save(house, FERRY, production=OWN)
    assert (await held(house, FILM), await held(house, FERRY)) == (Decimal(0), Decimal("0.05"))


async def test_a_statement_tells_a_production_by_its_name_with_all_its_channels(house: Theatre) -> None:
    await cast(house, "Maya: a fisherwoman --models recraft --each 2", FILM)
    await cast(house, "Ben: a cook --models recraft --each 2", FERRY)
    await save(house, FILM, name="The Quay")
    await join(house, FERRY, FILM)
    told = await house.casting.spending.statement(DIRECTOR, FERRY)
    assert [(line.what, line.month, line.faces) for line in told.productions] == [("C1", Decimal("0.20"), 2)]
    assert told.films == {"C1": "The Quay"}


async def test_productions_that_call_characters_alike_do_not_become_one(house: Theatre) -> None:
    await cast(house, "Maya: a fisherwoman", FILM)
    await cast(house, "MAYA: a pilot", FERRY)
    await cast(house, "Ben: a cook", FERRY)
    with pytest.raises(Clashes) as error:
        await join(house, FERRY, FILM)
    assert error.value.names == ("MAYA",)
    assert (await house.storage.productions.of(FERRY)).home == FERRY
    assert (await house.casting.recall.recall("Ben", LEAD, FERRY)).kind == "face"


async def test_a_channel_that_leaves_takes_along_whom_it_cast_alone(house: Theatre) -> None:
    await cast(house, "Maya: a fisherwoman", FILM)
    await join(house, FERRY, FILM)
    await cast(house, "Ben: a cook", FERRY)
    await save(house, FERRY, production=OWN)
    own, other = await house.storage.productions.of(FERRY), await house.storage.productions.of(FILM)
    belongs = {c.name: c.production for c in await house.storage.roster.characters("T1")}
    assert belongs == {"Maya": other.id, "Ben": own.id}
    assert (await house.casting.keeping.standing(FERRY, LEAD)).deeds[0].note == "#C1\n#C2"


async def test_nobody_joins_a_production_they_see_no_channel_of_or_may_not_arrange(house: Theatre) -> None:
    await house.open("Sable: a spokesperson", place=SECRET)
    assert [o.channel for o in (await house.casting.keeping.standing(FILM, DIRECTOR)).others] == []
    with pytest.raises(Unfit) as error:
        await join(house, FILM, SECRET, DIRECTOR)
    assert [fault.problem for fault in error.value.faults] == ["unseen"]
    await save(house, FERRY, keepers=LEAD)
    with pytest.raises(Barred):
        await join(house, FILM, FERRY, PRODUCER)
    await join(house, FILM, FERRY)


async def test_what_a_private_channel_changed_before_it_joined_is_not_told_in_the_other(house: Theatre) -> None:
    await save(house, SECRET, style="a perfume nobody may name")
    await join(house, SECRET, FILM)
    deeds = (await house.casting.keeping.standing(FILM, DIRECTOR)).deeds
    assert [deed.what for deed in deeds] == ["joined"]
