"""HTTP requests: only a signed, fresh and unchanged one reaches a listener; others are refused with 4xx."""

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

from benchmarks.fuzz.payloads import VALID_PAYLOADS
from benchmarks.fuzz.runner import UnexpectedChange
from benchmarks.fuzz.values import mutate
from benchmarks.harness.log_capture import LogCapture, capture_logs
from bot.runtime.slack_server import HttpServer
from handlers.slack.middleware import EnvelopeValidation

_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """A body and its signature; `at` is seconds from now, or text instead of a timestamp."""

    body: bytes
    content_type: str
    timestamp: int | str
    signature: str
    secret: str = _SECRET
    signed_body: bytes | None = None

    @property
    def is_valid(self) -> bool:
        is_fresh = isinstance(self.timestamp, int) and abs(self.timestamp) < 299
        return (
            is_fresh and self.signature == "good" and self.secret == _SECRET and self.signed_body in (None, self.body)
        )

    def headers(self) -> dict[str, str]:
        timestamp = str(int(time.time()) + self.timestamp) if isinstance(self.timestamp, int) else self.timestamp
        signed_body = self.body if self.signed_body is None else self.signed_body
        valid_signature = (
            "v0=" + hmac.new(self.secret.encode(), b"v0:%s:%s" % (timestamp.encode(), signed_body), sha256).hexdigest()
        )
        signatures = {
            "good": valid_signature,
            "cut": valid_signature[:-1],
            "other": valid_signature.replace("v0", "v1"),
            "loud": valid_signature.upper(),
        }
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signatures.get(self.signature, self.signature),
        }
        return {"Content-Type": self.content_type, **{name: value for name, value in headers.items() if value}}


def _encode_body(body: Any) -> tuple[bytes, str]:
    """Encode a body as Slack does: commands as a form, interactions as JSON inside a form, events as JSON."""
    if isinstance(body, dict) and "command" in body:
        pairs = {key: value for key, value in body.items() if isinstance(value, str)}
        return urlencode(pairs, errors="replace").encode(), _FORM_CONTENT_TYPE
    text = json.dumps(body)
    if isinstance(body, dict) and "event" in body:
        return text.encode(), "application/json"
    return urlencode({"payload": text}).encode(), _FORM_CONTENT_TYPE


_VALID_BODIES = st.sampled_from(VALID_PAYLOADS).map(_encode_body)
_RAW_BODIES = (
    b"", b"payload=", b"payload=[", b"payload=%ff", b"{", b"[]", b"null", b"{" * 50_000, b"[" * 50_000, b"ssl_check=1",
    b"payload=" + b"[" * 50_000, b'{"type":"url_verification","challenge":"x"}', b"\xff\xfe", b"a=" + b"b" * 1_000_001,
)  # fmt: skip
_CONTENT_TYPES = (
    _FORM_CONTENT_TYPE,
    "application/json",
    "application/json; charset=utf-7",
    "text/x; charset=nobodys",
    "",
    "é",
)
_BODIES: SearchStrategy[tuple[bytes, str]] = st.one_of(
    _VALID_BODIES,
    mutate(st.sampled_from(VALID_PAYLOADS)).map(_encode_body),
    st.tuples(st.binary(max_size=80) | st.sampled_from(_RAW_BODIES), st.sampled_from(_CONTENT_TYPES)),
)
_FORGED_SIGNATURES = st.one_of(
    st.sampled_from(("good", "", "cut", "other", "loud", "v0=", "v0=é", "ё" * 9, "\xff", "null", "v0=" + "0" * 64)),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80),
)
_TIMESTAMPS = st.sampled_from(
    (0, 0, 0, -200, -301, -900, 301, 10**6, "", "0", "now", "nan", "-1", "9" * 400, "1e9", "²", "٣", " 7 ")
)


def _signed_request(
    body_and_type: tuple[bytes, str], timestamp: int | str = 0, signature: str = "good", secret: str = _SECRET
) -> Request:
    return Request(*body_and_type, timestamp, signature, secret)


def _request_signed_for_other_body(body_and_type: tuple[bytes, str], other: tuple[bytes, str]) -> Request:
    """Build a request with the valid signature of another body."""
    return Request(*body_and_type, 0, "good", signed_body=other[0])


CASES: SearchStrategy[Request] = st.one_of(
    st.builds(_signed_request, _BODIES),
    st.builds(_signed_request, _BODIES, _TIMESTAMPS, _FORGED_SIGNATURES),
    st.builds(_signed_request, _VALID_BODIES, _TIMESTAMPS, st.just("good"), st.just("guessed")),
    st.builds(_request_signed_for_other_body, _VALID_BODIES, _BODIES),
)


class HttpFuzzTarget:
    """The HTTP server with an app whose listeners record what reached them."""

    def __init__(self, url: str, session: aiohttp.ClientSession, reached: list[str], log_capture: LogCapture) -> None:
        self._url = url
        self._session = session
        self._reached = reached
        self._log_capture = log_capture

    async def run_case(self, request: Request) -> None:
        """Raises AssertionError for a 5xx, UnexpectedChange if an unsigned request reached a listener."""
        self._reached.clear()
        self._log_capture.clear()
        response = await self._session.post(self._url, data=request.body, headers=request.headers())
        assert response.status < 500, response.status
        assert not self._log_capture.crashes, self._log_capture.crashes
        response.release()
        if not request.is_valid:
            if self._reached:
                raise UnexpectedChange(f"reached: {self._reached}")
            assert response.status in (400, 401, 413), response.status


@asynccontextmanager
async def open_http_target() -> AsyncIterator[HttpFuzzTarget]:
    reached: list[str] = []

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U0BOT", bot_id="B1", bot_token="xoxb")

    async def record_body(body: dict[str, Any], next: Any) -> Any:  # noqa: A002 - Bolt's name
        reached.append(str(body)[:80])
        return await next()

    app = AsyncApp(authorize=authorize, signing_secret=_SECRET, before_authorize=EnvelopeValidation())
    app.use(record_body)
    with capture_logs() as log_capture:
        async with TestServer(HttpServer(app, _SECRET).web_app()) as server, aiohttp.ClientSession() as session:
            yield HttpFuzzTarget(str(server.make_url("/slack/events")), session, reached, log_capture)
