"""HTTP requests are read within limits, and their signature is verified before the body is parsed."""

import asyncio
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.runtime.slack_server import MAX_BODY_BYTES, HttpServer, TrackedSocketHandler
from handlers.slack.middleware import EnvelopeValidation
from tests.support import slack_payloads

SECRET = "a-signing-secret"
COMMAND = b"command=%2Fcast&text=help&team_id=T1&user_id=U1&channel_id=C1&trigger_id=t"
FORM_TYPE = "application/x-www-form-urlencoded"


def signed_headers(body: bytes, timestamp: int | str | None = None, secret: str = SECRET) -> dict[str, str]:
    timestamp = int(time.time()) if timestamp is None else timestamp
    digest = hmac.new(secret.encode(), b"v0:%s:%s" % (str(timestamp).encode(), body), sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}", "Content-Type": FORM_TYPE}


class ServerProbe:
    """Requests that reached a listener, and the server's address."""

    def __init__(self, url: str, session: aiohttp.ClientSession, received: list[str]) -> None:
        self.url = url
        self.session = session
        self.received = received

    async def post(self, body: Any, headers: dict[str, str]) -> int:
        async with self.session.post(self.url, data=body, headers=headers) as response:
            return response.status


def make_app(received: list[str]) -> AsyncApp:
    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0BOT", bot_id="B1", bot_token="xoxb-1")

    app = AsyncApp(authorize=authorize, signing_secret=SECRET, before_authorize=EnvelopeValidation())

    @app.command("/cast")
    async def on_command(ack: Any, body: dict[str, Any]) -> None:
        received.append(body["text"])
        await ack()

    return app


@asynccontextmanager
async def running_server(body_seconds: float = 10) -> AsyncIterator[ServerProbe]:
    received: list[str] = []
    door = HttpServer(make_app(received), SECRET, body_seconds)
    async with TestServer(door.web_app()) as server, aiohttp.ClientSession() as session:
        yield ServerProbe(str(server.make_url("/slack/events")), session, received)


async def test_request_signed_now_reaches_the_listener() -> None:
    async with running_server() as server:
        assert await server.post(COMMAND, signed_headers(COMMAND)) == 200
        assert server.received == ["help"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": FORM_TYPE},
        signed_headers(COMMAND, secret="guessed"),
        signed_headers(COMMAND, int(time.time()) - 301),
        signed_headers(COMMAND, int(time.time()) + 3_600),
        signed_headers(COMMAND, "now"),
        signed_headers(COMMAND, "²"),
        signed_headers(COMMAND, "9" * 400),
        signed_headers(COMMAND + b"&more=1"),
        signed_headers(COMMAND) | {"X-Slack-Signature": "v0="},
        signed_headers(COMMAND) | {"X-Slack-Signature": "v0=é"},
        signed_headers(COMMAND)
        | {"X-Slack-Signature": signed_headers(COMMAND)["X-Slack-Signature"].replace("v0", "v1")},
        {"X-Slack-Request-Timestamp": signed_headers(COMMAND)["X-Slack-Request-Timestamp"], "Content-Type": FORM_TYPE},
        {"Content-Type": f"{FORM_TYPE}; charset=nobodys"},
    ],
    ids=lambda headers: str(sorted(headers.items()))[:60],
)
async def test_invalid_signature_is_rejected_with_401(headers: dict[str, str]) -> None:
    async with running_server() as server:
        assert await server.post(COMMAND, headers) == 401
        assert server.received == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"payload=[", b"{" * 50_000, b"payload=" + b"[" * 50_000, b"[]"])
async def test_unsigned_malformed_body_is_rejected_before_parsing(body: bytes) -> None:
    async with running_server() as server:
        assert await server.post(body, {"Content-Type": "application/json; charset=utf-7"}) == 401


async def test_signed_body_that_is_not_utf8_is_rejected() -> None:
    """Slack signs text; its verifier accepts only text."""
    async with running_server() as server:
        assert await server.post(b"\xff\xfe", signed_headers(b"\xff\xfe")) == 401
        assert server.received == []


@pytest.mark.parametrize("body", [b"payload=[", b"{" * 50_000, b"payload=" + b"[" * 50_000])
async def test_signed_malformed_body_is_a_bad_request(body: bytes) -> None:
    async with running_server() as server:
        assert await server.post(body, signed_headers(body)) == 400
        assert server.received == []


async def test_oversized_body_is_rejected_with_413() -> None:
    body = b"text=" + b"x" * MAX_BODY_BYTES
    async with running_server() as server:
        assert await server.post(body, signed_headers(body)) == 413


async def test_slow_body_times_out_with_408() -> None:

    async def slow_body() -> AsyncIterator[bytes]:
        yield b"text="
        await asyncio.sleep(0.5)
        yield b"x"

    async with running_server(body_seconds=0.05) as server:
        assert await server.post(slow_body(), {"Content-Type": FORM_TYPE}) == 408
        assert server.received == []


@pytest.mark.parametrize(
    "change",
    [{"team_id": ["T1"]}, {"channel_id": {"id": "C1"}}, {"response_url": "file:///etc/passwd"}, {"actions": []}],
    ids=str,
)
async def test_malformed_envelope_is_acked_and_not_dispatched(change: Any) -> None:
    received: list[str] = []
    assert await handle_envelope(make_app(received), slack_payloads.slash_command("help") | change) == ["e1"]
    assert received == []


@pytest.mark.parametrize("payload", [{"team": 7}, {"event": {"channel": 5}, "type": "event_callback"}, {"user": []}])
async def test_envelope_that_bolt_cannot_parse_is_acked(payload: Any) -> None:
    assert await handle_envelope(make_app([]), {"response_urls": [[]]} | payload) == ["e1"]


@pytest.mark.parametrize("response_url", [{"response_url": ""}, {"response_url": None}, {}], ids=str)
async def test_command_of_unknown_workspace_without_response_url_is_acked(
    response_url: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def authorize_none(**_: Any) -> None: ...

    app = AsyncApp(
        authorize=authorize_none,  # type: ignore[arg-type]
        before_authorize=EnvelopeValidation(),
        user_facing_authorize_error_message="Not here.",
    )
    command = {key: value for key, value in slack_payloads.slash_command("help").items() if key != "response_url"}
    assert await handle_envelope(app, command | response_url) == ["e1"]
    assert "Failed to run" not in caplog.text


async def handle_envelope(app: AsyncApp, payload: Any) -> list[str]:
    """Return the acknowledged envelopes."""
    sent: list[str] = []

    async def send(response: Any) -> None:
        sent.append(response["envelope_id"] if isinstance(response, dict) else response.envelope_id)

    handler = TrackedSocketHandler.__new__(TrackedSocketHandler)  # without a socket
    handler.app = app
    client = SimpleNamespace(send_socket_mode_response=send, logger=SimpleNamespace(level=30, info=lambda *_: None))
    await handler.handle(client, SocketModeRequest(type="slash_commands", envelope_id="e1", payload=payload))
    return sent
