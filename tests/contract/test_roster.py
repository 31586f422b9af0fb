"""The port Roster: characters by name, with the face they have and the round that casts them now."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.deed import Deed
from bot.errors import AlreadyCast, OverBudget
from bot.face import Character, Place, Release
from bot.ports import Search
from bot.round import RECAST, State
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, PLACE, a_face, a_round, closed, locked

clock, storage = stories.clock, stories.storage


async def test_a_locked_face_reads_back_with_its_provenance(storage: Storage) -> None:
    round_ = await locked(storage, a_round(), number=2)
    face = await storage.roster.face("r1")
    assert face == replace(a_face(round_, 2), version=1)
    assert await storage.roster.face("r2") is None


async def test_faces_of_a_character_count_up_and_the_newest_is_shown(storage: Storage) -> None:
    first = await locked(storage, a_round("r1"), number=1)
    await locked(storage, a_round("r2"), number=3)
    history = await storage.roster.history(first.character_id)
    assert [(face.version, face.round_id) for face in history] == [(2, "r2"), (1, "r1")]
    character = await storage.roster.character(first.character_id)
    assert character
    assert character.face == history[0]
    assert character.open_round is None


async def test_a_recast_shows_the_old_face_beside_the_open_round(storage: Storage) -> None:
    await locked(storage, a_round("r1"))
    again = await storage.rounds.open(a_round("r2"), CAPS, recast=True)
    character = await storage.roster.character(again.round.character_id)
    assert character
    assert character.face
    assert (character.face.round_id, character.open_round) == ("r1", "r2")


async def test_everybody_who_is_cast_or_being_cast_is_listed_by_name(storage: Storage) -> None:
    await locked(storage, a_round("r1", "maya"))
    await storage.rounds.open(a_round("r2", "Ada"), CAPS, recast=False)
    await closed(storage, a_round("r3", "Émile", place=Place("T1", "C2")))
    await storage.rounds.open(a_round("r4", "Nobody any more"), CAPS, recast=False)
    await storage.rounds.void("r4", "dropped")
    await storage.rounds.open(a_round("r5", "Elsewhere", place=Place("T2", "C1")), CAPS, recast=False)
    listed = await storage.roster.characters("T1")
    assert [(c.name, c.place.channel, c.open_round, c.face is not None) for c in listed] == [
        ("Ada", "C1", "r2", False),
        ("Émile", "C2", "r3", False),
        ("maya", "C1", None, True),
    ]


async def test_a_character_keeps_the_spelling_it_was_first_given(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1", "Zoë"), CAPS, recast=False)
    await storage.rounds.void("r1", "dropped")
    await storage.rounds.open(a_round("r2", "ZOE"), CAPS, recast=False)
    assert [c.name for c in await storage.roster.characters(PLACE.team)] == ["Zoë"]


async def test_nobody_is_found_by_an_id_nobody_gave(storage: Storage) -> None:
    assert await storage.roster.character("nobody") is None
    assert not await storage.roster.history("nobody")


async def test_a_roster_longer_than_one_look_is_listed_whole(storage: Storage) -> None:
    for n in range(250):
        await storage.rounds.open(a_round(f"r{n}", f"Extra {n:03}", slots=1), stories.RICH, recast=False)
    assert [c.name for c in await storage.roster.characters("T1")] == [f"Extra {n:03}" for n in range(250)]


async def test_a_name_finds_its_characters_in_every_production_of_the_workspace_alone(storage: Storage) -> None:
    await locked(storage, a_round("r1"))
    await storage.rounds.open(replace(a_round("r2"), place=Place(PLACE.team, "C-other")), CAPS, recast=False)
    await storage.rounds.open(replace(a_round("r3"), place=Place("T-other", "C1")), CAPS, recast=False)
    name = a_round().character
    found = await storage.roster.named(PLACE.team, name.upper())
    assert {c.place for c in found} == {PLACE, Place(PLACE.team, "C-other")}
    assert await storage.roster.named(PLACE.team, name + "x") == []


GONE = Release("U-lead", NOW + timedelta(hours=3), "too young")


async def test_a_face_is_let_go_once_whoever_presses(storage: Storage) -> None:
    round_ = await locked(storage, a_round("r1"))
    let_go = await asyncio.gather(*(storage.roster.release("r1", replace(GONE, person=f"U{n}")) for n in range(6)))
    assert let_go.count(True) == 1
    face = await storage.roster.face("r1")
    assert face
    assert face.released
    (deed,) = await storage.chronicle.of_character(round_.character_id)
    assert (deed.what, deed.person, deed.note) == ("unlocked", face.released.person, "too young")
    assert not await storage.roster.release("nobody", GONE)


async def test_a_character_without_a_face_keeps_its_former_one_and_the_one_before_stands_again(
    storage: Storage,
) -> None:
    first = await locked(storage, a_round("r1"))
    await locked(storage, a_round("r2"))
    await storage.roster.release("r2", GONE)
    character = await storage.roster.character(first.character_id)
    assert character
    assert character.face
    assert (character.face.round_id, character.former) == ("r1", None)
    await storage.roster.release("r1", GONE)
    (character,) = await storage.roster.named(PLACE.team, "maya")
    assert character.face is None
    assert character.former
    assert character.former.version == 2
    assert await storage.roster.characters(PLACE.team) == [character]


async def test_a_new_round_after_an_unlock_needs_no_yes(storage: Storage) -> None:
    await locked(storage, a_round("r1"))
    with pytest.raises(AlreadyCast):
        await storage.rounds.open(a_round("r2"), CAPS, recast=False)
    await storage.roster.release("r1", GONE)
    assert (await storage.rounds.open(a_round("r2"), CAPS, recast=False)).round.parent is None


async def test_a_recast_leaves_its_parent_locked_and_unlocks_it_only_if_it_can_be_paid(storage: Storage) -> None:
    round_ = await locked(storage, a_round("r1"))
    child = replace(a_round("r2", parent="r1"), origin=RECAST, because="eyes")
    with pytest.raises(OverBudget):
        await storage.rounds.open(child, replace(CAPS, per_day=Decimal("0.25")), recast=True, release=GONE)
    face = await storage.roster.face("r1")
    assert face
    assert face.released is None
    opened = await storage.rounds.open(child, CAPS, recast=True, release=GONE)
    again = await storage.rounds.open(child, CAPS, recast=True, release=GONE)
    assert (opened.fresh, again.fresh, opened.round.character_id) == (True, False, round_.character_id)
    assert (await storage.rounds.get("r1")).state is State.LOCKED
    face = await storage.roster.face("r1")
    assert face
    assert face.released == GONE
    kept = await storage.rounds.get("r2")
    assert (kept.parent, kept.origin, kept.because) == ("r1", RECAST, "eyes")
    assert [r.id for r in await storage.rounds.of_character(round_.character_id)] == ["r1", "r2"]


async def test_what_a_character_cost_is_told_by_round_and_person_once_ballots_are_closed(storage: Storage) -> None:
    round_ = await closed(storage, a_round("r1"))
    (bill,) = await storage.ledger.paid(round_.character_id)
    assert (bill.round_id, bill.person, bill.usd, bill.count) == ("r1", "U-lead", Decimal("0.20"), 4)
    await storage.rounds.extend("r1", NOW + timedelta(days=2))
    assert await storage.ledger.paid(round_.character_id) == [], "an open ballot tells no sum"


OTHER = Place("T1", "C2")


async def crowd(storage: Storage) -> None:
    for n, (name, place) in enumerate((("Émile", PLACE), ("Anna", PLACE), ("Ben_1", OTHER), ("Maya", PLACE))):
        await storage.rounds.open(a_round(f"r{n}", name, place=place, slots=1), CAPS, recast=False)


async def character(storage: Storage, name: str) -> Character:
    (found,) = await storage.roster.named("T1", name)
    return found


async def test_a_page_holds_what_was_searched_for_and_tells_how_many_there_are(storage: Storage) -> None:
    await crowd(storage)

    async def found(search: Search, limit: int = 9, offset: int = 0) -> tuple[list[str], int]:
        page = await storage.roster.page(search, limit, offset)
        return [c.name for c in page.characters], page.total

    here, both = Search((PLACE,)), Search((PLACE, OTHER))
    assert await found(here) == (["Anna", "Émile", "Maya"], 3)
    assert await found(here, 1, 1) == (["Émile"], 3)
    assert (await found(both))[1] == 4
    assert await found(replace(both, words="EMI")) == (["Émile"], 1)
    assert await found(replace(both, words="_")) == (["Ben_1"], 1)
    assert await found(replace(both, words="%")) == ([], 0)
    assert await found(Search(())) == ([], 0)
    production = (await character(storage, "Ben_1")).production
    assert await found(replace(both, production=production)) == (["Ben_1"], 1)
    assert await found(replace(both, cast=True)) == ([], 0)


async def test_shelves_are_the_places_in_which_somebody_is_cast(storage: Storage) -> None:
    await crowd(storage)
    await storage.rounds.void("r2", "dropped")
    await storage.rounds.open(a_round("r9", "Elsewhere", place=Place("T2", "C1")), CAPS, recast=False)
    assert [shelf.place for shelf in await storage.roster.shelves("T1")] == [PLACE]


async def test_an_alias_is_a_name_like_any_other_until_it_is_taken_away(storage: Storage) -> None:
    await crowd(storage)
    maya, anna = await character(storage, "Maya"), await character(storage, "Anna")
    deed = Deed("alias", PLACE, "U1", NOW, maya.id, note="Mum")
    assert await storage.roster.name(maya, "Mum", deed) == ""
    assert await storage.roster.name(anna, "MUM", deed) == "Maya"
    assert await storage.roster.name(maya, "anna", deed) == "Anna"
    assert (await character(storage, "mum")).aliases == ("Mum",)
    assert [(c.folded, c.character_id) for c in await storage.roster.like("T1", "Mvm", 9)] == [
        ("mum", maya.id),
        ("maya", maya.id),
    ]
    assert [c.name for c in (await storage.roster.page(Search((PLACE,), words="mu"), 9, 0)).characters] == ["Maya"]
    assert await storage.roster.unname(maya.production, "mum", replace(deed, what="unalias")) == "Maya"
    assert await storage.roster.unname(maya.production, "mum", deed) == ""
    assert not await storage.roster.named("T1", "Mum")
    assert [c.folded for c in await storage.roster.like("T1", "Mvm", 9)] == ["maya"]
    assert [d.what for d in await storage.chronicle.of_character(maya.id)] == ["alias", "unalias"]


async def test_some_come_in_the_order_they_were_asked_for(storage: Storage) -> None:
    await crowd(storage)
    ids = [(await character(storage, name)).id for name in ("Maya", "Anna")]
    assert [c.name for c in await storage.roster.some([ids[0], "nobody", ids[1]])] == ["Maya", "Anna"]
    assert await storage.roster.some([]) == []


async def test_a_name_with_any_one_slip_finds_the_one_that_was_meant_and_nobody_of_another_workspace(
    storage: Storage,
) -> None:
    await crowd(storage)
    await storage.rounds.open(a_round("r9", "Maja", place=Place("T2", "C1")), CAPS, recast=False)
    for slip in ("aya", "Mya", "Mayaa", "May", "Maxa", "xaya", "Mayx", "amya", "myaa", "maay", "Xmaya"):
        assert [c.folded for c in await storage.roster.like("T1", slip, 9)].count("maya") == 1, slip
    assert await storage.roster.like("T1", "  ", 9) == []


async def test_nobody_is_called_like_a_character_that_was_only_tried(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1", "Maya"), CAPS, recast=False)
    assert [c.folded for c in await storage.roster.like("T1", "Maja", 9)] == ["maya"]
    await storage.rounds.void("r1", "dropped")
    assert await storage.roster.like("T1", "Maja", 9) == []


async def test_pages_go_from_one_production_to_the_next_without_a_gap(storage: Storage) -> None:
    for n in range(7):
        place = Place("T1", f"C{n % 3}")
        await storage.rounds.open(a_round(f"r{n}", f"Extra {n}", place=place, slots=1), CAPS, recast=False)
    search = Search(tuple(Place("T1", f"C{n}") for n in range(3)))
    whole = [c.id for c in (await storage.roster.page(search, 9, 0)).characters]
    assert len(set(whole)) == 7
    for limit in (1, 2, 3):
        pages = [await storage.roster.page(search, limit, at) for at in range(0, 9, limit)]
        assert [c.id for page in pages for c in page.characters] == whole
        assert {page.total for page in pages} == {7}


async def test_those_who_begin_so_are_found_by_the_beginning_of_their_names_alone(storage: Storage) -> None:
    await crowd(storage)
    both = Search((PLACE, OTHER))
    assert [c.name for c in (await storage.roster.page(replace(both, begins="EM"), 9, 0)).characters] == ["Émile"]
    assert (await storage.roster.page(replace(both, begins="mi"), 9, 0)).total == 0
    assert (await storage.roster.page(replace(both, begins="%"), 9, 0)).total == 0
