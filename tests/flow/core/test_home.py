"""Homes and rosters over a real database: pages, searches, productions, and who may see which face."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from bot.domain.audit import AuditEvent
from bot.domain.face import Unlock
from bot.domain.ids import ChannelRef
from bot.domain.lead_decision import LeadDecision
from bot.domain.production import ProductionSettings
from bot.imaging.poster import FACES_PER_POSTER, Caption
from bot.usecases.home import PAGE_SIZE, HomeView, RosterFilter
from storage.db.tables import channels
from storage.productions.lookup import get_or_create_production_id
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

FERRY, QUIET = ChannelRef("T1", "C2"), ChannelRef("T1", "C3")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    """A harness with a private channel that only the lead may see."""
    async with casting_harness(tmp_path, per_day="1000") as opened:
        opened.channel_access.private_members[QUIET] = {LEAD}
        yield opened


async def start_rounds(harness: CastingHarness, number: int, place: ChannelRef = FILM, name: str = "Extra") -> None:
    for n in range(number):
        await harness.start_round(f"{name} {n:02}: a face in the crowd --each 1 --models recraft", place=place)


async def load_home(harness: CastingHarness, person: str = DIRECTOR, **filters: str | int) -> HomeView:
    return await harness.casting.home.view("T1", person, RosterFilter(**filters))  # type: ignore[arg-type]


def character_names(view: HomeView) -> list[str]:
    return [character.name for character in view.characters]


async def test_large_roster_has_pages_and_clamps_the_page_number(harness: CastingHarness) -> None:
    await start_rounds(harness, PAGE_SIZE + 3)
    first, second, beyond = [await load_home(harness, page=page) for page in (1, 2, 99)]
    assert character_names(first) == [f"Extra {n:02}" for n in range(PAGE_SIZE)]
    assert character_names(second) == [f"Extra {n:02}" for n in range(PAGE_SIZE, PAGE_SIZE + 3)]
    assert (character_names(beyond), beyond.roster_filter.page, beyond.pages) == (character_names(second), 2, 2)
    assert (await load_home(harness, page=-3)).roster_filter.page == 1


async def test_search_matches_parts_of_names_then_similar_names(
    harness: CastingHarness,
) -> None:
    await harness.run_to_lock("Émile: a captain")
    await harness.start_round("100% Wolf: a diver")
    await harness.casting.aliases.add("Émile", "the captain's brother", LEAD, FILM)
    assert character_names(await load_home(harness, words="EMIL")) == ["Émile"]
    assert character_names(await load_home(harness, words="brother")) == ["Émile"]
    assert character_names(await load_home(harness, words="0%")) == ["100% Wolf"]
    assert character_names(await load_home(harness, words="_")) == []
    near = await load_home(harness, words="Emyle")
    assert (character_names(near), near.is_fuzzy) == (["Émile"], True)
    nothing = await load_home(harness, words="Xqz")
    assert (nothing.total, nothing.is_fuzzy) == (0, False)


async def test_home_shows_visible_characters_and_checks_each_channel_once(harness: CastingHarness) -> None:
    await start_rounds(harness, 3)
    await start_rounds(harness, 2, QUIET, "Secret")
    checked: list[ChannelRef] = []
    can_see = harness.channel_access.can_see

    async def recording_can_see(person: str, place: ChannelRef) -> bool:
        checked.append(place)
        return await can_see(person, place)

    harness.channel_access.can_see = recording_can_see  # type: ignore[method-assign]
    view = await load_home(harness)
    assert (view.total, {c.place for c in view.characters}) == (3, {FILM})
    assert sorted(place.channel for place in checked) == ["C1", "C3"]
    secret = (await harness.storage.productions.get(QUIET)).id
    assert (await load_home(harness, production=secret)).roster_filter.production == "", (
        "a production out of sight is no filter"
    )
    assert (await load_home(harness, words="Extra")).total == 3
    assert (await load_home(harness, LEAD)).total == 5
    assert character_names(await load_home(harness, LEAD, production=secret)) == ["Secret 00", "Secret 01"]


async def test_invisible_similar_names_are_not_suggested(harness: CastingHarness) -> None:
    await harness.start_round("Sable: a spokesperson", place=QUIET)
    assert (await load_home(harness, words="Sabel")).total == 0
    assert character_names(await load_home(harness, LEAD, words="Sabel")) == ["Sable"]


async def merge_channels(harness: CastingHarness) -> None:
    """Join #C2 to the production of #C1."""
    audit_event = AuditEvent("settings", FILM, LEAD, harness.now)
    await harness.storage.productions.save(FILM, "Harbour", ProductionSettings(), audit_event)
    async with harness.storage.database.transaction() as connection:
        production = await get_or_create_production_id(connection, FILM)
        await get_or_create_production_id(connection, FERRY)
        statement = update(channels).where(channels.c.channel.in_([FERRY.channel, QUIET.channel]))
        await connection.execute(statement.values(production_id=production))


