"""None of these on an open ballot, and who voted for what after the close."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.ballot import Reaction
from bot.domain.command import parse_brief
from bot.domain.errors import NotAVoter, RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

OTHER = "U7"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        yield opened


async def closed_round(harness: CastingHarness) -> Round:
    """Close a ballot: the director for 1, the producer for none of these, another person's reaction for 1."""
    round_ = await harness.run_to_voting()
    await harness.vote(round_, **{DIRECTOR: 1})
    await harness.casting.voting.choose_none(round_.id, PRODUCER, 5)
    harness.publisher.slack_reactions = [Reaction(1, frozenset({OTHER}), is_complete=True)]
    return await harness.casting.round_controls.close(round_.id, LEAD)


async def test_none_of_these_is_counted_and_named_after_the_close(harness: CastingHarness) -> None:
    closed = await closed_round(harness)
    assert closed.tally
    assert (closed.tally.votes[1], closed.tally.voters, closed.tally.none_count) == (2, 3, 1)
    (ballot,) = (await harness.casting.vote_details.get(closed.id)).ballots
    assert ballot.people == {1: tuple(sorted((DIRECTOR, OTHER)))}
    assert (ballot.chose_none, ballot.missing) == ((PRODUCER,), 0)


async def test_none_of_these_waits_for_the_votes_to_be_undone(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, **{DIRECTOR: 2})
    refused = await harness.casting.voting.choose_none(round_.id, DIRECTOR, 5)
    assert (refused.numbers, refused.changed) == ((2,), False)
    await harness.casting.voting.click(round_.slot_id_by_number[2], DIRECTOR, 6)
    assert (await harness.casting.voting.choose_none(round_.id, DIRECTOR, 7)).changed
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes[2], closed.tally.voters, closed.tally.none_count) == (0, 1, 1)


async def test_redelivered_press_changes_nothing(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    assert (await harness.casting.voting.choose_none(round_.id, DIRECTOR, 5)).changed
    version = (await harness.get_round(round_.id)).ballot_version
    assert not (await harness.casting.voting.choose_none(round_.id, DIRECTOR, 5)).changed
    assert (await harness.get_round(round_.id)).ballot_version == version


async def test_a_vote_after_none_of_these_replaces_it_also_where_it_is_undone(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.casting.voting.choose_none(round_.id, DIRECTOR, 5)
    assert not await harness.storage.ballots.list_without_vote(DIRECTOR, FILM.team)
    await harness.casting.voting.click(round_.slot_id_by_number[2], DIRECTOR, 6)
    await harness.casting.voting.click(round_.slot_id_by_number[2], DIRECTOR, 7)
    assert [r.id for r in await harness.storage.ballots.list_without_vote(DIRECTOR, FILM.team)] == [round_.id]
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.voters, closed.tally.none_count) == (0, 0)


async def test_none_of_these_needs_an_open_quick_ballot_and_a_voter(harness: CastingHarness) -> None:
    sealed = await harness.run_to_voting("Vera: a captain --ballot sealed")
    with pytest.raises(RoundClosed, match="sealed"):
        await harness.casting.voting.choose_none(sealed.id, DIRECTOR, 5)
    closed = await closed_round(harness)
    with pytest.raises(RoundClosed, match="closed"):
        await harness.casting.voting.choose_none(closed.id, DIRECTOR, 9)


async def test_voters_stay_private_while_the_vote_is_open_and_on_sealed_ballots(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, **{DIRECTOR: 1})
    with pytest.raises(RoundClosed, match="votes_open"):
        await harness.casting.vote_details.get(round_.id)
    sealed = await harness.run_to_voting("Vera: a captain --ballot sealed")
    await harness.casting.round_controls.close(sealed.id, LEAD)
    assert (await harness.get_round(sealed.id)).state is RoundState.CLOSED
    with pytest.raises(RoundClosed, match="votes_sealed"):
        await harness.casting.vote_details.get(sealed.id)


async def test_run_off_has_its_own_voters(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, **{DIRECTOR: 1, PRODUCER: 2})
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.start_run_off(round_.id, LEAD)
    await harness.casting.sealed_ballots.choose(round_.slot_id_by_number[1], PRODUCER)
    await harness.casting.round_controls.close(round_.id, LEAD)
    first, second = (await harness.casting.vote_details.get(round_.id)).ballots
    assert first.people == {1: (DIRECTOR,), 2: (PRODUCER,)}
    assert second.people == {1: (PRODUCER,)}


async def test_only_named_voters_may_choose_none(harness: CastingHarness) -> None:
    brief = replace(parse_brief("Maya: a fisherwoman"), voters=(DIRECTOR,))
    opened = await harness.casting.start_round.start(brief, FILM, LEAD, "trigger")
    round_ = await harness.audition(opened.round.id)
    with pytest.raises(NotAVoter):
        await harness.casting.voting.choose_none(round_.id, PRODUCER, 5)
    await harness.casting.voting.choose_none(round_.id, DIRECTOR, 5)
    assert round_.voted_people(
        await harness.storage.ballots.list_vote_inputs(round_.id),
        await harness.storage.ballots.list_submissions(round_.id),
    ) == {DIRECTOR}
