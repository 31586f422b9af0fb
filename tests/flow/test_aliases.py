"""Other names, over a real database: who may give them, what they find, and what they must not take from anybody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.brief import Brief, Like
from bot.deed import Deed
from bot.errors import AlreadyCast, AlreadyCasting, Barred, BriefError
from bot.face import Place
from bot.member import Member
from bot.production import Customs
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre

FERRY = Place("T1", "C2")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    """Maya is cast and answers to the fisherwoman."""
    async with theatre(tmp_path) as opened:
        await opened.locked()
        await opened.casting.aliases.give("Maya", "the fisherwoman", LEAD, FILM)
        yield opened


async def refused(house: Theatre, name: str, alias: str, place: Place = FILM) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(BriefError) as error:
        await house.casting.aliases.give(name, alias, LEAD, place)
    return error.value.problem, error.value.known


async def test_an_alias_finds_the_character_and_is_told_beside_its_name(house: Theatre) -> None:
    found = await house.casting.recall.recall("THE FISHERWOMAN", DIRECTOR, FILM)
    assert (found.kind, found.characters[0].name, found.characters[0].aliases) == ("face", "Maya", ("the fisherwoman",))
    slipped = await house.casting.recall.recall("the fisherwomen", DIRECTOR, FILM)
    assert (slipped.kind, slipped.characters[0].name) == ("face", "Maya")
    near = await house.casting.recall.recall("fisher", DIRECTOR, FILM)
    assert (near.kind, [c.name for c in near.characters]) == ("unsure", ["Maya"])


async def test_a_name_stays_with_whoever_has_it(house: Theatre) -> None:
    await house.locked("Otto: a pilot")
    assert await refused(house, "Otto", "Thé Fisherwoman") == ("taken", ("Maya",))
    assert await refused(house, "Maya", "otto") == ("taken", ("Otto",))
    assert await refused(house, "Maya", "MAYA") == ("own", ("Maya",))
    assert await refused(house, "Nobody", "Somebody") == ("unknown", ())
    again = await house.casting.aliases.give("Maya", "the fisherwoman", LEAD, FILM)
    assert again.aliases == ("the fisherwoman",)


async def test_an_alias_holds_in_its_production_alone(house: Theatre) -> None:
    await house.open("Otto: a pilot", place=FERRY)
    assert await refused(house, "Maya", "Mum", FERRY) == ("unknown", ())
    await house.casting.aliases.give("Otto", "the fisherwoman", LEAD, FERRY)
    there = await house.casting.recall.recall("the fisherwoman", DIRECTOR, FERRY)
    here = await house.casting.recall.recall("the fisherwoman", DIRECTOR, FILM)
    assert (there.characters[0].name, here.characters[0].name) == ("Otto", "Maya")


async def test_a_round_opened_under_an_alias_casts_the_character_under_its_own_name(house: Theatre) -> None:
    with pytest.raises(AlreadyCast) as cast:
        await house.open("The Fisherwoman: forty, younger")
    assert cast.value.character == "Maya"
    again = await house.casting.opening.recast(cast.value.wish_id, LEAD)
    assert again.round.character == "Maya"
    with pytest.raises(AlreadyCasting) as busy:
        await house.open("the fisherwoman: fifty")
    assert (busy.value.character, busy.value.round_id) == ("Maya", again.round.id)
    assert (await house.round(again.round.id)).character == "Maya"


async def test_a_likeness_is_found_by_an_alias(house: Theatre) -> None:
    brief = Brief("Ines", "her daughter", like=Like("the fisherwoman"))
    found = await house.casting.opening._likeness.found(brief, DIRECTOR, FILM)
    face = (await house.casting.recall.recall("Maya", DIRECTOR, FILM)).characters[0].face
    assert face
    assert found.like
    assert found.like.sha256 == face.portrait.sha256


async def test_an_alias_is_taken_away_and_both_deeds_are_kept(house: Theatre) -> None:
    dropped = await house.casting.aliases.drop("the fisherwoman", DIRECTOR, FILM)
    assert (dropped.character, dropped.dropped) == ("Maya", True)
    maya = (await house.casting.recall.recall("Maya", LEAD, FILM)).characters[0]
    assert maya.aliases == ()
    deeds = await house.storage.chronicle.of_character(maya.id)
    assert deeds == [
        Deed("alias", FILM, LEAD, house.now, maya.id, note="the fisherwoman"),
        Deed("unalias", FILM, DIRECTOR, house.now, maya.id, note="the fisherwoman"),
    ]
    with pytest.raises(BriefError) as gone:
        await house.casting.aliases.drop("the fisherwoman", DIRECTOR, FILM)
    assert gone.value.problem == "none"


async def test_whoever_may_not_start_rounds_names_nobody(house: Theatre) -> None:
    house.doors.members[PRODUCER] = Member(guest=True)
    with pytest.raises(Barred):
        await house.casting.aliases.give("Maya", "Mum", PRODUCER, FILM)
    with pytest.raises(Barred):
        await house.casting.aliases.drop("the fisherwoman", PRODUCER, FILM)
    deed = Deed("customs", FILM, LEAD, house.now)
    await house.storage.productions.keep(FILM, "Harbour", Customs(starters=(LEAD,)), deed)
    with pytest.raises(Barred):
        await house.casting.aliases.give("Maya", "Mum", DIRECTOR, FILM)
    assert (await house.casting.aliases.give("Maya", "Mum", LEAD, FILM)).aliases == ("Mum", "the fisherwoman")
