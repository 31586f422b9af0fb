"""Health endpoints, by default on this machine only: /healthz, /readyz and /metrics.

Healthy: the event loop runs and the database answers; otherwise a supervisor restarts the bot. Ready: the job queue's
database answers, portraits can be stored and Slack is connected as well; no model is called while they cannot be
stored.
"""

import asyncio
import math
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from aiohttp import web

from bot.domain import storage_advice
from bot.domain.service_errors import StorageUnavailable
from bot.runtime.http_listener import http_listener
from bot.runtime.slack_server import ConnectionStatus
from bot.telemetry import metrics
from bot.version import describe as describe_version

_LAG_SAMPLE_SECONDS = 0.25
_CHECK_TIMEOUT_SECONDS = 2.0
_SHUTDOWN_TIMEOUT_SECONDS = 0.5

Check = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class HealthSources:
    """Sources of the checks. The three functions raise if the part cannot be used."""

    check_database: Check
    check_job_database: Check
    check_portraits: Check
    connection_status: ConnectionStatus
    generations_in_progress: Callable[[], int]
    data_dir: Path


@asynccontextmanager
async def health_server(port: int | None, sources: HealthSources, host: str = "127.0.0.1") -> AsyncIterator[None]:
    """Measure the loop lag inside the block, and serve the endpoints if `port` is set."""
    metrics.register_gauge("drawing", sources.generations_in_progress)
    metrics.register_gauge("data_free", partial(_free_bytes, sources.data_dir))
    metrics.register_gauge("socket_silence", lambda: sources.connection_status.seconds_since_message)
    metrics.register_gauge("socket_age", lambda: sources.connection_status.connection_age)
    lag_task = asyncio.create_task(_measure_lag())
    try:
        if port is None:
            yield
            return
        async with http_listener(
            _create_web_app(sources), (host, port), "OPS_HOST and OPS_PORT", shutdown_seconds=_SHUTDOWN_TIMEOUT_SECONDS
        ):
            yield
    finally:
        lag_task.cancel()


def _create_web_app(sources: HealthSources) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return _status_response({"database": await _problem(sources.check_database)}, f"version: {describe_version()}")

    async def readyz(_request: web.Request) -> web.Response:
        checks = {
            "database": sources.check_database,
            "engine": sources.check_job_database,
            "portraits": sources.check_portraits,
        }
        problems = dict(zip(checks, await asyncio.gather(*map(_problem, checks.values())), strict=True))
        status = sources.connection_status
        slack = "" if status.ready else f"no message for {status.seconds_since_message:.0f} s"
        return _status_response(problems | {"slack": slack})

    async def metrics_text(_request: web.Request) -> web.Response:
        # In a thread: the free space of a network disk can take a while.
        body = await asyncio.to_thread(metrics.render)
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics_text)])
    return app


def _status_response(problems: dict[str, str], *notes: str) -> web.Response:
    """Return 200 without problems, else 503, with one line per part, and the notes."""
    lines = [*(f"{part}: {problem or 'ok'}" for part, problem in problems.items()), *notes]
    return web.Response(text="\n".join(lines) + "\n", status=503 if any(problems.values()) else 200)


async def _problem(check: Check) -> str:
    """Return what is wrong and what to do; places and drivers' messages are in the log only."""
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
            await check()
    except StorageUnavailable as error:
        return storage_advice.describe_briefly(error)
    except Exception as error:  # noqa: BLE001 - drivers raise any type
        return type(error).__name__
    return ""


def _free_bytes(folder: Path) -> float:
    """Return the free space of the folder's disk; not a number if there is no such folder."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return math.nan


async def _measure_lag() -> None:
    while True:
        started = perf_counter()
        await asyncio.sleep(_LAG_SAMPLE_SECONDS)
        metrics.loop_lag_seconds.observe(max(0.0, perf_counter() - started - _LAG_SAMPLE_SECONDS))
