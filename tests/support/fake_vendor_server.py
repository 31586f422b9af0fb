"""A fake vendor API on 127.0.0.1 that sends canned responses and records requests."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from aiohttp.test_utils import TestServer

Behavior = Literal["whole", "cut before reading", "cut before answering", "cut in the answer", "hang", "drip"]
_DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class CannedResponse:
    """A response sent after a delay in seconds; a `body` that is not bytes is sent as JSON."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    behavior: Behavior = "whole"
    delay: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class FormFile:
    """A file of a form."""

    field: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class ReceivedRequest:
    """A received request; a form's body is its fields, and `pictures` are its files in order."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    pictures: tuple[FormFile, ...] = ()


class FakeVendorServer:
    """Sends its responses in order; the last one repeats."""

    def __init__(self, *responses: CannedResponse) -> None:
        self.responses = list(responses)
        self.requests: list[ReceivedRequest] = []
        self._closed = asyncio.Event()

    def set_responses(self, *responses: CannedResponse) -> None:
        self.responses = list(responses)

    @asynccontextmanager
    async def open(self, port: int | None = None) -> AsyncIterator[str]:
        """Run the server; yields its address."""
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._respond)
        async with TestServer(app, port=port) as server:
            try:
                yield f"http://{server.host}:{server.port}"
            finally:
                self._closed.set()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        body, pictures = (None, ()) if response.behavior == "cut before reading" else await _read(request)
        self.requests.append(ReceivedRequest(request.method, request.path_qs, dict(request.headers), body, pictures))
        await asyncio.sleep(response.delay)
        match response.behavior:
            case "cut before reading" | "cut before answering":
                return _cut(request)
            case "hang":
                await self._closed.wait()
                return _cut(request)
            case "whole":
                return web.Response(body=response.content, status=response.status, headers=_headers(response))
        return await _send_in_parts(request, response)


async def _read(request: web.Request) -> tuple[Any, tuple[FormFile, ...]]:
    if not request.content_type.startswith("multipart/"):
        raw = await request.read()
        return (json.loads(raw) if raw else None), ()
    fields, files = {}, []
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files.append(FormFile(name, value.content_type, value.file.read()))
        else:
            fields[name] = value
    return fields, tuple(files)


async def _send_in_parts(request: web.Request, canned: CannedResponse) -> web.StreamResponse:
    """Send half of the response and close, or all of it so slowly that clients time out."""
    response = web.StreamResponse(status=canned.status, headers=_headers(canned))
    response.content_length = len(canned.content)
    await response.prepare(request)
    await response.write(canned.content[: len(canned.content) // 2])
    while canned.behavior == "drip" and request.transport and not request.transport.is_closing():
        await asyncio.sleep(_DRIP_SECONDS)
        await response.write(b" ")
    _cut(request)
    return response


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


def _headers(response: CannedResponse) -> dict[str, str]:
    return {"Content-Type": "application/json", **response.headers}
