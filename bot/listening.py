"""How requests come in: over HTTP where a port is set, else over a socket that is watched."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot import measures
from bot.farewell import LAST_ACKS, LAST_CLOSES
from bot.settings import Settings

log = structlog.get_logger()

# Slack's client pings every 10 seconds and reconnects after four pings without an answer; who is silent for longer than
# that has a client that is stuck itself (slackapi/bolt-python issues 417 and 1529).
SILENCE_SECONDS = 60.0


class Hearing(Protocol):
    """Whether requests can reach us."""

    @property
    def ready(self) -> bool: ...

    @property
    def silence(self) -> float:
        """Seconds since anything was heard; 0 where nobody has to speak."""
        ...

    @property
    def age(self) -> float:
        """Seconds since the connection was opened; 0 where there is none to keep."""
        ...


class _Door:
    """HTTP: Slack calls when it wants to."""

    ready = True
    silence = 0.0
    age = 0.0


class _Handler(AsyncSocketModeHandler):
    """Knows how many requests wait for their ack."""

    _asked = 0

    async def handle(self, client: Any, req: Any) -> None:
        self._asked += 1
        try:
            await super().handle(client, req)
        finally:
            self._asked -= 1

    @property
    def busy(self) -> bool:
        return bool(self._asked) or not self.client.message_queue.empty()

    def deafen(self) -> None:
        """Hear nothing more: what gets no ack Slack sends again, or tells whoever pressed."""
        if receiver := self.client.message_receiver:
            receiver.cancel()


class Socket:
    """A Socket Mode connection that is replaced, client and all, when it has heard nothing for `patience` seconds."""

    def __init__(self, slack: AsyncApp, token: str, patience: float = SILENCE_SECONDS) -> None:
        self._slack = slack
        self._token = token
        self._patience = patience
        self._handler = self._new()
        self._opened = time.time()

    @property
    def ready(self) -> bool:
        session = self._handler.client.current_session
        return session is not None and not session.closed and self.silence < self._patience

    @property
    def silence(self) -> float:
        """Seconds since the last pong; every connection is asked for one as it opens."""
        heard = self._handler.client.last_ping_pong_time or 0.0
        return max(0.0, time.time() - max(heard, self._opened))

    async def open(self) -> None:
        self._opened = time.time()
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def watch(self) -> None:
        """Run for ever."""
        while True:
            await asyncio.sleep(self._patience / 6)
            if self.silence >= self._patience:
                log.warning("socket_replaced", silent_seconds=round(self.silence))
                measures.socket_replaced()
                dead, self._handler = self._handler, self._new()
                await self.open()
                await _close(dead)

    @property
    def age(self) -> float:
        """Seconds since the connection was opened by us; the client may have renewed it by itself since."""
        return max(0.0, time.time() - self._opened)

    async def close(self) -> None:
        """Take no more requests, give those that are here their ack, and hang up."""
        self._handler.deafen()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ACKS):
                while self._handler.busy:  # noqa: ASYNC110 - asked once, at the very end
                    await asyncio.sleep(0.02)
        await _close(self._handler)

    def _new(self) -> _Handler:
        return _Handler(self._slack, self._token)


async def _close(handler: AsyncSocketModeHandler) -> None:
    """A dead peer answers no farewell, so there is little waiting for it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_CLOSES):
            await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def listening(slack: AsyncApp, settings: Settings) -> AsyncIterator[Hearing]:
    """Let requests in for as long as the block runs."""
    if settings.http_port:
        runner = web.AppRunner(slack.web_app(path="/slack/events"), shutdown_timeout=LAST_ACKS)
        await runner.setup()
        await web.TCPSite(runner, port=settings.http_port).start()
        try:
            yield _Door()
        finally:
            await runner.cleanup()
        return
    token = settings.slack_app_token
    socket = Socket(slack, token.get_secret_value() if token else "")
    await socket.open()
    watching = asyncio.create_task(socket.watch())
    try:
        yield socket
    finally:
        watching.cancel()
        await socket.close()
