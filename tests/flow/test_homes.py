"""Homes and casts over a real database: pages, searches, productions, and who may see which face."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from bot.deed import Deed
from bot.face import Place, Release
from bot.home import A_PAGE, Browsing, HomeView
from bot.poster import A_POSTER, Caption
from bot.production import Customs
from storage.belonging import production_of
from storage.tables import channels
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre

FERRY, QUIET = Place("T1", "C2"), Place("T1", "C3")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    """A private place that only the lead may see."""
    async with theatre(tmp_path, per_day="1000") as opened:
        opened.doors.private[QUIET] = {LEAD}
        yield opened


async def crowd(house: Theatre, number: int, place: Place = FILM, name: str = "Extra") -> None:
    for n in range(number):
        await house.open(f"{name} {n:02}: a face in the crowd --each 1 --models recraft", place=place)


async def at_home(house: Theatre, person: str = DIRECTOR, **looking: str | int) -> HomeView:
    return await house.casting.home.home("T1", person, Browsing(**looking))  # type: ignore[arg-type]


def names(view: HomeView) -> list[str]:
    return [character.name for character in view.characters]


async def test_a_large_roster_is_turned_page_by_page_and_no_page_lies_behind_the_last(house: Theatre) -> None:
    await crowd(house, A_PAGE + 3)
    first, second, beyond = [await at_home(house, page=page) for page in (1, 2, 99)]
    assert names(first) == [f"Extra {n:02}" for n in range(A_PAGE)]
    assert names(second) == [f"Extra {n:02}" for n in range(A_PAGE, A_PAGE + 3)]
    assert (names(beyond), beyond.looking.page, beyond.pages) == (names(second), 2, 2)
    assert (await at_home(house, page=-3)).looking.page == 1


async def test_a_search_finds_parts_of_names_and_aliases_as_they_are_typed_and_then_what_is_near(
    house: Theatre,
) -> None:
    await house.locked("Émile: a captain")
    await house.open("100% Wolf: a diver")
    await house.casting.aliases.give("Émile", "the captain's brother", LEAD, FILM)
    assert names(await at_home(house, words="EMIL")) == ["Émile"]
    assert names(await at_home(house, words="brother")) == ["Émile"]
    assert names(await at_home(house, words="0%")) == ["100% Wolf"]
    assert names(await at_home(house, words="_")) == []
    near = await at_home(house, words="Emyle")
    assert (names(near), near.nearest) == (["Émile"], True)
    nothing = await at_home(house, words="Xqz")
    assert (nothing.total, nothing.nearest) == (0, False)


async def test_a_home_holds_only_what_the_person_may_see_and_asks_once_for_each_place(house: Theatre) -> None:
    await crowd(house, 3)
    await crowd(house, 2, QUIET, "Secret")
    asked: list[Place] = []
    sees = house.doors.sees

    async def listening(person: str, place: Place) -> bool:
        asked.append(place)
        return await sees(person, place)

    house.doors.sees = listening  # type: ignore[method-assign]
    seen = await at_home(house)
    assert (seen.total, {c.place for c in seen.characters}) == (3, {FILM})
    assert sorted(place.channel for place in asked) == ["C1", "C3"]
    secret = (await house.storage.productions.of(QUIET)).id
    assert (await at_home(house, production=secret)).looking.production == "", "a production out of sight is no filter"
    assert (await at_home(house, words="Extra")).total == 3
    assert (await at_home(house, LEAD)).total == 5
    assert names(await at_home(house, LEAD, production=secret)) == ["Secret 00", "Secret 01"]


async def test_nobody_near_out_of_sight_is_suggested(house: Theatre) -> None:
    await house.open("Sable: a spokesperson", place=QUIET)
    assert (await at_home(house, words="Sabel")).total == 0
    assert names(await at_home(house, LEAD, words="Sabel")) == ["Sable"]


async def shared(house: Theatre) -> None:
    """#C2 casts for the production of #C1 too."""
    deed = Deed("customs", FILM, LEAD, house.now)
    await house.storage.productions.keep(FILM, "Harbour", Customs(), deed)
    async with house.storage.database.change() as connection:
        production = await production_of(connection, FILM)
        await production_of(connection, FERRY)
        theirs = update(channels).where(channels.c.channel.in_([FERRY.channel, QUIET.channel]))
        await connection.execute(theirs.values(production_id=production))


