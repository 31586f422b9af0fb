"""The limit of one account under requests of several processes, with the queue in PostgreSQL and without it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from benchmarks.report import Row, RunSize, Section
from bot.domain.call_windows import Window
from playground.processes import ROOT
from providers.http.rate_limit import with_margin
from storage import migrate
from tests.support.postgres_server import postgres_server

_PROCESSES = 4
_WINDOW = Window(5, 6.0)


async def measure(_data: Path, run_size: RunSize) -> Section:
    requests = run_size.pick(16, 40)
    server = await asyncio.to_thread(postgres_server)
    url = server.url(server.create_database())
    await migrate(url)
    shared, separate = await send_requests(url, requests), await send_requests("", requests)
    label = f"{requests} requests of {_PROCESSES} processes at {_WINDOW.limit} in {_WINDOW.seconds:g} s"
    most = Row(f"{label}: most in any window", f"{most_in_a_window(shared)}", f"{_WINDOW.limit}")
    ideal = (ceil(requests / _WINDOW.limit) - 1) * with_margin([_WINDOW])[0].seconds
    return Section(
        "The limit of an account over several processes",
        (
            most,
            Row("… from the first to the last", f"{max(shared) - min(shared):.2f} s", f"ideal {ideal:.2f} s"),
            Row("the same with a queue in each process: most in any window", f"{most_in_a_window(separate)}"),
        ),
        (
            "Each process asks for all its requests at once, with the bot's rate limiter on PostgreSQL. A window is "
            "2 % longer than the account's, for delays of the network; the ideal counts the longer ones.",
        ),
        (most,),
    )


async def send_requests(url: str, requests: int) -> list[float]:
    """Return when the processes sent their requests, in seconds; without a URL each keeps the limit for itself."""
    arguments = (url, str(requests // _PROCESSES), str(_WINDOW.limit), str(_WINDOW.seconds))
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.load.limited_caller", *arguments, cwd=ROOT, stdin=PIPE, stdout=PIPE
        )
        for _ in range(_PROCESSES)
    ]
    for process in processes:
        assert process.stdout
        await process.stdout.readline()
    outputs = await asyncio.gather(*(process.communicate(b"start\n") for process in processes))
    return sorted(moment for output, _ in outputs for moment in json.loads(output))


def most_in_a_window(moments: Sequence[float]) -> int:
    """Return the most requests within any period of the account's window."""
    return max(sum(start <= moment < start + _WINDOW.seconds for moment in moments) for start in moments)
