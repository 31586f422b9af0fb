"""Drawing again over a real database: variations, models after the close, and what each is said to cost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalogue import Size
from bot.dossier import record_of
from bot.errors import NotYours, OverBudget, Refused, RoundClosed, TimedOut
from bot.prompt import VERSION_VARIED
from bot.round import Round, State
from bot.slot import SlotState
from tests.flow.theatre import BANANA, DIRECTOR, FILM, LEAD, LITERAL, SKIN, TWO_KEYS, Theatre, theatre

KEYS = ("recraft", "openai", "gemini")
LINE = "Maya: a fisherwoman --models recraft,nano-banana"
VARYING = BANANA.price(Size.DRAFT, 1)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path, keys=KEYS) as opened:
        yield opened


def number_by(round_: Round, model_id: str) -> int:
    """A candidate of this model."""
    return next(s.number or 0 for s in round_.candidates if s.model == model_id)


async def varied(house: Theatre, round_: Round, number: int, trigger: str = "vary") -> Round:
    slot = await house.casting.rerolling.vary(round_.numbered(number).id, LEAD, trigger)
    await house.casting.audition.draw(slot.id)
    return await house.round(round_.id)


# Variations


async def test_a_variation_is_drawn_from_its_candidate_and_gets_the_next_number_while_votes_stay(
    house: Theatre,
) -> None:
    round_ = await house.voting(LINE)
    number = number_by(round_, SKIN.id)
    await house.vote(round_, U2=number)
    house.studio.banana.asks.clear()
    after = await varied(house, round_, number)
    (ask,) = house.studio.banana.asks
    portrait = round_.numbered(number).portrait
    assert portrait
    assert ask.references == (await house.storage.portraits.get(portrait.key),)
    assert "another moment" in ask.prompt
    assert round_.prompt in ask.prompt
    new = after.numbered(5)
    assert (after.varied(new), new.model, new.prompt) == (number, BANANA.id, ask.prompt)
    counted = after.count(await house.storage.rounds.marks(round_.id), ())
    assert counted.votes == {n: int(n == number) for n in range(1, 6)}
    assert after.sheet_shows == 5


THREE = replace(TWO_KEYS, models=(SKIN, replace(LITERAL, references=4), BANANA))


async def test_where_all_models_take_pictures_each_varies_its_own(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=KEYS, catalogue=THREE) as house:
        round_ = await house.voting("Maya: x --models gpt-image-2,nano-banana")
        for number in (1, 2, 3, 4):
            round_ = await varied(house, round_, number, f"vary {number}")
    assert [round_.numbered(4 + n).model for n in (1, 2, 3, 4)] == [round_.numbered(n).model for n in (1, 2, 3, 4)]


async def test_where_some_take_none_one_model_varies_all_until_the_close_and_each_its_own_after_it(
    tmp_path: Path,
) -> None:
    async with theatre(tmp_path, keys=KEYS, catalogue=THREE) as house:
        round_ = await house.voting("Maya: x --models recraft,nano-banana")
        by_banana = number_by(round_, BANANA.id)
        for number in (by_banana, number_by(round_, SKIN.id)):
            round_ = await varied(house, round_, number, f"vary {number}")
        assert round_.numbered(5).model == round_.numbered(6).model
        await house.casting.voting.close(round_.id, LEAD)
        round_ = await varied(house, round_, by_banana, "after the close")
    assert round_.numbered(7).model == BANANA.id


async def test_before_the_close_nothing_about_a_variation_tells_who_drew_its_candidate(house: Theatre) -> None:
    round_ = await house.voting(LINE)
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    assert {one.slot.number for one in offer.varied} == {1, 2, 3, 4}
    assert {one.price for one in offer.varied} == {VARYING}
    told = set()
    for number in (number_by(round_, SKIN.id), number_by(round_, BANANA.id)):
        slot = await house.casting.rerolling.vary(round_.numbered(number).id, LEAD, f"vary {number}")
        now = await house.round(round_.id)
        told.add((slot.price, now.veiled(slot), now.dearest, now.another, now.blind))
    assert len(told) == 1
    blind = (await house.casting.spending.statement(LEAD, FILM)).blind
    assert blind
    assert blind.month == 6 * VARYING, "every slot counts as the dearest"


async def test_where_nobody_takes_a_picture_nothing_can_be_varied_and_the_lead_is_told_why(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        round_ = await house.voting()
        offer = await house.casting.rerolling.offer(round_.id, LEAD)
        assert (offer.varied, offer.unvaried) == ((), "no_model")
        with pytest.raises(RoundClosed) as refused:
            await house.casting.rerolling.vary(round_.slot_of[1], LEAD, "vary")
    assert refused.value.state == "no_varier"


async def test_a_variation_pressed_twice_is_paid_once_and_only_by_the_lead(house: Theatre) -> None:
    round_ = await house.voting(LINE)
    with pytest.raises(NotYours):
        await house.casting.rerolling.vary(round_.slot_of[1], DIRECTOR, "vary")
    first = await house.casting.rerolling.vary(round_.slot_of[1], LEAD, "vary")
    again = await house.casting.rerolling.vary(round_.slot_of[1], LEAD, "vary")
    assert first.id == again.id
    assert len((await house.round(round_.id)).slots) == 5
    deeds = await house.storage.chronicle.of_character(round_.character_id)
    assert [(deed.what, deed.note) for deed in deeds] == [("varied", "1")]


async def test_a_variation_that_money_does_not_allow_is_refused_at_one_price_whoever_drew_it(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=KEYS, per_round="0.25") as house:
        round_ = await house.voting(LINE)
        told = []
        for number in (1, 2, 3, 4):
            with pytest.raises(OverBudget) as refused:
                await house.casting.rerolling.vary(round_.slot_of[number], LEAD, f"vary {number}")
            told.append((refused.value.price, refused.value.left))
    assert set(told) == {(VARYING, Decimal("0.03"))}


async def test_a_variation_re_rolled_is_that_variation_again(house: Theatre) -> None:
    round_ = await varied(house, await house.voting(LINE), 1)
    slot = await house.casting.rerolling.one(round_.slot_of[5], LEAD, "again")
    assert slot.price == VARYING
    await house.casting.audition.draw(slot.id)
    after = await house.round(round_.id)
    assert after.varied(after.numbered(6)) == 1
    assert after.numbered(6).prompt == after.numbered(5).prompt
    assert house.studio.banana.asks[-1].references == house.studio.banana.asks[-2].references


async def test_a_variation_that_is_refused_can_be_drawn_again_and_names_nobody(house: Theatre) -> None:
    round_ = await house.voting(LINE)
    house.studio.banana.script = lambda ask, call: Refused(BANANA.id) if ask.references else None
    after = await varied(house, round_, number_by(round_, SKIN.id))
    (missed,) = after.misses
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    assert [(one.slot.id, one.price) for one in offer.misses] == [(missed.id, VARYING)]
    house.studio.banana.script = lambda ask, call: None
    slot = await house.casting.rerolling.one(missed.id, LEAD, "again")
    await house.casting.audition.draw(slot.id)
    assert len((await house.round(round_.id)).candidates) == 5


async def test_a_variation_interrupted_by_a_crash_is_not_asked_twice(house: Theatre) -> None:
    round_ = await house.voting(LINE)
    slot = await house.casting.rerolling.vary(round_.slot_of[1], LEAD, "vary")
    await house.storage.rounds.intend(slot.id, house.now)
    asked = len(house.studio.banana.asks)
    await house.casting.tick()
    assert ("slot", slot.id) in house.started
    await house.casting.audition.draw(slot.id)
    (lost,) = (await house.round(round_.id)).misses
    assert (lost.miss and lost.miss.kind, lost.cost, len(house.studio.banana.asks)) == ("unknown", VARYING, asked)


async def test_the_face_of_a_locked_variation_has_its_own_prompt_and_says_what_it_varies(house: Theatre) -> None:
    round_ = await varied(house, await house.voting(LINE), 2)
    await house.vote(round_, U2=5)
    face = await house.casting.locking.lock(round_.id, round_.slot_of[5], LEAD)
    kept = await house.storage.roster.face(round_.id)
    assert kept == face
    assert (face.varies, face.prompt, face.prompt_version) == (2, round_.numbered(5).prompt, VERSION_VARIED)
    assert record_of(face, None)["varies_candidate"] == 2


async def test_at_eight_nothing_single_is_offered_also_while_the_eighth_is_drawn(house: Theatre) -> None:
    round_ = await house.voting("Maya: x --models recraft,nano-banana --each 3")
    for number in (1, 2):
        await house.casting.rerolling.vary(round_.slot_of[number], LEAD, f"vary {number}")
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    assert (offer.again, offer.varied, offer.misses, offer.further) == ((), (), (), None)
    with pytest.raises(RoundClosed) as refused:
        await house.casting.rerolling.vary(round_.slot_of[3], LEAD, "one too many")
    assert refused.value.state == "full"


# After the close


async def closed(house: Theatre, line: str = LINE) -> Round:
    round_ = await house.voting(line)
    await house.vote(round_, U2=1, U3=2)
    return await house.casting.voting.close(round_.id, LEAD)


async def test_after_the_close_one_model_draws_again_at_its_own_price(house: Theatre) -> None:
    round_ = await closed(house)
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    assert {one.slot.model: one.price for one in offer.again} == {
        SKIN.id: SKIN.prices[Size.DRAFT],
        BANANA.id: BANANA.prices[Size.DRAFT],
    }
    chosen = next(one.slot for one in offer.again if one.slot.model == SKIN.id)
    slot = await house.casting.rerolling.one(chosen.id, LEAD, "model")
    await house.casting.audition.draw(slot.id)
    after = await house.round(round_.id)
    new = after.numbered(5)
    assert (after.state, new.model, after.came_after(new)) == (State.CLOSED, SKIN.id, True)
    assert not any(after.came_after(s) for s in after.candidates if s.number != 5)
    assert new.original_file, "its bytes hang in the thread like the others'"
    face = await house.casting.locking.decide(new.id, LEAD)
    assert (face.number, face.decided_by_lead) == (5, True)


async def test_who_came_after_the_vote_can_be_voted_for_once_it_is_extended(house: Theatre) -> None:
    round_ = await varied(house, await closed(house), 1)
    await house.casting.voting.extend(round_.id, LEAD)
    await house.casting.voting.click(round_.slot_of[5], DIRECTOR, 99)
    again = await house.casting.voting.close(round_.id, LEAD)
    assert again.tally
    assert again.tally.votes[5] == 1
    assert not again.came_after(again.numbered(5))


async def test_a_missed_model_is_drawn_again_after_the_close_in_its_own_place(house: Theatre) -> None:
    house.studio.skin.script = lambda ask, call: TimedOut(SKIN.id, paid="maybe")
    round_ = await closed(house)
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    missed = next(one.slot for one in offer.again if one.slot.model == SKIN.id)
    assert missed.state is SlotState.MISS
    house.studio.skin.script = lambda ask, call: None
    slot = await house.casting.rerolling.one(missed.id, LEAD, "model")
    await house.casting.audition.draw(slot.id)
    after = await house.round(round_.id)
    assert len(after.misses) == len(round_.misses) - 1
    assert after.numbered(3).model == SKIN.id


async def test_a_model_that_is_not_served_any_more_is_not_offered_after_the_close(house: Theatre) -> None:
    round_ = await closed(house)
    house.studio.down.add(SKIN.id)
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    assert [one.slot.model for one in offer.again] == [BANANA.id]


async def test_a_locked_round_draws_nothing_again(house: Theatre) -> None:
    round_id = await house.locked(LINE)
    slot_id = (await house.round(round_id)).slot_of[1]
    for press in (house.casting.rerolling.one, house.casting.rerolling.vary):
        with pytest.raises(RoundClosed) as refused:
            await press(slot_id, LEAD, "late")
        assert refused.value.state == State.LOCKED


async def test_a_re_roll_before_the_close_reserves_what_was_shown_and_is_charged_what_it_came_to(
    house: Theatre,
) -> None:
    round_ = await house.voting("Maya: x --models recraft,nano-banana")
    slot = await house.casting.rerolling.one(round_.slot_of[number_by(round_, SKIN.id)], LEAD, "again")
    assert slot.price == round_.dearest == BANANA.prices[Size.DRAFT]
    house.studio.skin.script = lambda ask, call: TimedOut(SKIN.id, paid="yes")
    await house.casting.audition.draw(slot.id)
    (missed,) = (await house.round(round_.id)).misses
    assert (missed.cost, missed.cost_source) == (SKIN.prices[Size.DRAFT], "listed")


def test_the_three_models_of_these_tests_are_what_they_are_taken_for() -> None:
    assert (SKIN.references, LITERAL.references) == (0, 0)
    assert BANANA.references
    assert BANANA.prices[Size.DRAFT] > SKIN.prices[Size.DRAFT]
