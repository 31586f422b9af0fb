"""Finished rounds with their votes, as standings read them."""

from datetime import timedelta

from bot.domain.ballot import BallotStage, BallotSubmission
from bot.domain.round_state import RoundState
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    FakeClock,
    make_round,
    make_vote_input,
    open_closed_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage


async def test_only_closed_ballots_are_listed_with_their_votes(storage: Storage) -> None:
    voting = await open_voting_round(storage, make_round("r1"))
    await storage.ballots.record_vote(make_vote_input(voting, 1, "U1", 5))
    closed = await open_voting_round(storage, make_round("r2", "Juan"))
    await storage.ballots.record_vote(make_vote_input(closed, 2, "U2", 5))
    await storage.ballots.record_submission(
        BallotSubmission("r2", "U3", BallotStage.FIRST, frozenset(), frozenset(), {}, 5)
    )
    stored = await storage.rounds.get("r2")
    tally = stored.count_votes(await storage.ballots.list_vote_inputs("r2"), ())
    assert await storage.ballots.close("r2", tally, stored.ballot_version)
    (found,) = await storage.ballots.list_finished("T1", 10)
    assert (found.round.id, found.round.state) == ("r2", RoundState.CLOSED)
    assert [(vote.person, vote.on) for vote in found.vote_inputs] == [("U2", True)]
    assert [one.person for one in found.submissions] == ["U3"]
    assert await storage.ballots.list_finished("T2", 10) == []


async def test_the_newest_are_listed_first_up_to_the_limit(storage: Storage) -> None:
    for n in range(3):
        opened_at = storage_builders.NOW + timedelta(hours=n)
        await open_closed_round(storage, make_round(f"r{n}", f"Role {n}", opened_at=opened_at))
    assert [one.round.id for one in await storage.ballots.list_finished("T1", 2)] == ["r2", "r1"]


async def test_a_ballot_that_is_opened_again_keeps_the_time_of_its_first_close(
    storage: Storage, clock: FakeClock
) -> None:
    round_ = await open_closed_round(storage, make_round())
    assert round_.first_closed_at == clock.now
    assert not round_.was_reopened
    clock.now += timedelta(minutes=5)
    assert await storage.ballots.extend("r1", clock.now + timedelta(hours=1))
    reopened = await storage.rounds.get("r1")
    assert reopened.was_reopened
    clock.now += timedelta(minutes=5)
    assert reopened.tally is None
    tally = reopened.count_votes((), ())
    assert await storage.ballots.close("r1", tally, reopened.ballot_version)
    assert (await storage.rounds.get("r1")).first_closed_at == round_.first_closed_at
