"""Answers with pictures: ETag, conditional requests, one byte range, and few pictures in memory at once."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.domain.errors import CastingError
from bot.doors.problems import problem_of

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
# A client that takes longer gets the rest with a range.
_SEND_SECONDS = 120.0
# Pictures in memory at a time: an original has up to about 20 MB.
_in_memory = asyncio.Semaphore(4)


@dataclass(frozen=True)
class PictureFile:
    """A picture to send. `etag` names its bytes; `sha256` (hex) and `length` are known for stored originals."""

    load: Callable[[], Awaitable[bytes]]
    media_type: str
    filename: str
    etag: str
    sha256: str = ""
    length: int | None = None

    def headers(self) -> dict[str, str]:
        digest = {"Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(self.sha256)).decode()}:"} if self.sha256 else {}
        return {
            **digest,
            "ETag": f'"{self.etag}"',
            "Accept-Ranges": "bytes",
            # A copy is only used after asking again, so a revoked token reads nothing from a cache.
            "Cache-Control": "private, no-cache",
            **attachment(self.filename),
        }


def attachment(filename: str) -> dict[str, str]:
    """Return the header that names a file to save."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}"}


class PictureResponse(Response):
    """Loads the picture when the answer is sent, and holds it no longer than that."""

    def __init__(self, file: PictureFile) -> None:
        super().__init__(media_type=file.media_type)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if _matches(headers.get("if-none-match", ""), self._file.etag):
            await Response(status_code=304, headers=self._file.headers())(scope, receive, send)
            return
        if scope["method"] == "HEAD" and self._file.length is not None:
            length = {"Content-Length": str(self._file.length)}
            answer = Response(headers=self._file.headers() | length, media_type=self._file.media_type)
            await answer(scope, receive, send)
            return
        async with _in_memory:
            try:
                data = await self._file.load()
            except CastingError as error:
                await problem_of(error).response()(scope, receive, send)
                return
            async with asyncio.timeout(_SEND_SECONDS):
                await self._send(data, headers, scope, send)

    async def _send(self, data: bytes, headers: Mapping[str, str], scope: Scope, send: Send) -> None:
        status, start, end = _range_of(headers, self._file.etag, len(data))
        answer = self._file.headers() | {
            "Content-Length": str(max(0, end - start)),
            "Content-Type": self._file.media_type,
        }
        if status == 206:
            answer["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
        elif status == 416:
            answer["Content-Range"] = f"bytes */{len(data)}"
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        if scope["method"] != "HEAD":
            for at in range(start, end, _CHUNK):
                chunk = data[at : min(at + _CHUNK, end)]
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _matches(header: str, etag: str) -> bool:
    """Return whether an If-None-Match names this picture (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or f'"{etag}"' in tags


def _range_of(headers: Mapping[str, str], etag: str, length: int) -> tuple[int, int, int]:
    """Return status, start and end (exclusive). Several ranges and unknown forms count as none (RFC 9110, 14.2)."""
    match = _RANGE.fullmatch(headers.get("range", "").strip())
    if_range = headers.get("if-range", "")
    if not match or match.group() == "bytes=-" or (if_range and if_range.strip() != f'"{etag}"'):
        return 200, 0, length
    first, last = match.groups()
    if not first:
        start, end = max(0, length - int(last)), length
    else:
        start, end = int(first), min(length, int(last) + 1 if last else length)
        if last and int(last) < int(first):
            return 200, 0, length
    return (206, start, end) if start < end else (416, 0, 0)
