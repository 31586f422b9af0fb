"""Unlocks and re-casts in the core, over a real database."""

import asyncio
import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.brief import REASON_LIMIT
from bot.domain.budget import budget_day
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    CannotUpscale,
    CastingError,
    NotLead,
    OverBudget,
    PermissionDenied,
    PriceIncreased,
    RoundClosed,
)
from bot.domain.production import ProductionSettings
from bot.domain.round import Round
from bot.domain.round_state import RECAST, RoundState
from bot.usecases.recast import RecastMode, RecastRequest, RecastResult
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.scripted_models import SKIN

PRICE = Decimal("0.20")


def recast_request(round_id: str, mode: RecastMode = RecastMode.KEEP, **changes: object) -> RecastRequest:
    values = {"person": LEAD, "reason": "too young", "text": None, "key": "1", "agreed_price": PRICE} | changes
    return RecastRequest(round_id=round_id, mode=mode, **values)  # type: ignore[arg-type]


async def apply_recast(
    harness: CastingHarness, round_id: str, mode: RecastMode = RecastMode.KEEP, **changes: object
) -> RecastResult:
    result = await harness.casting.recast.apply(recast_request(round_id, mode, **changes))
    await harness.casting.recast.publish(result)
    return result


async def start_recast(
    harness: CastingHarness, round_id: str, mode: RecastMode = RecastMode.KEEP, **changes: object
) -> Round:
    opened = (await apply_recast(harness, round_id, mode, **changes)).start_result
    assert opened
    return opened.round


async def recast_to_lock(harness: CastingHarness, round_id: str, key: str = "1") -> str:
    """Re-cast a face until its lock; return the new round's id."""
    round_ = await harness.audition((await start_recast(harness, round_id, key=key)).id)
    await harness.vote(round_, U2=2)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[2], LEAD)
    await harness.casting.round_pictures.publish_missing(round_.id)
    return round_.id


async def committed_today(harness: CastingHarness) -> Decimal:
    return await harness.storage.ledger.committed(FILM.team, budget_day(harness.now))


