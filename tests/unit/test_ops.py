"""What monitors are told."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

import aiohttp
import pytest

from bot import measures
from bot.ops import Vitals, ops


@dataclass
class Ear:
    ready: bool = True
    silence: float = 0.0
    age: float = 0.0


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def sound() -> None:
    """A database that answers."""


async def broken() -> None:
    raise OSError("/data is gone")


@asynccontextmanager
async def asked(vitals: Vitals) -> AsyncIterator[aiohttp.ClientSession]:
    port = free()
    async with ops(port, vitals), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session


async def told(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as answer:
        return answer.status, await answer.text()


async def test_all_is_well() -> None:
    async with asked(Vitals(sound, Ear(), lambda: 0)) as session:
        assert await told(session, "/healthz") == (200, "database: ok\n")
        assert await told(session, "/readyz") == (200, "database: ok\nslack: ok\n")


async def test_what_is_wrong_is_said_without_giving_anything_away() -> None:
    async with asked(Vitals(broken, Ear(ready=False, silence=61.2), lambda: 0)) as session:
        assert await told(session, "/healthz") == (503, "database: OSError\n")
        assert await told(session, "/readyz") == (503, "database: OSError\nslack: nothing heard for 61 s\n")


async def test_silence_is_no_reason_to_restart() -> None:
    async with asked(Vitals(sound, Ear(ready=False, silence=61), lambda: 0)) as session:
        assert (await told(session, "/healthz"))[0] == 200


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (lambda: measures.acked("command", 0.02), 'castroom_ack_seconds_bucket{kind="command",le="0.025"}'),
        (lambda: measures.drawn("x:y", 3, Decimal(1), "listed"), 'castroom_portrait_seconds_count{model="x:y"}'),
        (lambda: measures.missed("refused", "no"), 'castroom_misses_total{kind="refused",paid="no"}'),
        (lambda: measures.redrawn("done"), 'castroom_redraws_total{outcome="done"}'),
    ],
)  # fmt: skip
async def test_figures_in_prometheus_form(count: Callable[[], None], line: str) -> None:
    async with asked(Vitals(sound, Ear(silence=2.5), lambda: 3)) as session:
        before = value(await told(session, "/metrics"), line)
        count()
        after = await told(session, "/metrics")
        assert value(after, line) > before
        assert value(after, "castroom_drawing") == 3
        assert value(after, "castroom_socket_silence_seconds") == 2.5


async def test_what_is_under_way_is_counted_while_it_is() -> None:
    async with asked(Vitals(sound, Ear(age=90.5), lambda: 0)) as session:
        line = 'castroom_errands{kind="slot"}'
        before = value(await told(session, "/metrics"), line)
        with measures.errand("slot"), measures.errand("slot"), measures.queueing():
            during = await told(session, "/metrics")
        after = await told(session, "/metrics")
        assert (value(during, line) - before, value(after, line)) == (2, before)
        assert value(during, "castroom_queue") - value(after, "castroom_queue") == 1
        assert value(after, "castroom_socket_age_seconds") == 90.5


def value(answer: tuple[int, str], line: str) -> float:
    assert answer[0] == 200
    return next((float(row.rsplit(" ", 1)[1]) for row in answer[1].splitlines() if row.startswith(f"{line} ")), 0.0)
