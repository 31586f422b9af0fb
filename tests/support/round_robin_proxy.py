"""A reverse proxy of the tests: it gives each request to the next bot, a retry to another one, and can be late."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web

_SECONDS = 30.0
_HOP_HEADERS = frozenset({"connection", "transfer-encoding", "content-length", "content-encoding", "keep-alive"})


@dataclass(frozen=True)
class Forwarded:
    """A request that a bot answered: its port, Slack's number of the retry, and the event, empty for other requests."""

    port: int
    event_type: str
    event_id: str
    user: str
    retry: int
    status: int


class RoundRobinProxy:
    """The requests so far, in order of their answers. `late_events` are types whose first answer is held back."""

    def __init__(self, ports: Sequence[int], late_seconds: float) -> None:
        self.ports = list(ports)
        self.forwarded: list[Forwarded] = []
        self.late_events: set[str] = set()
        self._late_seconds = late_seconds
        self._next = 0
        self._port_of_event: dict[str, int] = {}

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        retry = int(request.headers.get("X-Slack-Retry-Num", "0"))
        event_type, event_id, user = _event_of(request, body)
        port = self._next_port(event_id)
        status, text, headers = await self._forward(request, body, port)
        self.forwarded.append(Forwarded(port, event_type, event_id, user, retry, status))
        if event_type in self.late_events and not retry:
            await asyncio.sleep(self._late_seconds)
        return web.Response(status=status, body=text, headers=headers)

    def _next_port(self, event_id: str) -> int:
        """Return the port whose turn it is; for an event that comes again, one that has not just had it."""
        earlier = self._port_of_event.get(event_id) if event_id else None
        port = earlier
        while port == earlier:
            port = self.ports[self._next % len(self.ports)]
            self._next += 1
        assert port
        self._port_of_event[event_id] = port
        return port

    async def _forward(self, request: web.Request, body: bytes, port: int) -> tuple[int, bytes, dict[str, str]]:
        async with asyncio.timeout(_SECONDS), ClientSession() as session:
            url = f"http://127.0.0.1:{port}{request.path_qs}"
            headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_HEADERS}
            async with session.request(request.method, url, data=body, headers=headers) as answer:
                answered = {n: v for n, v in answer.headers.items() if n.lower() not in _HOP_HEADERS}
                return answer.status, await answer.read(), answered


def _event_of(request: web.Request, body: bytes) -> tuple[str, str, str]:
    """Return the type, the id and the user of an event, empty for other requests."""
    if request.content_type != "application/json":
        return "", "", ""
    payload: dict[str, Any] = json.loads(body)
    event = payload.get("event", {})
    return str(event.get("type", "")), str(payload.get("event_id", "")), str(event.get("user", ""))


@asynccontextmanager
async def round_robin_proxy(ports: Sequence[int], late_seconds: float) -> AsyncIterator[tuple[RoundRobinProxy, str]]:
    """Serve a proxy before the bots; yield it and its address."""
    proxy = RoundRobinProxy(ports, late_seconds)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield proxy, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