async def test_recast_keeps_the_face_until_the_next_version_is_locked(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    child = await start_recast(harness, round_id, text="a fisherwoman, 70")
    assert (child.parent, child.origin, child.recast_reason) == (round_id, RECAST, "too young")
    assert (child.lead, child.brief.text, "a fisherwoman, 70" in child.prompt) == (LEAD, "a fisherwoman, 70", True)
    assert (await harness.get_round(round_id)).state is RoundState.LOCKED
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert (found.kind, found.characters[0].open_round_id) == ("face", child.id)
    round_ = await harness.audition(child.id)
    await harness.vote(round_, U2=2)
    face = await harness.casting.lock_face.lock(child.id, round_.slot_id_by_number[2], LEAD)
    assert face.version == 2
    assert ("schedule_redraw", round_id) in harness.publisher.events, "the record before says that it is one"
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert found.characters[0].face == face
    assert [f.unlocked for f in found.history] == [None, None]


async def test_unlocked_face_records_user_and_reason(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    await apply_recast(harness, round_id, RecastMode.ONLY_UNLOCK, reason="  the  actor\nsigned ")
    face = await harness.storage.roster.get_face(round_id)
    assert face
    assert face.unlocked
    assert (face.unlocked.person, face.unlocked.reason, face.unlocked.at) == (LEAD, "the actor signed", harness.now)
    assert harness.publisher.events[-1] == ("redraw_now", round_id, RoundState.LOCKED)
    found = await harness.casting.recall.recall("maya", DIRECTOR, FILM)
    assert (found.kind, found.characters[0].face, found.characters[0].last_unlocked_face) == ("unlocked", None, face)
    assert [c.name for c in (await harness.casting.recall.list_visible(LEAD, FILM, 20)).characters] == ["Maya"]
    audit_events = await harness.storage.audit_log.list_for_character(face.character_id)
    assert [(d.action, d.person, d.detail, d.round_id) for d in audit_events] == [
        ("unlocked", LEAD, "the actor signed", round_id)
    ]
    new_round = await harness.storage.rounds.get(await harness.start_round("Maya: another"))
    assert (new_round.parent, new_round.origin) == (None, ""), "nobody is asked for a yes"


async def test_unlocking_the_newest_face_restores_the_previous_one(harness: CastingHarness) -> None:
    first = await harness.run_to_lock()
    second = await recast_to_lock(harness, first)
    offer = await harness.casting.recast.options(second, LEAD)
    assert offer.previous_face
    assert offer.previous_face.round_id == first
    with pytest.raises(RoundClosed):
        await harness.casting.recast.options(first, LEAD)
    await apply_recast(harness, second, RecastMode.ONLY_UNLOCK)
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert found.characters[0].face
    assert found.characters[0].face.round_id == first
    assert (await harness.casting.recast.options(first, LEAD)).modes == tuple(RecastMode)
    third = await recast_to_lock(harness, first, key="2")
    face = await harness.storage.roster.get_face(third)
    assert face
    assert face.version == 3, "versions are never given twice"


async def test_unlock_and_recast_is_atomic(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, per_day="0.39") as harness:
        round_id = await harness.run_to_lock()
        before = await committed_today(harness)
        with pytest.raises(OverBudget):
            await apply_recast(harness, round_id, RecastMode.UNLOCK)
        face = await harness.storage.roster.get_face(round_id)
        assert face
        assert face.unlocked is None, "what cannot be paid for unlocks nothing"
        assert await committed_today(harness) == before


async def test_resubmitted_recast_opens_one_round_and_unlocks_once(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    before = await committed_today(harness)
    first, again = (
        await start_recast(harness, round_id, RecastMode.UNLOCK),
        await start_recast(harness, round_id, RecastMode.UNLOCK),
    )
    assert first.id == again.id
    assert await committed_today(harness) == before + PRICE
    face = await harness.storage.roster.get_face(round_id)
    assert face
    assert len(await harness.storage.audit_log.list_for_character(face.character_id)) == 1


async def test_concurrent_recasts_open_one_round(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    forms = (harness.casting.recast.apply(recast_request(round_id, key=key)) for key in "abc")
    results = await asyncio.gather(*forms, return_exceptions=True)
    assert sum(isinstance(one, RecastResult) for one in results) == 1
    assert sum(isinstance(one, AlreadyCasting) for one in results) == 2


async def test_concurrent_unlocks_unlock_once(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    forms = (
        harness.casting.recast.apply(recast_request(round_id, RecastMode.ONLY_UNLOCK, reason=reason))
        for reason in ("eyes", "hair")
    )
    results = await asyncio.gather(*forms, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["RecastResult", "RoundClosed"]


async def test_face_being_recast_can_only_be_unlocked(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    child = await start_recast(harness, round_id)
    offer = await harness.casting.recast.options(round_id, LEAD)
    assert (offer.modes, offer.price, type(offer.refusal)) == ((RecastMode.ONLY_UNLOCK,), None, AlreadyCasting)
    await apply_recast(harness, round_id, RecastMode.ONLY_UNLOCK, key="2")
    with pytest.raises(AlreadyCasting):
        await harness.casting.recast.options(round_id, LEAD)
    round_ = await harness.audition(child.id)
    await harness.vote(round_, U2=1)
    assert (await harness.casting.lock_face.lock(child.id, round_.slot_id_by_number[1], LEAD)).version == 2


async def test_recast_can_be_started_after_a_cancelled_one(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    child = await start_recast(harness, round_id)
    await harness.casting.audition.cancel(child.id, LEAD)
    assert (await start_recast(harness, round_id, key="2")).id != child.id


@pytest.mark.parametrize("reason", ["", " \n ", "x" * (REASON_LIMIT + 1), "nice\u202e"])
async def test_recast_needs_a_valid_single_line_reason(harness: CastingHarness, reason: str) -> None:
    round_id = await harness.run_to_lock()
    for mode in RecastMode:
        with pytest.raises(BriefError) as caught:
            await apply_recast(harness, round_id, mode, reason=reason)
        assert caught.value.field == "reason"


async def test_only_users_who_may_lock_may_recast(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    with pytest.raises(NotLead):
        await harness.casting.recast.options(round_id, DIRECTOR)
    with pytest.raises(NotLead):
        await apply_recast(harness, round_id, RecastMode.ONLY_UNLOCK, person=DIRECTOR)
    settings = ProductionSettings(may_lock=(PRODUCER,), may_spend=(LEAD,))
    await harness.storage.productions.save(FILM, "", settings, AuditEvent("settings", FILM, LEAD, harness.now))
    with pytest.raises(PermissionDenied):
        await harness.casting.recast.options(round_id, LEAD)
    offer = await harness.casting.recast.options(round_id, PRODUCER)
    assert offer.modes == (RecastMode.ONLY_UNLOCK,), "who may not spend may still let it go"
    assert isinstance(offer.refusal, PermissionDenied)
    await apply_recast(harness, round_id, RecastMode.ONLY_UNLOCK, person=PRODUCER)


async def test_price_above_the_shown_one_needs_confirmation(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    with pytest.raises(PriceIncreased) as caught:
        await apply_recast(harness, round_id, agreed_price=PRICE - Decimal("0.01"))
    assert caught.value.price == PRICE
    assert (await harness.casting.recast.options(round_id, LEAD)).price == PRICE


async def test_only_unlock_is_offered_when_a_round_is_over_budget(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, per_round="0.20") as harness:
        round_id = await harness.run_to_lock()
        harness.fake_models.unavailable.add(SKIN.id)
        offer = await harness.casting.recast.options(round_id, LEAD)
        assert offer.price is not None, "one account is left"
    async with casting_harness(tmp_path, per_round="0.01") as harness:
        offer = await harness.casting.recast.options(round_id, LEAD)
        assert (offer.modes, offer.price, isinstance(offer.refusal, CastingError)) == (
            (RecastMode.ONLY_UNLOCK,),
            None,
            True,
        )


async def test_quickly_confirmed_recast_is_a_child_of_the_face(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    with pytest.raises(AlreadyCast) as caught:
        await harness.start_round("Maya: two")
    opened = await harness.casting.start_round.confirm_recast(caught.value.draft_id, LEAD)
    assert (opened.round.parent, opened.round.origin, opened.round.recast_reason) == (round_id, RECAST, "")


async def test_unlocked_face_is_no_reference_and_cannot_be_upscaled(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    await apply_recast(harness, round_id, RecastMode.ONLY_UNLOCK)
    with pytest.raises(BriefError) as caught:
        await harness.start_round("Rui: her brother --like Maya")
    assert (caught.value.field, caught.value.problem) == ("like", "unknown")
    with pytest.raises(CannotUpscale):
        await harness.casting.start_upscale.reserve(round_id, 1, SKIN.id, LEAD)


async def test_download_contains_recast_and_unlock_reasons(harness: CastingHarness) -> None:
    second = await recast_to_lock(harness, await harness.run_to_lock())
    await apply_recast(harness, second, RecastMode.ONLY_UNLOCK, reason="the first after all")
    face_archive = await harness.casting.face_download.archive(second, LEAD)
    with ZipFile(BytesIO(face_archive.data)) as archive:
        record = json.loads(archive.read("Maya-2/Maya-2-record.json"))
    assert record["recast_because"] == "too young"
    assert (record["unlocked"]["by"], record["unlocked"]["because"]) == (LEAD, "the first after all")


async def test_visible_versions_can_be_compared(harness: CastingHarness) -> None:
    first = await harness.run_to_lock()
    second = await recast_to_lock(harness, first)
    versions = await harness.casting.recall.list_versions(first, DIRECTOR)
    assert [face.round_id for face in versions] == [second, first]
    assert await harness.casting.recall.get_recast_reason(versions[0]) == "too young"
    picture = await harness.casting.comparison.compose_versions(versions)
    assert (picture.shown, picture.filename) == ((1, 2), "Maya-versions-1-2.jpg")
