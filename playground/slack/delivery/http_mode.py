"""HTTP mode: signed requests to the app's URL."""

import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

import aiohttp

from playground.seed_data import SIGNING_SECRET
from playground.slack.core.store import Json
from playground.slack.delivery.dispatcher import Envelope, UnreachableError

_FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


class HttpMode:
    """A transport that posts envelopes to one request URL."""

    connected = True

    def __init__(self, url: str) -> None:
        self.url = url

    async def wait_until_connected(self) -> None:
        """Return at once: a URL has no connection."""

    async def send(self, envelope: Envelope) -> Json | None:
        headers = {"Content-Type": "application/json" if envelope.kind == "events_api" else _FORM_CONTENT_TYPE}
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        status, text, response_headers = await self._post(_body(envelope), headers)
        if status != 200:
            raise UnreachableError("http_error", response_headers.get("X-Slack-No-Retry") != "1")
        if not text:
            return None
        payload: Json = json.loads(text) if text.startswith("{") else {"text": text}
        return payload

    async def verify(self) -> bool:
        """Return whether the URL answers the challenge, as Slack requires."""
        challenge = secrets.token_hex(16)
        body = json.dumps({"type": "url_verification", "token": "practice-verification", "challenge": challenge})
        try:
            status, text, _ = await self._post(body, {"Content-Type": "application/json"})
        except UnreachableError:
            return False
        return status == 200 and challenge in text

    async def _post(self, body: str, headers: dict[str, str]) -> tuple[int, str, dict[str, str]]:
        signed_headers = headers | signature_headers(body, int(time.time()))
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(self.url, data=body, headers=signed_headers, allow_redirects=False) as response,
            ):
                return response.status, await response.text(), dict(response.headers)
        except aiohttp.ClientError as error:
            raise UnreachableError("connection_failed") from error


def signature_headers(body: str, timestamp: int) -> dict[str, str]:
    """Sign a request (docs.slack.dev, "Verifying requests from Slack"): HMAC-SHA256 of `v0:{timestamp}:{body}`."""
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def _body(envelope: Envelope) -> str:
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload)
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload)
    return urlencode({"payload": json.dumps(envelope.payload)})
