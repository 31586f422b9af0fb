"""Health endpoints on localhost: /healthz, /readyz and /metrics.

Healthy: the event loop runs and the database answers; otherwise a supervisor restarts the bot. Ready: Slack is
connected as well.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from aiohttp import web

from bot.runtime.http_listener import http_listener
from bot.runtime.slack_server import ConnectionStatus
from bot.telemetry import metrics
from bot.version import describe as describe_version

_HOST = "127.0.0.1"
_LAG_SAMPLE_SECONDS = 0.25
_DATABASE_TIMEOUT_SECONDS = 2.0
_SHUTDOWN_TIMEOUT_SECONDS = 0.5


@dataclass(frozen=True)
class HealthSources:
    """Sources of the checks: `check_database` raises if the database cannot be read."""

    check_database: Callable[[], Awaitable[object]]
    connection_status: ConnectionStatus
    generations_in_progress: Callable[[], int]


@asynccontextmanager
async def health_server(port: int | None, sources: HealthSources) -> AsyncIterator[None]:
    """Measure the loop lag inside the block, and serve the endpoints if `port` is set."""
    metrics.register_gauge("drawing", sources.generations_in_progress)
    metrics.register_gauge("socket_silence", lambda: sources.connection_status.seconds_since_message)
    metrics.register_gauge("socket_age", lambda: sources.connection_status.connection_age)
    lag_task = asyncio.create_task(_measure_lag())
    try:
        if port is None:
            yield
            return
        async with http_listener(
            _create_web_app(sources), (_HOST, port), "OPS_PORT", shutdown_seconds=_SHUTDOWN_TIMEOUT_SECONDS
        ):
            yield
    finally:
        lag_task.cancel()


def _create_web_app(sources: HealthSources) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return _status_response({"database": await _database_problem(sources)}, f"version: {describe_version()}")

    async def readyz(_request: web.Request) -> web.Response:
        status = sources.connection_status
        slack = "" if status.ready else f"no message for {status.seconds_since_message:.0f} s"
        return _status_response({"database": await _database_problem(sources), "slack": slack})

    async def metrics_text(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics_text)])
    return app


def _status_response(problems: dict[str, str], *notes: str) -> web.Response:
    """Return 200 without problems, else 503, with one line per part, and the notes."""
    lines = [*(f"{part}: {problem or 'ok'}" for part, problem in problems.items()), *notes]
    return web.Response(text="\n".join(lines) + "\n", status=503 if any(problems.values()) else 200)


async def _database_problem(sources: HealthSources) -> str:
    try:
        async with asyncio.timeout(_DATABASE_TIMEOUT_SECONDS):
            await sources.check_database()
    except Exception as error:  # noqa: BLE001 - drivers raise any type
        return type(error).__name__
    return ""


async def _measure_lag() -> None:
    while True:
        started = perf_counter()
        await asyncio.sleep(_LAG_SAMPLE_SECONDS)
        metrics.observe_loop_lag(max(0.0, perf_counter() - started - _LAG_SAMPLE_SECONDS))
