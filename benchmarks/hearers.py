"""The bot and a bare Bolt listener side by side: each a process that says how late its event loop was (Linux only)."""

import os
from asyncio.subprocess import Process
from pathlib import Path

from benchmarks.four_k import WATCHED as BOT

__all__ = ["BOT", "LISTENER", "cpu_seconds", "files", "lags", "megabytes", "threads"]

# Acks whatever comes, and nothing else; beside it the same task that watches the loop.
LISTENER = """
import asyncio, os, re, time
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

async def watch():
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        late = (time.perf_counter() - start - 0.005) * 1000
        if late > 5:
            print(f"late {time.time()} {late:.1f}", flush=True)

async def take(ack):
    await ack()

async def listen():
    watching = asyncio.create_task(watch())
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_BASE_URL"])
    app = AsyncApp(client=client)
    app.action(re.compile(".*"))(take)
    app.command(re.compile(".*"))(take)
    app.event("reaction_added")(take)
    app.event("reaction_removed")(take)
    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()

asyncio.run(listen())
"""


def lags(log: Path, since: float, until: float) -> list[float]:
    """How late the loop was between two moments (seconds since 1970), in milliseconds, where it was more than five."""
    said = [line.split() for line in log.read_text("utf-8").splitlines() if line.startswith("late ")]
    return [float(words[2]) for words in said if since <= float(words[1]) <= until]


def cpu_seconds(process: Process) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: Process) -> float:
    return int(_status(process)["VmRSS"].split()[0]) / 1024


def threads(process: Process) -> int:
    return int(_status(process)["Threads"])


def files(process: Process) -> int:
    """Open files and sockets."""
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def _status(process: Process) -> dict[str, str]:
    return dict(line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
