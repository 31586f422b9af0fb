"""A vendor's API on loopback that answers what a test put down, in the manner it wants, and keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from aiohttp.test_utils import TestServer

Manner = Literal["whole", "cut before reading", "cut before answering", "cut in the answer", "hang", "drip"]
_DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Canned:
    """One answer, `after` so many seconds; `body` that is not bytes goes as JSON."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = "whole"
    after: float = 0.0

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
class Asked:
    """One request as it arrived; the body of a form is its fields, and `pictures` its files in order."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    pictures: tuple[FormFile, ...] = ()


class Desk:
    """Answers in the order they were put down; the last one stays."""

    def __init__(self, *answers: Canned) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self._over = asyncio.Event()

    def put(self, *answers: Canned) -> None:
        self.answers = list(answers)

    @asynccontextmanager
    async def open(self, port: int | None = None) -> AsyncIterator[str]:
        """Serve until left; gives the address."""
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._answer)
        async with TestServer(app, port=port) as server:
            try:
                yield f"http://{server.host}:{server.port}"
            finally:
                self._over.set()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        body, pictures = (None, ()) if answer.manner == "cut before reading" else await _read(request)
        self.asked.append(Asked(request.method, request.path_qs, dict(request.headers), body, pictures))
        await asyncio.sleep(answer.after)
        match answer.manner:
            case "cut before reading" | "cut before answering":
                return _cut(request)
            case "hang":
                await self._over.wait()
                return _cut(request)
            case "whole":
                return web.Response(body=answer.content, status=answer.status, headers=_headers(answer))
        return await _in_parts(request, answer)


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


async def _in_parts(request: web.Request, answer: Canned) -> web.StreamResponse:
    """Half of the answer and then the end, or all of it so slowly that nobody stays."""
    response = web.StreamResponse(status=answer.status, headers=_headers(answer))
    response.content_length = len(answer.content)
    await response.prepare(request)
    await response.write(answer.content[: len(answer.content) // 2])
    while answer.manner == "drip" and request.transport and not request.transport.is_closing():
        await asyncio.sleep(_DRIP_SECONDS)
        await response.write(b" ")
    _cut(request)
    return response


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


def _headers(answer: Canned) -> dict[str, str]:
    return {"Content-Type": "application/json", **answer.headers}
