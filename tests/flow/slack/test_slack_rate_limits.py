"""Votes and permissions while Slack limits how often it is asked about users, members and conversations."""

import asyncio

from tests.support.practice_environment import DANIEL, LENA, QUIET, PracticeEnvironment

# A bot of its own, since it remembers a rate limit of Slack after the test.
BOT_SETTINGS: dict[str, str] = {}
LOOKUPS = ("users.info", "conversations.members", "conversations.info", "users.conversations")


async def limit_lookups(workspace: PracticeEnvironment) -> None:
    """Let Slack take one call of each lookup method, then none for a minute."""
    limits = {method: {"per_minute": 1, "burst": 1} for method in LOOKUPS}
    await workspace.control_client.post("slack/rates", {"enabled": True, "methods": limits})


async def test_many_first_voters_are_counted_at_the_rate_limit(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Maya: a fisherwoman")
    await workspace.wait_for_ballot(ts)
    voters = []
    for number in range(12):
        body = {"name": f"voter-{number}", "real_name": f"Voter {number}", "channels": ["C0HARBOURFILM"]}
        voters.append((await workspace.control_client.post("people", body))["person"]["id"])
    await limit_lookups(workspace)
    await asyncio.gather(*(workspace.press(voter, ts, "vote:1") for voter in voters))
    await workspace.control_client.post("slack/rates", {"enabled": False})
    await workspace.wait_for_text(ts, "12 people voted")


async def test_members_of_a_private_channel_vote_at_the_rate_limit(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Sable: a spokesperson", LENA, QUIET)
    await workspace.wait_for_ballot(ts, QUIET)
    await workspace.press(LENA, ts, "vote:2", QUIET)
    await limit_lookups(workspace)
    for number in (1, 2, 3):
        await workspace.press(DANIEL, ts, f"vote:{number}", QUIET)
    await workspace.control_client.post("slack/rates", {"enabled": False})
    await workspace.wait_for_text(ts, "2 people voted", QUIET)
