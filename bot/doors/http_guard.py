"""Before any route: the host name, the origin and the size of a request are checked, and its response is counted."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.doors import words
from bot.doors.problems import Problem
from bot.telemetry import metrics

MAX_BODY_BYTES = 64 * 1024
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


class HttpGuard:
    """Refuses foreign host names and origins, against DNS rebinding, and bodies over 64 kB.

    Counts all responses; those to `mcp_path` are of MCP, the others of REST.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], mcp_path: str) -> None:
        self._app = app
        self._hosts = hosts
        self._mcp_path = mcp_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _counted(send, "mcp" if scope["path"] == self._mcp_path else "rest")
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        length = headers.get("content-length", "0")
        if not self._is_known(headers.get("host", "")):
            await Problem(421, "wrong-host", words.WRONG_HOST).response()(scope, receive, send)
        elif origin and not self._is_known(_host_of(origin)):
            await Problem(403, "wrong-host", words.WRONG_HOST).response()(scope, receive, send)
        elif not length.isdecimal() or len(length) > 12 or int(length) > MAX_BODY_BYTES:
            await Problem(413, "too-large", words.TOO_LARGE).response()(scope, receive, send)
        else:
            await self._app(scope, _limited(receive), _with_headers(send))

    def _is_known(self, host: str) -> bool:
        return _without_port(host) in self._hosts


def _host_of(origin: str) -> str:
    """Return host and port of an origin; empty for `null` and anything else."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _limited(receive: Receive) -> Receive:
    """Refuse a body without a length that grows too large."""
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise Problem(413, "too-large", words.TOO_LARGE)
        return message

    return limited


def _counted(send: Send, door: str) -> Send:
    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            metrics.door_responses.labels(door, f"{message['status'] // 100}xx").inc()
        await send(message)

    return counted


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
        await send(message)

    return with_headers
