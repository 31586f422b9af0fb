"""Run-offs over a real database."""

from io import BytesIO

import pytest
from PIL import Image

from bot.domain.errors import NotLead, NoWinner, RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness


@pytest.fixture(scope="module", autouse=True)
def small_sheets() -> None:
    """Draw sheets at their full width, unlike the other modules: one test measures a picture."""


async def close_tied(harness: CastingHarness, line: str = "Maya: a fisherwoman") -> Round:
    """Close a ballot with a tie of 1 and 4."""
    round_ = await harness.run_to_voting(line)
    await harness.vote(round_, U2=1, U3=4)
    return await harness.casting.round_controls.close(round_.id, LEAD)


async def start_run_off(harness: CastingHarness, round_: Round) -> Round:
    return await harness.casting.round_controls.start_run_off(round_.id, LEAD)


async def choose_candidate(harness: CastingHarness, round_: Round, person: str, number: int) -> None:
    harness.advance(seconds=1)
    await harness.casting.sealed_ballots.choose(round_.slot_id_by_number[number], person)


async def test_run_off_keeps_numbers_and_locks_its_winner(harness: CastingHarness) -> None:
    round_ = await start_run_off(harness, await close_tied(harness))
    assert (round_.state, tuple(round_.ballot_options)) == (RoundState.VOTING, (1, 4))
    assert round_.run_off
    assert round_.run_off.first_tally.votes == {1: 1, 2: 0, 3: 0, 4: 1}
    await choose_candidate(harness, round_, DIRECTOR, 4)
    await choose_candidate(harness, round_, PRODUCER, 4)
    face = await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[4], LEAD)
    assert (face.number, face.tally, face.voters, face.decided_by_lead) == (4, {1: 0, 4: 2}, 2, False)
    locked = await harness.get_round(round_.id)
    assert locked.run_off
    assert locked.run_off.first_tally.voters == 2, "the first tally is kept"


async def test_run_off_gets_its_own_picture_once_and_compares_its_finalists(harness: CastingHarness) -> None:
    round_ = await start_run_off(harness, await close_tied(harness))
    for _ in range(2):
        await harness.casting.round_pictures.publish_missing(round_.id)
    assert [sheet.shown for sheet in harness.publisher.sheets] == [(), (1, 4)]
    assert harness.publisher.sheets[1].filename == "Maya-run-off.jpg"
    comparison = await harness.casting.comparison.compare_first_two(round_.id)
    assert [slot.number for slot in comparison.chosen] == [1, 4]
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.sheet_candidate_count == 4, "the sheet of everybody stays for the close"


async def test_missing_run_off_picture_is_published_by_the_scheduler(harness: CastingHarness) -> None:
    """The run-off's own job does not start while that of the first close still uploads."""
    closed = await close_tied(harness)
    await harness.casting.round_pictures.publish_missing(closed.id)
    await start_run_off(harness, closed)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert ("close", closed.id) in harness.started_jobs
    await harness.casting.round_pictures.publish_missing(closed.id)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs == []


async def test_any_candidates_are_drawn_side_by_side(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman")
    chosen = [round_.slot_id_by_number[number] for number in (4, 2)]
    picture = await harness.casting.comparison.compose(await harness.casting.comparison.compare(round_.id, chosen))
    assert (picture.shown, picture.filename) == ((2, 4), "Maya-2-4.jpg")
    assert Image.open(BytesIO(picture.data)).size == (1600, 1061), "two at 3:4"


async def test_last_run_off_choice_of_each_user_counts(harness: CastingHarness) -> None:
    round_ = await start_run_off(harness, await close_tied(harness))
    await choose_candidate(harness, round_, DIRECTOR, 1)
    await choose_candidate(harness, round_, DIRECTOR, 4)
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes, closed.tally.voters) == ({1: 0, 4: 1}, 1)


async def test_earlier_votes_and_reactions_do_not_count_in_a_run_off(harness: CastingHarness) -> None:
    round_ = await start_run_off(harness, await close_tied(harness))
    for number, on, is_answered in ((1, True, True), (1, False, False), (2, True, True), (7, True, False)):
        answered = await harness.casting.voting.react(FILM, round_.message_ts or "", number, PRODUCER, on, 9)
        assert (answered is not None) == is_answered
    with pytest.raises(RoundClosed):
        await harness.vote(round_, U2=1)
    with pytest.raises(KeyError):
        await choose_candidate(harness, round_, DIRECTOR, 2)
    assert [r.id for r in await harness.storage.ballots.list_without_vote(DIRECTOR, "T1")] == [round_.id]
    await choose_candidate(harness, round_, DIRECTOR, 1)
    assert not await harness.storage.ballots.list_without_vote(DIRECTOR, "T1")
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.voters == 1


async def test_lead_decides_a_tied_run_off(harness: CastingHarness) -> None:
    round_ = await start_run_off(harness, await close_tied(harness))
    await choose_candidate(harness, round_, DIRECTOR, 1)
    await choose_candidate(harness, round_, PRODUCER, 4)
    with pytest.raises(NoWinner):
        await harness.casting.lock_face.lock(round_.id, None, LEAD)
    with pytest.raises(RoundClosed):
        await start_run_off(harness, round_)
    face = await harness.casting.lock_face.decide(round_.slot_id_by_number[1], LEAD)
    assert face.decided_by_lead


async def test_only_the_lead_starts_one_run_off(harness: CastingHarness) -> None:
    round_ = await close_tied(harness)
    with pytest.raises(NotLead):
        await harness.casting.round_controls.start_run_off(round_.id, DIRECTOR)
    await start_run_off(harness, round_)
    await choose_candidate(harness, round_, DIRECTOR, 1)
    with pytest.raises(RoundClosed):
        await start_run_off(harness, round_)
    assert len(await harness.storage.ballots.list_submissions(round_.id)) == 1


async def test_clear_vote_has_no_run_off_and_run_offs_have_no_rerolls(harness: CastingHarness) -> None:
    clear_round = await harness.run_to_voting("Otto: a diver")
    await harness.vote(clear_round, U2=1, U3=1)
    closed = await harness.casting.round_controls.close(clear_round.id, LEAD)
    assert closed.run_off_options == ()
    with pytest.raises(RoundClosed):
        await start_run_off(harness, closed)
    round_ = await start_run_off(harness, await close_tied(harness))
    with pytest.raises(RoundClosed):
        await harness.casting.reroll.options(round_.id, LEAD)
    with pytest.raises(RoundClosed):
        await harness.casting.reroll.reroll_slot(round_.slot_id_by_number[1], LEAD, "t")


async def test_extended_run_off_stays_a_run_off(harness: CastingHarness) -> None:
    round_ = await start_run_off(harness, await close_tied(harness))
    await choose_candidate(harness, round_, DIRECTOR, 1)
    await harness.casting.round_controls.close(round_.id, LEAD)
    extended = await harness.casting.round_controls.extend(round_.id, LEAD)
    assert tuple(extended.ballot_options) == (1, 4)
    await choose_candidate(harness, round_, PRODUCER, 4)
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.leaders == (1, 4)
