"""Serves the doors in the bot's event loop, on a port of their own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from bot.doors.app import build_app
from bot.doors.config import DoorsConfig
from bot.usecases.casting import Casting

# Connections at a time; more get 503. A proxy in front may queue.
_MAX_CONNECTIONS = 200
_SHUTDOWN_SECONDS = 2
_KEEP_ALIVE_SECONDS = 20


class DoorsUnavailable(Exception):
    """The address of the doors cannot be used; the text names the setting and the address."""


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to the bot."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def doors_server(casting: Casting, config: DoorsConfig, address: tuple[str, int]) -> AsyncIterator[None]:
    """Serve both doors inside the block; raises DoorsUnavailable."""
    server = _Server(
        uvicorn.Config(
            build_app(casting, config),
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )
    listener = _listen(address)
    serving = asyncio.create_task(server.serve([listener]), name="doors")
    try:
        while not server.started:
            if serving.done():
                await serving
                raise DoorsUnavailable("the doors did not start")
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving
        listener.close()


def _listen(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server(address, family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise DoorsUnavailable(
            f"DOORS_HOST and DOORS_PORT: the bot cannot listen on {host}:{port} ({reason})."
        ) from error
