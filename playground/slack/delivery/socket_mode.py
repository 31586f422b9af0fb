"""Socket Mode: the app opens websockets; each envelope goes to one of them."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from playground.seed_data import APP
from playground.slack.core.ids import new_id
from playground.slack.core.store import Json
from playground.slack.delivery.dispatcher import Envelope, UnreachableError

_MAX_SOCKETS = 10
_PING_SECONDS = 30.0


@dataclass(frozen=True, eq=False, slots=True)
class _Connection:
    """One open websocket of the app."""

    socket: web.WebSocketResponse
    request: web.Request

    def stop_reading(self) -> None:
        """Stop reading, so that pings get no pong; the connection stays open."""
        if self.request.transport:
            self.request.transport.pause_reading()

    async def close(self, graceful: bool) -> None:
        if graceful:
            await self.socket.close()
        elif self.request.transport:
            self.request.transport.abort()


class SocketMode:
    """A transport that sends envelopes to the app's sockets in turn."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._connections: list[_Connection] = []
        self._tickets: set[str] = set()
        self._pending: dict[str, tuple[_Connection, asyncio.Future[Json | None]]] = {}
        self._connected = asyncio.Event()
        self._round_robin = itertools.count()

    @property
    def connected(self) -> bool:
        return bool(self._connections)

    @property
    def count(self) -> int:
        """Number of open sockets."""
        return len(self._connections)

    async def wait_until_connected(self) -> None:
        await self._connected.wait()

    def issue_ticket(self) -> str:
        """Return a ticket of `apps.connections.open` for one socket."""
        ticket = new_id("S")
        self._tickets.add(ticket)
        return ticket

    async def send(self, envelope: Envelope) -> Json | None:
        if not self._connections:
            raise UnreachableError("connection_failed")
        connection = self._connections[next(self._round_robin) % len(self._connections)]
        ack: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._pending[envelope.id] = (connection, ack)
        try:
            await connection.socket.send_json(_wire_format(envelope))
            return await ack
        except ConnectionError as error:
            raise UnreachableError("connection_failed") from error
        finally:
            del self._pending[envelope.id]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one socket of the app from hello to its end."""
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPForbidden(text="unknown ticket")
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse(heartbeat=_PING_SECONDS)
        await socket.prepare(request)
        if len(self._connections) >= _MAX_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await socket.send_json(_hello(len(self._connections) + 1))
        connection = _Connection(socket, request)
        self._add_connection(connection)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(frame.json())
        finally:
            self._remove_connection(connection)
        return socket

    async def disconnect(self, kind: str, seconds: float) -> int:
        """Warn and close every socket; return how many there were.

        `abrupt` closes without a warning. `silent` leaves them open without envelopes and pongs.
        """
        connections = list(self._connections)
        if kind == "silent":
            for connection in connections:
                connection.stop_reading()
                self._remove_connection(connection)
            return len(connections)
        reason = {"warning": "warning", "refresh": "refresh_requested"}.get(kind)
        for connection in connections if reason else ():
            await connection.socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "practice"}}
            )
        if kind == "warning":
            await asyncio.sleep(seconds)
        for connection in connections:
            self._remove_connection(connection)
        await asyncio.gather(*(connection.close(graceful=reason is not None) for connection in connections))
        return len(connections)

    def _acknowledge(self, body: Json) -> None:
        _, ack = self._pending.get(str(body.get("envelope_id")), (None, None))
        if ack and not ack.done():
            ack.set_result(body.get("payload"))

    def _add_connection(self, connection: _Connection) -> None:
        self._connections.append(connection)
        self._connected.set()
        self._on_change()

    def _remove_connection(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        for holder, ack in self._pending.values():
            if holder is connection and not ack.done():
                ack.set_exception(UnreachableError("connection_failed"))
        if not self._connections:
            self._connected.clear()
        self._on_change()


def _hello(connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "practice", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": APP},
    }


def _wire_format(envelope: Envelope) -> Json:
    body: Json = {"envelope_id": envelope.id, "type": envelope.kind, "payload": envelope.payload}
    body["accepts_response_payload"] = envelope.kind != "events_api"
    if envelope.kind == "events_api":
        body |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return body
