"""Socket Mode: the app opens websockets, each envelope goes to one of them."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from playground.people import APP
from playground.slack.courier import Envelope, UnreachableError
from playground.slack.ids import new_id
from playground.slack.store import Json

_MOST_SOCKETS = 10
_PING_SECONDS = 30.0


@dataclass(frozen=True, eq=False, slots=True)
class _Line:
    """One open websocket of the app."""

    socket: web.WebSocketResponse
    request: web.Request

    def fall_silent(self) -> None:
        """Nothing is read any more, so that no ping is seen; the connection stays."""
        if self.request.transport:
            self.request.transport.pause_reading()

    async def hang_up(self, politely: bool) -> None:
        if politely:
            await self.socket.close()
        elif self.request.transport:
            self.request.transport.abort()


class SocketMode:
    """The transport that hands envelopes to the app's open sockets in turn."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._lines: list[_Line] = []
        self._tickets: set[str] = set()
        self._pending: dict[str, tuple[_Line, asyncio.Future[Json | None]]] = {}
        self._connected = asyncio.Event()
        self._turns = itertools.count()

    @property
    def connected(self) -> bool:
        return bool(self._lines)

    async def ready(self) -> None:
        await self._connected.wait()

    def ticket(self) -> str:
        """What `apps.connections.open` gives out, good for one socket."""
        ticket = new_id("S")
        self._tickets.add(ticket)
        return ticket

    async def carry(self, envelope: Envelope) -> Json | None:
        if not self._lines:
            raise UnreachableError("connection_failed")
        line = self._lines[next(self._turns) % len(self._lines)]
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._pending[envelope.id] = (line, answer)
        try:
            await line.socket.send_json(_wire(envelope))
            return await answer
        except ConnectionError as error:
            raise UnreachableError("connection_failed") from error
        finally:
            del self._pending[envelope.id]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One socket of the app, from hello to its end."""
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPForbidden(text="unknown ticket")
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse(heartbeat=_PING_SECONDS)
        await socket.prepare(request)
        if len(self._lines) >= _MOST_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await socket.send_json(_hello(len(self._lines) + 1))
        line = _Line(socket, request)
        self._join(line)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(frame.json())
        finally:
            self._leave(line)
        return socket

    async def disconnect(self, kind: str, seconds: float) -> int:
        """Tells every socket and closes it; `abrupt` closes without a word. Returns how many there were.

        `silent` leaves them open and deaf: no envelope goes there, no ping is answered.
        """
        lines = list(self._lines)
        if kind == "silent":
            for line in lines:
                line.fall_silent()
                self._leave(line)
            return len(lines)
        reason = {"warning": "warning", "refresh": "refresh_requested"}.get(kind)
        for line in lines if reason else ():
            await line.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "practice"}})
        if kind == "warning":
            await asyncio.sleep(seconds)
        for line in lines:
            self._leave(line)
        await asyncio.gather(*(line.hang_up(politely=reason is not None) for line in lines))
        return len(lines)

    def _acknowledge(self, body: Json) -> None:
        _, answer = self._pending.get(str(body.get("envelope_id")), (None, None))
        if answer and not answer.done():
            answer.set_result(body.get("payload"))

    def _join(self, line: _Line) -> None:
        self._lines.append(line)
        self._connected.set()
        self._on_change()

    def _leave(self, line: _Line) -> None:
        if line not in self._lines:
            return
        self._lines.remove(line)
        for holder, answer in self._pending.values():
            if holder is line and not answer.done():
                answer.set_exception(UnreachableError("connection_failed"))
        if not self._lines:
            self._connected.clear()
        self._on_change()


def _hello(connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "practice", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": APP},
    }


def _wire(envelope: Envelope) -> Json:
    body: Json = {"envelope_id": envelope.id, "type": envelope.kind, "payload": envelope.payload}
    body["accepts_response_payload"] = envelope.kind != "events_api"
    if envelope.kind == "events_api":
        body |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return body
