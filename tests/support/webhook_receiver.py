"""A receiver of webhooks on loopback, which verifies every request with the standard's own library."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError


@dataclass
class Received:
    """One verified request: its headers and payload."""

    headers: Mapping[str, str]
    payload: dict[str, Any]

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        return str(self.payload["type"])


@dataclass
class WebhookReceiver:
    """It answers the `answers` in order, then 204; an answer is a status with headers and a JSON body.

    `secret` verifies; without one nothing is verified. Requests that do not verify are answered 401.
    """

    url: str = ""
    secret: str = ""
    received: list[Received] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], object]] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.received]

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            payload = Webhook(self.secret).verify(body, headers) if self.secret else await request.json()
        except WebhookVerificationError as error:
            self.refused.append(str(error))
            return web.Response(status=401)
        self.received.append(Received(headers, payload))
        status, extra, answer = self.answers.pop(0) if self.answers else (204, {}, None)
        if answer is None:
            return web.Response(status=status, headers=extra)
        return web.json_response(answer, status=status, headers=extra)


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    app = web.Application()
    app.router.add_post("/castroom", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/castroom"
    try:
        yield receiver
    finally:
        await runner.cleanup()
