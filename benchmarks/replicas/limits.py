"""Limits that all bots keep together: Slack's updates of a workspace, and the images of an account."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.harness.chaos import CHANNELS
from benchmarks.harness.replicas import ReplicaHarness
from benchmarks.harness.voters import VoterPool, one_vote_each, tally_of
from benchmarks.load.redraw_latency import list_redraws, max_per_minute
from playground.control.client import Json

_LEAD = "U0LENAORTIZ"
_MODELS = "--each 1 --models gpt-image-2,nano-banana"
_VOTES_PER_SECOND = 20.0
_VOTERS = 12
_CANDIDATE = 1
# With more, some commands wait for more than Slack's three seconds where bots, database and workspace share two cores.
_COMMANDS_AT_ONCE = 5
_SHOWN_TIMEOUT = 400.0
_IMAGES_A_ROUND = 4
_WINDOW_SECONDS = 60.0
IMAGES_PER_MINUTE = 6
ACCOUNT_LIMIT = {"OPENAI_IMAGES_PER_MINUTE": str(IMAGES_PER_MINUTE)}
# Rounds that wait for no account and no person's limit.
MANY_ROUNDS = {"MAX_OPEN_ROUNDS_PER_PERSON": "10000", "OPENAI_IMAGES_PER_MINUTE": "0", "RECRAFT_IMAGES_PER_MINUTE": "0"}


async def most_updates_in_a_minute(harness: ReplicaHarness, rounds: int, kills: int) -> int:
    """Vote in many rounds at once and kill bots meanwhile; return the most `chat.update` calls within a minute."""
    voters, started_at = VoterPool(harness.control_client), time.time()
    await voters.create_voters(_VOTERS, rounds)
    await voters.open_rounds(rounds, _MODELS, _COMMANDS_AT_ONCE)
    votes = [replace(vote, number=_CANDIDATE) for vote in one_vote_each(voters.ballots, voters.people)]

    async def are_all_shown() -> bool:
        await asyncio.sleep(1)
        messages = (await voters.round_messages()).values()
        return sum(tally_of(message).get(_CANDIDATE, 0) for message in messages) == len(votes)

    async with asyncio.TaskGroup() as group:
        group.create_task(voters.send_votes(votes, _VOTES_PER_SECOND))
        for _ in range(kills):
            await harness.kill_bot(len(votes) / _VOTES_PER_SECOND / kills)
    await harness.control_client.wait_for(are_all_shown, "every vote to be shown", _SHOWN_TIMEOUT)
    return max_per_minute(await list_redraws(harness.control_client, started_at))


async def most_images_in_a_minute(harness: ReplicaHarness, rounds: int) -> tuple[int, float]:
    """Cast rounds whose images exceed the account's limit several times.

    Return the most images within a minute, and the seconds from the first to the last.
    """
    client = harness.control_client
    for number in range(rounds):
        line = f"Role {number}: a harbour hand of {40 + number} --each {_IMAGES_A_ROUND} --models gpt-image-2"
        await client.command(_LEAD, CHANNELS[number % len(CHANNELS)], line)

    async def calls_at_the_end() -> Sequence[Json] | None:
        calls = await client.usage()
        is_ended = all(call["outcome"] == "delivered" for call in calls)
        return calls if is_ended and sum(call["n"] for call in calls) >= rounds * _IMAGES_A_ROUND else None

    timeout = (rounds * _IMAGES_A_ROUND / IMAGES_PER_MINUTE + 2) * _WINDOW_SECONDS
    calls = await client.wait_for(calls_at_the_end, "all images", timeout)
    starts = sorted(call["at"] for call in calls for _ in range(call["n"]))
    most = max(sum(start <= later < start + _WINDOW_SECONDS for later in starts) for start in starts)
    return most, starts[-1] - starts[0]
