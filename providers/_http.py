"""The way to a vendor: deadlines, a cap on reading, and what breaks as a ModelError. Imports httpx, as _fetch does."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from time import perf_counter
from typing import TypeVar

import httpx
import msgspec
import structlog

from bot.errors import BadKey, BadPicture, Down, TimedOut
from providers._fetch import Fetch, origin

T = TypeVar("T")

log = structlog.get_logger()

MOST_BYTES = 80_000_000
_CONNECT_SECONDS = 10.0
_PAUSES = (0.3, 1.0)  # seconds before connecting a second and a third time, shortened at random
_SMALL = 64_000

# msgspec keeps the interpreter for itself, about 2 ms a megabyte; so more threads would be no quicker, and with one the
# event loop has its turn between two answers.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decoding")


@dataclass(frozen=True)
class Reply:
    """What a vendor answered, whole; the body is kept out of every repr, since it may repeat the prompt."""

    status: int
    headers: Mapping[str, str]
    body: bytearray = field(repr=False)

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    async def drawn(
        self, kind: type[T], model: str, cost: Callable[["Reply"], Awaitable[Decimal | None]] | None = None
    ) -> T:
        """A good answer as `kind`, base64 fields as bytes; raises BadPicture when it is something else.

        `cost` reads from an answer whose picture is broken what was charged for it, in dollars.
        """
        try:
            return await self._decoded(kind)
        except msgspec.ValidationError as error:
            raise BadPicture(model, "malformed", "yes", await cost(self) if cost else None) from error
        except (msgspec.DecodeError, RecursionError) as error:
            # Anything on the way may have put a page of its own in place of the vendor's answer.
            raise BadPicture(model, "not JSON", "maybe") from error

    async def said(self, kind: type[T]) -> T | None:
        """A bad answer as `kind`; None when it is not the vendor speaking."""
        try:
            return await self._decoded(kind)
        except (msgspec.DecodeError, RecursionError):
            return None

    async def _decoded(self, kind: type[T]) -> T:
        if len(self.body) < _SMALL:
            return msgspec.json.decode(self.body, type=kind)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_thread, lambda: msgspec.json.decode(self.body, type=kind))


@dataclass(frozen=True)
class FormPicture:
    """A picture in a form; `name` is the field's."""

    name: str
    filename: str
    data: bytes = field(repr=False)
    media_type: str


class Http:
    """One account's address and key. Asks once; only connecting, when nothing was sent yet, is tried again."""

    def __init__(self, client: httpx.AsyncClient, *, sendable: bool) -> None:
        self._client = client
        self._sendable = sendable
        self._pictures = Fetch(str(client.base_url))

    async def post(self, path: str, body: object, *, model: str, within: float) -> Reply:
        """Send `body` as JSON, bytes as base64, and wait at most `within` seconds for the whole answer."""
        content = await asyncio.to_thread(msgspec.json.encode, body)
        request = self._client.build_request(
            "POST", path, content=content, headers={"Content-Type": "application/json"}
        )
        return await self._posted(request, model, within)

    async def post_form(
        self, path: str, fields: Mapping[str, str], pictures: Sequence[FormPicture], *, model: str, within: float
    ) -> Reply:
        """Send fields and pictures as multipart/form-data, and wait at most `within` seconds for the whole answer."""
        files = [(p.name, (p.filename, p.data, p.media_type)) for p in pictures]
        request = self._client.build_request("POST", path, data=dict(fields), files=files)
        return await self._posted(request, model, within)

    async def _posted(self, request: httpx.Request, model: str, within: float) -> Reply:
        started = perf_counter()
        reply = await self._exchange(request, model, within)
        seconds = round(perf_counter() - started, 3)
        log.info("answered", model=model, status=reply.status, bytes=len(reply.body), seconds=seconds)
        return reply

    async def get(self, path: str, *, model: str, within: float) -> Reply:
        """Look at a path, or at an address on the account's own origin; nobody else is shown its key."""
        try:
            request = self._client.build_request("GET", path)
        except httpx.InvalidURL as error:
            raise BadPicture(model, "address not allowed", "maybe") from error
        if origin(request.url) != origin(self._client.base_url):
            raise BadPicture(model, "address not allowed", "maybe")
        return await self._exchange(request, model, within)

    async def picture(self, address: str, *, model: str, within: float) -> bytes:
        """A picture at an address that stood in an answer, asked for without the key; raises ModelErrors."""
        return await self._pictures.picture(address, model=model, within=within)

    async def close(self) -> None:
        await self._client.aclose()
        await self._pictures.close()

    async def _exchange(self, request: httpx.Request, model: str, within: float) -> Reply:
        if not self._sendable:
            raise BadKey(model, "unprintable key")
        try:
            async with asyncio.timeout(within):
                return await self._connected(request, model)
        except TimeoutError as error:
            raise TimedOut(model, f"{within:g} s", "maybe") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Down(model, "not reached", "no") from error
        except httpx.RequestError as error:
            # The request may have arrived whole before the connection broke.
            raise Down(model, "connection lost", "maybe") from error

    async def _connected(self, request: httpx.Request, model: str) -> Reply:
        for pause in _PAUSES:
            try:
                return await self._once(request, model)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                await asyncio.sleep(pause * random.uniform(0.5, 1))
        return await self._once(request, model)

    async def _once(self, request: httpx.Request, model: str) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise BadPicture(model, "too large", "maybe")
            return Reply(response.status_code, response.headers, body)
        finally:
            await response.aclose()


def open_http(base_url: str, headers: Mapping[str, str]) -> Http:
    """A client for one account; `headers` carry its key. No proxy is used, no redirect followed."""
    # h11 would quote an illegal header, and with it the key, in its error.
    sendable = all(value.isascii() and value.isprintable() for value in headers.values())
    plain = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "castroom"}
    client = httpx.AsyncClient(
        base_url=base_url,
        headers=plain | dict(headers) if sendable else plain,
        timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        # A connection for every ask: one kept open that the vendor has just closed breaks after sending, and nobody can
        # tell whether that ask was paid for.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
    )
    return Http(client, sendable=sendable)
