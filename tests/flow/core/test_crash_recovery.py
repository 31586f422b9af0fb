"""A round after a crash of its process, over a real database."""

import asyncio
from decimal import Decimal

import pytest

from bot.domain.ids import original_key
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.domain.slot import SlotState
from tests.support.casting_harness import LEAD, CastingHarness
from tests.support.scripted_models import make_portrait


async def test_invalid_bytes_left_by_a_crash_are_a_paid_failure(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    slot = (await harness.get_round(round_id)).slots[0]
    await harness.storage.slots.mark_requested(slot.id, harness.now)
    await harness.storage.portraits.put(original_key(round_id, slot.id), b"<html>one moment</html>")
    round_ = await harness.audition(round_id)
    assert [(s.id, s.failure.kind, s.failure.paid) for s in round_.failures if s.failure] == [
        (slot.id, "invalid_image", "yes")
    ]
    assert harness.fake_models.call_count == 3


async def test_stored_portrait_is_not_requested_again(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    await harness.storage.slots.mark_requested(slot_id, harness.now)
    await harness.storage.portraits.put(f"{round_id}/{slot_id}/original", make_portrait(7))
    await harness.casting.audition.generate_slot(slot_id)
    slot = (await harness.get_round(round_id)).slots[0]
    assert (slot.state, slot.cost, slot.cost_source) == (SlotState.CANDIDATE, Decimal("0.05"), "listed")
    assert harness.fake_models.call_count == 0


async def test_request_lost_in_a_crash_is_reported_and_not_repeated(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    await harness.storage.slots.mark_requested(slot_id, harness.now)
    round_ = await harness.audition(round_id)
    assert len(round_.candidates) == 3
    assert [(s.failure.kind, s.failure.paid) for s in round_.failures if s.failure] == [("unknown", "maybe")]
    assert harness.fake_models.call_count == 3


async def test_round_that_lost_all_responses_waits_for_the_lead(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    for slot_id in await harness.casting.audition.slot_ids(round_id):
        await harness.storage.slots.mark_requested(slot_id, harness.now)
    audition = asyncio.create_task(harness.audition(round_id))
    while not (await harness.get_round(round_id)).needs_lead_decision:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (await harness.get_round(round_id)).state is RoundState.DRAWING
    assert harness.fake_models.call_count == 0
    rerolls = [
        await harness.casting.reroll.reroll_slot(s.id, LEAD, s.id) for s in (await harness.get_round(round_id)).failures
    ]
    for slot in rerolls:
        await harness.casting.audition.generate_slot(slot.id)
    round_ = await audition
    assert (round_.state, len(round_.candidates), harness.fake_models.call_count) == (RoundState.VOTING, 4, 4)


async def test_tick_starts_a_round_whose_job_never_started(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert ("round", round_id) in harness.started_jobs
    await harness.audition(round_id)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs == []


async def test_tick_uploads_record_pictures_missing_after_a_crash(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2)
    await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(2).id, LEAD)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs == [("close", round_.id)]
    await harness.casting.round_pictures.publish_missing(round_.id)
    shown = await harness.get_round(round_.id)
    assert shown.record_file
    assert all(s.original_file for s in shown.candidates)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs == []


async def test_tick_waits_two_minutes_before_retrying_pictures(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    slot = await harness.casting.reroll.reroll_slot(round_.candidate_by_number(1).id, LEAD, "again")
    harness.publisher.rejects_uploads = True
    with pytest.raises(SlackUnavailable):
        await harness.casting.audition.generate_slot(slot.id)
    await harness.casting.run_due()
    assert ("close", round_.id) not in harness.started_jobs
    harness.advance(minutes=3)
    await harness.casting.run_due()
    assert ("close", round_.id) in harness.started_jobs
    harness.publisher.rejects_uploads = False
    await harness.casting.round_pictures.publish_missing(round_.id)
    assert (await harness.get_round(round_.id)).sheet_candidate_count == 5
