"""The work of a process that was killed is taken over by another one, on PostgreSQL.

Also holds DBOS to the private function that this needs.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.runtime.jobs import JobRunner
from bot.runtime.takeover import Takeover
from bot.usecases.casting import Casting
from tests.support.postgres_server import require_postgres
from tests.support.time_factor import scaled

ROOT = Path(__file__).resolve().parents[3]
# Starts a job that never ends, says so, and waits to be killed.
WORKER = """
import asyncio, sys
from tests.contract.ports.test_takeover import unfinished_use_cases
from bot.runtime.jobs import JobRunner

async def main():
    runner = JobRunner(sys.argv[1], sys.argv[2])
    started = asyncio.Event()
    await runner.launch(unfinished_use_cases(started.set, asyncio.Event()))
    await runner.start("close", "r1")
    await started.wait()
    print("started", flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""

# A version before the job "close" existed: takes over the work of the first process, says so, and waits to be killed.
EARLIER_VERSION = """
import asyncio, sys
from dbos import DBOS
from tests.contract.ports.test_takeover import unfinished_use_cases
from bot.runtime.jobs import JobRunner

register = DBOS.workflow
DBOS.workflow = lambda name, **options: (lambda f: f) if name == "close" else register(name=name, **options)

async def main():
    runner = JobRunner(sys.argv[1], sys.argv[2])
    await runner.launch(unfinished_use_cases(lambda: print("ran", flush=True), asyncio.Event()))
    assert await runner.take_over("one") == 1
    while await runner.pending_owners() != {sys.argv[2]}:
        await asyncio.sleep(0.05)
    print("taken over", flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


def unfinished_use_cases(called: object, release: asyncio.Event) -> Casting:
    """Return use cases whose close job calls `called` and waits for `release`."""

    async def close_due(_round_id: str) -> None:
        called()  # type: ignore[operator]
        await release.wait()

    async def nothing(*_arguments: object) -> None: ...

    return cast(
        "Casting",
        SimpleNamespace(
            round_message=SimpleNamespace(post=nothing, repost=nothing),
            audition=SimpleNamespace(
                slot_ids=nothing,
                generate_slot=nothing,
                generate_when_posted=nothing,
                wait_until_ready=nothing,
                open_ballot=nothing,
                open_when_ready=nothing,
                post_and_generate=nothing,
            ),
            round_pictures=SimpleNamespace(publish_missing=nothing),
            close_vote=SimpleNamespace(close_due=close_due),
            look_alikes=SimpleNamespace(ask=nothing),
            run_upscale=SimpleNamespace(run=nothing, publish=nothing),
            storage_retry=SimpleNamespace(notify_lead=nothing),
        ),
    )


class FakeProcesses:
    """The processes that are gone, by name."""

    name = "two"

    def __init__(self) -> None:
        self.gone: set[str] = set()

    async def is_gone(self, name: str) -> bool:
        return name in self.gone


async def start_process(script: str, url: str, name: str, expected: bytes) -> asyncio.subprocess.Process:
    """Start a process with a job database; wait until it prints the expected line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        url,
        name,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout
    async with asyncio.timeout(scaled(60)):
        assert await process.stdout.readline() == expected
    return process


async def kill(process: asyncio.subprocess.Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def create_job_database() -> str:
    server = await asyncio.to_thread(require_postgres)
    return server.url(await asyncio.to_thread(server.create_database), "postgresql")


@asynccontextmanager
async def second_process(url: str) -> AsyncIterator[tuple[JobRunner, list[str]]]:
    """Run jobs as process "two", whose close jobs end at once; yield the runner and the jobs that it ran."""
    calls: list[str] = []
    release = asyncio.Event()
    release.set()
    runner = JobRunner(url, "two")
    await runner.launch(unfinished_use_cases(lambda: calls.append("close"), release))
    try:
        yield runner, calls
    finally:
        await runner.close()


@pytest.mark.heavy
async def test_work_that_an_earlier_version_took_over_runs_once_that_one_has_ended() -> None:
    url = await create_job_database()
    await kill(await start_process(WORKER, url, "one", b"started\n"))
    earlier = await start_process(EARLIER_VERSION, url, "earlier", b"taken over\n")

    async with second_process(url) as (runner, calls):
        assert await runner.pending_owners() == {"earlier"}, "an unknown job stays unfinished and is not failed"
        await kill(earlier)
        processes = FakeProcesses()
        processes.gone = {"earlier"}
        takeover = Takeover(runner, processes)
        await takeover.look()
        await takeover.look()
        async with asyncio.timeout(scaled(20)):
            while not calls or await runner.pending_owners():
                await asyncio.sleep(0.05)
        assert calls == ["close"]


async def test_unfinished_work_of_a_killed_process_runs_again_once() -> None:
    url = await create_job_database()
    await kill(await start_process(WORKER, url, "one", b"started\n"))

    async with second_process(url) as (runner, calls):
        processes = FakeProcesses()
        takeover = Takeover(runner, processes)
        await takeover.look()
        await takeover.look()
        assert not calls
        processes.gone = {"one"}
        assert await runner.pending_owners() == {"one"}
        await takeover.look()
        assert await runner.pending_owners() == {"one"}
        await takeover.look()
        async with asyncio.timeout(scaled(20)):
            while not calls or await runner.pending_owners():
                await asyncio.sleep(0.05)
        await takeover.look()
        assert calls == ["close"]


async def test_a_session_that_comes_back_keeps_its_work() -> None:
    taken: list[str] = []

    async def take_over(owner: str) -> int:
        taken.append(owner)
        return 1

    async def pending_owners() -> frozenset[str]:
        return frozenset({"one", "two"})

    processes = FakeProcesses()
    takeover = Takeover(SimpleNamespace(pending_owners=pending_owners, take_over=take_over), processes)
    for gone in ({"one"}, set(), {"one"}, {"one", "two"}):
        processes.gone = gone
        await takeover.look()
    assert taken == ["one"]


@pytest.mark.parametrize("error", [ConnectionError("away"), RuntimeError("unexpected")], ids=repr)
async def test_a_failed_look_is_repeated(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    async def pending_owners() -> frozenset[str]:
        looks.append(1)
        raise error

    async def take_over(_owner: str) -> int:
        return 0

    monkeypatch.setattr("bot.runtime.takeover.LOOK_SECONDS", 0.01)
    takeover = Takeover(SimpleNamespace(pending_owners=pending_owners, take_over=take_over), FakeProcesses())
    takeover.start()
    async with asyncio.timeout(scaled(10)):
        while len(looks) < 2:
            await asyncio.sleep(0.01)
    await takeover.stop()
