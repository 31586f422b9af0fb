"""Five rounds at once with ten voters each; `python -m benchmarks load` has fifty with thirty."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.crowd import Crowd, Vote, one_each, tally_of
from benchmarks.stale import most_in_a_minute, redraws, turned_away
from playground.demo import together
from playground.door import Door

ROUNDS, PEOPLE = 5, 10
MODELS = "--each 1 --models gpt-image-2,nano-banana"
A_SECOND = 15.0
SLACKS_LIMIT = 50


@pytest.mark.timeout(300)
async def test_every_vote_is_counted_and_shown_however_many_come_at_once(tmp_path: Path) -> None:
    async with together(tmp_path, 0, 20.0) as running, Door(running.workspace.address) as door:
        crowd = Crowd(door)
        await crowd.gather(PEOPLE, ROUNDS)
        await crowd.open(ROUNDS, MODELS)
        votes = one_each(crowd.ballots, crowd.people)
        cast = await crowd.cast(votes, A_SECOND)
        regretted = [replace(vote, off=True) for vote in votes[::7]]
        taken_back = await crowd.cast(regretted, A_SECOND)
        await door.until(lambda: shown(crowd, counted(votes) - counted(regretted)), "the last tally", 120)
        calls = await redraws(door, 0)
    assert len(votes) == ROUNDS * PEOPLE
    assert {vote.by_press for vote in votes} == {vote.by_press for vote in regretted} == {True, False}
    assert all(each.ack_ms is not None for each in (*cast, *taken_back)), "an ack came later than Slack waits"
    assert turned_away(calls) == 0
    assert most_in_a_minute(calls) <= SLACKS_LIMIT


async def shown(crowd: Crowd, wanted: Counter[tuple[str, int]]) -> bool:
    """Whether the rounds' messages show these votes and no others."""
    messages = await crowd.messages()
    tallies = {(ts, number): votes for (_, ts), m in messages.items() for number, votes in tally_of(m).items()}
    return {where: votes for where, votes in tallies.items() if votes} == +wanted


def counted(votes: list[Vote]) -> Counter[tuple[str, int]]:
    """Votes by message and candidate."""
    return Counter((vote.ballot.ts, vote.number) for vote in votes)
