"""Two bots on one database keep one limit of an account together."""

from pathlib import Path

import pytest

from playground.control.client import text_of
from tests.support.practice_environment import FILM
from tests.support.replicas import replica_environment

LIMIT = 2


@pytest.mark.heavy
async def test_two_bots_share_the_limit_of_an_account(tmp_path: Path) -> None:
    async with replica_environment(tmp_path, OPENAI_IMAGES_PER_MINUTE=str(LIMIT)) as bots:
        workspace = bots.workspace
        command = "a lighthouse keeper --models gpt-image-2,recraftv4_1_pro"
        timestamps = [await workspace.cast(f"Keeper {number}: {command}") for number in range(3)]

        async def are_waiting() -> bool:
            texts = [text_of(await workspace.control_client.message(FILM, ts)) for ts in timestamps]
            return sum("OpenAI's limit of 2 images a minute" in text for text in texts) >= 2

        async def have_both_called() -> bool:
            return all("response_received" in bots.log(name) for name in bots.bots)

        await workspace.control_client.wait_for(are_waiting, "two rounds that wait for the limit", 30)
        await workspace.control_client.wait_for(have_both_called, "portraits of both bots", 30)
        models = [call["model"] for call in await workspace.control_client.usage()]
        assert models.count("gpt-image-2") == LIMIT
        assert models.count("recraftv4_1_pro") == 2 * len(timestamps)
