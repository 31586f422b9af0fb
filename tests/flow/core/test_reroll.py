"""Re-rolls and variations over a real database: models after the close, and shown prices."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.catalogue import Size
from bot.domain.errors import NotLead, OverBudget, RoundClosed
from bot.domain.model_errors import ContentRefused, TimedOut
from bot.domain.prompt import VERSION_VARIATION
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import SlotState
from bot.usecases.face_record import RecordContext, face_record
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA, LITERAL, SKIN, TWO_ACCOUNTS

KEYS = ("recraft", "openai", "gemini")
LINE = "Maya: a fisherwoman --models recraft,nano-banana"
VARIATION_PRICE = BANANA.price(Size.DRAFT, 1)


@pytest_asyncio.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=KEYS) as opened:
        yield opened


def candidate_number_of(round_: Round, model_id: str) -> int:
    """Return the number of a candidate of this model."""
    return next(s.number or 0 for s in round_.candidates if s.model == model_id)


async def vary_candidate(harness: CastingHarness, round_: Round, number: int, trigger: str = "vary") -> Round:
    slot = await harness.casting.reroll.vary(round_.candidate_by_number(number).id, LEAD, trigger)
    await harness.casting.audition.generate_slot(slot.id)
    return await harness.get_round(round_.id)


# Variations


async def test_variation_uses_its_candidate_as_reference_and_keeps_votes(
    harness: CastingHarness,
) -> None:
    round_ = await harness.run_to_voting(LINE)
    number = candidate_number_of(round_, SKIN.id)
    await harness.vote(round_, U2=number)
    harness.fake_models.banana.requests.clear()
    after = await vary_candidate(harness, round_, number)
    (request,) = harness.fake_models.banana.requests
    portrait = round_.candidate_by_number(number).portrait
    assert portrait
    assert request.references == (await harness.storage.portraits.get(portrait.key),)
    assert "another moment" in request.prompt
    assert round_.prompt in request.prompt
    new = after.candidate_by_number(5)
    assert (after.variation_number(new), new.model, new.prompt) == (number, BANANA.id, request.prompt)
    counted = after.count_votes(await harness.storage.ballots.list_vote_inputs(round_.id), ())
    assert counted.votes == {n: int(n == number) for n in range(1, 6)}
    assert after.sheet_candidate_count == 5


THREE_MODELS = replace(TWO_ACCOUNTS, models=(SKIN, replace(LITERAL, max_references=4), BANANA))


async def test_each_model_varies_its_own_candidate_if_all_accept_references(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=KEYS, catalogue=THREE_MODELS) as harness:
        round_ = await harness.run_to_voting("Maya: x --models gpt-image-2,nano-banana")
        for number in (1, 2, 3, 4):
            round_ = await vary_candidate(harness, round_, number, f"vary {number}")
    assert [round_.candidate_by_number(4 + n).model for n in (1, 2, 3, 4)] == [
        round_.candidate_by_number(n).model for n in (1, 2, 3, 4)
    ]


async def test_one_model_varies_all_candidates_until_the_close(
    tmp_path: Path,
) -> None:
    async with casting_harness(tmp_path, keys=KEYS, catalogue=THREE_MODELS) as harness:
        round_ = await harness.run_to_voting("Maya: x --models recraft,nano-banana")
        by_banana = candidate_number_of(round_, BANANA.id)
        for number in (by_banana, candidate_number_of(round_, SKIN.id)):
            round_ = await vary_candidate(harness, round_, number, f"vary {number}")
        assert round_.candidate_by_number(5).model == round_.candidate_by_number(6).model
        await harness.casting.round_controls.close(round_.id, LEAD)
        round_ = await vary_candidate(harness, round_, by_banana, "after the close")
    assert round_.candidate_by_number(7).model == BANANA.id


async def test_variation_before_the_close_reveals_no_model(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(LINE)
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    assert {one.slot.number for one in offer.variations} == {1, 2, 3, 4}
    assert {one.price for one in offer.variations} == {VARIATION_PRICE}
    observed = set()
    for number in (candidate_number_of(round_, SKIN.id), candidate_number_of(round_, BANANA.id)):
        slot = await harness.casting.reroll.vary(round_.candidate_by_number(number).id, LEAD, f"vary {number}")
        now = await harness.get_round(round_.id)
        observed.add((slot.price, now.blind_price(slot), now.max_slot_price, now.repeat_price, now.is_blind))
    assert len(observed) == 1
    blind = (await harness.casting.spending.report(LEAD, FILM)).blind_total
    assert blind
    assert blind.month == 6 * VARIATION_PRICE, "every slot counts as the dearest"


async def test_variation_is_refused_if_no_model_accepts_references(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_ = await harness.run_to_voting()
        offer = await harness.casting.reroll.options(round_.id, LEAD)
        assert (offer.variations, offer.variation_problem) == ((), "no_model")
        with pytest.raises(RoundClosed) as refused:
            await harness.casting.reroll.vary(round_.slot_id_by_number[1], LEAD, "vary")
    assert refused.value.state == "no_varier"


async def test_variation_is_for_the_lead_and_paid_once_when_pressed_twice(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(LINE)
    with pytest.raises(NotLead):
        await harness.casting.reroll.vary(round_.slot_id_by_number[1], DIRECTOR, "vary")
    first = await harness.casting.reroll.vary(round_.slot_id_by_number[1], LEAD, "vary")
    again = await harness.casting.reroll.vary(round_.slot_id_by_number[1], LEAD, "vary")
    assert first.id == again.id
    assert len((await harness.get_round(round_.id)).slots) == 5
    audit_events = await harness.storage.audit_log.list_for_character(round_.character_id)
    assert [(audit_event.action, audit_event.detail) for audit_event in audit_events] == [("varied", "1")]


async def test_variation_over_budget_shows_one_price_for_every_model(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=KEYS, per_round="0.25") as harness:
        round_ = await harness.run_to_voting(LINE)
        observed = []
        for number in (1, 2, 3, 4):
            with pytest.raises(OverBudget) as refused:
                await harness.casting.reroll.vary(round_.slot_id_by_number[number], LEAD, f"vary {number}")
            observed.append((refused.value.price, refused.value.remaining))
    assert set(observed) == {(VARIATION_PRICE, Decimal("0.03"))}


async def test_rerolled_variation_repeats_the_variation(harness: CastingHarness) -> None:
    round_ = await vary_candidate(harness, await harness.run_to_voting(LINE), 1)
    slot = await harness.casting.reroll.reroll_slot(round_.slot_id_by_number[5], LEAD, "again")
    assert slot.price == VARIATION_PRICE
    await harness.casting.audition.generate_slot(slot.id)
    after = await harness.get_round(round_.id)
    assert after.variation_number(after.candidate_by_number(6)) == 1
    assert after.candidate_by_number(6).prompt == after.candidate_by_number(5).prompt
    assert harness.fake_models.banana.requests[-1].references == harness.fake_models.banana.requests[-2].references


async def test_refused_variation_can_be_retried_without_naming_a_model(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(LINE)
    harness.fake_models.banana.script = lambda ask, call: ContentRefused(BANANA.id) if ask.references else None
    after = await vary_candidate(harness, round_, candidate_number_of(round_, SKIN.id))
    (failed_slot,) = after.failures
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    assert [(one.slot.id, one.price) for one in offer.failures] == [(failed_slot.id, VARIATION_PRICE)]
    harness.fake_models.banana.script = lambda ask, call: None
    slot = await harness.casting.reroll.reroll_slot(failed_slot.id, LEAD, "again")
    await harness.casting.audition.generate_slot(slot.id)
    assert len((await harness.get_round(round_.id)).candidates) == 5


async def test_variation_interrupted_by_a_crash_is_not_requested_twice(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(LINE)
    slot = await harness.casting.reroll.vary(round_.slot_id_by_number[1], LEAD, "vary")
    await harness.storage.slots.mark_requested(slot.id, harness.now)
    calls_before = len(harness.fake_models.banana.requests)
    await harness.casting.run_due()
    assert ("slot", slot.id) in harness.started_jobs
    await harness.casting.audition.generate_slot(slot.id)
    (lost,) = (await harness.get_round(round_.id)).failures
    assert (lost.failure and lost.failure.kind, lost.cost, len(harness.fake_models.banana.requests)) == (
        "unknown",
        VARIATION_PRICE,
        calls_before,
    )


async def test_locked_variation_keeps_its_prompt_and_its_source_candidate(harness: CastingHarness) -> None:
    round_ = await vary_candidate(harness, await harness.run_to_voting(LINE), 2)
    await harness.vote(round_, U2=5)
    face = await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[5], LEAD)
    stored = await harness.storage.roster.get_face(round_.id)
    assert stored == face
    assert (face.variation_of, face.prompt, face.prompt_version) == (
        2,
        round_.candidate_by_number(5).prompt,
        VERSION_VARIATION,
    )
    assert face_record(face, None, RecordContext(round_))["varies_candidate"] == 2


async def test_no_single_reroll_is_offered_at_eight_slots(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: x --models recraft,nano-banana --each 3")
    for number in (1, 2):
        await harness.casting.reroll.vary(round_.slot_id_by_number[number], LEAD, f"vary {number}")
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    assert (offer.rerolls, offer.variations, offer.failures, offer.next_number) == ((), (), (), None)
    with pytest.raises(RoundClosed) as refused:
        await harness.casting.reroll.vary(round_.slot_id_by_number[3], LEAD, "one too many")
    assert refused.value.state == "full"


# After the close


async def close_round(harness: CastingHarness, line: str = LINE) -> Round:
    round_ = await harness.run_to_voting(line)
    await harness.vote(round_, U2=1, U3=2)
    return await harness.casting.round_controls.close(round_.id, LEAD)


async def test_model_can_be_rerolled_after_the_close_at_its_own_price(harness: CastingHarness) -> None:
    round_ = await close_round(harness)
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    assert {one.slot.model: one.price for one in offer.rerolls} == {
        SKIN.id: SKIN.prices[Size.DRAFT],
        BANANA.id: BANANA.prices[Size.DRAFT],
    }
    chosen = next(one.slot for one in offer.rerolls if one.slot.model == SKIN.id)
    slot = await harness.casting.reroll.reroll_slot(chosen.id, LEAD, "model")
    await harness.casting.audition.generate_slot(slot.id)
    after = await harness.get_round(round_.id)
    new = after.candidate_by_number(5)
    assert (after.state, new.model, after.arrived_after_vote(new)) == (RoundState.CLOSED, SKIN.id, True)
    assert not any(after.arrived_after_vote(s) for s in after.candidates if s.number != 5)
    assert new.original_file, "its bytes hang in the thread like the others'"
    face = await harness.casting.lock_face.decide(new.id, LEAD)
    assert (face.number, face.decided_by_lead) == (5, True)


async def test_late_candidate_can_be_voted_for_after_an_extension(harness: CastingHarness) -> None:
    round_ = await vary_candidate(harness, await close_round(harness), 1)
    await harness.casting.round_controls.extend(round_.id, LEAD)
    await harness.casting.voting.click(round_.slot_id_by_number[5], DIRECTOR, 99)
    again = await harness.casting.round_controls.close(round_.id, LEAD)
    assert again.tally
    assert again.tally.votes[5] == 1
    assert not again.arrived_after_vote(again.candidate_by_number(5))


async def test_failed_slot_is_rerolled_after_the_close(harness: CastingHarness) -> None:
    harness.fake_models.skin.script = lambda ask, call: TimedOut(SKIN.id, paid="maybe")
    round_ = await close_round(harness)
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    failed_slot = next(one.slot for one in offer.rerolls if one.slot.model == SKIN.id)
    assert failed_slot.state is SlotState.FAILED
    harness.fake_models.skin.script = lambda ask, call: None
    slot = await harness.casting.reroll.reroll_slot(failed_slot.id, LEAD, "model")
    await harness.casting.audition.generate_slot(slot.id)
    after = await harness.get_round(round_.id)
    assert len(after.failures) == len(round_.failures) - 1
    assert after.candidate_by_number(3).model == SKIN.id


async def test_unavailable_model_is_not_offered_after_the_close(harness: CastingHarness) -> None:
    round_ = await close_round(harness)
    harness.fake_models.unavailable.add(SKIN.id)
    offer = await harness.casting.reroll.options(round_.id, LEAD)
    assert [one.slot.model for one in offer.rerolls] == [BANANA.id]


async def test_locked_round_cannot_be_rerolled(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock(LINE)
    slot_id = (await harness.get_round(round_id)).slot_id_by_number[1]
    for press in (harness.casting.reroll.reroll_slot, harness.casting.reroll.vary):
        with pytest.raises(RoundClosed) as refused:
            await press(slot_id, LEAD, "late")
        assert refused.value.state == RoundState.LOCKED


async def test_reroll_reserves_the_shown_price_and_charges_the_actual_one(
    harness: CastingHarness,
) -> None:
    round_ = await harness.run_to_voting("Maya: x --models recraft,nano-banana")
    slot = await harness.casting.reroll.reroll_slot(
        round_.slot_id_by_number[candidate_number_of(round_, SKIN.id)], LEAD, "again"
    )
    assert slot.price == round_.max_slot_price == BANANA.prices[Size.DRAFT]
    harness.fake_models.skin.script = lambda ask, call: TimedOut(SKIN.id, paid="yes")
    await harness.casting.audition.generate_slot(slot.id)
    (failed_slot,) = (await harness.get_round(round_.id)).failures
    assert (failed_slot.cost, failed_slot.cost_source) == (SKIN.prices[Size.DRAFT], "listed")


def test_fake_models_have_the_assumed_capabilities_and_prices() -> None:
    assert (SKIN.max_references, LITERAL.max_references) == (0, 0)
    assert BANANA.max_references
    assert BANANA.prices[Size.DRAFT] > SKIN.prices[Size.DRAFT]
