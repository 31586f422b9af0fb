"""Time from the start of the bot's process to the ack of a first command, and its imports by package."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path
from time import perf_counter

from benchmarks.report import Row
from playground.control.client import ControlClient
from playground.processes import ROOT, WorkspaceProcess, bot_environment, start_bot, stop
from playground.scenarios.main_flow import CHANNEL, LEAD

_GOAL_SECONDS = 3.0
_TIMEOUT = 30.0
_MAX_PACKAGES = 8


async def measure_cold_start(data: Path, times: int) -> list[Row]:
    """Time the first start, which creates the database, and `times` later ones, on a new workspace."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data)
    try:
        variables = bot_environment(data, await workspace.environment())
        async with ControlClient(workspace.address) as control_client:
            first_start = await _measure_start(control_client, variables, data / "bot.log")
            later_starts = [await _measure_start(control_client, variables, data / "bot.log") for _ in range(times)]
    finally:
        await stop(workspace.process)
    figure = f"{min(later_starts):.2f} to {max(later_starts):.2f} s in {times} starts"
    rows = [
        Row("cold start: from the process to the ack of a command", figure, f"under {_GOAL_SECONDS:.0f} s"),
        Row("the first start, which creates the database", f"{first_start:.2f} s"),
    ]
    return [*rows, Row("imports of a start, by package", await measure_imports())]


async def measure_imports() -> str:
    """Return milliseconds by package, longest first, from `-X importtime` (which adds a third)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "importtime", "-c", "import bot.app", cwd=ROOT, stderr=PIPE
    )
    _, stderr = await process.communicate()
    microseconds: Counter[str] = Counter()
    for line in stderr.decode().splitlines():
        own_time, _, module = line.removeprefix("import time:").split("|") if line.count("|") == 2 else ("", "", "")
        if own_time.strip().isdigit():
            microseconds[module.strip().partition(".")[0]] += int(own_time)
    longest = ", ".join(f"{package} {ms / 1000:.0f}" for package, ms in microseconds.most_common(_MAX_PACKAGES))
    return f"{longest} ms of {microseconds.total() / 1000:.0f}"


async def _measure_start(control_client: ControlClient, variables: dict[str, str], log: Path) -> float:
    """Return the seconds to the ack of a command that is sent as soon as the bot is connected."""
    start = perf_counter()
    bot = await start_bot(variables, log)
    try:
        await control_client.wait_until_connected(bot)
        assert (await control_client.command(LEAD, CHANNEL, "help"))["ok"]
        return perf_counter() - start
    finally:
        await stop(bot)
        await control_client.wait_for(lambda: _is_disconnected(control_client), "the socket to be closed", _TIMEOUT)


async def _is_disconnected(control_client: ControlClient) -> bool:
    return not (await control_client.get("state", limit=1))["workspaces"][0]["connected"]
