"""Callbacks in the core, over a real database: two finalists drawn again, one ballot, nothing locked."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.budget import budget_day
from bot.domain.callback import Situation
from bot.domain.errors import (
    CannotFollowUp,
    NotLead,
    OverBudget,
    PermissionDenied,
    PriceIncreased,
    RoundClosed,
)
from bot.domain.model_errors import ContentRefused
from bot.domain.production import ProductionSettings
from bot.domain.round import Round
from bot.domain.round_state import CALLBACK, RoundState
from bot.domain.slot import SlotState
from bot.domain.standings.report import standings_report
from bot.usecases.callback import CallbackChoice
from bot.usecases.follow_ups import FollowUpRequest
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA

KEYS = ("recraft", "openai", "gemini")
VIEW_PRICE = Decimal("0.061")  # a draft of the one model that takes a reference, with one
TWO_SITUATIONS = (Situation.CLOSE_UP, Situation.WIDE)


async def closed_round(harness: CastingHarness, line: str = "Maya: a fisherwoman") -> Round:
    """A closed round: candidate 2 leads with two votes, 3 has one."""
    round_ = await harness.run_to_voting(line)
    await harness.vote(round_, U2=2, U3=2)
    await harness.casting.voting.click(round_.candidate_by_number(3).id, DIRECTOR, 9)
    await harness.casting.round_controls.close(round_.id, LEAD)
    return await harness.get_round(round_.id)


async def request_for(
    harness: CastingHarness, round_id: str, key: str = "1", **changes: object
) -> FollowUpRequest[CallbackChoice]:
    choice = CallbackChoice(**{"situations": TWO_SITUATIONS} | changes)  # type: ignore[arg-type]
    options = await harness.casting.callback.options(round_id, LEAD, choice)
    return FollowUpRequest(round_id, LEAD, options.choice, key, options.price)


async def start_callback(harness: CastingHarness, round_id: str, key: str = "1", **changes: object) -> Round:
    result = await harness.casting.callback.start(await request_for(harness, round_id, key, **changes))
    await harness.casting.start_round.enqueue_follow_up(result.round)
    return result.round


async def run_callback(harness: CastingHarness, round_id: str, key: str = "1", **changes: object) -> Round:
    return await harness.audition((await start_callback(harness, round_id, key, **changes)).id)


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=KEYS) as opened:
        yield opened


async def committed(harness: CastingHarness) -> Decimal:
    return await harness.storage.ledger.committed(FILM.team, budget_day(harness.now))


async def test_the_top_two_are_drawn_again_from_their_own_originals(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    options = await harness.casting.callback.options(parent.id, LEAD)
    finalists = {parent.candidate_by_number(n).id for n in (2, 3)}
    assert set(options.choice.finalists or ()) == finalists, "proposed by their votes"
    assert options.choice.situations == (Situation.CLOSE_UP, Situation.WIDE, Situation.OTHER_LIGHT)
    assert (options.price, options.choice.model) == (6 * VIEW_PRICE, BANANA.id)
    callback = await run_callback(harness, parent.id)
    assert (callback.state, callback.origin, callback.parent) == (RoundState.VOTING, CALLBACK, parent.id)
    assert {s.copy_of_slot_id for s in callback.candidates} == finalists
    assert sorted(callback.slot_id_by_number) == [1, 2]
    portraits = harness.storage.portraits
    for candidate in callback.candidates:
        source = next(s for s in parent.slots if s.id == candidate.copy_of_slot_id)
        assert candidate.portrait and source.portrait
        assert candidate.portrait.sha256 == source.portrait.sha256
        assert candidate.cost == Decimal(0)
        assert [v.situation for v in callback.views_of(candidate)] == ["close_up", "wide"]
    sent = {request.references[0] for request in harness.fake_models.banana.requests}
    assert sent == {await portraits.get(c.portrait.key) for c in callback.candidates if c.portrait}
    prompts = {request.prompt for request in harness.fake_models.banana.requests}
    assert len(prompts) == 2, "both people get the same words in each situation"
    assert all("a fisherwoman" in prompt for prompt in prompts)


async def test_the_parent_stays_and_can_be_locked_while_a_callback_runs(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    callback = await run_callback(harness, parent.id)
    assert (await harness.get_round(parent.id)).state is RoundState.CLOSED
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert found.characters[0].open_round_id == parent.id
    await harness.casting.lock_face.lock(parent.id, parent.slot_id_by_number[2], LEAD)
    await harness.vote(callback, U2=1)
    await harness.casting.round_controls.close(callback.id, LEAD)
    closed = await harness.get_round(callback.id)
    assert (closed.state, closed.tally and closed.tally.votes) == (RoundState.CLOSED, {1: 1, 2: 0})
    assert ("schedule_redraw", parent.id) in harness.publisher.events, "the parent shows the result"
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert (found.kind, found.characters[0].open_round_id) == ("face", None)
    assert await harness.storage.rounds.list_open_started_by(LEAD, FILM.team) == []


async def test_nothing_is_locked_varied_or_redrawn_from_a_callback(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    callback = await run_callback(harness, parent.id)
    slot_id, casting = callback.slot_id_by_number[1], harness.casting
    await harness.vote(callback, U2=1)
    attempts = (
        lambda: casting.lock_face.lock(callback.id, slot_id, LEAD),
        lambda: casting.reroll.reroll_round(callback.id, LEAD),
        lambda: casting.reroll.options(callback.id, LEAD),
        lambda: casting.reroll.reroll_slot(slot_id, LEAD, "t"),
        lambda: casting.reroll.vary(slot_id, LEAD, "t"),
        lambda: casting.audition.open_now(callback.id, LEAD),
        lambda: casting.callback.options(callback.id, LEAD),
    )
    for attempt in attempts:
        with pytest.raises(RoundClosed) as caught:
            await attempt()
        assert caught.value.state == CALLBACK
    await casting.round_controls.close(callback.id, LEAD)
    for late_attempt in (
        lambda: casting.lock_face.lock(callback.id, slot_id, LEAD),
        lambda: casting.lock_face.decide(slot_id, LEAD),
        lambda: casting.lock_face.get_choice(slot_id, LEAD),
        lambda: casting.round_controls.start_run_off(callback.id, LEAD),
    ):
        with pytest.raises(RoundClosed):
            await late_attempt()
    assert await harness.storage.roster.get_face(callback.id) is None


async def test_a_redelivered_submit_starts_one_callback_and_reserves_once(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    before = await committed(harness)
    request = await request_for(harness, parent.id)
    first, second = await asyncio.gather(*(harness.casting.callback.start(request) for _ in range(2)))
    assert first.round.id == second.round.id
    assert {first.created, second.created} == {True, False}
    assert await committed(harness) == before + 4 * VIEW_PRICE
    with pytest.raises(RoundClosed) as caught:
        await start_callback(harness, parent.id, key="another form")
    assert caught.value.state == "callback_runs"
    assert await committed(harness) == before + 4 * VIEW_PRICE
    await harness.casting.audition.cancel(first.round.id, LEAD)
    for slot in first.round.slots:
        await harness.casting.audition.generate_slot(slot.id)
    assert await committed(harness) == before, "what was not drawn is released"
    again = await start_callback(harness, parent.id, key="another form")
    assert again.id != first.round.id


async def test_caps_hold_and_the_form_says_so(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    settings = ProductionSettings(per_round=Decimal("0.20"))
    await harness.storage.productions.save(FILM, "", settings)
    options = await harness.casting.callback.options(
        parent.id, LEAD, CallbackChoice(situations=(*TWO_SITUATIONS, Situation.PROFILE))
    )
    assert isinstance(options.refusal, OverBudget)
    with pytest.raises(OverBudget):
        await harness.casting.callback.start(FollowUpRequest(parent.id, LEAD, options.choice, "1", options.price))
    assert await harness.storage.rounds.list_follow_ups(parent.id) == []
    allowed = await harness.casting.callback.options(parent.id, LEAD, CallbackChoice(situations=(Situation.WIDE,)))
    assert allowed.refusal is None


async def test_a_price_above_the_shown_one_asks_again(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    options = await harness.casting.callback.options(parent.id, LEAD)
    with pytest.raises(PriceIncreased):
        await harness.casting.callback.start(FollowUpRequest(parent.id, LEAD, options.choice, "1", Decimal("0.10")))


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"finalists": ()}, "finalists"),
        ({"finalists": (1, 2, 3)}, "finalists"),
        ({"finalists": (2, 2)}, "finalists"),
        ({"situations": ()}, "situations"),
        ({"situations": tuple(Situation)}, "situations"),
        ({"model": "recraft:recraftv4_1"}, "no_model"),
    ],
)
async def test_an_impossible_choice_is_refused(harness: CastingHarness, choice: dict[str, object], reason: str) -> None:
    parent = await closed_round(harness)
    if "finalists" in choice:
        numbers: tuple[int, ...] = choice["finalists"]  # type: ignore[assignment]
        choice = {"finalists": tuple(parent.slot_id_by_number[n] for n in numbers)}
    with pytest.raises(CannotFollowUp) as caught:
        await start_callback(harness, parent.id, "1", **choice)
    assert caught.value.reason == reason


async def test_only_the_lead_who_may_spend_starts_one_after_the_close(harness: CastingHarness) -> None:
    open_round = await harness.run_to_voting("Ada: a pilot")
    with pytest.raises(RoundClosed):
        await harness.casting.callback.options(open_round.id, LEAD)
    parent = await closed_round(harness)
    with pytest.raises(NotLead):
        await harness.casting.callback.options(parent.id, DIRECTOR)
    await harness.storage.productions.save(FILM, "", ProductionSettings(may_spend=(PRODUCER,)))
    with pytest.raises(PermissionDenied):
        await harness.casting.callback.options(parent.id, LEAD)


async def test_a_locked_face_comes_back_with_its_understudy(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    await harness.casting.lock_face.lock(parent.id, parent.slot_id_by_number[2], LEAD)
    options = await harness.casting.callback.options(parent.id, LEAD)
    assert options.is_locked
    assert set(options.choice.finalists or ()) == {parent.slot_id_by_number[n] for n in (2, 3)}
    others = tuple(parent.slot_id_by_number[n] for n in (1, 3))
    with pytest.raises(CannotFollowUp) as caught:
        await start_callback(harness, parent.id, finalists=others)
    assert caught.value.reason == "without_face"
    callback = await run_callback(harness, parent.id)
    assert callback.state is RoundState.VOTING
    face = await harness.storage.roster.get_face(parent.id)
    assert face and not face.unlocked


async def test_a_refused_view_is_missing_and_costs_nothing(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    before = await committed(harness)
    harness.fake_models.banana.script = lambda ask, call: ContentRefused(BANANA.id, "likeness") if call == 1 else None
    callback = await run_callback(harness, parent.id)
    assert callback.state is RoundState.VOTING
    (failed,) = callback.failures
    assert failed.failure
    assert (failed.failure.kind, failed.failure.paid, bool(failed.situation)) == ("refused", "no", True)
    assert len(callback.pictures) == 5, "two originals and three views"
    spent = sum((s.cost or Decimal(0) for s in callback.slots), Decimal(0))
    assert await committed(harness) == before + spent
    again = await harness.casting.reroll.reroll_slot(failed.id, LEAD, "press")
    assert (again.situation, again.variation_of_slot_id) == (failed.situation, failed.variation_of_slot_id)
    assert (await harness.casting.reroll.reroll_slot(failed.id, LEAD, "press")).id == again.id
    await harness.casting.audition.generate_slot(again.id)
    redrawn = await harness.get_round(callback.id)
    assert (len(redrawn.pictures), redrawn.sheet_candidate_count, redrawn.failures) == (6, 6, ())
    assert sorted(redrawn.slot_id_by_number) == [1, 2], "a view never gets a number"


async def test_a_callback_without_any_view_ends_and_keeps_its_parent(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    harness.fake_models.banana.script = lambda ask, call: ContentRefused(BANANA.id, "likeness")
    callback = await run_callback(harness, parent.id)
    assert (callback.state, callback.void_reason) == (RoundState.VOID, "no_candidate")
    assert (await harness.get_round(parent.id)).state is RoundState.CLOSED


async def test_a_missing_original_is_refused_before_anything_is_paid(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    for number in (1, 2, 4):
        portrait = parent.candidate_by_number(number).portrait
        assert portrait
        await harness.storage.portraits.delete(portrait.key)
    with pytest.raises(CannotFollowUp) as caught:
        await harness.casting.callback.options(parent.id, LEAD)
    assert caught.value.reason == "missing"


async def test_an_original_lost_meanwhile_ends_the_callback_without_a_charge(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    before = await committed(harness)
    callback = await start_callback(harness, parent.id)
    portrait = parent.candidate_by_number(2).portrait
    assert portrait
    await harness.storage.portraits.delete(portrait.key)
    ended = await harness.audition(callback.id)
    assert ended.state is RoundState.VOID
    lost = [s for s in ended.slots if s.failure and s.failure.kind == "portrait_missing"]
    assert len(lost) == 3, "the original and the two views that would have been drawn from it"
    assert all(s.failure and s.failure.paid == "no" for s in lost)
    drawn = sum((s.cost or Decimal(0) for s in ended.slots), Decimal(0))
    assert await committed(harness) == before + drawn


async def test_a_crash_in_the_middle_repeats_no_call(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=KEYS) as first:
        parent = await closed_round(first)
        callback = await start_callback(first, parent.id)
        await first.casting.round_message.post(callback.id)
        view = next(s for s in callback.slots if s.situation)
        await first.casting.audition.generate_when_posted(view.id)
        await first.storage.slots.mark_requested(callback.slots[-1].id, first.now, "dead:1")
        assert len(first.fake_models.banana.requests) == 1
    async with casting_harness(tmp_path, keys=KEYS) as second:
        await second.casting.audition.restart_unfinished()
        assert ("round", callback.id) in second.started_jobs
        resumed = await second.audition(callback.id)
        assert resumed.state is RoundState.VOTING
        assert len(second.fake_models.banana.requests) == 2, "one was drawn before, one may have been paid"
        (unknown,) = resumed.failures
        assert unknown.failure
        assert (unknown.failure.kind, unknown.failure.paid) == ("unknown", "maybe")
        assert all(s.state is SlotState.CANDIDATE for s in resumed.slots if s.copy_of_slot_id)


async def test_standings_and_learned_routing_leave_callbacks_out(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    before = standings_report(await harness.storage.ballots.list_finished(FILM.team, 100))
    callback = await run_callback(harness, parent.id)
    await harness.vote(callback, U2=1, U3=1)
    await harness.casting.round_controls.close(callback.id, LEAD)
    finished = await harness.storage.ballots.list_finished(FILM.team, 100)
    assert [one.round.id for one in finished] == [parent.id]
    assert standings_report(finished) == before


async def test_a_hidden_portrait_does_not_come_back(harness: CastingHarness) -> None:
    parent = await closed_round(harness)
    await harness.casting.reporting.report(parent.id, parent.slot_id_by_number[1], DIRECTOR, "too like somebody")
    options = await harness.casting.callback.options(parent.id, LEAD)
    assert parent.slot_id_by_number[1] not in {s.id for s in options.candidates}
    await harness.casting.lock_face.lock(parent.id, parent.slot_id_by_number[2], LEAD)
    await harness.casting.reporting.report(parent.id, parent.slot_id_by_number[2], DIRECTOR, "too like somebody")
    with pytest.raises(CannotFollowUp) as caught:
        await harness.casting.callback.options(parent.id, LEAD)
    assert caught.value.reason == "reported"


async def test_a_reported_row_is_hidden_with_its_views(harness: CastingHarness) -> None:
    callback = await run_callback(harness, (await closed_round(harness)).id)
    candidate = callback.candidate_by_number(1)
    files = [s.file_id for s in (candidate, *callback.views_of(candidate))]
    await harness.casting.reporting.report(callback.id, candidate.id, DIRECTOR, "too like somebody")
    await harness.casting.round_pictures.publish_missing(callback.id)
    assert set(files) <= set(harness.slack_files.deleted)
    hidden = await harness.get_round(callback.id)
    assert {s.file_id for s in hidden.pictures if s.reported_at} == {""}
    assert len([s for s in hidden.pictures if s.reported_at]) == 3
    assert await harness.casting.reporting.show_again(candidate.id, LEAD)
    await harness.casting.round_pictures.publish_missing(callback.id)
    shown = await harness.get_round(callback.id)
    assert all(s.file_id and not s.reported_at for s in shown.pictures)
