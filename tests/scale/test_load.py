"""Several rounds at once with several voters each; `python -m benchmarks load` has fifty with thirty."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.harness.voters import Vote, VoterPool, one_vote_each, tally_of
from benchmarks.load.redraw_latency import count_rate_limited, list_redraws, max_per_minute
from playground.control.client import ControlClient
from playground.demo import running_demo

# Rounds at once, and voters in each.
LOADS = [(2, 6), pytest.param((5, 10), marks=pytest.mark.heavy)]
MODELS = "--each 1 --models gpt-image-2,nano-banana"
VOTES_PER_SECOND = 15.0
MAX_UPDATES_PER_MINUTE = 50


@pytest.mark.parametrize("load", LOADS, ids=str)
async def test_every_vote_is_counted_and_shown_under_load(tmp_path: Path, load: tuple[int, int]) -> None:
    rounds, people = load
    async with running_demo(tmp_path, 0, 20.0) as running, ControlClient(running.workspace.address) as control:
        crowd = VoterPool(control)
        await crowd.create_voters(people, rounds)
        await crowd.open_rounds(rounds, MODELS)
        votes = one_vote_each(crowd.ballots, crowd.people)
        sent = await crowd.send_votes(votes, VOTES_PER_SECOND)
        withdrawn = [replace(vote, is_removal=True) for vote in votes[::7]]
        sent_withdrawals = await crowd.send_votes(withdrawn, VOTES_PER_SECOND)
        await control.wait_for(
            lambda: shows_tally(crowd, count_votes(votes) - count_votes(withdrawn)), "the last tally", 120
        )
        calls = await list_redraws(control, 0)
    assert len(votes) == rounds * people
    assert {vote.is_press for vote in votes} == {vote.is_press for vote in withdrawn} == {True, False}
    assert all(delivery.ack_ms is not None for delivery in (*sent, *sent_withdrawals)), (
        "an ack came later than Slack waits"
    )
    assert count_rate_limited(calls) == 0
    assert max_per_minute(calls) <= MAX_UPDATES_PER_MINUTE


async def shows_tally(crowd: VoterPool, expected: Counter[tuple[str, int]]) -> bool:
    """Whether the rounds' messages show these votes and no others."""
    messages = await crowd.round_messages()
    tallies = {(ts, number): votes for (_, ts), m in messages.items() for number, votes in tally_of(m).items()}
    return {where: votes for where, votes in tallies.items() if votes} == +expected


def count_votes(votes: list[Vote]) -> Counter[tuple[str, int]]:
    """Votes by message and candidate."""
    return Counter((vote.ballot.ts, vote.number) for vote in votes)
