"""Connections that send nothing or half a request are closed, and an address that is taken is reported."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.runtime import http_listener as listener_module
from bot.runtime.health_server import HealthSources, health_server
from bot.runtime.http_listener import AddressUnavailable, http_listener
from bot.runtime.slack_server import slack_server
from bot.settings import Settings
from playground.processes import unused_port
from tests.support.time_factor import scaled

HALF_SENT = {
    "silent": b"",
    "half a request line": b"POST /slack/eve",
    "half the headers": b"POST /slack/events HTTP/1.1\r\nHost: castroom\r\nX-Slack-Sig",
    "no body": b"POST /slack/events HTTP/1.1\r\nHost: castroom\r\nContent-Length: 100\r\n\r\n",
    "half a body": b"POST /slack/events HTTP/1.1\r\nHost: castroom\r\nContent-Length: 100\r\n\r\ncommand=",
    "half a chunk": b"POST /slack/events HTTP/1.1\r\nHost: castroom\r\nTransfer-Encoding: chunked\r\n\r\n64\r\ncomm",
    "request, then half of another": b"GET / HTTP/1.1\r\nHost: castroom\r\n\r\nGET / HT",
}


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "_LINGERING_SECONDS", 0.1)


async def wait_until_closed(port: int, sent: bytes) -> None:
    """Send the bytes and then nothing; the server must close the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(scaled(10)):
            while await reader.read(1_000):
                pass
    finally:
        writer.close()


@asynccontextmanager
async def listening(setting: str = "HTTP_PORT", port: int = 0) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_post("/slack/events", read_body)
    async with http_listener(app, ("127.0.0.1", port), setting, shutdown_seconds=0.1, connection_seconds=0.1) as runner:
        yield int(runner.addresses[0][1])


async def read_body(request: web.Request) -> web.Response:
    try:
        async with asyncio.timeout(0.1):
            await request.read()
    except TimeoutError:
        return web.Response(status=408)
    return web.Response()


@pytest.mark.parametrize("sent", HALF_SENT.values(), ids=HALF_SENT.keys())
async def test_connection_without_a_whole_request_is_closed(sent: bytes) -> None:
    async with listening() as port:
        await wait_until_closed(port, sent)


@pytest.mark.parametrize("path", ["/slack/events", "/elsewhere"])
async def test_an_answer_says_that_its_connection_closes(path: str) -> None:
    """Otherwise a proxy could send the next request on a connection that is closing."""
    async with listening() as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for _ in range(3):
            async with session.post(path, data=b"command") as response:
                assert response.headers["Connection"] == "close"


async def test_bytes_that_keep_dripping_in_do_not_keep_a_connection_open() -> None:
    async with listening() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            async with asyncio.timeout(scaled(10)):
                while True:
                    writer.write(b"P")
                    await writer.drain()
                    await asyncio.sleep(0.02)
                    if reader.at_eof():
                        raise ConnectionResetError
        writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET /metr"], ids=["silent", "half sent"])
async def test_the_health_server_closes_such_connections(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(http_listener.__wrapped__.__kwdefaults__, "connection_seconds", 0.1)  # type: ignore[attr-defined]
    port = unused_port()
    async with health_server(port, HealthSources(healthy, healthy, healthy, Connected(), lambda: 0, Path())):
        await wait_until_closed(port, sent)


async def test_http_mode_listens_on_this_machine_only_unless_set_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(http_listener.__wrapped__.__kwdefaults__, "connection_seconds", 0.1)  # type: ignore[attr-defined]
    assert Settings.model_fields["http_host"].default == "127.0.0.1"
    for host, others in (("127.0.0.1", "127.0.0.2"), ("127.0.0.2", "127.0.0.1")):
        port = unused_port()
        settings = Settings.model_validate({"http_host": host, "http_port": port, "slack_signing_secret": "s"})
        async with slack_server(bolt_app(), settings):
            reader, writer = await asyncio.open_connection(host, port)
            async with asyncio.timeout(scaled(10)):
                assert await reader.read() == b""
            writer.close()
            with pytest.raises(OSError, match="Connect call failed"):
                await asyncio.open_connection(others, port)


async def test_taken_address_is_reported_with_its_setting() -> None:
    async with listening() as port:
        with pytest.raises(AddressUnavailable, match=rf"^OPS_PORT: the bot cannot listen on 127.0.0.1:{port} "):
            async with listening("OPS_PORT", port):
                pass


class Connected:
    ready, seconds_since_message, connection_age = True, 0.0, 0.0


async def healthy() -> None: ...


def bolt_app() -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0BOT", bot_id="B1", bot_token="xoxb-1")

    return AsyncApp(authorize=authorize, signing_secret="s")
