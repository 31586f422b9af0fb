"""Over HTTP a request is read in bounds and its signature checked before a single byte of it is understood."""

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

from bot.listening import MOST_BYTES, Door, Ear
from handlers.guard import Guard
from tests.unit.handlers import envelopes

SECRET = "a-signing-secret"
COMMAND = b"command=%2Fcast&text=help&team_id=T1&user_id=U1&channel_id=C1&trigger_id=t"
FORM = "application/x-www-form-urlencoded"


def signed(body: bytes, at: int | str | None = None, secret: str = SECRET) -> dict[str, str]:
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), b"v0:%s:%s" % (str(at).encode(), body), sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}", "Content-Type": FORM}


class Behind:
    """What reached a listener, and the door's address."""

    def __init__(self, url: str, session: aiohttp.ClientSession, heard: list[str]) -> None:
        self.url = url
        self.session = session
        self.heard = heard

    async def post(self, body: Any, headers: dict[str, str]) -> int:
        async with self.session.post(self.url, data=body, headers=headers) as answer:
            return answer.status


def an_app(heard: list[str]) -> AsyncApp:
    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0BOT", bot_id="B1", bot_token="xoxb-1")

    app = AsyncApp(authorize=authorize, signing_secret=SECRET, before_authorize=Guard())

    @app.command("/cast")
    async def on_command(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body["text"])
        await ack()

    return app


@asynccontextmanager
async def a_door(body_seconds: float = 10) -> AsyncIterator[Behind]:
    heard: list[str] = []
    door = Door(an_app(heard), SECRET, body_seconds)
    async with TestServer(door.web_app()) as server, aiohttp.ClientSession() as session:
        yield Behind(str(server.make_url("/slack/events")), session, heard)


async def test_what_slack_signed_just_now_is_heard() -> None:
    async with a_door() as door:
        assert await door.post(COMMAND, signed(COMMAND)) == 200
        assert door.heard == ["help"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": FORM},
        signed(COMMAND, secret="guessed"),
        signed(COMMAND, int(time.time()) - 301),
        signed(COMMAND, int(time.time()) + 3_600),
        signed(COMMAND, "now"),
        signed(COMMAND, "²"),
        signed(COMMAND, "9" * 400),
        signed(COMMAND + b"&more=1"),
        signed(COMMAND) | {"X-Slack-Signature": "v0="},
        signed(COMMAND) | {"X-Slack-Signature": "v0=é"},
        signed(COMMAND) | {"X-Slack-Signature": signed(COMMAND)["X-Slack-Signature"].replace("v0", "v1")},
        {"X-Slack-Request-Timestamp": signed(COMMAND)["X-Slack-Request-Timestamp"], "Content-Type": FORM},
        {"Content-Type": f"{FORM}; charset=nobodys"},
    ],
    ids=lambda headers: str(sorted(headers.items()))[:60],
)
async def test_whoever_is_not_slack_is_turned_away_and_nobody_hears(headers: dict[str, str]) -> None:
    async with a_door() as door:
        assert await door.post(COMMAND, headers) == 401
        assert door.heard == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"payload=[", b"{" * 50_000, b"payload=" + b"[" * 50_000, b"[]"])
async def test_unsigned_bytes_that_nobody_can_read_are_not_even_looked_at(body: bytes) -> None:
    async with a_door() as door:
        assert await door.post(body, {"Content-Type": "application/json; charset=utf-7"}) == 401


async def test_bytes_that_are_no_text_are_signed_by_nobody() -> None:
    """Slack signs text; its own verifier knows nothing else."""
    async with a_door() as door:
        assert await door.post(b"\xff\xfe", signed(b"\xff\xfe")) == 401
        assert door.heard == []


@pytest.mark.parametrize("body", [b"payload=[", b"{" * 50_000, b"payload=" + b"[" * 50_000])
async def test_signed_bytes_that_nobody_can_read_are_a_bad_request(body: bytes) -> None:
    async with a_door() as door:
        assert await door.post(body, signed(body)) == 400
        assert door.heard == []


async def test_more_than_slack_ever_sends_is_not_read() -> None:
    body = b"text=" + b"x" * MOST_BYTES
    async with a_door() as door:
        assert await door.post(body, signed(body)) == 413


async def test_who_sends_slowly_is_not_waited_for() -> None:

    async def dripping() -> AsyncIterator[bytes]:
        yield b"text="
        await asyncio.sleep(0.5)
        yield b"x"

    async with a_door(body_seconds=0.05) as door:
        assert await door.post(dripping(), {"Content-Type": FORM}) == 408
        assert door.heard == []


@pytest.mark.parametrize(
    "change",
    [{"team_id": ["T1"]}, {"channel_id": {"id": "C1"}}, {"response_url": "file:///etc/passwd"}, {"actions": []}],
    ids=str,
)
async def test_an_envelope_that_bolt_would_stumble_over_is_acknowledged_and_goes_no_further(change: Any) -> None:
    heard: list[str] = []
    assert await through_the_socket(an_app(heard), envelopes.command("help") | change) == ["e1"]
    assert heard == []


@pytest.mark.parametrize("payload", [{"team": 7}, {"event": {"channel": 5}, "type": "event_callback"}, {"user": []}])
async def test_an_envelope_that_bolt_cannot_even_open_is_acknowledged(payload: Any) -> None:
    assert await through_the_socket(an_app([]), {"response_urls": [[]]} | payload) == ["e1"]


@pytest.mark.parametrize("way_back", [{"response_url": ""}, {"response_url": None}, {}], ids=str)
async def test_a_workspace_nobody_knows_is_answered_by_the_ack_where_there_is_no_way_back(
    way_back: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def nobody(**_: Any) -> None: ...

    app = AsyncApp(authorize=nobody, before_authorize=Guard(), user_facing_authorize_error_message="Not here.")  # type: ignore[arg-type]
    command = {key: value for key, value in envelopes.command("help").items() if key != "response_url"}
    assert await through_the_socket(app, command | way_back) == ["e1"]
    assert "Failed to run" not in caplog.text


async def through_the_socket(app: AsyncApp, payload: Any) -> list[str]:
    """The envelopes that were acknowledged."""
    sent: list[str] = []

    async def send(response: Any) -> None:
        sent.append(response["envelope_id"] if isinstance(response, dict) else response.envelope_id)

    ear = Ear.__new__(Ear)  # without a socket
    ear.app = app
    client = SimpleNamespace(send_socket_mode_response=send, logger=SimpleNamespace(level=30, info=lambda *_: None))
    await ear.handle(client, SocketModeRequest(type="slash_commands", envelope_id="e1", payload=payload))
    return sent