async def test_shared_production_keeps_private_faces_private(
    harness: CastingHarness,
) -> None:
    await harness.start_round("Anna: a cook", place=QUIET)
    await merge_channels(harness)
    await harness.run_to_lock()
    await harness.start_round("Maya: another one", place=ChannelRef("T1", "C9"))
    found = await harness.casting.recall.recall("Maya", DIRECTOR, FERRY)
    assert (found.kind, found.characters[0].production_name) == ("face", "Harbour")
    assert (await harness.casting.recall.recall("Anna", DIRECTOR, FERRY)).kind == "nothing"
    view = await load_home(harness)
    assert [(section.production_name, section.place.channel) for section in view.sections] == [
        ("", "C9"),
        ("Harbour", "C1"),
    ]


async def test_roster_poster_shows_visible_and_locked_faces_only(harness: CastingHarness) -> None:
    for line in ("Maya: a fisherwoman", "Otto: a pilot"):
        await harness.run_to_lock(line)
    unlocked_round_id = await harness.run_to_lock("Gone: a diver")
    await harness.start_round("Nobody yet: a cook")
    assert await harness.storage.roster.unlock(unlocked_round_id, Unlock(LEAD, harness.now, "another look"))
    roster = await harness.casting.roster_poster.visible_to(DIRECTOR, FILM)
    assert [c.name for c in roster.characters] == ["Maya", "Otto"]
    captions = [(c, Caption(c.name, "version 1")) for c in roster.characters]
    (picture,) = await harness.casting.roster_poster.render(captions, "The cast")
    with Image.open(BytesIO(picture)) as image:
        assert image.width > image.height
    many = [captions[n % 2] for n in range(FACES_PER_POSTER + 1)]
    assert len(await harness.casting.roster_poster.render(many, "")) == 2


async def test_shared_roster_omits_faces_hidden_from_the_channel(harness: CastingHarness) -> None:
    await harness.run_to_lock()
    async with harness.storage.database.transaction() as connection:
        await get_or_create_production_id(connection, QUIET)
    await merge_channels(harness)
    await harness.audition(round_id := await harness.start_round("Sable: a spokesperson", place=QUIET))
    sable = await harness.get_round(round_id)
    await harness.vote(sable, U1=1)
    await harness.casting.lock_face.lock(sable.id, sable.slot_id_by_number[1], LEAD)
    visible, shareable = [
        await load(LEAD, FILM)
        for load in (harness.casting.roster_poster.visible_to, harness.casting.roster_poster.shareable_in)
    ]
    assert [c.name for c in visible.characters] == ["Maya", "Sable"]
    assert ([c.name for c in shareable.characters], shareable.hidden) == (["Maya"], 1)
    assert [c.name for c in (await harness.casting.roster_poster.visible_to(PRODUCER, FERRY)).characters] == ["Maya"]
    there = await harness.casting.roster_poster.shareable_in(LEAD, QUIET)
    assert ([c.name for c in there.characters], there.hidden) == (["Maya", "Sable"], 0)


async def test_channel_without_a_production_has_an_empty_roster(harness: CastingHarness) -> None:
    await harness.run_to_lock()
    assert (await harness.casting.roster_poster.visible_to(DIRECTOR, ChannelRef("T1", "C8"))).total == 0


async def test_list_starts_with_the_channels_own_production(harness: CastingHarness) -> None:
    await harness.run_to_lock()
    await start_rounds(harness, 3)
    await start_rounds(harness, 2, FERRY, "Sailor")
    await start_rounds(harness, 2, QUIET, "Secret")
    page = await harness.casting.recall.list_visible(DIRECTOR, FERRY, 4)
    assert [c.name for c in page.characters][:2] == ["Sailor 00", "Sailor 01"]
    assert (len(page.characters), page.total) == (4, 6)
    film_page = await harness.casting.recall.list_visible(DIRECTOR, FILM, 9)
    assert [c.name for c in film_page.characters] == [
        *(f"Extra {n:02}" for n in range(3)),
        "Maya",
        "Sailor 00",
        "Sailor 01",
    ]
    assert [
        c.name for c in (await harness.casting.recall.list_visible(DIRECTOR, ChannelRef("T1", "C8"), 1)).characters
    ] != []


async def test_decisions_of_the_lead_are_listed_until_taken(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman")
    await harness.vote(round_, U2=1, U3=4)
    assert (await load_home(harness, LEAD)).decisions == ()
    await harness.casting.round_controls.close(round_.id, LEAD)
    (waiting,) = (await load_home(harness, LEAD)).decisions
    assert (waiting.round.id, waiting.decision) == (round_.id, LeadDecision.TIE)
    assert (await load_home(harness, DIRECTOR)).decisions == ()
    await harness.casting.lock_face.decide(round_.slot_id_by_number[1], LEAD)
    assert (await load_home(harness, LEAD)).decisions == ()


async def test_decision_in_a_channel_that_the_lead_left_is_hidden(harness: CastingHarness) -> None:
    round_ = await harness.audition(await harness.start_round("Maya: a fisherwoman", place=QUIET))
    await harness.casting.round_controls.close(round_.id, LEAD)
    assert len((await load_home(harness, LEAD)).decisions) == 1
    harness.channel_access.private_members[QUIET] = set()
    assert (await load_home(harness, LEAD)).decisions == ()
