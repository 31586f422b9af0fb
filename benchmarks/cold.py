"""From the start of the bot's process to the ack of a first command; and what its imports take, by package."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path
from time import perf_counter

from benchmarks.section import Row
from playground.door import Door
from playground.processes import ROOT, Workspace, bot_environment, start_bot, stop
from playground.story import CHANNEL, LEAD

_GOAL = 3.0
_PATIENCE = 30.0
_MOST = 8


async def cold(data: Path, times: int) -> list[Row]:
    """The very first start, which makes the database, then `times` ordinary ones, on a workspace of their own."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await Workspace.start(data)
    try:
        variables = bot_environment(data, await workspace.environment())
        async with Door(workspace.address) as door:
            first = await _start(door, variables, data / "bot.log")
            later = [await _start(door, variables, data / "bot.log") for _ in range(times)]
    finally:
        await stop(workspace.process)
    spent = f"{min(later):.2f} to {max(later):.2f} s in {times} starts"
    rows = [
        Row("cold start: from the process to the ack of a command", spent, f"under {_GOAL:.0f} s"),
        Row("the very first start, which makes the database", f"{first:.2f} s"),
    ]
    return [*rows, Row("what a start imports, by package", await imports())]


async def imports() -> str:
    """Milliseconds by package, the longest first, as `-X importtime` tells (which itself takes a third more)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "importtime", "-c", "import bot.app", cwd=ROOT, stderr=PIPE
    )
    _, said = await process.communicate()
    spent: Counter[str] = Counter()
    for line in said.decode().splitlines():
        own, _, module = line.removeprefix("import time:").split("|") if line.count("|") == 2 else ("", "", "")
        if own.strip().isdigit():
            spent[module.strip().partition(".")[0]] += int(own)
    longest = ", ".join(f"{package} {ms / 1000:.0f}" for package, ms in spent.most_common(_MOST))
    return f"{longest} ms of {spent.total() / 1000:.0f}"


async def _start(door: Door, variables: dict[str, str], log: Path) -> float:
    """Seconds to the ack of a command that is sent as soon as somebody listens."""
    start = perf_counter()
    bot = await start_bot(variables, log)
    try:
        await door.connected(bot)
        assert (await door.command(LEAD, CHANNEL, "help"))["ok"]
        return perf_counter() - start
    finally:
        await stop(bot)
        await door.until(lambda: _gone(door), "the socket to be closed", _PATIENCE)


async def _gone(door: Door) -> bool:
    return not (await door.get("state", limit=1))["workspaces"][0]["connected"]
