"""An S3 store that keeps objects, or has one fault that real stores and policies have."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from aiohttp import web

from tests.support.s3_server import S3Server

Fault = Literal["", "refuses", "overwrites", "forbids_list", "returns_other_bytes", "is_full", "hangs", "fails"]
ACCESS_KEY = "AKIAPRACTICEKEY"
_KEY = re.compile("<Key>(.+?)</Key>")
_HEADERS = {"ETag": '"1"', "Last-Modified": "Wed, 25 Nov 2026 09:00:00 GMT"}
# What S3 answers to a wrong key holds the key (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
_ANSWERS: dict[str, tuple[int, str]] = {
    "refuses": (403, f"<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId></Error>"),
    "is_full": (507, "<Error><Code>XMinioStorageFull</Code></Error>"),
    "fails": (500, "<Error><Code>InternalError</Code></Error>"),
}


class FaultyS3:
    """The objects of all buckets, and the fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self._closed = asyncio.Event()

    def close(self) -> None:
        """End the requests that hang."""
        self._closed.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(request.method)
        if self.fault == "hangs":
            await self._closed.wait()
        if self.fault in _ANSWERS:
            status, body = _ANSWERS[self.fault]
            return web.Response(status=status, text=body, headers=_HEADERS)
        if request.method == "PUT":
            return await self._put(request)
        if request.method == "POST" and "delete" in request.query:
            deleted = _KEY.findall(await request.text())
            bucket = request.path.rstrip("/")
            for key in deleted:
                self.objects.pop(f"{bucket}/{key}", None)
            rows = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in deleted)
            return web.Response(text=f"<DeleteResult>{rows}</DeleteResult>", headers=_HEADERS)
        if request.path not in self.objects:
            return web.Response(status=403 if self.fault == "forbids_list" else 404)
        data = self.objects[request.path]
        return web.Response(body=data[::-1] if self.fault == "returns_other_bytes" else data, headers=_HEADERS)

    async def _put(self, request: web.Request) -> web.Response:
        if request.path in self.objects and self.fault != "overwrites":
            return web.Response(status=412, headers=_HEADERS)
        self.objects[request.path] = await request.read()
        return web.Response(headers=_HEADERS)


@asynccontextmanager
async def faulty_s3(fault: Fault = "") -> AsyncIterator[tuple[FaultyS3, dict[str, str]]]:
    """Serve the store; yield it and the environment with which a process reaches it."""
    store = FaultyS3(fault)
    app = web.Application(client_max_size=64_000_000)
    app.router.add_route("*", "/{path:.*}", store.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield store, S3Server(f"http://127.0.0.1:{port}").variables | {"AWS_ACCESS_KEY_ID": ACCESS_KEY}
    finally:
        store.close()
        await runner.cleanup()
