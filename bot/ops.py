"""What monitors ask, on this machine alone: /healthz, /readyz and /metrics.

Healthy: the loop turns and the database answers; else a supervisor restarts the bot. Ready: Slack can reach us as well.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from aiohttp import web

from bot import measures
from bot.listening import Hearing

_HOST = "127.0.0.1"
_LOOK_SECONDS = 0.25
_ANSWER_SECONDS = 2.0
_LAST_ANSWERS = 0.5


@dataclass(frozen=True)
class Vitals:
    """Who is asked: `database` raises when it cannot be read, `drawing` is the number of slots under way."""

    database: Callable[[], Awaitable[object]]
    hearing: Hearing
    drawing: Callable[[], int]


@asynccontextmanager
async def ops(port: int | None, vitals: Vitals) -> AsyncIterator[None]:
    """Measure the loop for as long as the block runs, and answer on `port` where one is set."""
    measures.reads("drawing", vitals.drawing)
    measures.reads("socket_silence", lambda: vitals.hearing.silence)
    measures.reads("socket_age", lambda: vitals.hearing.age)
    measuring = asyncio.create_task(_measure_lag())
    runner = web.AppRunner(_site(vitals), access_log=None, shutdown_timeout=_LAST_ANSWERS)
    try:
        if port:
            await runner.setup()
            await web.TCPSite(runner, _HOST, port).start()
        yield
    finally:
        measuring.cancel()
        await runner.cleanup()


def _site(vitals: Vitals) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        return _told({"database": await _database(vitals)})

    async def readyz(_request: web.Request) -> web.Response:
        slack = "" if vitals.hearing.ready else f"nothing heard for {vitals.hearing.silence:.0f} s"
        return _told({"database": await _database(vitals), "slack": slack})

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=measures.written(), headers={"Content-Type": measures.FORM})

    site = web.Application()
    site.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return site


def _told(troubles: dict[str, str]) -> web.Response:
    """200 where nothing is wrong, else 503; either way a line a part."""
    lines = [f"{part}: {trouble or 'ok'}" for part, trouble in troubles.items()]
    return web.Response(text="\n".join(lines) + "\n", status=503 if any(troubles.values()) else 200)


async def _database(vitals: Vitals) -> str:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await vitals.database()
    except Exception as error:  # noqa: BLE001 - whatever a driver raises is the trouble to be told
        return type(error).__name__
    return ""


async def _measure_lag() -> None:
    while True:
        started = perf_counter()
        await asyncio.sleep(_LOOK_SECONDS)
        measures.lagged(max(0.0, perf_counter() - started - _LOOK_SECONDS))
