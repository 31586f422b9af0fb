"""The life of a round over a real database."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ballot import Reaction
from bot.domain.command import parse_brief
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    NotAvailableHere,
    NotLead,
    NoWinner,
    OverBudget,
    RoundClosed,
    TallyChanged,
)
from bot.domain.ids import ChannelRef, original_key
from bot.domain.model_errors import ContentRefused, ProviderDown, RateLimited, TimedOut
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.domain.slot import SlotState
from bot.ports.image_models import GenerationRequest
from tests.support.casting_harness import (
    DIRECTOR,
    FILM,
    LEAD,
    PRODUCER,
    CastingHarness,
    casting_harness,
    make_portrait,
)
from tests.support.storage_builders import list_characters

# From the brief to the ballot


async def test_every_model_gets_the_same_prompt_for_four_candidates(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    assert {request.prompt for request in harness.fake_models.skin.requests + harness.fake_models.literal.requests} == {
        round_.prompt
    }
    assert [s.number for s in round_.candidates] == [1, 2, 3, 4]
    assert {s.model for s in round_.candidates} == {"recraft:recraftv4_1", "openai:gpt-image-2"}
    assert (round_.state, round_.sheet_candidate_count, len(harness.publisher.sheets)) == (RoundState.VOTING, 4, 1)
    assert ("vote_reactions", round_.id, "1", "2", "3", "4") in harness.publisher.events


async def test_no_model_is_called_before_the_round_has_its_message(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slots start beside the post, and the first post fails."""
    monkeypatch.setattr("bot.usecases.round_message._POLL_SECONDS", 0.01)
    posts_before_calls: list[bool] = []

    def note_posts(_request: object, _call: int) -> Exception:
        posts_before_calls.append(("post", round_id) in harness.publisher.events)
        return ProviderDown("openai:gpt-image-2", "503")

    for model in (harness.fake_models.literal, harness.fake_models.skin):
        model.script = note_posts
    round_id = await harness.start_round()
    harness.publisher.next_errors = [SlackUnavailable("chat.postMessage")]
    async with asyncio.TaskGroup() as slots:
        for slot_id in await harness.casting.audition.slot_ids(round_id):
            slots.create_task(harness.casting.audition.generate_when_posted(slot_id))
        with pytest.raises(SlackUnavailable):
            await harness.casting.round_message.post(round_id)
        await asyncio.sleep(0.05)
        await harness.casting.round_message.post(round_id)
    assert posts_before_calls
    assert all(posts_before_calls)


async def test_slot_jobs_join_the_generations_that_the_post_started(harness: CastingHarness) -> None:
    drawn = asyncio.Event()
    for model in (harness.fake_models.literal, harness.fake_models.skin):
        model.script = lambda _request, _call: drawn
    round_id = await harness.start_round()
    await harness.casting.audition.post_and_generate(round_id)
    assert harness.fake_models.call_count == 4
    async with asyncio.TaskGroup() as slots:
        for slot_id in await harness.casting.audition.slot_ids(round_id):
            slots.create_task(harness.casting.audition.generate_when_posted(slot_id))
        await asyncio.sleep(0.05)
        drawn.set()
    assert harness.fake_models.call_count == 4
    assert [s.state for s in (await harness.get_round(round_id)).slots] == [SlotState.CANDIDATE] * 4


async def test_a_picture_of_a_slot_added_while_models_draw_does_not_fail(harness: CastingHarness) -> None:
    round_ = await harness.get_round(await harness.start_round())
    pictures = harness.casting.round_pictures
    await pictures.expect_pictures(round_)
    added = replace(round_.slots[0], id=f"{round_.id}-9", position=9)
    for slot in (*round_.slots[:3], added):
        pictures.add_picture(slot, make_portrait(slot.seed))
    pictures.forget_pictures(round_.id)


