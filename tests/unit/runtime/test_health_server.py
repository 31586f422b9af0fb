"""Health endpoints and metrics."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from bot.domain.service_errors import StorageUnavailable
from bot.runtime.health_server import Check, HealthSources, health_server
from bot.telemetry import metrics
from bot.version import describe
from playground.processes import unused_port


@dataclass
class FakeConnectionStatus:
    ready: bool = True
    seconds_since_message: float = 0.0
    connection_age: float = 0.0


async def healthy() -> None:
    pass


async def broken_database() -> None:
    raise OSError("/data is gone")


def sources(
    database: Check | None = None,
    engine: Check | None = None,
    portraits: Check | None = None,
    status: FakeConnectionStatus | None = None,
    generations: int = 0,
    data_dir: Path = Path(),
) -> HealthSources:
    """Return sources of which those that are not given are well."""
    return HealthSources(
        database or healthy, engine or healthy, portraits or healthy, status or FakeConnectionStatus(),
        lambda: generations, data_dir,
    )  # fmt: skip


@asynccontextmanager
async def running_health_server(health_sources: HealthSources) -> AsyncIterator[aiohttp.ClientSession]:
    port = unused_port()
    async with health_server(port, health_sources), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session


async def fetch(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as response:
        return response.status, await response.text()


async def test_health_and_readiness_are_ok() -> None:
    async with running_health_server(sources()) as session:
        assert await fetch(session, "/healthz") == (200, f"database: ok\nversion: {describe()}\n")
        assert await fetch(session, "/readyz") == (
            200,
            "database: ok\nengine: ok\nportraits: ok\nslack: ok\n",
        )


async def test_server_listens_on_the_configured_address_only() -> None:
    port = unused_port()
    async with health_server(port, sources(), "127.0.0.2"), aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.2:{port}/healthz") as response:
            assert response.status == 200
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://127.0.0.1:{port}/healthz")


async def test_problems_are_reported_without_details() -> None:
    async with running_health_server(
        sources(broken_database, status=FakeConnectionStatus(ready=False, seconds_since_message=61.2))
    ) as session:
        assert await fetch(session, "/healthz") == (503, f"database: OSError\nversion: {describe()}\n")
        assert await fetch(session, "/readyz") == (
            503,
            "database: OSError\nengine: ok\nportraits: ok\nslack: no message for 61 s\n",
        )


async def test_a_bot_without_job_queue_or_portraits_is_healthy_but_not_ready() -> None:
    async def no_job_queue() -> None:
        raise StorageUnavailable("engine", "away", "Connection refused", "postgresql://db.internal:5432/engine")

    async def no_bucket() -> None:
        raise StorageUnavailable("portraits", "missing", "404 NoSuchBucket", "s3://faces/portraits")

    async with running_health_server(sources(engine=no_job_queue, portraits=no_bucket)) as session:
        assert (await fetch(session, "/healthz"))[0] == 200
        assert await fetch(session, "/readyz") == (
            503,
            "database: ok\n"
            "engine: does not answer: start the database server, or correct ENGINE_URL\n"
            "portraits: does not exist: create the bucket, or correct PORTRAITS_URL\n"
            "slack: ok\n",
        )


async def test_silent_slack_connection_does_not_fail_the_health_check() -> None:
    async with running_health_server(
        sources(status=FakeConnectionStatus(ready=False, seconds_since_message=61))
    ) as session:
        assert (await fetch(session, "/healthz"))[0] == 200


@pytest.mark.parametrize(
    ("count", "metric"),
    [
        (
            lambda: metrics.ack_seconds.labels("command").observe(0.02),
            'castroom_ack_seconds_bucket{kind="command",le="0.025"}',
        ),
        (
            lambda: metrics.observe_portrait("x:y", 3, Decimal(1), "listed"),
            'castroom_portrait_seconds_count{model="x:y"}',
        ),
        (
            lambda: metrics.slot_failures.labels("refused", "no").inc(),
            'castroom_slot_failures_total{kind="refused",paid="no"}',
        ),
        (lambda: metrics.redraws.labels("done").inc(), 'castroom_redraws_total{outcome="done"}'),
    ],
)  # fmt: skip
async def test_metrics_are_in_prometheus_format(count: Callable[[], None], metric: str) -> None:
    async with running_health_server(
        sources(status=FakeConnectionStatus(seconds_since_message=2.5), generations=3)
    ) as session:
        before = metric_value(await fetch(session, "/metrics"), metric)
        count()
        after = await fetch(session, "/metrics")
        assert metric_value(after, metric) > before
        assert metric_value(after, "castroom_generations_in_progress") == 3
        assert metric_value(after, "castroom_socket_silence_seconds") == 2.5


async def test_running_jobs_are_counted() -> None:
    async with running_health_server(sources(status=FakeConnectionStatus(connection_age=90.5))) as session:
        metric = 'castroom_jobs{kind="slot"}'
        before = metric_value(await fetch(session, "/metrics"), metric)
        with metrics.track_job("slot"), metrics.track_job("slot"), metrics.rate_limit_waiting.track_inprogress():
            during = await fetch(session, "/metrics")
        after = await fetch(session, "/metrics")
        assert (metric_value(during, metric) - before, metric_value(after, metric)) == (2, before)
        assert (
            metric_value(during, "castroom_rate_limit_waiting") - metric_value(after, "castroom_rate_limit_waiting")
            == 1
        )
        assert metric_value(after, "castroom_socket_age_seconds") == 90.5


def metric_value(response: tuple[int, str], metric: str) -> float:
    assert response[0] == 200
    return next((float(row.rsplit(" ", 1)[1]) for row in response[1].splitlines() if row.startswith(f"{metric} ")), 0.0)


async def test_the_age_of_the_oldest_job_is_shown_while_it_runs() -> None:
    metric = 'castroom_oldest_job_seconds{kind="close"}'
    async with running_health_server(sources()) as session:
        with metrics.track_job("close"):
            with metrics.track_job("close"):
                pass
            during = metric_value(await fetch(session, "/metrics"), metric)
        after = metric_value(await fetch(session, "/metrics"), metric)
    assert during > 0
    assert after == 0


async def test_free_space_is_shown_for_a_folder_that_exists(tmp_path: Path) -> None:
    async with running_health_server(sources(data_dir=tmp_path)) as session:
        assert metric_value(await fetch(session, "/metrics"), "castroom_data_free_bytes") > 0
    async with running_health_server(sources(data_dir=tmp_path / "missing")) as session:
        assert "castroom_data_free_bytes NaN" in (await fetch(session, "/metrics"))[1]
