"""None of these on an open ballot, as the databases answer who has not voted yet."""

from bot.domain.ballot import BallotStage, BallotSubmission, VoteSource
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import PLACE, make_round, make_vote_input, open_voting_round

clock = storage_builders.clock
storage = storage_builders.storage


async def waiting(storage: Storage) -> list[str]:
    return [round_.id for round_ in await storage.ballots.list_without_vote("U1", PLACE.team)]


async def test_none_of_these_counts_as_a_vote_until_a_later_vote_input(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round())
    assert await waiting(storage) == ["r1"]
    nothing: frozenset[str] = frozenset()
    none = BallotSubmission("r1", "U1", BallotStage.FIRST, nothing, nothing, {}, 10)
    assert await storage.ballots.record_submission(none)
    assert await waiting(storage) == []
    for event_ts_us, on in ((11, True), (12, False)):
        await storage.ballots.record_vote(
            make_vote_input(round_, 0, "U1", event_ts_us, on=on, source=VoteSource.BUTTON)
        )
    assert await waiting(storage) == ["r1"], "the vote that replaced it was undone"
    assert not await storage.ballots.record_submission(none), "a redelivery is older"
