"""Aliases over a real database: who may add them, what they find, and which names are taken."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.brief import Brief, Reference
from bot.domain.errors import AlreadyCast, AlreadyCasting, BriefError, PermissionDenied
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.users import User
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

FERRY = ChannelRef("T1", "C2")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    """A harness in which Maya has a face and the alias "the fisherwoman"."""
    async with casting_harness(tmp_path) as opened:
        await opened.run_to_lock()
        await opened.casting.aliases.add("Maya", "the fisherwoman", LEAD, FILM)
        yield opened


async def rejection(
    harness: CastingHarness, name: str, alias: str, place: ChannelRef = FILM
) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(BriefError) as error:
        await harness.casting.aliases.add(name, alias, LEAD, place)
    return error.value.problem, error.value.allowed


async def test_alias_finds_the_character_and_is_listed_with_its_name(harness: CastingHarness) -> None:
    found = await harness.casting.recall.recall("THE FISHERWOMAN", DIRECTOR, FILM)
    assert (found.kind, found.characters[0].name, found.characters[0].aliases) == ("face", "Maya", ("the fisherwoman",))
    misspelled = await harness.casting.recall.recall("the fisherwomen", DIRECTOR, FILM)
    assert (misspelled.kind, misspelled.characters[0].name) == ("unsure", "Maya")
    near = await harness.casting.recall.recall("fisher", DIRECTOR, FILM)
    assert (near.kind, [c.name for c in near.characters]) == ("unsure", ["Maya"])


async def test_taken_name_cannot_become_an_alias(harness: CastingHarness) -> None:
    await harness.run_to_lock("Otto: a pilot")
    assert await rejection(harness, "Otto", "Thé Fisherwoman") == ("taken", ("Maya",))
    assert await rejection(harness, "Maya", "otto") == ("taken", ("Otto",))
    assert await rejection(harness, "Maya", "MAYA") == ("own", ("Maya",))
    assert await rejection(harness, "Nobody", "Somebody") == ("unknown", ())
    again = await harness.casting.aliases.add("Maya", "the fisherwoman", LEAD, FILM)
    assert again.aliases == ("the fisherwoman",)


async def test_alias_is_scoped_to_its_production(harness: CastingHarness) -> None:
    await harness.start_round("Otto: a pilot", place=FERRY)
    assert await rejection(harness, "Maya", "Mum", FERRY) == ("unknown", ())
    await harness.casting.aliases.add("Otto", "the fisherwoman", LEAD, FERRY)
    there = await harness.casting.recall.recall("the fisherwoman", DIRECTOR, FERRY)
    here = await harness.casting.recall.recall("the fisherwoman", DIRECTOR, FILM)
    assert (there.characters[0].name, here.characters[0].name) == ("Otto", "Maya")


async def test_round_started_with_an_alias_casts_the_named_character(harness: CastingHarness) -> None:
    with pytest.raises(AlreadyCast) as already_cast:
        await harness.start_round("The Fisherwoman: forty, younger")
    assert already_cast.value.character == "Maya"
    again = await harness.casting.start_round.confirm_recast(already_cast.value.draft_id, LEAD)
    assert again.round.character == "Maya"
    with pytest.raises(AlreadyCasting) as busy:
        await harness.start_round("the fisherwoman: fifty")
    assert (busy.value.character, busy.value.round_id) == ("Maya", again.round.id)
    assert (await harness.get_round(again.round.id)).character == "Maya"


async def test_reference_face_is_found_by_an_alias(harness: CastingHarness) -> None:
    brief = Brief("Ines", "her daughter", reference=Reference("the fisherwoman"))
    found = await harness.casting.start_round.reference_images.resolve(brief, DIRECTOR, FILM)
    face = (await harness.casting.recall.recall("Maya", DIRECTOR, FILM)).characters[0].face
    assert face
    assert found.reference
    assert found.reference.sha256 == face.portrait.sha256


async def test_alias_is_removed_and_both_changes_are_audited(harness: CastingHarness) -> None:
    dropped = await harness.casting.aliases.remove("the fisherwoman", DIRECTOR, FILM)
    assert (dropped.character, dropped.removed) == ("Maya", True)
    maya = (await harness.casting.recall.recall("Maya", LEAD, FILM)).characters[0]
    assert maya.aliases == ()
    audit_events = await harness.storage.audit_log.list_for_character(maya.id)
    assert audit_events == [
        AuditEvent("alias", FILM, LEAD, harness.now, maya.id, detail="the fisherwoman"),
        AuditEvent("unalias", FILM, DIRECTOR, harness.now, maya.id, detail="the fisherwoman"),
    ]
    with pytest.raises(BriefError) as missing:
        await harness.casting.aliases.remove("the fisherwoman", DIRECTOR, FILM)
    assert missing.value.problem == "none"


async def test_only_users_who_may_start_rounds_change_aliases(harness: CastingHarness) -> None:
    harness.channel_access.users[PRODUCER] = User(is_guest=True)
    with pytest.raises(PermissionDenied):
        await harness.casting.aliases.add("Maya", "Mum", PRODUCER, FILM)
    with pytest.raises(PermissionDenied):
        await harness.casting.aliases.remove("the fisherwoman", PRODUCER, FILM)
    audit_event = AuditEvent("settings", FILM, LEAD, harness.now)
    await harness.storage.productions.save(FILM, "Harbour", ProductionSettings(may_start=(LEAD,)), audit_event)
    with pytest.raises(PermissionDenied):
        await harness.casting.aliases.add("Maya", "Mum", DIRECTOR, FILM)
    assert (await harness.casting.aliases.add("Maya", "Mum", LEAD, FILM)).aliases == ("Mum", "the fisherwoman")
