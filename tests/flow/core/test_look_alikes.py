"""Faces that could be confused: which locks ask, whom, and what the answers leave."""

from datetime import timedelta

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.errors import RoundClosed
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from tests.support.casting_harness import DIRECTOR, FERRY, FILM, LEAD, PRODUCER, CastingHarness

GREY_WOMAN = "a fisherwoman, 60, grey plait"
MAN = "a pilot, a man, 30, black hair"


async def lock(harness: CastingHarness, name: str, brief: str, place: ChannelRef = FILM) -> str:
    """Cast and lock a face, and ask about it as the close job does."""
    harness.advance(minutes=1)
    round_ = await harness.audition(await harness.start_round(f"{name}: {brief}", place=place))
    await harness.vote(round_, U2=1)
    round_id = (await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)).round_id
    await harness.casting.look_alikes.ask(round_id)
    return round_id


def asked(harness: CastingHarness) -> list[tuple[str, ...]]:
    return [event[1:] for event in harness.publisher.events if event[0] == "ask_look_alike"]


async def test_the_third_face_is_compared_with_those_of_the_same_kind(harness: CastingHarness) -> None:
    ines = await lock(harness, "Ines", GREY_WOMAN)
    assert await lock(harness, "Vera", "a woman of 62, aged 62, silver hair in a bun")
    assert asked(harness) == [], "two faces are no cast"
    await lock(harness, "Juan", MAN)
    assert asked(harness) == [], "nobody like him"
    maya = await lock(harness, "Maya", "weathered 60-year-old fisherwoman, grey hair")
    assert len(asked(harness)) == 2
    assert (maya, ines) in asked(harness)
    await harness.casting.look_alikes.ask(maya)
    assert len(asked(harness)) == 2, "a repeated job asks once"
    question = await harness.storage.look_alikes.get(maya, ines)
    assert question.shared == ("grey", "woman")


async def test_two_yeses_of_different_people_are_noted_and_nothing_is_blocked(harness: CastingHarness) -> None:
    ines = await lock(harness, "Ines", GREY_WOMAN)
    await lock(harness, "Juan", MAN)
    maya = await lock(harness, "Maya", GREY_WOMAN)
    take = harness.casting.look_alikes.answer
    first = await take(maya, ines, DIRECTOR, True, 1)
    again = await take(maya, ines, DIRECTOR, True, 2)
    assert (first.names, again.question.yes, again.question.is_noted) == (("Maya", "Ines"), 1, False)
    assert (await take(maya, ines, PRODUCER, True, 3)).question.is_noted
    assert ("schedule_redraw", ines) in harness.publisher.events
    face = await harness.storage.roster.get_face(maya)
    assert face
    assert face.unlocked is None
    assert not (await take(maya, ines, PRODUCER, False, 4)).question.is_noted


async def test_answers_end_where_who_gave_them_is_deleted(harness: CastingHarness) -> None:
    ines = await lock(harness, "Ines", GREY_WOMAN)
    await lock(harness, "Juan", MAN)
    maya = await lock(harness, "Maya", GREY_WOMAN)
    await harness.casting.look_alikes.answer(maya, ines, DIRECTOR, True, 1)
    harness.advance(days=400)
    await harness.casting.retention.run()
    with pytest.raises(RoundClosed):
        await harness.casting.look_alikes.answer(maya, ines, PRODUCER, True, 2)
    assert (await harness.storage.look_alikes.get(maya, ines)).yes == 1
    with pytest.raises(KeyError):
        await harness.casting.look_alikes.answer(ines, maya, PRODUCER, True, 2)


async def test_a_production_can_switch_the_questions_off(harness: CastingHarness) -> None:
    await lock(harness, "Ines", GREY_WOMAN)
    await lock(harness, "Juan", MAN)
    await harness.storage.productions.save(FILM, "", ProductionSettings(ask_look_alikes=False))
    await lock(harness, "Maya", GREY_WOMAN)
    assert asked(harness) == []


async def test_a_late_job_a_withdrawn_consent_and_a_lost_portrait_ask_nothing(harness: CastingHarness) -> None:
    ines = await lock(harness, "Ines", GREY_WOMAN)
    await lock(harness, "Juan", MAN)
    harness.advance(minutes=1)
    late = await harness.run_to_lock(f"Vera: {GREY_WOMAN}")
    harness.now += timedelta(days=2)
    await harness.casting.look_alikes.ask(late)
    assert asked(harness) == [], "the feature does not ask about faces of long ago"
    slot = (await harness.get_round(ines)).locked_candidate
    assert slot
    for kind in ("preview.jpg", "original"):
        await harness.storage.portraits.delete(f"{ines}/{slot.id}/{kind}")
    maya = await lock(harness, "Maya", GREY_WOMAN)
    assert asked(harness) == [(maya, late)], "the other question is asked all the same"


async def test_a_face_of_a_private_channel_is_not_shown_elsewhere(harness: CastingHarness) -> None:
    await lock(harness, "Juan", MAN)
    await lock(harness, "Vera", GREY_WOMAN)
    production = await harness.storage.productions.get(FILM)
    joined = AuditEvent("joined", FERRY, DIRECTOR, harness.now)
    await harness.storage.productions.join(FERRY, production.id, joined)
    harness.channel_access.private_members[FERRY] = {DIRECTOR}
    ines = await lock(harness, "Ines", GREY_WOMAN, FERRY)
    assert [other for _, other in asked(harness)] != [], "the private channel may see the faces of the public one"
    maya = await lock(harness, "Maya", GREY_WOMAN)
    about_maya = [other for asked_in, other in asked(harness) if asked_in == maya]
    assert about_maya
    assert ines not in about_maya
