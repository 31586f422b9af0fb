"""Cost of the idle bot, compared with an idle Bolt listener in the same run (Linux only)."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.process_probes import cpu_seconds, megabytes, threads
from playground.control.client import ControlClient
from playground.processes import ROOT, WorkspaceProcess, bot_environment, start_bot, stop

BARE_LISTENER_SCRIPT = """
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
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class IdleUsage:
    """CPU as a share of one core, memory in megabytes, threads."""

    cpu: float
    megabytes: float
    threads: int


async def measure_idle(data: Path, seconds: float) -> tuple[IdleUsage, IdleUsage]:
    """Measure the bot and the bare listener over the same `seconds` on the same workspace."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data)
    try:
        variables = bot_environment(data, await workspace.environment())
        await migrate_database(variables)
        bot_process, bare_process = (
            await _start_connected(workspace, variables, data),
            await _start_connected(workspace, variables, data, BARE_LISTENER_SCRIPT),
        )
        try:
            bot_usage, bare_usage = await asyncio.gather(
                _measure_usage(bot_process, seconds), _measure_usage(bare_process, seconds)
            )
            return bot_usage, bare_usage
        finally:
            await stop(bot_process)
            await stop(bare_process)
    finally:
        await stop(workspace.process)


async def migrate_database(variables: Mapping[str, str]) -> None:
    """Create the database first, as for any start but the first."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "migrate", cwd=ROOT, env=dict(variables), stdout=DEVNULL
    )
    assert await process.wait() == 0


async def _start_connected(
    workspace: WorkspaceProcess, variables: Mapping[str, str], data: Path, script: str | None = None
) -> Process:
    process = await start_bot(variables, data / "idle.log", script)
    async with ControlClient(workspace.address) as control_client:
        await control_client.wait_until_connected(process)
    return process


async def _measure_usage(process: Process, seconds: float) -> IdleUsage:
    await asyncio.sleep(_SETTLE_SECONDS)
    before = cpu_seconds(process)
    await asyncio.sleep(seconds)
    return IdleUsage((cpu_seconds(process) - before) / seconds, megabytes(process), threads(process))
