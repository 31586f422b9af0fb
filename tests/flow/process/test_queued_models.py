"""A job that a queued model accepted before a kill is collected, and paid for once."""

from pathlib import Path

from tests.support.crashing_bot import crash_in_method
from tests.support.practice_environment import practice_environment

LINE = "Maya: a fisherwoman --models fal-nano-banana --each 1"


async def test_restarted_bot_collects_its_submitted_job(tmp_path: Path) -> None:
    async with practice_environment(tmp_path) as workspace:
        workspace.extra |= {"FAL_KEY": "practice-fal", "FAL_QUEUE_URL": f"{workspace.server.address}/fal"}
        await crash_in_method(workspace, "providers.fal.client", "Fal", "collect")
        ts = await workspace.cast(LINE)
        await workspace.bot.wait()
        assert await workspace.count_model_calls() == 1
        await workspace.start_bot()
        await workspace.wait_for_ballot(ts)
        assert [call["charged"] for call in await workspace.control_client.usage()] == [True]
