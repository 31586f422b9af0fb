"""The life of a round in the core, over a real database."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.ballot import Reaction
from bot.brief import Brief
from bot.errors import (
    AlreadyCast,
    AlreadyCasting,
    Down,
    NotHere,
    NotYours,
    NoWinner,
    OutcomeChanged,
    OverBudget,
    RateLimited,
    Refused,
    RoundClosed,
    TimedOut,
    Unreachable,
)
from bot.face import Place
from bot.presenting import original_key
from bot.round import State
from bot.slot import SlotState
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


# From the brief to the ballot


async def test_every_model_gets_the_identical_prompt_and_four_candidates_come_to_the_ballot(house: Theatre) -> None:
    round_ = await house.voting()
    assert {ask.prompt for ask in house.studio.skin.asks + house.studio.literal.asks} == {round_.prompt}
    assert [s.number for s in round_.candidates] == [1, 2, 3, 4]
    assert {s.model for s in round_.candidates} == {"recraft:recraftv4_1", "openai:gpt-image-2"}
    assert (round_.state, round_.sheet_shows, len(house.stage.sheets)) == (State.VOTING, 4, 1)
    assert ("seed", round_.id, "1", "2", "3", "4") in house.stage.happened


async def test_the_sheet_is_hung_before_the_ballot_is_shown_and_seeds_come_last(house: Theatre) -> None:
    round_ = await house.voting()
    shown = [event for event in house.stage.happened if event[0] in ("show", "seed")]
    assert shown[0] == ("show", round_.id, "voting")
    assert shown[-1][0] == "seed"


async def test_the_same_trigger_opens_one_round_and_reserves_once(house: Theatre) -> None:
    brief = Brief.of("Maya: a fisherwoman")
    first = await house.casting.opening.open_round(brief, FILM, LEAD, "trigger")
    again = await house.casting.opening.open_round(brief, FILM, LEAD, "trigger")
    assert (first.fresh, again.fresh, first.round.id) == (True, False, again.round.id)
    assert await house.storage.ledger.committed("T1", house.now.date()) == Decimal("0.20")


async def test_a_second_brief_for_an_open_character_is_sent_to_the_open_round(house: Theatre) -> None:
    round_id = await house.open()
    with pytest.raises(AlreadyCasting) as caught:
        await house.open("MÁYA: somebody else")
    assert caught.value.round_id == round_id


async def test_a_round_over_a_cap_asks_no_model_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with theatre(tmp_path, per_day="0.30") as house:
        await house.open("Maya: x")
        with pytest.raises(OverBudget) as caught:
            await house.open("Ben: x")
        assert (caught.value.cap, caught.value.left) == ("day", Decimal("0.10"))
        assert [c.name for c in await house.storage.roster.characters("T1")] == ["Maya"]


async def test_one_model_failing_holds_up_nobody(house: Theatre) -> None:
    house.studio.literal.script = lambda ask, call: Refused("openai:gpt-image-2", "violence")
    round_ = await house.voting()
    assert len(round_.candidates) == 2
    assert [(s.miss.kind, s.miss.detail, s.cost) for s in round_.misses if s.miss] == [
        ("refused", "violence", Decimal(0))
    ] * 2
    assert len(house.studio.literal.asks) == 2, "a refusal is never retried"


async def test_a_round_without_any_candidate_voids_itself_and_gives_the_money_back(house: Theatre) -> None:
    house.studio.literal.script = house.studio.skin.script = lambda ask, call: Down("m")
    round_ = await house.voting()
    assert (round_.state, round_.why_void) == (State.VOID, "no_candidate")
    assert await house.storage.ledger.committed("T1", house.now.date()) == 0
    assert (await house.audition(await house.open())).state is State.VOID, "the name is free again"


async def test_a_short_wait_a_vendor_asks_for_is_waited_out_once(house: Theatre) -> None:
    house.studio.skin.script = lambda ask, call: RateLimited("m", retry_after=0.05) if call <= 2 else None
    round_ = await house.voting()
    assert len(round_.candidates) == 4
    assert len(house.studio.skin.asks) == 4


async def test_an_endless_rate_limit_and_a_long_one_are_misses(house: Theatre) -> None:
    house.studio.skin.script = lambda ask, call: RateLimited("m", retry_after=0.02)
    house.studio.literal.script = lambda ask, call: RateLimited("m", retry_after=31) if call == 1 else None
    round_ = await house.voting()
    assert [s.miss.kind for s in round_.misses if s.miss] == ["rate_limited"] * 3
    assert (len(house.studio.skin.asks), len(house.studio.literal.asks)) == (4, 2)


async def test_bytes_that_a_crash_left_unexamined_and_that_are_no_picture_are_a_paid_miss(house: Theatre) -> None:
    round_id = await house.open()
    slot = (await house.round(round_id)).slots[0]
    await house.storage.rounds.intend(slot.id, house.now)
    await house.storage.portraits.put(original_key(round_id, slot.id), b"<html>one moment</html>")
    round_ = await house.audition(round_id)
    assert [(s.id, s.miss.kind, s.miss.paid) for s in round_.misses if s.miss] == [(slot.id, "bad_picture", "yes")]
    assert house.studio.asked == 3


async def test_a_timeout_that_may_have_been_billed_is_not_asked_again_and_stays_reserved(house: Theatre) -> None:
    house.studio.skin.script = lambda ask, call: TimedOut("m", paid="maybe") if call == 1 else None
    round_ = await house.voting()
    missed = round_.misses[0]
    assert (missed.cost, missed.cost_source) == (Decimal("0.05"), "unknown")
    assert len(house.studio.skin.asks) == 2


async def test_voting_opens_without_a_slot_that_is_out_of_patience_and_its_portrait_is_kept(house: Theatre) -> None:
    slow = asyncio.Event()
    house.studio.skin.script = lambda ask, call: slow if call == 1 else None
    round_id = await house.open()
    running = asyncio.create_task(house.audition(round_id))
    while len((await house.round(round_id)).arrived) < 3:
        await asyncio.sleep(0.01)
    assert (await house.round(round_id)).state is State.DRAWING
    house.later(seconds=61)
    while (await house.round(round_id)).state is State.DRAWING:
        await asyncio.sleep(0.01)
    slow.set()
    round_ = await running
    assert [s.number for s in round_.candidates] == [1, 2, 3]
    assert len(round_.late) == 1
    closed = await house.casting.voting.close(round_id, LEAD)
    assert [s.number for s in closed.candidates] == [1, 2, 3, 4]
    assert closed.numbered(4).id == round_.late[0].id


async def test_the_lead_may_open_the_ballot_early_from_two_candidates_on(house: Theatre) -> None:
    held = asyncio.Event()
    house.studio.skin.script = lambda ask, call: held
    round_id = await house.open()
    running = asyncio.create_task(house.audition(round_id))
    while len((await house.round(round_id)).arrived) < 2:
        await asyncio.sleep(0.01)
    with pytest.raises(NotYours):
        await house.casting.audition.open_now(round_id, DIRECTOR)
    await house.casting.audition.open_now(round_id, LEAD)
    assert (await house.round(round_id)).state is State.VOTING
    held.set()
    await running
    assert len((await house.round(round_id)).candidates) == 2


async def test_a_cancelled_round_frees_the_name_and_keeps_what_was_paid(house: Theatre) -> None:
    held = asyncio.Event()
    house.studio.skin.script = lambda ask, call: held
    round_id = await house.open()
    running = asyncio.create_task(house.audition(round_id))
    while len((await house.round(round_id)).arrived) < 2:
        await asyncio.sleep(0.01)
    await house.casting.audition.cancel(round_id, LEAD)
    held.set()
    round_ = await running
    assert (round_.state, len(round_.arrived), len(house.stage.sheets)) == (State.VOID, 4, 0)
    await house.open("Maya: another try")


# After a crash


async def test_a_portrait_that_is_stored_is_not_asked_for_again(house: Theatre) -> None:
    round_id = await house.open()
    slot_id = (await house.casting.audition.slots(round_id))[0]
    await house.storage.rounds.intend(slot_id, house.now)
    await house.storage.portraits.put(f"{round_id}/{slot_id}/original", (await one_portrait(house)))
    await house.casting.audition.draw(slot_id)
    slot = (await house.round(round_id)).slots[0]
    assert (slot.state, slot.cost, slot.cost_source) == (SlotState.CANDIDATE, Decimal("0.05"), "listed")
    assert house.studio.asked == 0


async def one_portrait(house: Theatre) -> bytes:
    from tests.flow.theatre import portrait

    return portrait(7)


async def test_an_intent_without_a_portrait_is_said_and_not_paid_again(house: Theatre) -> None:
    round_id = await house.open()
    slot_id = (await house.casting.audition.slots(round_id))[0]
    await house.storage.rounds.intend(slot_id, house.now)
    round_ = await house.audition(round_id)
    assert len(round_.candidates) == 3
    assert [(s.miss.kind, s.miss.paid) for s in round_.misses if s.miss] == [("unknown", "maybe")]
    assert house.studio.asked == 3


async def test_a_round_that_lost_every_answer_waits_for_a_person_and_goes_on_when_told(house: Theatre) -> None:
    round_id = await house.open()
    for slot_id in await house.casting.audition.slots(round_id):
        await house.storage.rounds.intend(slot_id, house.now)
    running = asyncio.create_task(house.audition(round_id))
    while not (await house.round(round_id)).stranded:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (await house.round(round_id)).state is State.DRAWING
    assert house.studio.asked == 0
    new = [await house.casting.rerolling.one(s.id, LEAD, s.id) for s in (await house.round(round_id)).misses]
    for slot in new:
        await house.casting.audition.draw(slot.id)
    round_ = await running
    assert (round_.state, len(round_.candidates), house.studio.asked) == (State.VOTING, 4, 4)


async def test_the_sweep_starts_a_round_whose_errand_never_started(house: Theatre) -> None:
    round_id = await house.open()
    house.started.clear()
    await house.casting.tick()
    assert ("round", round_id) in house.started
    await house.audition(round_id)
    house.started.clear()
    await house.casting.tick()
    assert house.started == []


async def test_the_sweep_finds_a_record_whose_pictures_a_crash_kept_from_hanging(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=2)
    await house.casting.locking.lock(round_.id, round_.numbered(2).id, LEAD)
    house.started.clear()
    await house.casting.tick()
    assert house.started == [("close", round_.id)]
    await house.casting.presenting.catch_up(round_.id)
    shown = await house.round(round_.id)
    assert shown.record_file
    assert all(s.original_file for s in shown.candidates)
    house.started.clear()
    await house.casting.tick()
    assert house.started == []


async def test_the_sweep_lets_a_ballot_be_for_two_minutes_before_it_looks_for_missing_pictures(house: Theatre) -> None:
    round_ = await house.voting()
    slot = await house.casting.rerolling.one(round_.numbered(1).id, LEAD, "again")
    house.stage.refuses_pictures = True
    with pytest.raises(Unreachable):
        await house.casting.audition.draw(slot.id)
    await house.casting.tick()
    assert ("close", round_.id) not in house.started
    house.later(minutes=3)
    await house.casting.tick()
    assert ("close", round_.id) in house.started
    house.stage.refuses_pictures = False
    await house.casting.presenting.catch_up(round_.id)
    assert (await house.round(round_.id)).sheet_shows == 5


# The vote


async def test_a_second_click_takes_the_vote_back_and_an_old_one_changes_nothing(house: Theatre) -> None:
    round_ = await house.voting()
    first = round_.numbered(1).id
    assert (await house.casting.voting.click(first, DIRECTOR, 10)).on
    assert not (await house.casting.voting.click(first, DIRECTOR, 10)).changed
    assert not (await house.casting.voting.click(first, DIRECTOR, 20)).on


async def test_a_vote_taken_back_by_click_says_that_the_reaction_still_counts(house: Theatre) -> None:
    round_ = await house.voting()
    await house.casting.voting.react(FILM, round_.message_ts or "", 1, DIRECTOR, True, 5)
    await house.casting.voting.click(round_.numbered(1).id, DIRECTOR, 10)
    taken = await house.casting.voting.click(round_.numbered(1).id, DIRECTOR, 20)
    assert (taken.on, taken.still_reacts) == (False, True)


async def test_reactions_of_other_messages_and_unknown_numbers_are_ignored(house: Theatre) -> None:
    round_ = await house.voting()
    await house.casting.voting.react(FILM, "elsewhere", 1, DIRECTOR, True, 5)
    await house.casting.voting.react(FILM, round_.message_ts or "", 8, DIRECTOR, True, 5)
    assert await house.storage.rounds.marks(round_.id) == []


async def test_after_the_close_nothing_counts_any_more(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.voting.react(FILM, round_.message_ts or "", 2, PRODUCER, True, 99)
    with pytest.raises(RoundClosed):
        await house.casting.voting.click(round_.numbered(2).id, PRODUCER, 99)
    closed = await house.round(round_.id)
    assert closed.tally is not None
    assert closed.tally.votes == {1: 1, 2: 0, 3: 0, 4: 0}


async def test_a_deadline_closes_the_ballot_once_also_after_a_night_off(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    house.later(hours=23, minutes=30)
    await house.casting.tick()
    house.later(days=2)
    await house.casting.tick()
    assert house.started.count(("close", round_.id)) == 1
    assert house.stage.happened.count(("remark", round_.id, "reminder")) == 1
    await house.casting.voting.close_due(round_.id)
    assert (await house.round(round_.id)).state is State.CLOSED


async def test_while_slack_is_silent_a_deadline_waits_ten_minutes_and_then_counts_what_is_known(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    house.stage.silent = True
    house.later(hours=24, minutes=1)
    with pytest.raises(Unreachable):
        await house.casting.voting.close_due(round_.id)
    house.later(minutes=10)
    await house.casting.voting.close_due(round_.id)
    assert (await house.round(round_.id)).state is State.CLOSED


async def test_an_extended_ballot_keeps_its_votes_and_counts_new_ones(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1, U3=2)
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.voting.extend(round_.id, LEAD)
    await house.casting.voting.click(round_.numbered(1).id, LEAD, 99)
    closed = await house.casting.voting.close(round_.id, LEAD)
    assert closed.tally is not None
    assert closed.tally.winner == 1


# Re-rolls


async def test_a_rerolled_candidate_keeps_its_number_and_votes_and_the_new_one_is_next(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    slot = await house.casting.rerolling.one(round_.numbered(1).id, LEAD, "again")
    again = await house.casting.rerolling.one(round_.numbered(1).id, LEAD, "again")
    assert again.id == slot.id
    await house.casting.audition.draw(slot.id)
    after = await house.round(round_.id)
    assert [s.number for s in after.candidates] == [1, 2, 3, 4, 5]
    assert after.numbered(5).model == after.numbered(1).model
    assert (after.sheet_shows, len(house.stage.sheets)) == (5, 2)
    assert after.count(await house.storage.rounds.marks(round_.id), ()).votes == {1: 1, 2: 0, 3: 0, 4: 0, 5: 0}


async def test_a_ninth_candidate_is_refused(house: Theatre) -> None:
    round_ = await house.audition(await house.open("Maya: x --each 4"))
    with pytest.raises(RoundClosed):
        await house.casting.rerolling.one(round_.numbered(1).id, LEAD, "again")


async def test_rerolling_all_opens_one_child_in_place_of_the_round(house: Theatre) -> None:
    round_ = await house.voting()
    opened = await house.casting.rerolling.all(round_.id, LEAD)
    again = await house.casting.rerolling.all(round_.id, LEAD)
    assert (opened.fresh, again.fresh, opened.round.parent) == (True, False, round_.id)
    assert (await house.round(round_.id)).state is State.VOID


async def test_a_reroll_of_all_that_money_does_not_allow_leaves_the_round_as_it_was(tmp_path: Path) -> None:
    async with theatre(tmp_path, per_day="0.30") as house:
        round_ = await house.voting()
        with pytest.raises(OverBudget):
            await house.casting.rerolling.all(round_.id, LEAD)
        assert (await house.round(round_.id)).state is State.VOTING


async def test_the_price_of_any_reroll_names_no_model(house: Theatre) -> None:
    round_ = await house.voting()
    offer = await house.casting.rerolling.offer(round_.id, LEAD)
    again = [(one.slot.number, one.price) for one in offer.again]
    assert (offer.all_price, again) == (Decimal("0.20"), [(n, Decimal("0.05")) for n in (1, 2, 3, 4)])


# The lock


async def test_the_lead_locks_the_leader_and_the_face_holds_its_whole_story(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U1=2, U2=2, U3=1)
    seen = round_.numbered(2)
    face = await house.casting.locking.lock(round_.id, seen.id, LEAD)
    assert (face.character, face.number, face.version, face.locked_by) == ("Maya", 2, 1, LEAD)
    assert (face.model, face.portrait, face.prompt) == (seen.model, seen.portrait, round_.prompt)
    assert (face.tally, face.voters, face.decided_by_lead) == ({1: 1, 2: 2, 3: 0, 4: 0}, 3, False)
    assert (await house.round(round_.id)).state is State.LOCKED


async def test_only_the_lead_locks(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=2)
    with pytest.raises(NotYours) as caught:
        await house.casting.locking.lock(round_.id, round_.numbered(2).id, DIRECTOR)
    assert caught.value.may == LEAD


async def test_two_devices_and_many_presses_make_one_face(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=2)
    seen = round_.numbered(2).id
    faces = await asyncio.gather(*(house.casting.locking.lock(round_.id, seen, LEAD) for _ in range(8)))
    assert len({(f.round_id, f.number, f.version, f.locked_at) for f in faces}) == 1
    assert len(await house.storage.roster.history(round_.character_id)) == 1


async def test_a_tie_closes_the_ballot_and_the_lead_decides(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1, U3=4)
    with pytest.raises(NoWinner) as caught:
        await house.casting.locking.lock(round_.id, None, LEAD)
    assert caught.value.tied == (1, 4)
    face = await house.casting.locking.decide(round_.numbered(3).id, LEAD)
    assert (face.number, face.decided_by_lead) == (3, True)


async def test_a_vote_slack_knew_and_we_missed_stops_a_lock_it_would_change(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    house.stage.shown = [Reaction(3, frozenset({LEAD, PRODUCER}), True)]
    with pytest.raises(OutcomeChanged) as caught:
        await house.casting.locking.lock(round_.id, round_.numbered(1).id, LEAD)
    assert (caught.value.seen, caught.value.tally[3]) == (1, 2)
    assert (await house.round(round_.id)).state is State.VOTING
    face = await house.casting.locking.lock(round_.id, round_.numbered(3).id, LEAD)
    assert face.number == 3


async def test_without_an_answer_from_slack_nothing_is_locked(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    house.stage.silent = True
    with pytest.raises(Unreachable):
        await house.casting.locking.lock(round_.id, round_.numbered(1).id, LEAD)
    assert (await house.round(round_.id)).state is State.VOTING


async def test_a_dropped_round_keeps_its_portraits_and_frees_the_name(house: Theatre) -> None:
    round_ = await house.voting()
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.voting.drop(round_.id, LEAD)
    assert (await house.round(round_.id)).why_void == "dropped"
    assert await house.storage.portraits.has(f"{round_.id}/{round_.candidates[0].id}/original")


# Recall


async def locked(house: Theatre, line: str, place: Place = FILM) -> str:
    round_ = await house.audition(await house.open(line, place=place))
    await house.vote(round_, U2=1)
    await house.casting.locking.lock(round_.id, round_.numbered(1).id, LEAD)
    return round_.id


async def test_a_face_is_recalled_without_regard_to_case_accents_and_one_slip(house: Theatre) -> None:
    await locked(house, "Zoë: a baker")
    for typed in ("Zoë", "zoe", "ZOE", "Zoee"):
        found = await house.casting.recall.recall(typed, PRODUCER, FILM)
        assert (found.kind, found.characters[0].name) == ("face", "Zoë"), typed


async def test_when_a_slip_may_mean_two_both_are_offered(house: Theatre) -> None:
    await locked(house, "Maya: x")
    await locked(house, "Mara: x")
    found = await house.casting.recall.recall("Mayra", PRODUCER, FILM)
    assert (found.kind, {c.name for c in found.characters}) == ("unsure", {"Maya", "Mara"})
    assert (await house.casting.recall.recall("Bartholomew", PRODUCER, FILM)).kind == "nothing"


async def test_the_channels_own_production_comes_first_and_others_are_a_choice(house: Theatre) -> None:
    other, third = Place("T1", "C2"), Place("T1", "C3")
    await locked(house, "Maya: one")
    await locked(house, "Maya: two", other)
    own = await house.casting.recall.recall("maya", PRODUCER, other)
    assert [c.place for c in own.characters] == [other]
    assert (await house.casting.recall.recall("maya", PRODUCER, third)).kind == "several"


async def test_a_private_channels_face_is_shown_only_to_its_members(house: Theatre) -> None:
    secret = Place("T1", "C9")
    house.doors.private[secret] = {LEAD, DIRECTOR}
    round_id = await locked(house, "Maya: secret", secret)
    recall = house.casting.recall
    assert (await recall.recall("Maya", PRODUCER, FILM)).kind == "nothing"
    assert (await recall.recall("Maja", PRODUCER, FILM)).kind == "nothing", "no hint either"
    assert (await recall.listing(PRODUCER, FILM, 20)).total == 0
    with pytest.raises(NotHere):
        await recall.portrait(round_id, PRODUCER)
    found = await recall.recall("Maya", DIRECTOR, FILM)
    assert found.kind == "face"
    assert not await recall.visible_answer(found.characters[0], FILM)
    assert await recall.visible_answer(found.characters[0], secret)


async def test_another_workspace_sees_nothing(house: Theatre) -> None:
    await locked(house, "Maya: x")
    assert (await house.casting.recall.recall("Maya", LEAD, Place("T2", "C1"))).kind == "nothing"


async def test_an_open_round_answers_that_the_character_is_being_cast(house: Theatre) -> None:
    await house.voting()
    assert (await house.casting.recall.recall("Maya", LEAD, FILM)).kind == "casting"


async def test_a_recast_is_asked_first_and_the_old_face_stays_in_the_history(house: Theatre) -> None:
    await locked(house, "Maya: one")
    with pytest.raises(AlreadyCast) as caught:
        await house.open("Maya: two")
    assert caught.value.price == Decimal("0.20")
    with pytest.raises(NotYours):
        await house.casting.opening.recast(caught.value.wish_id, DIRECTOR)
    opened = await house.casting.opening.recast(caught.value.wish_id, LEAD)
    again = await house.casting.opening.recast(caught.value.wish_id, LEAD)
    assert (opened.fresh, again.fresh, opened.round.brief.text) == (True, False, "two")
    round_ = await house.audition(opened.round.id)
    await house.vote(round_, U2=2)
    await house.casting.locking.lock(round_.id, round_.numbered(2).id, LEAD)
    history = (await house.casting.recall.recall("Maya", LEAD, FILM)).history
    assert [face.version for face in history] == [2, 1]


async def test_a_face_slack_lost_is_hung_again_once_and_only_for_those_who_may_see_it(house: Theatre) -> None:
    secret = Place("T1", "C9")
    house.doors.private[secret] = {LEAD, DIRECTOR}
    round_id = await locked(house, "Maya: secret", secret)
    await house.storage.rounds.set_record(round_id, "F0LOST")
    hung = len(house.stage.sheets)
    recall = house.casting.recall
    with pytest.raises(NotHere):
        await recall.hang_again(round_id, PRODUCER, "F0LOST")
    both = await asyncio.gather(*(recall.hang_again(round_id, DIRECTOR, "F0LOST") for _ in range(2)))
    assert both[0] == both[1] == (await house.round(round_id)).record_file
    assert len(house.stage.sheets) == hung + 1
    slot = (await house.round(round_id)).locked
    assert slot
    await house.storage.rounds.set_originals({slot.id: "F1LOST"})
    pinned = len(house.stage.pinned)
    await asyncio.gather(*(recall.pin_again(round_id, DIRECTOR, "F1LOST") for _ in range(2)))
    assert [p.number for p in house.stage.pinned[pinned:]] == [slot.number]
