"""`python -m playground demo`: the practice workspace and the bot side by side, for a person or for a script."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playground.door import Door, TooLate
from playground.processes import Workspace, bot_environment, free_port, start_bot, stop
from playground.story import StoryBroke, tell

LINE = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


@dataclass(frozen=True)
class Together:
    """Both processes, running and connected; `variables` is the bot's whole environment."""

    workspace: Workspace
    bot: Process
    variables: dict[str, str]


@asynccontextmanager
async def together(data: Path, port: int, speed: float = 1.0, **extra: str) -> AsyncIterator[Together]:
    """Both on one data folder, stopped at the end; raises RuntimeError or TooLate when one does not come up.

    `extra` are further variables of the bot.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    workspace = await Workspace.start(data, port, speed)
    try:
        variables = bot_environment(data, await workspace.environment(), **extra)
        bot = await start_bot(variables, data / "bot.log")
        try:
            async with Door(workspace.address) as door:
                await door.connected(bot)
            yield Together(workspace, bot, variables)
        finally:
            await stop(bot)
    finally:
        await stop(workspace.process)


async def demo(data: Path, port: int) -> int:
    """Keep both running until a person has seen enough; the exit status."""
    try:
        async with together(data, free_port(port)) as running:
            print(f"The practice workspace is open at {running.workspace.address}/ (Ctrl-C ends it).")
            print(f"Type there as Lena, the casting lead:  {LINE}")
            print("Or type  /cast  alone for a form, and cast from any message by its menu.")
            print("Then vote as Daniel and Mei by emoji or button, press Lock as Lena, and type  /cast Maya")
            return await _until_told(running, data)
    except (RuntimeError, TooLate) as error:
        print(f"The demo could not start: {error}. The bot's own words are in {data / 'bot.log'}.", file=sys.stderr)
        return 1


async def headless(data: Path, brief: str, as_json: bool, speed: float = 1.0) -> int:
    """Play the story without anybody; the exit status is 0 only if every step really happened."""
    try:
        async with together(data, 0, speed) as running, Door(running.workspace.address) as door:
            told = await tell(door, brief, running.variables, data / "pictures")
    except (RuntimeError, TooLate, StoryBroke) as error:
        print(f"The story broke off: {error}. The bot's own words are in {data / 'bot.log'}.", file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"{told['locked']['name']} is cast: candidate {told['locked']['number']}, {told['locked']['model']}.")
        print(f"The contact sheet is {told['files']['sheet']}")
        print(f"The original is {told['files']['original']}")
    return 0


async def _until_told(running: Together, data: Path) -> int:
    """Wait for Ctrl-C, or for one of the two to end by itself."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    waits = {
        asyncio.create_task(ended.wait(), name="asked"),
        asyncio.create_task(running.bot.wait(), name="bot"),
        asyncio.create_task(running.workspace.process.wait(), name="workspace"),
    }
    done, rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    if (what := next(iter(done)).get_name()) != "asked":
        print(f"The {what} ended by itself; see {data / 'bot.log'}.", file=sys.stderr)
        return 1
    return 0
