"""Re-auditions in the core: other models draw a locked face whose model goes, with the original on the ballot."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.brief import Consent
from bot.domain.catalogue import Catalogue
from bot.domain.errors import CannotFollowUp, NotLead, RoundClosed
from bot.domain.model_errors import ContentRefused
from bot.domain.round import Round
from bot.domain.round_state import REAUDITION, RoundState
from bot.ports.messaging import Recipient
from bot.usecases.follow_ups import FollowUpRequest
from bot.usecases.reaudition import ReauditionChoice
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA, LITERAL, SKIN, make_portrait

OLD = replace(SKIN, successor="gpt-image-2")
SUCCESSOR = replace(LITERAL, max_references=4)
CATALOGUE = Catalogue((OLD, SUCCESSOR, BANANA), frozenset({"recraft", "openai", "gemini"}))
PRICE = Decimal("0.05") + Decimal("0.061")
PROPOSAL = ReauditionChoice()


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, catalogue=CATALOGUE) as opened:
        yield opened


def retire(harness: CastingHarness) -> None:
    harness.fake_models.catalogue.update_retirements({OLD.id: harness.now.date()})


async def locked_face(harness: CastingHarness, line: str = "Maya: a fisherwoman --models recraft") -> str:
    return await harness.run_to_lock(line)


async def start_reaudition(
    harness: CastingHarness, round_id: str, key: str = "1", choice: ReauditionChoice = PROPOSAL
) -> Round:
    options = await harness.casting.reaudition.options(round_id, LEAD, choice)
    request = FollowUpRequest(round_id, LEAD, options.choice, key, options.price)
    result = await harness.casting.reaudition.start(request)
    await harness.casting.start_round.enqueue_follow_up(result.round)
    return result.round


async def test_a_face_of_a_served_model_needs_no_reaudition(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    with pytest.raises(CannotFollowUp) as caught:
        await harness.casting.reaudition.options(round_id, LEAD)
    assert caught.value.reason == "served"


async def test_successor_and_another_model_draw_the_same_prompt_after_the_face(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    face, parent = await harness.storage.roster.get_face(round_id), await harness.get_round(round_id)
    assert face
    retire(harness)
    options = await harness.casting.reaudition.options(round_id, LEAD)
    assert [m.id for m in options.chosen] == [SUCCESSOR.id, BANANA.id]
    assert options.price == PRICE
    reaudition = await harness.audition((await start_reaudition(harness, round_id)).id)
    assert (reaudition.state, reaudition.origin, len(reaudition.candidates)) == (RoundState.VOTING, REAUDITION, 3)
    original = await harness.storage.portraits.get(face.portrait.key)
    (first,), (second,) = harness.fake_models.literal.requests, harness.fake_models.banana.requests
    assert first.references == second.references == (original,)
    assert first.prompt == second.prompt
    assert first.prompt.startswith(parent.prompt), "the words that the face was drawn for"
    copied = [s for s in reaudition.candidates if s.copy_of_slot_id]
    assert [s.portrait and s.portrait.sha256 for s in copied] == [face.portrait.sha256]


async def test_the_face_stays_and_the_result_is_recorded(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    reaudition = await harness.audition((await start_reaudition(harness, round_id)).id)
    original = next(s for s in reaudition.candidates if s.copy_of_slot_id)
    other = next(s for s in reaudition.candidates if not s.copy_of_slot_id)
    assert original.number and other.number
    await harness.vote(reaudition, U2=other.number, U3=other.number, U4=original.number)
    with pytest.raises(RoundClosed):
        await harness.casting.lock_face.lock(reaudition.id, other.id, LEAD)
    await harness.casting.round_controls.close(reaudition.id, LEAD)
    (recorded,) = await harness.storage.rounds.list_follow_ups(round_id)
    assert recorded.tally
    assert recorded.tally.votes[other.number] == 2, "another picture won"
    with pytest.raises(RoundClosed):
        await harness.casting.lock_face.decide(other.id, LEAD)
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert found.characters[0].face
    assert found.characters[0].face.round_id == round_id
    assert await harness.storage.ballots.list_finished(FILM.team, 10)
    assert REAUDITION not in {one.round.origin for one in await harness.storage.ballots.list_finished(FILM.team, 10)}


async def test_nothing_in_slack_tells_the_original_from_the_others(harness: CastingHarness) -> None:
    harness.fake_models.skin.render = lambda ask: make_portrait(ask.seed, 360, 480)
    harness.fake_models.literal.render = lambda ask: make_portrait(ask.seed, 180, 240)
    round_id = await locked_face(harness)
    retire(harness)
    harness.publisher.uploaded_pictures.clear()
    reaudition = await harness.audition((await start_reaudition(harness, round_id)).id)
    pictures = harness.publisher.uploaded_pictures
    assert [p.filename for p in pictures] == [f"Maya-{n}.jpg" for n in (1, 2, 3)]
    sizes = set()
    for picture in pictures:
        with Image.open(BytesIO(picture.data)) as image:
            sizes.add((image.format, image.size, str(sorted(image.quantization.items()))))  # type: ignore[attr-defined]
    assert len(sizes) == 1, "one format, one size, one quality"
    assert {p.situation for p in pictures} == {""}
    assert reaudition.sheet_candidate_count == 3


async def test_the_original_has_no_fixed_number(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    numbers = set()
    for key in map(str, range(8)):
        reaudition = await harness.audition((await start_reaudition(harness, round_id, key)).id)
        numbers.add(next(s.number for s in reaudition.candidates if s.copy_of_slot_id))
        await harness.casting.round_controls.close(reaudition.id, LEAD)
    assert len(numbers) > 1


async def test_a_missing_picture_is_not_drawn_later_under_a_telling_number(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    harness.fake_models.banana.script = lambda ask, call: ContentRefused(BANANA.id, "likeness")
    reaudition = await harness.audition((await start_reaudition(harness, round_id)).id)
    assert (reaudition.state, len(reaudition.candidates)) == (RoundState.VOTING, 2)
    (failed,) = reaudition.failures
    with pytest.raises(RoundClosed):
        await harness.casting.reroll.reroll_slot(failed.id, LEAD, "press")


async def test_a_reaudition_that_no_model_drew_ends(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    for model in (harness.fake_models.banana, harness.fake_models.literal):
        model.script = lambda ask, call: ContentRefused(BANANA.id, "likeness")
    reaudition = await harness.audition((await start_reaudition(harness, round_id)).id)
    assert (reaudition.state, reaudition.void_reason) == (RoundState.VOID, "no_candidate")


async def test_a_redelivered_submit_starts_one(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    options = await harness.casting.reaudition.options(round_id, LEAD)
    request = FollowUpRequest(round_id, LEAD, options.choice, "1", options.price)
    first, second = await asyncio.gather(*(harness.casting.reaudition.start(request) for _ in range(2)))
    assert (first.round.id, {first.created, second.created}) == (second.round.id, {True, False})
    with pytest.raises(RoundClosed) as caught:
        await start_reaudition(harness, round_id, "2")
    assert caught.value.state == "reaudition_runs"


@pytest.mark.parametrize("models", [(), (OLD.id,), (BANANA.id, BANANA.id, BANANA.id), ("openai:unknown",)])
async def test_impossible_models_are_refused(harness: CastingHarness, models: tuple[str, ...]) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    with pytest.raises(CannotFollowUp):
        await start_reaudition(harness, round_id, choice=ReauditionChoice(models))


async def test_only_the_lead_starts_one_and_only_for_the_present_face(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    with pytest.raises(NotLead):
        await harness.casting.reaudition.options(round_id, DIRECTOR)
    ballot = await harness.run_to_voting("Ada: a pilot --models gpt-image-2")
    with pytest.raises(RoundClosed):
        await harness.casting.reaudition.options(ballot.id, LEAD)


async def test_two_pictures_of_each_model_cost_twice_as_much(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    retire(harness)
    options = await harness.casting.reaudition.options(round_id, LEAD, ReauditionChoice(None, 2))
    assert options.price == 2 * PRICE
    reaudition = await harness.audition((await start_reaudition(harness, round_id, choice=options.choice)).id)
    assert len(reaudition.candidates) == 5


async def test_the_consent_behind_a_face_goes_along(harness: CastingHarness) -> None:
    consent = Consent(LEAD, harness.now, "agreed")
    line = "Maya: a fisherwoman --like photo --use film --models nano-banana"
    started = await harness.start_round_with_photo(line, make_portrait(7), consent)
    round_ = await harness.audition(started.round.id)
    await harness.vote(round_, U2=1)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    harness.fake_models.catalogue.update_retirements({BANANA.id: harness.now.date()})
    reaudition = await start_reaudition(harness, round_.id)
    assert reaudition.brief.reference
    assert reaudition.brief.reference.consent == consent
    assert reaudition.brief.reference.origin_round
    await harness.casting.consent_withdrawal.withdraw(round_.id, LEAD)
    assert (await harness.get_round(reaudition.id)).state is RoundState.VOID


async def test_leads_are_told_which_faces_the_model_drew(harness: CastingHarness) -> None:
    round_id = await locked_face(harness)
    await harness.run_to_lock("Ada: a pilot --models gpt-image-2")
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date() + timedelta(days=10)
    await harness.casting.retirement_watcher.check()
    notices = [(r, found.model.id) for r, found in harness.direct_messages.retirement_notices]
    assert notices == [(Recipient(FILM.team, LEAD), SKIN.id)]
    assert harness.direct_messages.listed_faces == {(LEAD, SKIN.id): (round_id,)}


async def test_a_face_in_a_private_channel_is_listed_to_members_only(harness: CastingHarness) -> None:
    await locked_face(harness)
    harness.channel_access.private_members[FILM] = {DIRECTOR}
    harness.fake_models.retirement_by_model[SKIN.id] = harness.now.date()
    await harness.casting.retirement_watcher.check()
    assert harness.direct_messages.listed_faces == {(LEAD, SKIN.id): ()}


async def test_a_replaced_model_concerns_the_leads_of_its_faces_only(tmp_path: Path) -> None:
    replaced = replace(OLD, deprecated_on=(await _today(tmp_path)) - timedelta(days=1))
    catalogue = replace(CATALOGUE, models=(replaced, SUCCESSOR, BANANA))
    async with casting_harness(tmp_path / "data", catalogue=catalogue) as harness:
        await harness.run_to_voting("Ada: a pilot --models recraft")
        await harness.casting.retirement_watcher.check()
        assert harness.direct_messages.retirement_notices == []
        round_id = await locked_face(harness)
        harness.advance(days=2)
        await harness.casting.retirement_watcher.check()
        ((recipient, notice),) = harness.direct_messages.retirement_notices
        assert (recipient.person, notice.is_replaced, notice.is_retired) == (LEAD, True, False)
        assert harness.direct_messages.listed_faces == {(LEAD, SKIN.id): (round_id,)}
        reaudition = await start_reaudition(harness, round_id)
        assert reaudition.state is RoundState.DRAWING


async def _today(tmp_path: Path) -> date:
    async with casting_harness(tmp_path / "clock", catalogue=CATALOGUE) as harness:
        return harness.now.date()
