"""Listens for HTTP with limits on connections that send nothing, or only half a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import hdrs, web

# Seconds from the opening of a connection until its request line and headers are complete.
CONNECTION_SECONDS = 10.0
# Seconds for which the rest of an answered request is read, so that the client can read the answer.
_LINGERING_SECONDS = 5.0


class AddressUnavailable(Exception):
    """The address of a server cannot be used; the text names the setting and the address."""


@asynccontextmanager
async def http_listener(
    app: web.Application,
    address: tuple[str, int],
    setting: str,
    *,
    shutdown_seconds: float,
    connection_seconds: float = CONNECTION_SECONDS,
) -> AsyncIterator[web.AppRunner]:
    """Serve `app` inside the block. Raises AddressUnavailable, which names `setting`, the variable with the port.

    Each connection serves one request. aiohttp would otherwise use one timeout for kept connections, which must be
    long for a proxy in front, and for connections without a request, which must be short.
    """
    host, port = address
    app.on_response_prepare.append(_close_after_response)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=shutdown_seconds,
        keepalive_timeout=connection_seconds,
        lingering_time=_LINGERING_SECONDS,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise AddressUnavailable(f"{setting}: the bot cannot listen on {host}:{port} ({reason}).") from error
        yield runner
    finally:
        await runner.cleanup()


async def _close_after_response(_request: web.Request, response: web.StreamResponse) -> None:
    """Close the connection, and say so: aiohttp has decided on the header before it calls this."""
    response.force_close()
    response.headers[hdrs.CONNECTION] = "close"
