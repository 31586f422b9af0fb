"""The doors: memory of the bot with and without them, and the latency of REST and MCP in the real bot."""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from aiohttp import ClientSession

from benchmarks.harness.process_probes import cpu_seconds, megabytes
from benchmarks.report import Row, RunSize, Section
from benchmarks.speed.idle import migrate_database
from playground.control.client import ControlClient
from playground.processes import WorkspaceProcess, bot_environment, make_passport_key, start_bot, stop, unused_port
from playground.scenarios.doors import make_token
from playground.scenarios.main_flow import CHANNEL, LEAD, play_main_flow

_BRIEF = "Maya: weathered 60-year-old fisherwoman, grey plait"
_SETTLE_SECONDS = 8.0
_AT_ONCE = 8
_NO_LIMIT = {"DOORS_CALLS_PER_MINUTE": "1000000"}
_RECALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "recall_face", "arguments": {"name": "Maya"}},
}
_MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
_NOTE = (
    "Each call is a whole one on loopback: token, rate, membership, audit log on disk, answer. Slack is the practice "
    "workspace, asked about the token's maker at most every five seconds. The face is one original of 1K. Memory is "
    "measured twice, alternately, and the smaller figure counts. The load tells how much else the two cores had to do: "
    "above two, calls wait for a core at each step."
)

Call = Callable[[ClientSession], Awaitable[None]]


async def measure(data: Path, run_size: RunSize) -> Section:
    rounds = run_size.pick(1, 2)
    load_before = os.getloadavg()[0]
    off, on = await _measure_memory(data / "idle", rounds)
    latency_rows = await _measure_latency(data / "calls", run_size.pick(60, 600))
    memory = Row("idle memory: doors off, doors on", f"{off:.0f} MB, {on:.0f} MB, {on - off:.0f} MB more")
    load = Row("load of the machine before and after the run", f"{load_before:.1f}, {os.getloadavg()[0]:.1f}")
    rows = (memory, *latency_rows, load)
    return Section("Doors", rows, (_NOTE,), (memory, latency_rows[0], latency_rows[-1]))


async def _measure_memory(data: Path, rounds: int) -> tuple[float, float]:
    """Return the memory of the idle bot without and with doors, in megabytes."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data)
    found: dict[bool, list[float]] = {False: [], True: []}
    try:
        variables = bot_environment(data, await workspace.environment())
        await migrate_database(variables)
        for _ in range(rounds):
            for has_doors in (False, True):
                doors = {"DOORS_PORT": str(unused_port())} if has_doors else {}
                found[has_doors].append(await _idle_megabytes(workspace, {**variables, **doors}, data))
    finally:
        await stop(workspace.process)
    return min(found[False]), min(found[True])


async def _idle_megabytes(workspace: WorkspaceProcess, variables: Mapping[str, str], data: Path) -> float:
    bot = await start_bot(variables, data / "idle.log")
    try:
        async with ControlClient(workspace.address) as control_client:
            await control_client.wait_until_connected(bot)
        await asyncio.sleep(_SETTLE_SECONDS)
        return megabytes(bot)
    finally:
        await stop(bot)


async def _measure_latency(data: Path, count: int) -> list[Row]:
    """Cast a face in the real bot, then call each door `count` times, one call after the other and eight at once."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data, speed=50.0)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(stop, workspace.process)
        port = unused_port()
        variables = bot_environment(data, await workspace.environment(), DOORS_PORT=str(port), **_NO_LIMIT)
        await make_passport_key(variables)
        bot = await start_bot(variables, data / "bot.log")
        stack.push_async_callback(stop, bot)
        control_client = await stack.enter_async_context(ControlClient(workspace.address))
        await control_client.wait_until_connected(bot)
        await play_main_flow(control_client, _BRIEF, variables, data / "pictures")
        token, url = await make_token(control_client, LEAD, CHANNEL), f"http://127.0.0.1:{port}"
        session = await stack.enter_async_context(ClientSession(headers={"Authorization": f"Bearer {token}"}))
        async with session.get(f"{url}/v1/faces", params={"name": "Maya"}) as response:
            original = (await response.json())["original"]["url"]
        calls = {
            "REST, a face by name": _get(f"{url}/v1/faces?name=Maya"),
            "REST, an original of 1K": _get(original),
            "MCP, recall_face with its preview": _post(f"{url}/mcp"),
        }
        figures = "p50, p99; eight at once; CPU of the bot"
        return [Row(f"{name}: {figures}", await _timed(session, bot, call, count)) for name, call in calls.items()]


def _get(url: str) -> Call:
    async def call(session: ClientSession) -> None:
        async with session.get(url) as response:
            assert response.status == 200, await response.text()
            await response.read()

    return call


def _post(url: str) -> Call:
    async def call(session: ClientSession) -> None:
        async with session.post(url, json=_RECALL, headers=_MCP_HEADERS) as response:
            assert response.status == 200, await response.text()
            assert (await response.json())["result"]["structuredContent"]["status"] == "face"

    return call


async def _timed(session: ClientSession, bot: Process, call: Call, count: int) -> str:
    """Return the milliseconds of calls in a row, and of eight workers at once."""
    await asyncio.gather(*(call(session) for _ in range(_AT_ONCE)))
    cpu_before = cpu_seconds(bot)
    alone = [await _milliseconds(session, call) for _ in range(count)]
    cpu = (cpu_seconds(bot) - cpu_before) / count * 1_000
    together: list[float] = []

    async def work() -> None:
        together.extend([await _milliseconds(session, call) for _ in range(count // _AT_ONCE)])

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    alone_figures, together_figures = (f"{median(v):.1f} ms, {_p99(v):.1f} ms" for v in (alone, together))
    return f"{alone_figures}; {together_figures}; {cpu:.1f} ms"


async def _milliseconds(session: ClientSession, call: Call) -> float:
    start = perf_counter()
    await call(session)
    return (perf_counter() - start) * 1_000


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]
