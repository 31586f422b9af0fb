"""Receives requests from Slack: over HTTP if a port is set, else over Socket Mode.

The HTTP endpoint is public through a reverse proxy, so the signature of the raw body is verified before Bolt decodes
and parses it. Body size and the times for headers and body are bounded.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Protocol

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.runtime.http_listener import http_listener
from bot.runtime.shutdown import ACK_DRAIN_SECONDS, CLOSE_SECONDS
from bot.settings import Settings
from bot.telemetry import metrics

log = structlog.get_logger()

# The largest form that Slack allows is a few hundred kilobytes.
MAX_BODY_BYTES = 1_000_000
_PATH = "/slack/events"
# The pages of an installation load nothing and are shown in no frame; their addresses carry codes.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class ConnectionStatus(Protocol):
    """Whether Slack can reach the bot."""

    @property
    def ready(self) -> bool: ...

    @property
    def seconds_since_message(self) -> float:
        """Seconds since the last message; 0 for HTTP."""

    @property
    def connection_age(self) -> float:
        """Seconds since the connection was opened; 0 for HTTP."""


class HttpServer:
    """HTTP mode: receives signed requests from Slack, and serves the pages of an installation by OAuth."""

    ready = True
    seconds_since_message = 0.0
    connection_age = 0.0

    def __init__(
        self, slack: AsyncApp, secret: str, body_seconds: float = 10.0, install_flow: AsyncOAuthFlow | None = None
    ) -> None:
        self._slack = slack
        self._install_flow = install_flow
        self._body_seconds = body_seconds
        self._verifier = SignatureVerifier(secret)

    def web_app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post(_PATH, self._handle_request)
        if flow := self._install_flow:
            app.router.add_get(flow.install_path, partial(_serve_page, flow.handle_installation), allow_head=False)
            app.router.add_get(flow.redirect_uri_path, partial(_serve_page, flow.handle_callback), allow_head=False)
        return app

    async def _handle_request(self, request: web.Request) -> web.StreamResponse:
        """Answer 401 to invalid signatures, 408 to slow, 413 to large and 400 to malformed requests."""
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self._has_valid_signature(body, headers):
            return web.json_response({"error": "invalid request"}, status=401)
        try:
            bolt_request = AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=dict(headers))
            return await to_aiohttp_response(await self._slack.async_dispatch(bolt_request))
        except Exception:
            # A signed request that Slack does not document; Bolt reads parts of it before any listener.
            log.exception("request_failed")
            return web.Response(status=400)

    def _has_valid_signature(self, body: bytes, headers: dict[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, headers)
        except (ValueError, TypeError, OverflowError):
            return False  # a timestamp that is not a number, a signature or body that is not text


async def _serve_page(
    handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]], request: web.Request
) -> web.StreamResponse:
    """Serve a page of the installation; anyone may ask for it, so nothing of the request is logged."""
    bolt_request = AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
    response = await to_aiohttp_response(await handle(bolt_request))
    response.headers.update(_PAGE_HEADERS)
    return response


class TrackedSocketHandler(AsyncSocketModeHandler):
    """Bolt's handler with a count of pending acks.

    Acknowledges an envelope that makes Bolt fail, since Slack would send it three more times.
    """

    _pending_acks = 0

    async def handle(self, client: Any, req: Any) -> None:
        self._pending_acks += 1
        try:
            await super().handle(client, req)
        except Exception:
            log.exception("envelope_failed")
            await client.send_socket_mode_response({"envelope_id": req.envelope_id})
        finally:
            self._pending_acks -= 1

    @property
    def is_busy(self) -> bool:
        return bool(self._pending_acks) or not self.client.message_queue.empty()

    def stop_receiving(self) -> None:
        """Stop reading messages; Slack resends or reports what gets no ack."""
        if receiver := self.client.message_receiver:
            receiver.cancel()


class SocketModeConnection:
    """A Socket Mode connection that is replaced after `timeout` seconds without a message.

    Slack's client pings every 10 seconds and reconnects after four missing pongs. After a longer silence, the client
    itself is stuck (slackapi/bolt-python issues 417 and 1529).
    """

    def __init__(self, slack: AsyncApp, token: str, timeout: float) -> None:
        self._slack = slack
        self._token = token
        self._timeout = timeout
        self._handler = self._new_handler()
        self._opened_at = time.time()

    @property
    def ready(self) -> bool:
        session = self._handler.client.current_session
        return session is not None and not session.closed and self.seconds_since_message < self._timeout

    @property
    def seconds_since_message(self) -> float:
        """Seconds since the last pong, or since opening."""
        last_pong = self._handler.client.last_ping_pong_time or 0.0
        return max(0.0, time.time() - max(last_pong, self._opened_at))

    async def open(self) -> None:
        self._opened_at = time.time()
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def watch(self) -> None:
        """Replace silent connections until cancelled."""
        while True:
            await asyncio.sleep(self._timeout / 6)
            if self.seconds_since_message >= self._timeout:
                log.warning("socket_replaced", silent_seconds=round(self.seconds_since_message))
                metrics.sockets_replaced.inc()
                stale, self._handler = self._handler, self._new_handler()
                await self.open()
                await _close_handler(stale)

    @property
    def connection_age(self) -> float:
        """Seconds since this process opened the connection; the client may have reconnected since."""
        return max(0.0, time.time() - self._opened_at)

    async def close(self) -> None:
        """Stop receiving, wait for pending acks, and disconnect."""
        self._handler.stop_receiving()
        with suppress(TimeoutError):
            async with asyncio.timeout(ACK_DRAIN_SECONDS):
                while self._handler.is_busy:  # noqa: ASYNC110 - only at shutdown
                    await asyncio.sleep(0.02)
        await _close_handler(self._handler)

    def _new_handler(self) -> TrackedSocketHandler:
        # slack_sdk would read the environment for its socket, as it does for its Web API client.
        return TrackedSocketHandler(self._slack, self._token, proxy=self._slack.client.proxy)


async def _close_handler(handler: AsyncSocketModeHandler) -> None:
    """Close with a short timeout; a dead peer never sends a close frame."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def slack_server(
    slack: AsyncApp, settings: Settings, install_flow: AsyncOAuthFlow | None = None
) -> AsyncIterator[ConnectionStatus]:
    """Receive requests from Slack inside the block; with `install_flow`, also installations by OAuth."""
    if settings.http_port:
        secret = settings.slack_signing_secret
        http_server = HttpServer(slack, secret.get_secret_value() if secret else "", install_flow=install_flow)
        address = (settings.http_host, settings.http_port)
        async with http_listener(
            http_server.web_app(), address, "HTTP_HOST and HTTP_PORT", shutdown_seconds=ACK_DRAIN_SECONDS
        ):
            yield http_server
        return
    token = settings.slack_app_token
    connection = SocketModeConnection(slack, token.get_secret_value() if token else "", settings.socket_silence_seconds)
    await connection.open()
    watch_task = asyncio.create_task(connection.watch())
    try:
        yield connection
    finally:
        watch_task.cancel()
        await connection.close()
