"""Scripts that run the bot or a bare Bolt listener with a lag probe; resources of a process (Linux only)."""

import os
from asyncio.subprocess import Process
from math import inf
from pathlib import Path

# Prints by how many milliseconds the event loop was late, if more than five.
_LAG_WATCH = """
import asyncio, time

async def watch():
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        late = (time.perf_counter() - start - 0.005) * 1000
        if late > 5:
            print(f"late {time.time()} {late:.1f}", flush=True)
"""

# Log events of requests that were answered with an error (handlers/slack/error_replies.py).
_REFUSALS = ("slack_call_failed", "storage_unavailable", "request_rejected", "error_unexpected")

# The unmodified bot.
BOT_SCRIPT = f"""{_LAG_WATCH}
from bot.app import run
from bot.settings import Settings
from bot.telemetry import logs

async def main():
    watching = asyncio.create_task(watch())
    settings = Settings.load()
    logs.configure(settings.log_level)
    await run(settings)

asyncio.run(main())
"""

# Acks everything and does nothing else.
BARE_LISTENER_SCRIPT = f"""{_LAG_WATCH}
import os, re
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

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


def loop_lags(log: Path, since: float = 0.0, until: float = inf) -> list[float]:
    """Return the loop's lags over five milliseconds between two times (seconds since 1970)."""
    lines = [line.split() for line in log.read_text("utf-8").splitlines() if line.startswith("late ")]
    return [float(fields[2]) for fields in lines if since <= float(fields[1]) <= until]


def count_refusals(log: Path) -> int:
    """Return how many requests a bot refused until now, according to its log."""
    return sum(
        any(f'"event": "{event}"' in line for event in _REFUSALS) for line in log.read_text("utf-8").splitlines()
    )


def cpu_seconds(process: Process) -> float:
    """Return the CPU time used so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: Process, field: str = "VmRSS") -> float:
    """Return the memory in use, or its peak with VmHWM."""
    return int(_status(process)[field].split()[0]) / 1024


def threads(process: Process) -> int:
    return int(_status(process)["Threads"])


def open_files(process: Process) -> int:
    """Return the number of open files and sockets."""
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def _status(process: Process) -> dict[str, str]:
    return dict(line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
