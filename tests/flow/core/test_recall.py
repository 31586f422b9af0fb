"""Faces recalled by name, and by whom, over a real database."""

import asyncio
from decimal import Decimal

import pytest

from bot.domain.errors import (
    AlreadyCast,
    NotAvailableHere,
    NotLead,
)
from bot.domain.ids import ChannelRef
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness


async def lock_face(harness: CastingHarness, line: str, place: ChannelRef = FILM) -> str:
    round_ = await harness.audition(await harness.start_round(line, place=place))
    await harness.vote(round_, U2=1)
    await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
    return round_.id


async def test_recall_ignores_case_accents_and_invisible_characters(harness: CastingHarness) -> None:
    await lock_face(harness, "Zoë: a baker")
    for typed in ("Zoë", "zoe", "ZOE", "Zo\u00ade", "\u200bZoe\ufeff"):
        found = await harness.casting.recall.recall(typed, PRODUCER, FILM)
        assert (found.kind, found.characters[0].name) == ("face", "Zoë"), typed


async def test_ambiguous_typo_suggests_both_characters(harness: CastingHarness) -> None:
    await lock_face(harness, "Maya: x")
    await lock_face(harness, "Mara: x")
    found = await harness.casting.recall.recall("Mayra", PRODUCER, FILM)
    assert (found.kind, {c.name for c in found.characters}) == ("unsure", {"Maya", "Mara"})
    assert (await harness.casting.recall.recall("Bartholomew", PRODUCER, FILM)).kind == "nothing"


async def test_recall_prefers_the_channels_own_production(harness: CastingHarness) -> None:
    other, third = ChannelRef("T1", "C2"), ChannelRef("T1", "C3")
    await lock_face(harness, "Maya: one")
    await lock_face(harness, "Maya: two", other)
    own = await harness.casting.recall.recall("maya", PRODUCER, other)
    assert [c.place for c in own.characters] == [other]
    assert (await harness.casting.recall.recall("maya", PRODUCER, third)).kind == "several"


async def test_private_face_is_visible_only_to_channel_members(harness: CastingHarness) -> None:
    secret = ChannelRef("T1", "C9")
    harness.channel_access.private_members[secret] = {LEAD, DIRECTOR}
    round_id = await lock_face(harness, "Maya: secret", secret)
    recall = harness.casting.recall
    assert (await recall.recall("Maya", PRODUCER, FILM)).kind == "nothing"
    assert (await recall.recall("Maja", PRODUCER, FILM)).kind == "nothing", "no hint either"
    assert (await recall.list_visible(PRODUCER, FILM, 20)).total == 0
    with pytest.raises(NotAvailableHere):
        await recall.get_portrait(round_id, PRODUCER)
    found = await recall.recall("Maya", DIRECTOR, FILM)
    assert found.kind == "face"
    assert not await recall.can_share_in(found.characters[0], FILM)
    assert await recall.can_share_in(found.characters[0], secret)


async def test_another_workspace_sees_nothing(harness: CastingHarness) -> None:
    await lock_face(harness, "Maya: x")
    assert (await harness.casting.recall.recall("Maya", LEAD, ChannelRef("T2", "C1"))).kind == "nothing"


async def test_recall_reports_a_character_being_cast(harness: CastingHarness) -> None:
    await harness.run_to_voting()
    assert (await harness.casting.recall.recall("Maya", LEAD, FILM)).kind == "casting"


async def test_recast_needs_confirmation_and_keeps_the_old_face(harness: CastingHarness) -> None:
    await lock_face(harness, "Maya: one")
    with pytest.raises(AlreadyCast) as caught:
        await harness.start_round("Maya: two")
    assert caught.value.price == Decimal("0.20")
    with pytest.raises(NotLead):
        await harness.casting.start_round.confirm_recast(caught.value.draft_id, DIRECTOR)
    opened = await harness.casting.start_round.confirm_recast(caught.value.draft_id, LEAD)
    again = await harness.casting.start_round.confirm_recast(caught.value.draft_id, LEAD)
    assert (opened.created, again.created, opened.round.brief.text) == (True, False, "two")
    round_ = await harness.audition(opened.round.id)
    await harness.vote(round_, U2=2)
    await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(2).id, LEAD)
    history = (await harness.casting.recall.recall("Maya", LEAD, FILM)).history
    assert [face.version for face in history] == [2, 1]


async def test_lost_face_files_are_reuploaded_once_for_permitted_users(harness: CastingHarness) -> None:
    secret = ChannelRef("T1", "C9")
    harness.channel_access.private_members[secret] = {LEAD, DIRECTOR}
    round_id = await lock_face(harness, "Maya: secret", secret)
    await harness.storage.rounds.set_record(round_id, "F0LOST")
    sheets_before = len(harness.publisher.sheets)
    recall = harness.casting.recall
    with pytest.raises(NotAvailableHere):
        await recall.reupload_portrait(round_id, PRODUCER, "F0LOST")
    both = await asyncio.gather(*(recall.reupload_portrait(round_id, DIRECTOR, "F0LOST") for _ in range(2)))
    assert both[0] == both[1] == (await harness.get_round(round_id)).record_file
    assert len(harness.publisher.sheets) == sheets_before + 1
    slot = (await harness.get_round(round_id)).locked_candidate
    assert slot
    await harness.storage.slots.set_originals({slot.id: "F1LOST"})
    pictures_before = len(harness.publisher.uploaded_pictures)
    await asyncio.gather(*(recall.reupload_original(round_id, DIRECTOR, "F1LOST") for _ in range(2)))
    assert [p.number for p in harness.publisher.uploaded_pictures[pictures_before:]] == [slot.number]
