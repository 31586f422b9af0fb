"""What the bot costs while nothing happens, beside a Bolt listener that does nothing, in the same run (Linux only)."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hearers import cpu_seconds, megabytes, threads
from playground.door import Door
from playground.processes import ROOT, Workspace, bot_environment, start_bot, stop

BARE = """
import asyncio, os
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

async def listen():
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_BASE_URL"])
    app = AsyncApp(client=client)
    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()

asyncio.run(listen())
"""
_SETTLE = 5.0


@dataclass(frozen=True)
class Idle:
    """CPU as a share of one core, memory in megabytes, threads."""

    cpu: float
    megabytes: float
    threads: int


async def idle(data: Path, seconds: float) -> tuple[Idle, Idle]:
    """The bot's and the bare listener's cost over the same `seconds`, on the same workspace."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await Workspace.start(data)
    try:
        variables = bot_environment(data, await workspace.environment())
        await migrated(variables)
        bot, bare = await _connected(workspace, variables, data), await _connected(workspace, variables, data, BARE)
        try:
            ours, theirs = await asyncio.gather(_measured(bot, seconds), _measured(bare, seconds))
            return ours, theirs
        finally:
            await stop(bot)
            await stop(bare)
    finally:
        await stop(workspace.process)


async def migrated(variables: Mapping[str, str]) -> None:
    """Make the database before, as any start but the very first finds it."""
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "migrate", cwd=ROOT, env=dict(variables), stdout=DEVNULL
    )
    assert await made.wait() == 0


async def _connected(
    workspace: Workspace, variables: Mapping[str, str], data: Path, script: str | None = None
) -> Process:
    process = await start_bot(variables, data / "idle.log", script)
    async with Door(workspace.address) as door:
        await door.connected(process)
    return process


async def _measured(process: Process, seconds: float) -> Idle:
    await asyncio.sleep(_SETTLE)
    before = cpu_seconds(process)
    await asyncio.sleep(seconds)
    return Idle((cpu_seconds(process) - before) / seconds, megabytes(process), threads(process))
