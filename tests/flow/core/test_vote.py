"""The vote of a round until its close, over a real database."""

import pytest

from bot.domain.errors import (
    RoundClosed,
)
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness


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
