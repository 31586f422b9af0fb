"""The port `Roster`: characters by name, with their faces and open rounds."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.errors import AlreadyCast, OverBudget
from bot.domain.face import Character, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RECAST, RoundState
from bot.ports.roster import RosterQuery
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NOW,
    PLACE,
    list_characters,
    make_face,
    make_round,
    open_closed_round,
    open_locked_round,
)

clock, storage = storage_builders.clock, storage_builders.storage


async def test_locked_face_is_stored_with_its_provenance(storage: Storage) -> None:
    round_ = await open_locked_round(storage, make_round(), number=2)
    face = await storage.roster.get_face("r1")
    assert face == replace(make_face(round_, 2), version=1)
    assert await storage.roster.get_face("r2") is None


async def test_face_versions_increase_and_the_newest_is_current(storage: Storage) -> None:
    first = await open_locked_round(storage, make_round("r1"), number=1)
    await open_locked_round(storage, make_round("r2"), number=3)
    history = await storage.roster.list_faces(first.character_id)
    assert [(face.version, face.round_id) for face in history] == [(2, "r2"), (1, "r1")]
    character = await storage.roster.get(first.character_id)
    assert character
    assert character.face == history[0]
    assert character.open_round_id is None


async def test_a_recast_shows_the_old_face_beside_the_open_round(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    again = await storage.rounds.open(make_round("r2"), CAPS, recast=True)
    character = await storage.roster.get(again.round.character_id)
    assert character
    assert character.face
    assert (character.face.round_id, character.open_round_id) == ("r1", "r2")


async def test_cast_and_casting_characters_are_listed_by_name(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1", "maya"))
    await storage.rounds.open(make_round("r2", "Ada"), CAPS, recast=False)
    await open_closed_round(storage, make_round("r3", "Émile", place=ChannelRef("T1", "C2")))
    await storage.rounds.open(make_round("r4", "Nobody any more"), CAPS, recast=False)
    await storage.rounds.void("r4", "dropped")
    await storage.rounds.open(make_round("r5", "Elsewhere", place=ChannelRef("T2", "C1")), CAPS, recast=False)
    listed = await list_characters(storage, "T1")
    assert [(c.name, c.place.channel, c.open_round_id, c.face is not None) for c in listed] == [
        ("Ada", "C1", "r2", False),
        ("Émile", "C2", "r3", False),
        ("maya", "C1", None, True),
    ]


async def test_a_character_keeps_the_spelling_it_was_first_given(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1", "Zoë"), CAPS, recast=False)
    await storage.rounds.void("r1", "dropped")
    await storage.rounds.open(make_round("r2", "ZOE"), CAPS, recast=False)
    assert [c.name for c in await list_characters(storage, PLACE.team)] == ["Zoë"]


async def test_unknown_character_id_is_not_found(storage: Storage) -> None:
    assert await storage.roster.get("unknown") is None
    assert not await storage.roster.list_faces("unknown")


@pytest.mark.parametrize("count", [60, pytest.param(250, marks=pytest.mark.heavy)])
async def test_long_roster_is_listed_completely(storage: Storage, count: int) -> None:
    for n in range(count):
        await storage.rounds.open(
            make_round(f"r{n}", f"Extra {n:03}", slots=1), storage_builders.LARGE_CAPS, recast=False
        )
    assert [c.name for c in await list_characters(storage, "T1")] == [f"Extra {n:03}" for n in range(count)]


async def test_name_lookup_covers_all_productions_of_one_workspace(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    await storage.rounds.open(replace(make_round("r2"), place=ChannelRef(PLACE.team, "C-other")), CAPS, recast=False)
    await storage.rounds.open(replace(make_round("r3"), place=ChannelRef("T-other", "C1")), CAPS, recast=False)
    name = make_round().character
    found = await storage.roster.by_name(PLACE.team, name.upper())
    assert {c.place for c in found} == {PLACE, ChannelRef(PLACE.team, "C-other")}
    assert await storage.roster.by_name(PLACE.team, name + "x") == []


UNLOCK = Unlock("U-lead", NOW + timedelta(hours=3), "too young")


async def test_concurrent_unlocks_unlock_a_face_once(storage: Storage) -> None:
    round_ = await open_locked_round(storage, make_round("r1"))
    results = await asyncio.gather(*(storage.roster.unlock("r1", replace(UNLOCK, person=f"U{n}")) for n in range(6)))
    assert results.count(True) == 1
    face = await storage.roster.get_face("r1")
    assert face
    assert face.unlocked
    (audit_event,) = await storage.audit_log.list_for_character(round_.character_id)
    assert (audit_event.action, audit_event.person, audit_event.detail) == (
        "unlocked",
        face.unlocked.person,
        "too young",
    )
    assert not await storage.roster.unlock("unknown", UNLOCK)


async def test_unlocking_restores_the_previous_face_or_keeps_the_last(
    storage: Storage,
) -> None:
    first = await open_locked_round(storage, make_round("r1"))
    await open_locked_round(storage, make_round("r2"))
    await storage.roster.unlock("r2", UNLOCK)
    character = await storage.roster.get(first.character_id)
    assert character
    assert character.face
    assert (character.face.round_id, character.last_unlocked_face) == ("r1", None)
    await storage.roster.unlock("r1", UNLOCK)
    (character,) = await storage.roster.by_name(PLACE.team, "maya")
    assert character.face is None
    assert character.last_unlocked_face
    assert character.last_unlocked_face.version == 2
    assert await list_characters(storage, PLACE.team) == [character]


async def test_new_round_after_an_unlock_needs_no_confirmation(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    with pytest.raises(AlreadyCast):
        await storage.rounds.open(make_round("r2"), CAPS, recast=False)
    await storage.roster.unlock("r1", UNLOCK)
    assert (await storage.rounds.open(make_round("r2"), CAPS, recast=False)).round.parent is None


async def test_recast_unlocks_its_parent_only_within_budget(storage: Storage) -> None:
    round_ = await open_locked_round(storage, make_round("r1"))
    child = replace(make_round("r2", parent="r1"), origin=RECAST, recast_reason="eyes")
    with pytest.raises(OverBudget):
        await storage.rounds.open(child, replace(CAPS, per_day=Decimal("0.25")), recast=True, unlock=UNLOCK)
    face = await storage.roster.get_face("r1")
    assert face
    assert face.unlocked is None
    opened = await storage.rounds.open(child, CAPS, recast=True, unlock=UNLOCK)
    again = await storage.rounds.open(child, CAPS, recast=True, unlock=UNLOCK)
    assert (opened.created, again.created, opened.round.character_id) == (True, False, round_.character_id)
    assert (await storage.rounds.get("r1")).state is RoundState.LOCKED
    face = await storage.roster.get_face("r1")
    assert face
    assert face.unlocked == UNLOCK
    stored = await storage.rounds.get("r2")
    assert (stored.parent, stored.origin, stored.recast_reason) == ("r1", RECAST, "eyes")
    assert [r.id for r in await storage.rounds.list_for_character(round_.character_id)] == ["r1", "r2"]


async def test_character_spend_is_listed_by_round_once_closed(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round("r1"))
    (round_spend,) = await storage.ledger.list_round_spends(round_.character_id)
    assert (round_spend.round_id, round_spend.person, round_spend.usd, round_spend.count) == (
        "r1",
        "U-lead",
        Decimal("0.20"),
        4,
    )
    await storage.ballots.extend("r1", NOW + timedelta(days=2))
    assert await storage.ledger.list_round_spends(round_.character_id) == [], "an open ballot tells no sum"


OTHER_CHANNEL = ChannelRef("T1", "C2")


async def start_rounds(storage: Storage) -> None:
    for n, (name, place) in enumerate((("Émile", PLACE), ("Anna", PLACE), ("Ben_1", OTHER_CHANNEL), ("Maya", PLACE))):
        await storage.rounds.open(make_round(f"r{n}", name, place=place, slots=1), CAPS, recast=False)


async def character_named(storage: Storage, name: str) -> Character:
    (found,) = await storage.roster.by_name("T1", name)
    return found


async def test_page_contains_matches_and_the_total(storage: Storage) -> None:
    await start_rounds(storage)

    async def search_names(query: RosterQuery, limit: int = 9, offset: int = 0) -> tuple[list[str], int]:
        page = await storage.roster.page(query, limit, offset)
        return [c.name for c in page.characters], page.total

    here, both = RosterQuery((PLACE,)), RosterQuery((PLACE, OTHER_CHANNEL))
    assert await search_names(here) == (["Anna", "Émile", "Maya"], 3)
    assert await search_names(here, 1, 1) == (["Émile"], 3)
    assert (await search_names(both))[1] == 4
    assert await search_names(replace(both, text="EMI")) == (["Émile"], 1)
    assert await search_names(replace(both, text="_")) == (["Ben_1"], 1)
    assert await search_names(replace(both, text="%")) == ([], 0)
    assert await search_names(RosterQuery(())) == ([], 0)
    production = (await character_named(storage, "Ben_1")).production_id
    assert await search_names(replace(both, production_id=production)) == (["Ben_1"], 1)
    assert await search_names(replace(both, only_with_face=True)) == ([], 0)


async def test_sections_are_channels_with_cast_characters(storage: Storage) -> None:
    await start_rounds(storage)
    await storage.rounds.void("r2", "dropped")
    await storage.rounds.open(make_round("r9", "Elsewhere", place=ChannelRef("T2", "C1")), CAPS, recast=False)
    assert [section.place for section in await storage.roster.sections("T1")] == [PLACE]


async def test_alias_works_like_a_name_until_it_is_removed(storage: Storage) -> None:
    await start_rounds(storage)
    maya, anna = await character_named(storage, "Maya"), await character_named(storage, "Anna")
    audit_event = AuditEvent("alias", PLACE, "U1", NOW, maya.id, detail="Mum")
    assert await storage.roster.add_alias(maya, "Mum", audit_event) == ""
    assert await storage.roster.add_alias(anna, "MUM", audit_event) == "Maya"
    assert await storage.roster.add_alias(maya, "anna", audit_event) == "Anna"
    assert (await character_named(storage, "mum")).aliases == ("Mum",)
    assert [(c.name_key, c.character_id) for c in await storage.roster.similar_names("T1", "Mvm", 9)] == [
        ("mum", maya.id),
        ("maya", maya.id),
    ]
    assert [c.name for c in (await storage.roster.page(RosterQuery((PLACE,), text="mu"), 9, 0)).characters] == ["Maya"]
    assert (
        await storage.roster.remove_alias(maya.production_id, "mum", replace(audit_event, action="unalias")) == "Maya"
    )
    assert await storage.roster.remove_alias(maya.production_id, "mum", audit_event) == ""
    assert not await storage.roster.by_name("T1", "Mum")
    assert [c.name_key for c in await storage.roster.similar_names("T1", "Mvm", 9)] == ["maya"]
    assert [d.action for d in await storage.audit_log.list_for_character(maya.id)] == ["alias", "unalias"]


async def test_get_many_keeps_the_requested_order(storage: Storage) -> None:
    await start_rounds(storage)
    ids = [(await character_named(storage, name)).id for name in ("Maya", "Anna")]
    assert [c.name for c in await storage.roster.get_many([ids[0], "unknown", ids[1]])] == ["Maya", "Anna"]
    assert await storage.roster.get_many([]) == []


async def test_name_with_one_typo_is_found_in_its_workspace(
    storage: Storage,
) -> None:
    await start_rounds(storage)
    await storage.rounds.open(make_round("r9", "Maja", place=ChannelRef("T2", "C1")), CAPS, recast=False)
    for typo in ("aya", "Mya", "Mayaa", "May", "Maxa", "xaya", "Mayx", "amya", "myaa", "maay", "Xmaya"):
        assert [c.name_key for c in await storage.roster.similar_names("T1", typo, 9)].count("maya") == 1, typo
    assert await storage.roster.similar_names("T1", "  ", 9) == []


async def test_dropped_characters_are_not_similar_names(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1", "Maya"), CAPS, recast=False)
    assert [c.name_key for c in await storage.roster.similar_names("T1", "Maja", 9)] == ["maya"]
    await storage.rounds.void("r1", "dropped")
    assert await storage.roster.similar_names("T1", "Maja", 9) == []


async def test_pages_cover_all_productions_without_gaps(storage: Storage) -> None:
    for n in range(7):
        place = ChannelRef("T1", f"C{n % 3}")
        await storage.rounds.open(make_round(f"r{n}", f"Extra {n}", place=place, slots=1), CAPS, recast=False)
    query = RosterQuery(tuple(ChannelRef("T1", f"C{n}") for n in range(3)))
    all_ids = [c.id for c in (await storage.roster.page(query, 9, 0)).characters]
    assert len(set(all_ids)) == 7
    for limit in (1, 2, 3):
        pages = [await storage.roster.page(query, limit, offset) for offset in range(0, 9, limit)]
        assert [c.id for page in pages for c in page.characters] == all_ids
        assert {page.total for page in pages} == {7}


async def test_prefix_search_matches_beginnings_of_names_only(storage: Storage) -> None:
    await start_rounds(storage)
    both = RosterQuery((PLACE, OTHER_CHANNEL))
    assert [c.name for c in (await storage.roster.page(replace(both, name_prefix="EM"), 9, 0)).characters] == ["Émile"]
    assert (await storage.roster.page(replace(both, name_prefix="mi"), 9, 0)).total == 0
    assert (await storage.roster.page(replace(both, name_prefix="%"), 9, 0)).total == 0