async def test_channels_that_share_a_production_share_its_names_and_a_private_ones_faces_stay_there(
    house: Theatre,
) -> None:
    await house.open("Anna: a cook", place=QUIET)
    await shared(house)
    await house.locked()
    await house.open("Maya: another one", place=Place("T1", "C9"))
    found = await house.casting.recall.recall("Maya", DIRECTOR, FERRY)
    assert (found.kind, found.characters[0].film) == ("face", "Harbour")
    assert (await house.casting.recall.recall("Anna", DIRECTOR, FERRY)).kind == "nothing"
    seen = await at_home(house)
    assert [(shelf.film, shelf.place.channel) for shelf in seen.shelves] == [("", "C9"), ("Harbour", "C1")]


async def test_the_cast_is_drawn_of_those_faces_that_are_in_sight_and_not_released(house: Theatre) -> None:
    for line in ("Maya: a fisherwoman", "Otto: a pilot"):
        await house.locked(line)
    gone = await house.locked("Gone: a diver")
    await house.open("Nobody yet: a cook")
    assert await house.storage.roster.release(gone, Release(LEAD, house.now, "another look"))
    cast = await house.casting.lineup.mine(DIRECTOR, FILM)
    assert [c.name for c in cast.characters] == ["Maya", "Otto"]
    captions = [(c, Caption(c.name, "version 1")) for c in cast.characters]
    (picture,) = await house.casting.lineup.posters(captions, "The cast")
    with Image.open(BytesIO(picture)) as drawn:
        assert drawn.width > drawn.height
    many = [captions[n % 2] for n in range(A_POSTER + 1)]
    assert len(await house.casting.lineup.posters(many, "")) == 2


async def test_what_is_shared_leaves_out_what_not_everybody_there_may_see(house: Theatre) -> None:
    await house.locked()
    async with house.storage.database.change() as connection:
        await production_of(connection, QUIET)
    await shared(house)
    await house.audition(ts := await house.open("Sable: a spokesperson", place=QUIET))
    sable = await house.round(ts)
    await house.vote(sable, U1=1)
    await house.casting.locking.lock(sable.id, sable.slot_of[1], LEAD)
    mine, ours = [await how(LEAD, FILM) for how in (house.casting.lineup.mine, house.casting.lineup.ours)]
    assert [c.name for c in mine.characters] == ["Maya", "Sable"]
    assert ([c.name for c in ours.characters], ours.hidden) == (["Maya"], 1)
    assert [c.name for c in (await house.casting.lineup.mine(PRODUCER, FERRY)).characters] == ["Maya"]
    there = await house.casting.lineup.ours(LEAD, QUIET)
    assert ([c.name for c in there.characters], there.hidden) == (["Maya", "Sable"], 0)


async def test_a_place_that_casts_for_nothing_has_no_cast(house: Theatre) -> None:
    await house.locked()
    assert (await house.casting.lineup.mine(DIRECTOR, Place("T1", "C8"))).total == 0


async def test_a_list_begins_with_this_channels_production_and_counts_everybody_in_sight(house: Theatre) -> None:
    await house.locked()
    await crowd(house, 3)
    await crowd(house, 2, FERRY, "Sailor")
    await crowd(house, 2, QUIET, "Secret")
    page = await house.casting.recall.listing(DIRECTOR, FERRY, 4)
    assert [c.name for c in page.characters][:2] == ["Sailor 00", "Sailor 01"]
    assert (len(page.characters), page.total) == (4, 6)
    film = await house.casting.recall.listing(DIRECTOR, FILM, 9)
    assert [c.name for c in film.characters] == [*(f"Extra {n:02}" for n in range(3)), "Maya", "Sailor 00", "Sailor 01"]
    assert [c.name for c in (await house.casting.recall.listing(DIRECTOR, Place("T1", "C8"), 1)).characters] != []
