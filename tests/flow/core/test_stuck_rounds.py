"""Rounds that could get stuck: refused messages, deleted messages, late posts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.domain.slot import SlotState
from bot.usecases.retries import RetryDelays
from tests.support.casting_harness import LEAD, CastingHarness, casting_harness

ARCHIVED = SlackRejected("chat.postMessage: is_archived", "is_archived")
NO_UPLOADS = SlackRejected("files.getUploadURLExternal: file_uploads_disabled", "file_uploads_disabled")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, waits=RetryDelays(rejected_message=(0.001, 0.001))) as opened:
        yield opened


async def test_patience_starts_with_the_first_model_call(harness: CastingHarness) -> None:
    release = asyncio.Event()
    harness.fake_models.skin.script = lambda ask, call: release if call == 1 else None
    round_id = await harness.start_round()
    harness.advance(minutes=5)  # Slack rejected the message before
    audition = asyncio.create_task(harness.audition(round_id))
    while len((await harness.get_round(round_id)).completed) < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (await harness.get_round(round_id)).state is RoundState.DRAWING
    harness.advance(seconds=61)
    while (await harness.get_round(round_id)).state is RoundState.DRAWING:
        await asyncio.sleep(0.01)
    release.set()
    assert len((await audition).late) == 1


async def test_round_with_a_rejected_message_is_voided_for_free(harness: CastingHarness) -> None:
    harness.publisher.next_errors = [ARCHIVED] * 3
    round_ = await harness.audition(await harness.start_round())
    assert (round_.state, round_.slack_error, round_.message_ts) == (RoundState.VOID, "is_archived", None)
    assert {s.state for s in round_.slots} == {SlotState.FAILED}
    assert harness.fake_models.call_count == 0
    assert await harness.storage.ledger.committed("T1", harness.now.date()) == 0
    assert harness.publisher.events.count(("notify_lead", round_.id, "called_off")) == 1
    harness.advance(seconds=1)
    assert (await harness.run_to_voting()).state is RoundState.VOTING, "the name is free again"


async def test_short_rejection_does_not_void_the_round(harness: CastingHarness) -> None:
    harness.publisher.next_errors = [ARCHIVED] * 2
    assert (await harness.run_to_voting()).state is RoundState.VOTING


async def test_unavailable_slack_does_not_void_the_round(harness: CastingHarness) -> None:
    harness.publisher.next_errors = [SlackUnavailable("chat.postMessage: internal_error")]
    round_id = await harness.start_round()
    with pytest.raises(SlackUnavailable):
        await harness.casting.round_message.post(round_id)
    assert (await harness.get_round(round_id)).state is RoundState.DRAWING


async def test_next_attempt_notifies_the_lead(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    await harness.storage.rounds.void(round_id, "refused:is_archived")
    await harness.casting.round_message.post(round_id)
    assert harness.publisher.events == [("notify_lead", round_id, "called_off")]


async def test_ballot_opens_without_rejected_pictures_and_tells_the_lead(
    harness: CastingHarness,
) -> None:
    round_id = await harness.start_round()
    await harness.casting.round_message.post(round_id)
    for slot_id in await harness.casting.audition.slot_ids(round_id):
        await harness.casting.audition.generate_slot(slot_id)
    harness.publisher.next_errors = [NO_UPLOADS] * 4
    await harness.casting.audition.open_ballot(round_id)
    round_ = await harness.get_round(round_id)
    assert (round_.state, round_.sheet_refused, round_.sheet_file) == (RoundState.VOTING, "file_uploads_disabled", None)
    assert ("vote_reactions", round_id, "1", "2", "3", "4") in harness.publisher.events
    with pytest.raises(SlackRejected):  # so that the job counts as failed and waits before its next attempt
        await harness.casting.round_pictures.publish_missing(round_id)
    assert harness.publisher.events.count(("notify_lead", round_id, "no_sheet")) == 1
    await harness.casting.round_pictures.publish_missing(round_id)
    round_ = await harness.get_round(round_id)
    assert (round_.sheet_refused, round_.sheet_candidate_count, len(harness.publisher.uploaded_pictures)) == ("", 4, 4)


async def test_deleted_message_is_reposted_with_emoji_and_votes(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=3)
    harness.publisher.deleted_rounds.add(round_.id)
    await harness.casting.run_due()
    assert ("repost", round_.id) in harness.started_jobs
    harness.publisher.events.clear()
    for _ in range(2):
        await harness.casting.round_message.repost(round_.id)
    assert harness.publisher.events == [("repost", round_.id), ("vote_reactions", round_.id, "1", "2", "3", "4")]
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.winner == 3


async def test_ballot_with_a_deleted_message_closes_with_known_votes(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=3)
    harness.publisher.deleted_rounds.add(round_.id)
    harness.advance(days=2)
    await harness.casting.close_vote.close_due(round_.id)
    assert (await harness.get_round(round_.id)).state is RoundState.CLOSED


async def test_round_is_voided_if_its_deleted_message_cannot_be_reposted(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    harness.publisher.deleted_rounds.add(round_.id)
    harness.publisher.next_errors = [ARCHIVED] * 3
    await harness.casting.round_message.repost(round_.id)
    round_ = await harness.get_round(round_.id)
    assert (round_.state, round_.slack_error) == (RoundState.VOID, "is_archived")
    assert ("notify_lead", round_.id, "called_off") in harness.publisher.events
