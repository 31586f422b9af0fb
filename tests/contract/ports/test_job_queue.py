"""The port `JobQueue` on DBOS, on SQLite and PostgreSQL: a job starts once, ends, and resumes after a crash."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dbos import DBOS, SetWorkflowID
from dbos._dbos import _get_dbos_instance

from bot.domain.service_errors import NotInstalled, StorageUnavailable
from bot.runtime.jobs import JobRunner
from bot.usecases.casting import Casting
from tests.support.postgres_server import require_postgres
from tests.support.storage_builders import DATABASES
from tests.support.time_factor import scaled


@dataclass
class FakeUseCases:
    """Use cases that record their calls. `failures_left` steps fail with `error`; slots wait for both events."""

    calls: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    posted: asyncio.Event = field(default_factory=asyncio.Event)
    failures_left: int = 0
    error: Exception = field(default_factory=lambda: ConnectionError("Slack is away"))

    def casting(self) -> Casting:
        """Return the parts of Casting that the job runner calls."""
        parts: dict[str, Any] = {
            "round_message": SimpleNamespace(post=self.post, repost=self.repost),
            "audition": SimpleNamespace(
                slot_ids=self.slot_ids,
                generate_when_posted=self.generate_when_posted,
                wait_until_ready=self.wait_until_ready,
                open_ballot=self.open_ballot,
                open_when_ready=self.open_when_ready,
                post_and_generate=self.post,
            ),
            "round_pictures": SimpleNamespace(publish_missing=self.publish_missing),
            "close_vote": SimpleNamespace(close_due=self.close_due),
            "look_alikes": SimpleNamespace(ask=self.ask_about_look_alikes),
            "run_upscale": SimpleNamespace(run=self.run_upscale, publish=self.publish_missing),
            "storage_retry": SimpleNamespace(notify_lead=self.notify_lead),
        }
        return cast("Casting", SimpleNamespace(**parts))

    async def post(self, key: str) -> None:
        if self.failures_left:
            self.failures_left -= 1
            raise self.error
        self.calls.append(f"post {key}")
        self.posted.set()

    async def ask_about_look_alikes(self, key: str) -> None: ...

    async def repost(self, key: str) -> None:
        self.calls.append(f"post again {key}")

    async def slot_ids(self, key: str) -> list[str]:
        return [f"{key}-0", f"{key}-1"]

    async def generate_when_posted(self, key: str) -> None:
        await self.posted.wait()
        self.calls.append(f"draw {key}")
        await self.release.wait()

    async def run_upscale(self, key: str) -> None:
        self.calls.append(f"enlarge {key}")

    async def wait_until_ready(self, key: str) -> None:
        await self.release.wait()
        while not {f"draw {slot_id}" for slot_id in await self.slot_ids(key)} <= set(self.calls):
            await asyncio.sleep(0.01)
        self.calls.append(f"settle {key}")

    async def open_ballot(self, key: str) -> None:
        self.calls.append(f"open {key}")

    async def open_when_ready(self, key: str) -> None:
        await self.wait_until_ready(key)
        await self.open_ballot(key)

    async def publish_missing(self, key: str) -> None:
        self.calls.append(f"show {key}")

    async def notify_lead(self, round_id: str, error: Exception) -> None:
        self.calls.append(f"tell {round_id} {error}")

    async def close_due(self, key: str) -> None:
        self.calls.append(f"close {key}")


async def launch_runner(use_cases: FakeUseCases, url: str) -> JobRunner:
    runner = JobRunner(url, "test")
    await runner.launch(use_cases.casting())
    return runner


@pytest.fixture(params=DATABASES)
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.sqlite'}"
    server = require_postgres()
    return server.url(server.create_database(), "postgresql")


@pytest.fixture
async def use_cases_and_runner(engine_url: str) -> AsyncIterator[tuple[FakeUseCases, JobRunner]]:
    use_cases = FakeUseCases()
    runner = await launch_runner(use_cases, engine_url)
    yield use_cases, runner
    use_cases.release.set()
    await asyncio.sleep(0.05)
    await runner.close()


async def wait_for_call(use_cases: FakeUseCases, call: str, seconds: float = 5) -> None:
    async with asyncio.timeout(scaled(seconds)):
        while call not in use_cases.calls:
            await asyncio.sleep(0.01)


async def test_round_job_posts_generates_opens_and_shows(use_cases_and_runner: tuple[FakeUseCases, JobRunner]) -> None:
    use_cases, runner = use_cases_and_runner
    use_cases.release.set()
    await runner.start("round", "r1")
    await wait_for_call(use_cases, "show r1")
    assert use_cases.calls[0] == "post r1"
    assert set(use_cases.calls[1:3]) <= {"draw r1-0", "draw r1-1", "settle r1"}
    assert use_cases.calls[-2:] == ["open r1", "show r1"]


async def test_upscale_job_upscales_then_shows(use_cases_and_runner: tuple[FakeUseCases, JobRunner]) -> None:
    use_cases, runner = use_cases_and_runner
    await runner.start("upscale", "r1-f1")
    await wait_for_call(use_cases, "show r1-f1")
    assert use_cases.calls == ["enlarge r1-f1", "show r1-f1"]


async def test_starting_a_running_job_does_nothing(use_cases_and_runner: tuple[FakeUseCases, JobRunner]) -> None:
    use_cases, runner = use_cases_and_runner
    await asyncio.gather(*(runner.start("round", "r1") for _ in range(5)))
    await wait_for_call(use_cases, "draw r1-1")
    await runner.start("round", "r1")
    await runner.start("slot", "r1-0")
    use_cases.release.set()
    await wait_for_call(use_cases, "show r1")
    assert sorted(use_cases.calls) == ["draw r1-0", "draw r1-1", "open r1", "post r1", "settle r1", "show r1"]


async def test_finished_job_can_be_started_again(use_cases_and_runner: tuple[FakeUseCases, JobRunner]) -> None:
    use_cases, runner = use_cases_and_runner
    await runner.start("close", "r1")
    await wait_for_call(use_cases, "show r1")
    use_cases.calls.clear()
    async with asyncio.timeout(scaled(5)):
        while not use_cases.calls:  # the job is running until its end is stored
            await runner.start("close", "r1")
            await asyncio.sleep(0.02)
    await wait_for_call(use_cases, "show r1")
    assert use_cases.calls == ["close r1", "show r1"]


async def test_repost_is_a_job_of_its_own(use_cases_and_runner: tuple[FakeUseCases, JobRunner]) -> None:
    use_cases, runner = use_cases_and_runner
    await runner.start("repost", "r1")
    await wait_for_call(use_cases, "post again r1")
    assert use_cases.calls == ["post again r1"]


async def test_step_rejected_by_slack_is_retried(use_cases_and_runner: tuple[FakeUseCases, JobRunner]) -> None:
    use_cases, runner = use_cases_and_runner
    use_cases.failures_left = 2
    use_cases.release.set()
    await runner.start("round", "r1")
    await wait_for_call(use_cases, "show r1", 10)
    assert use_cases.calls.count("post r1") == 1


async def test_a_step_of_a_removed_workspace_is_not_retried(
    use_cases_and_runner: tuple[FakeUseCases, JobRunner],
) -> None:
    use_cases, runner = use_cases_and_runner
    use_cases.failures_left, use_cases.error = 5, NotInstalled("workspace T1")
    await runner.start("round", "r1")
    await asyncio.sleep(2)  # a second attempt would come after half a second
    assert use_cases.failures_left == 4


async def test_storage_failure_notifies_the_lead_and_retries_the_step(
    use_cases_and_runner: tuple[FakeUseCases, JobRunner],
) -> None:
    use_cases, runner = use_cases_and_runner
    use_cases.failures_left, use_cases.error = 1, StorageUnavailable("database", "full")
    use_cases.release.set()
    await runner.start("round", "r1")
    await wait_for_call(use_cases, "show r1", 10)
    assert use_cases.calls[:2] == ["tell r1 StorageUnavailable(component='database', reason='full')", "post r1"]


async def test_job_that_cannot_start_is_left_to_the_scheduler(
    use_cases_and_runner: tuple[FakeUseCases, JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_cases, runner = use_cases_and_runner

    async def broken(*args: object) -> None:
        raise OSError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(DBOS, "start_workflow_async", broken)
        await runner.start("close", "r1")
    assert use_cases.calls == []
    await runner.start("close", "r1")
    await wait_for_call(use_cases, "show r1")


@pytest.mark.parametrize("damaged", ["header", "page"])
async def test_damaged_job_database_is_left_unchanged(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "engine.sqlite"
    runner = await launch_runner(FakeUseCases(), f"sqlite:///{file}")
    await runner.close()
    for other in (tmp_path / "engine.sqlite-wal", tmp_path / "engine.sqlite-shm"):
        other.unlink(missing_ok=True)
    data = bytearray(file.read_bytes())
    offset = 0 if damaged == "header" else 4096
    data[offset : offset + 64] = bytes(range(1, 65))
    file.write_bytes(data)
    with pytest.raises(StorageUnavailable) as caught:
        await launch_runner(FakeUseCases(), f"sqlite:///{file}")
    assert (caught.value.component, caught.value.reason, caught.value.path) == ("engine", "damaged", str(file))
    assert file.read_bytes() == data


def test_restarted_job_runner_resumes_its_jobs(engine_url: str) -> None:
    """Each run has its own event loop, as each process has."""

    async def first_process() -> None:
        use_cases = FakeUseCases()
        runner = await launch_runner(use_cases, engine_url)
        await runner.start("round", "r1")
        await wait_for_call(use_cases, "draw r1-1")
        await runner.close()

    async def second_process() -> list[str]:
        use_cases = FakeUseCases()
        use_cases.posted.set()
        use_cases.release.set()
        runner = await launch_runner(use_cases, engine_url)
        await wait_for_call(use_cases, "show r1", 10)
        await runner.close()
        return use_cases.calls

    asyncio.run(first_process())
    calls = asyncio.run(second_process())
    assert "post r1" not in calls, "what was recorded is not done again"
    assert sorted(calls)[:2] == ["draw r1-0", "draw r1-1"], "what was not is"


def test_a_round_that_an_earlier_version_started_is_resumed(engine_url: str) -> None:
    """Its workflow has other steps; a replay needs them in the recorded order."""

    async def earlier_version() -> None:
        use_cases = FakeUseCases()
        runner = await launch_runner(use_cases, engine_url)
        with SetWorkflowID("round:r1:0"):
            await DBOS.start_workflow_async(_get_dbos_instance()._registry.workflow_info_map["round"], "r1")
        await wait_for_call(use_cases, "draw r1-1")
        await runner.close()

    async def this_version() -> list[str]:
        use_cases = FakeUseCases()
        use_cases.posted.set()
        runner = await launch_runner(use_cases, engine_url)
        await runner.start("round", "r1")
        use_cases.release.set()
        await wait_for_call(use_cases, "show r1", 10)
        await runner.close()
        return use_cases.calls

    asyncio.run(earlier_version())
    assert sorted(asyncio.run(this_version())) == ["draw r1-0", "draw r1-1", "open r1", "settle r1", "show r1"]


async def test_lead_is_told_once_of_a_step_that_always_fails_unexpectedly(
    use_cases_and_runner: tuple[FakeUseCases, JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_cases, runner = use_cases_and_runner
    monkeypatch.setattr("bot.runtime.jobs._STEP_ATTEMPTS", 2)
    monkeypatch.setattr("bot.runtime.jobs._FIRST_STEP_INTERVAL", 0.01)
    use_cases.failures_left, use_cases.error = 2, RuntimeError("nobody expects it")
    await runner.start("round", "r1")
    await wait_for_call(use_cases, "tell r1 nobody expects it")
    assert use_cases.calls == ["tell r1 nobody expects it"]


async def test_rows_of_ended_jobs_are_purged_and_running_jobs_stay(
    use_cases_and_runner: tuple[FakeUseCases, JobRunner],
) -> None:
    use_cases, runner = use_cases_and_runner
    await runner.start("repost", "r1")
    await wait_for_call(use_cases, "post again r1")
    use_cases.posted.set()
    await runner.start("slot", "r2-0")
    await wait_for_call(use_cases, "draw r2-0")
    assert await runner.purge(datetime.now(UTC) - timedelta(days=1)) == 0
    async with asyncio.timeout(scaled(5)):
        while not await runner.purge(datetime.now(UTC) + timedelta(days=1)):
            await asyncio.sleep(0.02)
    remaining = await DBOS.list_workflows_async()
    assert [status.status for status in remaining] == ["PENDING"]