async def test_sheet_is_uploaded_before_the_ballot_and_emoji_come_last(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    shown = [event for event in harness.publisher.events if event[0] in ("redraw_now", "vote_reactions")]
    assert shown[0] == ("redraw_now", round_.id, "voting")
    assert shown[-1][0] == "vote_reactions"


async def test_same_trigger_opens_and_reserves_one_round(harness: CastingHarness) -> None:
    brief = parse_brief("Maya: a fisherwoman")
    first = await harness.casting.start_round.start(brief, FILM, LEAD, "trigger")
    again = await harness.casting.start_round.start(brief, FILM, LEAD, "trigger")
    assert (first.created, again.created, first.round.id) == (True, False, again.round.id)
    assert await harness.storage.ledger.committed("T1", harness.now.date()) == Decimal("0.20")


async def test_second_brief_for_a_character_refers_to_the_open_round(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    with pytest.raises(AlreadyCasting) as caught:
        await harness.start_round("MÁYA: somebody else")
    assert caught.value.round_id == round_id


async def test_round_over_a_cap_leaves_nothing_behind(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, per_day="0.30") as harness:
        await harness.start_round("Maya: x")
        with pytest.raises(OverBudget) as caught:
            await harness.start_round("Ben: x")
        assert (caught.value.cap, caught.value.remaining) == ("day", Decimal("0.10"))
        assert [c.name for c in await list_characters(harness.storage, "T1")] == ["Maya"]


async def test_failing_model_does_not_delay_the_others(harness: CastingHarness) -> None:
    harness.fake_models.literal.script = lambda ask, call: ContentRefused("openai:gpt-image-2", "violence")
    round_ = await harness.run_to_voting()
    assert len(round_.candidates) == 2
    assert [(s.failure.kind, s.failure.detail, s.cost) for s in round_.failures if s.failure] == [
        ("refused", "violence", Decimal(0))
    ] * 2
    assert len(harness.fake_models.literal.requests) == 2, "a refusal is never retried"


async def test_round_without_candidates_is_voided_and_refunded(harness: CastingHarness) -> None:
    harness.fake_models.literal.script = harness.fake_models.skin.script = lambda ask, call: ProviderDown("m")
    round_ = await harness.run_to_voting()
    assert (round_.state, round_.void_reason) == (RoundState.VOID, "no_candidate")
    assert await harness.storage.ledger.committed("T1", harness.now.date()) == 0
    assert (await harness.audition(await harness.start_round())).state is RoundState.VOID, "the name is free again"


async def test_short_retry_after_is_waited_out_once(harness: CastingHarness) -> None:
    asked: set[int | None] = set()

    def refuse_first_call(request: GenerationRequest, _call: int) -> RateLimited | None:
        """Refuse the first call of each slot; the slots' calls come in any order."""
        if request.seed in asked:
            return None
        asked.add(request.seed)
        return RateLimited("m", retry_after=0.05)

    harness.fake_models.skin.script = refuse_first_call
    round_ = await harness.run_to_voting()
    assert len(round_.candidates) == 4
    assert len(harness.fake_models.skin.requests) == 4


async def test_repeated_or_long_rate_limits_are_failures(harness: CastingHarness) -> None:
    harness.fake_models.skin.script = lambda ask, call: RateLimited("m", retry_after=0.02)
    harness.fake_models.literal.script = lambda ask, call: RateLimited("m", retry_after=31) if call == 1 else None
    round_ = await harness.run_to_voting()
    assert [s.failure.kind for s in round_.failures if s.failure] == ["rate_limited"] * 3
    assert (len(harness.fake_models.skin.requests), len(harness.fake_models.literal.requests)) == (4, 2)


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


async def test_timeout_is_not_retried_and_stays_reserved(harness: CastingHarness) -> None:
    harness.fake_models.skin.script = lambda ask, call: TimedOut("m", paid="maybe") if call == 1 else None
    round_ = await harness.run_to_voting()
    failed_slot = round_.failures[0]
    assert (failed_slot.cost, failed_slot.cost_source) == (Decimal("0.05"), "unknown")
    assert len(harness.fake_models.skin.requests) == 2


async def test_voting_opens_without_a_late_slot_and_keeps_its_portrait(harness: CastingHarness) -> None:
    release = asyncio.Event()
    harness.fake_models.skin.script = lambda ask, call: release if call == 1 else None
    round_id = await harness.start_round()
    audition = asyncio.create_task(harness.audition(round_id))
    while len((await harness.get_round(round_id)).completed) < 3:
        await asyncio.sleep(0.01)
    assert (await harness.get_round(round_id)).state is RoundState.DRAWING
    harness.advance(seconds=61)
    while (await harness.get_round(round_id)).state is RoundState.DRAWING:
        await asyncio.sleep(0.01)
    release.set()
    round_ = await audition
    assert [s.number for s in round_.candidates] == [1, 2, 3]
    assert len(round_.late) == 1
    closed = await harness.casting.round_controls.close(round_id, LEAD)
    assert [s.number for s in closed.candidates] == [1, 2, 3, 4]
    assert closed.candidate_by_number(4).id == round_.late[0].id


async def test_lead_may_open_the_ballot_early_with_two_candidates(harness: CastingHarness) -> None:
    release = asyncio.Event()
    harness.fake_models.skin.script = lambda ask, call: release
    round_id = await harness.start_round()
    audition = asyncio.create_task(harness.audition(round_id))
    while len((await harness.get_round(round_id)).completed) < 2:
        await asyncio.sleep(0.01)
    with pytest.raises(NotLead):
        await harness.casting.audition.open_now(round_id, DIRECTOR)
    await harness.casting.audition.open_now(round_id, LEAD)
    assert (await harness.get_round(round_id)).state is RoundState.VOTING
    release.set()
    await audition
    assert len((await harness.get_round(round_id)).candidates) == 2


async def test_cancelled_round_frees_the_name_and_keeps_paid_portraits(harness: CastingHarness) -> None:
    release = asyncio.Event()
    harness.fake_models.skin.script = lambda ask, call: release
    round_id = await harness.start_round()
    audition = asyncio.create_task(harness.audition(round_id))
    while len((await harness.get_round(round_id)).completed) < 2:
        await asyncio.sleep(0.01)
    await harness.casting.audition.cancel(round_id, LEAD)
    release.set()
    round_ = await audition
    assert (round_.state, len(round_.completed), len(harness.publisher.sheets)) == (RoundState.VOID, 4, 0)
    await harness.start_round("Maya: another try")


# After a crash


async def test_stored_portrait_is_not_requested_again(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    await harness.storage.slots.mark_requested(slot_id, harness.now)
    await harness.storage.portraits.put(f"{round_id}/{slot_id}/original", (await make_one_portrait(harness)))
    await harness.casting.audition.generate_slot(slot_id)
    slot = (await harness.get_round(round_id)).slots[0]
    assert (slot.state, slot.cost, slot.cost_source) == (SlotState.CANDIDATE, Decimal("0.05"), "listed")
    assert harness.fake_models.call_count == 0


async def make_one_portrait(harness: CastingHarness) -> bytes:
    return make_portrait(7)


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


# The vote


async def test_second_click_withdraws_the_vote_and_old_clicks_are_ignored(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    first = round_.candidate_by_number(1).id
    assert (await harness.casting.voting.click(first, DIRECTOR, 10)).on
    assert not (await harness.casting.voting.click(first, DIRECTOR, 10)).changed
    assert not (await harness.casting.voting.click(first, DIRECTOR, 20)).on


async def test_withdrawn_click_reports_a_reaction_that_still_counts(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.casting.voting.react(FILM, round_.message_ts or "", 1, DIRECTOR, True, 5)
    await harness.casting.voting.click(round_.candidate_by_number(1).id, DIRECTOR, 10)
    withdrawn = await harness.casting.voting.click(round_.candidate_by_number(1).id, DIRECTOR, 20)
    assert (withdrawn.on, withdrawn.has_reaction) == (False, True)


async def test_reactions_of_other_messages_and_unknown_numbers_are_ignored(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.casting.voting.react(FILM, "elsewhere", 1, DIRECTOR, True, 5)
    await harness.casting.voting.react(FILM, round_.message_ts or "", 8, DIRECTOR, True, 5)
    assert await harness.storage.ballots.list_vote_inputs(round_.id) == []


async def test_votes_after_the_close_are_ignored(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.voting.react(FILM, round_.message_ts or "", 2, PRODUCER, True, 99)
    with pytest.raises(RoundClosed):
        await harness.casting.voting.click(round_.candidate_by_number(2).id, PRODUCER, 99)
    closed = await harness.get_round(round_.id)
    assert closed.tally is not None
    assert closed.tally.votes == {1: 1, 2: 0, 3: 0, 4: 0}


async def test_deadline_closes_the_ballot_once_even_after_downtime(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.advance(hours=23, minutes=30)
    await harness.casting.run_due()
    harness.advance(days=2)
    await harness.casting.run_due()
    assert harness.started_jobs.count(("close", round_.id)) == 1
    assert harness.publisher.events.count(("thread_note", round_.id, "reminder")) == 1
    await harness.casting.close_vote.close_due(round_.id)
    assert (await harness.get_round(round_.id)).state is RoundState.CLOSED


async def test_deadline_waits_ten_minutes_while_slack_is_unavailable(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.publisher.is_unavailable = True
    harness.advance(hours=24, minutes=1)
    with pytest.raises(SlackUnavailable):
        await harness.casting.close_vote.close_due(round_.id)
    harness.advance(minutes=10)
    await harness.casting.close_vote.close_due(round_.id)
    assert (await harness.get_round(round_.id)).state is RoundState.CLOSED


async def test_extended_ballot_keeps_old_votes_and_counts_new_ones(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1, U3=2)
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.extend(round_.id, LEAD)
    await harness.casting.voting.click(round_.candidate_by_number(1).id, LEAD, 99)
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally is not None
    assert closed.tally.winner == 1


# Re-rolls


async def test_reroll_adds_the_next_number_and_keeps_votes(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    slot = await harness.casting.reroll.reroll_slot(round_.candidate_by_number(1).id, LEAD, "again")
    again = await harness.casting.reroll.reroll_slot(round_.candidate_by_number(1).id, LEAD, "again")
    assert again.id == slot.id
    await harness.casting.audition.generate_slot(slot.id)
    after = await harness.get_round(round_.id)
    assert [s.number for s in after.candidates] == [1, 2, 3, 4, 5]
    assert after.candidate_by_number(5).model == after.candidate_by_number(1).model
    assert (after.sheet_candidate_count, len(harness.publisher.sheets)) == (5, 2)
    assert after.count_votes(await harness.storage.ballots.list_vote_inputs(round_.id), ()).votes == {
        1: 1,
        2: 0,
        3: 0,
        4: 0,
        5: 0,
    }


async def test_a_ninth_candidate_is_refused(harness: CastingHarness) -> None:
    round_ = await harness.audition(await harness.start_round("Maya: x --each 4"))
    with pytest.raises(RoundClosed):
        await harness.casting.reroll.reroll_slot(round_.candidate_by_number(1).id, LEAD, "again")


async def test_rerolling_all_replaces_the_round_by_one_child(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    opened = await harness.casting.reroll.reroll_round(round_.id, LEAD)
    again = await harness.casting.reroll.reroll_round(round_.id, LEAD)
    assert (opened.created, again.created, opened.round.parent) == (True, False, round_.id)
    assert (await harness.get_round(round_.id)).state is RoundState.VOID


async def test_reroll_all_over_budget_leaves_the_round_unchanged(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, per_day="0.30") as harness:
        round_ = await harness.run_to_voting()
        with pytest.raises(OverBudget):
            await harness.casting.reroll.reroll_round(round_.id, LEAD)
        assert (await harness.get_round(round_.id)).state is RoundState.VOTING


async def test_reroll_prices_reveal_no_model(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    again = [(one.slot.number, one.price) for one in offer.rerolls]
    assert (offer.round_price, again) == (Decimal("0.20"), [(n, Decimal("0.05")) for n in (1, 2, 3, 4)])


# The lock


async def test_locked_face_contains_its_provenance(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U1=2, U2=2, U3=1)
    candidate = round_.candidate_by_number(2)
    face = await harness.casting.lock_face.lock(round_.id, candidate.id, LEAD)
    assert (face.character, face.number, face.version, face.locked_by) == ("Maya", 2, 1, LEAD)
    assert (face.model, face.portrait, face.prompt) == (candidate.model, candidate.portrait, round_.prompt)
    assert (face.tally, face.voters, face.decided_by_lead) == ({1: 1, 2: 2, 3: 0, 4: 0}, 3, False)
    assert (await harness.get_round(round_.id)).state is RoundState.LOCKED


async def test_only_the_lead_locks(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2)
    with pytest.raises(NotLead) as caught:
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(2).id, DIRECTOR)
    assert caught.value.allowed_user == LEAD


async def test_concurrent_locks_create_one_face(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2)
    slot_id = round_.candidate_by_number(2).id
    faces = await asyncio.gather(*(harness.casting.lock_face.lock(round_.id, slot_id, LEAD) for _ in range(8)))
    assert len({(f.round_id, f.number, f.version, f.locked_at) for f in faces}) == 1
    assert len(await harness.storage.roster.list_faces(round_.character_id)) == 1


async def test_a_tie_closes_the_ballot_and_the_lead_decides(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1, U3=4)
    with pytest.raises(NoWinner) as caught:
        await harness.casting.lock_face.lock(round_.id, None, LEAD)
    assert caught.value.tied == (1, 4)
    face = await harness.casting.lock_face.decide(round_.candidate_by_number(3).id, LEAD)
    assert (face.number, face.decided_by_lead) == (3, True)


async def test_lock_is_refused_if_unseen_reactions_change_the_winner(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.publisher.slack_reactions = [Reaction(3, frozenset({LEAD, PRODUCER}), True)]
    with pytest.raises(TallyChanged) as caught:
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
    assert (caught.value.expected_leader, caught.value.tally[3]) == (1, 2)
    assert (await harness.get_round(round_.id)).state is RoundState.VOTING
    face = await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(3).id, LEAD)
    assert face.number == 3


async def test_nothing_is_locked_while_slack_is_unavailable(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.publisher.is_unavailable = True
    with pytest.raises(SlackUnavailable):
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
    assert (await harness.get_round(round_.id)).state is RoundState.VOTING


async def test_a_dropped_round_keeps_its_portraits_and_frees_the_name(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.drop(round_.id, LEAD)
    assert (await harness.get_round(round_.id)).void_reason == "dropped"
    assert await harness.storage.portraits.has(f"{round_.id}/{round_.candidates[0].id}/original")


# Recall


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
