"""A round from its brief to the ballot, with re-rolls, over a real database."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.command import parse_brief
from bot.domain.errors import (
    AlreadyCasting,
    NotLead,
    OverBudget,
    RoundClosed,
)
from bot.domain.model_errors import ContentRefused, ProviderDown, RateLimited, TimedOut
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.domain.slot import Slot, SlotState
from bot.ports.image_models import GenerationRequest
from bot.usecases.round_pictures import RoundPictures
from storage.pictures.object_store import ObjectStorePortraits
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.practice_slack import wait_until
from tests.support.scripted_models import make_portrait
from tests.support.storage_builders import list_characters

_LAST_CALL = 2  # each of the two models draws two portraits

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


def redraws(harness: CastingHarness) -> list[str]:
    return [event[0] for event in harness.publisher.events if event[0] in ("schedule_redraw", "redraw_now")]


async def run_with_a_waiting_opening(harness: CastingHarness) -> None:
    """Run a round to the vote; its last portrait comes once the opening waits, and the others are stored."""
    waits = asyncio.Event()
    harness.fake_models.literal.script = lambda _request, call: waits if call == _LAST_CALL else None
    round_id = await harness.start_round()
    async with asyncio.TaskGroup() as casting:
        casting.create_task(harness.audition(round_id))
        await wait_until(lambda: len(redraws(harness)) == 3 and round_id in harness.casting.audition._changes)
        waits.set()


async def test_the_last_portrait_is_shown_together_with_the_ballot(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.usecases.audition._MAX_OPENING_SECONDS", 600)
    await run_with_a_waiting_opening(harness)
    assert redraws(harness) == ["schedule_redraw"] * 3 + ["redraw_now"]


async def test_progress_is_shown_while_slack_is_slow_to_take_the_sheet(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.usecases.audition._MAX_OPENING_SECONDS", 0.01)
    upload = harness.publisher.upload_sheet

    async def upload_slowly(*sheet: Any, **options: Any) -> str:
        await wait_until(lambda: len(redraws(harness)) == 4)
        return await upload(*sheet, **options)

    monkeypatch.setattr(harness.publisher, "upload_sheet", upload_slowly)
    await run_with_a_waiting_opening(harness)
    assert redraws(harness) == ["schedule_redraw"] * 4 + ["redraw_now"]


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
    await wait_until(lambda: harness.fake_models.call_count == 4)
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


async def test_a_cell_is_drawn_while_the_bytes_of_its_portrait_are_stored(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    put, drawn = ObjectStorePortraits.put, asyncio.Event()

    async def put_after_the_cell(store: ObjectStorePortraits, key: str, data: bytes) -> bool:
        async with asyncio.timeout(10):
            await drawn.wait()
        is_new = await put(store, key, data)
        events.append("stored")
        return is_new

    def add(_self: object, _slot: Slot, _preview: bytes) -> None:
        events.append("drawn")
        drawn.set()

    monkeypatch.setattr(ObjectStorePortraits, "put", put_after_the_cell)
    monkeypatch.setattr(RoundPictures, "add_picture", add)
    round_ = await harness.get_round(await harness.start_round())
    await harness.casting.round_message.post(round_.id)
    await harness.casting.audition.generate_slot(round_.slots[0].id)
    assert events == ["drawn", "stored", "stored"]


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


async def test_a_dropped_round_keeps_its_portraits_and_frees_the_name(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.drop(round_.id, LEAD)
    assert (await harness.get_round(round_.id)).void_reason == "dropped"
    assert await harness.storage.portraits.has(f"{round_.id}/{round_.candidates[0].id}/original")
