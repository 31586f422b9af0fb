"""The retirement of a model is announced once, also across restarts."""

import asyncio
from pathlib import Path

import pytest

from playground.processes import stop
from tests.support.practice_environment import LENA, PracticeEnvironment, practice_environment


async def retirement_messages(workspace: PracticeEnvironment) -> list[str]:
    """What was sent to Lena alone."""
    return [
        c["arguments"]["text"]
        for c in await workspace.control_client.calls("chat.postMessage")
        if c["arguments"]["channel"] == LENA
    ]


@pytest.mark.heavy
async def test_retirement_is_announced_once_across_restarts(tmp_path: Path) -> None:
    async with practice_environment(tmp_path) as workspace:
        await workspace.speed_up()
        await workspace.wait_for_ballot(await workspace.cast("Maya: a fisherwoman --each 1"))
        assert await retirement_messages(workspace) == []
        await workspace.control_client.post("models/gpt-image-2/life", {"state": "retired"})
        for _ in range(2):
            await stop(workspace.bot)
            await workspace.start_bot()
            await workspace.control_client.wait_for(lambda: retirement_messages(workspace), "the notice", 10)
        await asyncio.sleep(1)
        (text,) = await retirement_messages(workspace)
        assert "GPT-Image-2 (`openai:gpt-image-2`) is retired by its vendor" in text
        assert "`--models gpt-image-2.5`" in text
        answer = await workspace.run_command("Ben: a smith --models gpt-image-2")
        assert "GPT-Image-2 is not available now (retired). Recraft V4.1 instead costs" in answer
