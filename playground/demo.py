"""`python -m playground demo`: the practice workspace and the bot, for a person or a script."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playground.control.client import ControlClient, WaitTimeout
from playground.data_lock import FolderInUse, check_free
from playground.processes import (
    WorkspaceProcess,
    bot_environment,
    free_port,
    make_passport_key,
    start_bot,
    stop,
    unused_port,
)
from playground.scenarios.doors import fetch_through_both, make_token
from playground.scenarios.failure import ScenarioFailed
from playground.scenarios.main_flow import CHANNEL, LEAD, play_main_flow
from playground.scenarios.passport import describe_passport
from playground.scenarios.season import SEASON_SETTINGS, play_season
from playground.scenarios.standings import show_standings

DEMO_COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


@dataclass(frozen=True)
class RunningDemo:
    """The two connected processes; `variables` is the bot's environment."""

    workspace: WorkspaceProcess
    bot: Process
    variables: dict[str, str]


@asynccontextmanager
async def running_demo(data: Path, port: int, speed: float = 1.0, **extra: str) -> AsyncIterator[RunningDemo]:
    """Run workspace and bot on one data folder, and stop them at the end.

    Raises RuntimeError or WaitTimeout if one does not start. `extra` are further variables of the bot.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    workspace = await WorkspaceProcess.start(data, port, speed)
    try:
        variables = bot_environment(data, await workspace.environment("all"), **extra)
        await make_passport_key(variables)
        bot = await start_bot(variables, data / "bot.log")
        try:
            async with ControlClient(workspace.address) as control_client:
                await control_client.wait_until_connected(bot)
                await control_client.extend_slack_timeouts()
            yield RunningDemo(workspace, bot, variables)
        finally:
            await stop(bot)
    finally:
        await stop(workspace.process)


async def demo(data: Path, port: int) -> None:
    """Keep both running until Ctrl-C."""
    print("Starting the practice workspace and the bot. The address follows in a few seconds.", flush=True)
    async with _own_folder(data, "The demo could not start"), running_demo(data, free_port(port)) as running:
        print(f"The practice workspace is open at {running.workspace.address}/ (Ctrl-C ends it).")
        print(f"Type there as Lena, the casting lead:  {DEMO_COMMAND}")
        print("Or type  /cast  alone for a form, and cast from any message by its menu.")
        print("Then vote as Daniel and Mei by emoji or button, press Lock as Lena, and type  /cast Maya")
        await _wait_until_stopped(running, data)


async def headless(data: Path, brief: str, as_json: bool, speed: float = 1.0) -> None:
    """Play the main flow without a browser; the program fails unless every step succeeds."""
    doors = {"DOORS_PORT": str(unused_port())}
    async with (
        _own_folder(data, "The demo failed"),
        running_demo(data, 0, speed, **doors) as running,
        ControlClient(running.workspace.address) as control_client,
    ):
        result = await play_main_flow(control_client, brief, running.variables, data / "pictures")
        token = await make_token(control_client, LEAD, CHANNEL)
        url = f"http://127.0.0.1:{doors['DOORS_PORT']}"
        result["doors"] = await fetch_through_both(url, token, result["locked"]["name"])
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(
            f"{result['locked']['name']} is cast: candidate {result['locked']['number']}, {result['locked']['model']}."
        )
        print(f"The contact sheet is {result['files']['sheet']}")
        print(f"The original is {result['files']['original']}")
        print(f"The package is {result['files']['package']}")
        print(f"Its passport is {describe_passport(result['passport'])}")
        print(f"Fetched through REST and MCP: {result['doors']['rest_sha256']}")


async def season(data: Path, rounds: int, seed: int, speed: float, picture: Path | None = None) -> None:
    """Play many rounds, and save a screenshot of the standings in the folder `picture`.

    The program fails unless every round ends with a lock.
    """
    async with (
        _own_folder(data, "The season failed"),
        running_demo(data, 0, speed, **SEASON_SETTINGS) as running,
        ControlClient(running.workspace.address) as control_client,
    ):
        pairs = await play_season(control_client, running.variables, rounds, seed)
        if picture:
            await show_standings(running.workspace.address, picture)
    for pair, count in sorted(pairs.items()):
        print(f"{count} rounds with {pair}")
    print(f"Open it with  python -m playground demo --data {data}  and type  /cast standings")


@asynccontextmanager
async def _own_folder(data: Path, failure: str) -> AsyncIterator[None]:
    """Run the demo on a folder that no other one uses; end the program with a sentence if something goes wrong."""
    try:
        await asyncio.to_thread(check_free, data / "practice")
        yield
    except FolderInUse as error:
        raise _ended(_already_running(error.address, data)) from error
    except OSError as error:
        raise _ended(f"{error.filename or data} cannot be used: {error.strerror or type(error).__name__}.") from error
    except (RuntimeError, WaitTimeout, ScenarioFailed) as error:
        raise _ended(f"{failure}: {error}. See {data / 'bot.log'}.") from error


def _ended(sentence: str) -> SystemExit:
    """Print why the program ends, and return its exit with status 1."""
    print(sentence, file=sys.stderr)
    return SystemExit(1)


def _already_running(address: str, data: Path) -> str:
    where = f"open {address}" if address else "its address follows in its own window"
    return f"A demo already runs on {data}: {where}. A second one needs its own folder: --data DIR."


async def _wait_until_stopped(running: RunningDemo, data: Path) -> None:
    """Wait for Ctrl-C; end the program with a sentence if one of the two exits."""
    stop_requested = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop_requested.set)
    tasks = {
        asyncio.create_task(stop_requested.wait(), name="asked"),
        asyncio.create_task(running.bot.wait(), name="bot"),
        asyncio.create_task(running.workspace.process.wait(), name="workspace"),
    }
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    if (ended := next(iter(done)).get_name()) != "asked":
        raise _ended(f"The {ended} stopped unexpectedly; see {data / 'bot.log'}.")
