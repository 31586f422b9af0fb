"""Requests over HTTP: only what is signed, fresh and unchanged reaches a listener; all else is refused with a 4xx."""

import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp.test_utils import TestServer
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from benchmarks.bad_payloads import GOOD
from benchmarks.bad_values import mangled
from benchmarks.overheard import Overheard, overhearing
from benchmarks.trying import Lost
from bot.listening import Door
from handlers.guard import Guard

_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """A body and how it is signed: `at` is seconds from now, or another text in the place of a moment."""

    body: bytes
    kind: str
    at: int | str
    signature: str
    secret: str = _SECRET
    signed: bytes | None = None

    @property
    def honest(self) -> bool:
        fresh = isinstance(self.at, int) and abs(self.at) < 299
        return fresh and self.signature == "good" and self.secret == _SECRET and self.signed in (None, self.body)

    def headers(self) -> dict[str, str]:
        at = str(int(time.time()) + self.at) if isinstance(self.at, int) else self.at
        said = self.body if self.signed is None else self.signed
        good = "v0=" + hmac.new(self.secret.encode(), b"v0:%s:%s" % (at.encode(), said), sha256).hexdigest()
        signature = {"good": good, "cut": good[:-1], "other": good.replace("v0", "v1"), "loud": good.upper()}
        told = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature.get(self.signature, self.signature)}
        return {"Content-Type": self.kind, **{name: value for name, value in told.items() if value}}


def _encoded(body: Any) -> tuple[bytes, str]:
    """As Slack sends it: commands as a form, presses as JSON inside a form, events as JSON."""
    if isinstance(body, dict) and "command" in body:
        pairs = {key: value for key, value in body.items() if isinstance(value, str)}
        return urlencode(pairs, errors="replace").encode(), _FORM
    text = json.dumps(body)
    if isinstance(body, dict) and "event" in body:
        return text.encode(), "application/json"
    return urlencode({"payload": text}).encode(), _FORM


_GOOD = st.sampled_from(GOOD).map(_encoded)
_RAW = (
    b"", b"payload=", b"payload=[", b"payload=%ff", b"{", b"[]", b"null", b"{" * 50_000, b"[" * 50_000, b"ssl_check=1",
    b"payload=" + b"[" * 50_000, b'{"type":"url_verification","challenge":"x"}', b"\xff\xfe", b"a=" + b"b" * 1_000_001,
)  # fmt: skip
_KINDS = (_FORM, "application/json", "application/json; charset=utf-7", "text/x; charset=nobodys", "", "é")
_BODIES: SearchStrategy[tuple[bytes, str]] = st.one_of(
    _GOOD,
    mangled(st.sampled_from(GOOD)).map(_encoded),
    st.tuples(st.binary(max_size=80) | st.sampled_from(_RAW), st.sampled_from(_KINDS)),
)
_FORGED = st.one_of(
    st.sampled_from(("good", "", "cut", "other", "loud", "v0=", "v0=é", "ё" * 9, "\xff", "null", "v0=" + "0" * 64)),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80),
)
_MOMENTS = st.sampled_from(
    (0, 0, 0, -200, -301, -900, 301, 10**6, "", "0", "now", "nan", "-1", "9" * 400, "1e9", "²", "٣", " 7 ")
)


def _sent(said: tuple[bytes, str], at: int | str = 0, how: str = "good", secret: str = _SECRET) -> Request:
    return Request(*said, at, how, secret)


def _exchanged(said: tuple[bytes, str], other: tuple[bytes, str]) -> Request:
    """A good signature, of another body."""
    return Request(*said, 0, "good", signed=other[0])


CASES: SearchStrategy[Request] = st.one_of(
    st.builds(_sent, _BODIES),
    st.builds(_sent, _BODIES, _MOMENTS, _FORGED),
    st.builds(_sent, _GOOD, _MOMENTS, st.just("good"), st.just("guessed")),
    st.builds(_exchanged, _GOOD, _BODIES),
)


class Stand:
    """A door with an app behind it whose listeners remember what reached them."""

    def __init__(self, url: str, session: aiohttp.ClientSession, reached: list[str], heard: Overheard) -> None:
        self._url = url
        self._session = session
        self._reached = reached
        self._heard = heard

    async def case(self, request: Request) -> None:
        """Raises AssertionError for an answer of 5xx, Lost where something unsigned was listened to."""
        self._reached.clear()
        self._heard.clear()
        answer = await self._session.post(self._url, data=request.body, headers=request.headers())
        assert answer.status < 500, answer.status
        assert not self._heard.crashes, self._heard.crashes
        answer.release()
        if not request.honest:
            if self._reached:
                raise Lost(f"reached: {self._reached}")
            assert answer.status in (400, 401, 413), answer.status


@asynccontextmanager
async def open_stand() -> AsyncIterator[Stand]:
    reached: list[str] = []

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0BOT", bot_id="B1", bot_token="xoxb")

    async def note(body: dict[str, Any], next: Any) -> Any:  # noqa: A002 - Bolt's name
        reached.append(str(body)[:80])
        return await next()

    app = AsyncApp(authorize=authorize, signing_secret=_SECRET, before_authorize=Guard())
    app.use(note)
    with overhearing() as heard:
        async with TestServer(Door(app, _SECRET).web_app()) as server, aiohttp.ClientSession() as session:
            yield Stand(str(server.make_url("/slack/events")), session, reached, heard)
