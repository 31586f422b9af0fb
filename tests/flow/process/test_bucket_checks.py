"""Portraits in a bucket that is missing: the bot does not start, or calls no model until it is back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession

from playground.processes import bot_environment, start_bot, stop, unused_port
from tests.support.practice_environment import PracticeEnvironment, practice_environment
from tests.support.s3_server import s3_server

# The same bot, which checks the bucket each second.
CHECK_OFTEN = """
import runpy, sys
import bot.runtime.scheduler
bot.runtime.scheduler._PORTRAITS_CHECK_SECONDS = 1
sys.argv = ["bot", "run"]
runpy.run_module("bot", run_name="__main__")
"""


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeEnvironment]:
    settings = {
        "PORTRAITS_URL": f"s3://{s3_server().create_bucket()}/portraits",
        "OPS_PORT": str(unused_port()),
        **s3_server().variables,
    }
    async with practice_environment(tmp_path, settings) as opened:
        yield opened


async def test_a_bot_with_a_wrong_bucket_does_not_start(workspace: PracticeEnvironment) -> None:
    await stop(workspace.bot)
    settings = workspace.extra | {"PORTRAITS_URL": "s3://castroom-wrong/portraits"}
    variables = bot_environment(workspace.data, await workspace.server.environment(), **settings)
    bot = await start_bot(variables, workspace.data / "wrong.log")
    assert await bot.wait() == 1
    assert (workspace.data / "wrong.log").read_text("utf-8").splitlines()[-1] == (
        "s3://castroom-wrong/portraits does not exist: create the bucket, or correct PORTRAITS_URL. (404 NoSuchBucket) "
        "See docs/operations.md#storage-missing"
    )


@pytest.mark.heavy
async def test_no_model_is_called_while_the_bucket_is_missing(workspace: PracticeEnvironment) -> None:
    await workspace.replace_bot(CHECK_OFTEN)
    bucket = workspace.extra["PORTRAITS_URL"].split("/")[2]
    async with ClientSession(f"http://127.0.0.1:{workspace.extra['OPS_PORT']}") as monitor:

        async def readiness() -> tuple[int, str]:
            try:
                async with monitor.get("/readyz") as answer:
                    return answer.status, await answer.text()
            except ClientConnectionError:
                return 0, "the server has not started"

        async def is_ready() -> bool:
            return (await readiness())[0] == 200

        async def is_not_ready() -> bool:
            return (await readiness())[0] == 503

        await workspace.control_client.wait_for(is_ready, "a ready bot", 20)
        s3_server().delete_bucket(bucket)
        await workspace.control_client.wait_for(is_not_ready, "the failed check", 20)
        assert (await readiness())[1] == (
            "database: ok\nengine: ok\nportraits: does not exist: create the bucket, or correct PORTRAITS_URL\n"
            "slack: ok\n"
        )
        ts = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_log("storage_unavailable")
        assert await workspace.count_model_calls() == 0
        s3_server().create_bucket(bucket)
        await workspace.wait_for_ballot(ts, seconds=60)
        assert await workspace.count_model_calls() == 4
        assert (await readiness())[0] == 200
