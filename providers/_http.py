"""The way to a vendor: deadlines, a cap on reading, few retries, what breaks as a ModelError. Like _fetch it has httpx.

Tried again is only what is known to be unbilled: connecting, and an answer of 503 or 529, which comes in place of work.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from time import perf_counter
from typing import Any, TypeVar

import httpx
import msgspec
import structlog

from bot.errors import BadKey, BadPicture, Down, Resting, TimedOut
from providers._body import Body
from providers._breaker import Breaker
from providers._fetch import Fetch, origin

T = TypeVar("T")

log = structlog.get_logger()

MOST_BYTES = 80_000_000
_CONNECT_SECONDS = 10.0
_PAUSES = (0.3, 1.0)  # seconds before connecting a second and a third time, shortened at random
_OVERLOADED = frozenset({503, 529})
_LONGEST_PAUSE = 10.0  # seconds; who asks for more patience than that is not asked again
_SMALL = 64_000
_LARGE = 4_000_000
_DIGITS = 12  # of a length; more are no length
# Two large answers are read at a time. The others wait in their sockets, but not for one that drips.
_READ_AT_ONCE, _LONGEST_QUEUE = 2, 5.0

# What msgspec says of bytes that are no JSON; of those that are no UTF-8 inside a text it leaves Python's own error.
_NOT_JSON = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
# msgspec keeps the interpreter for itself, about 2 ms a megabyte; so more threads would be no quicker, and with one the
# event loop has its turn between two answers.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decoding")


@dataclass(frozen=True)
class Reply:
    """What a vendor answered, whole; the body is kept out of every repr, since it may repeat the prompt.

    Large pictures are not in it: marks stand there in their place, which `drawn` turns back.
    """

    status: int
    headers: Mapping[str, str]
    body: bytearray = field(repr=False)
    pictures: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    length: int = 0

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
            value = await self._decoded(kind)
        except msgspec.ValidationError as error:
            raise BadPicture(model, "malformed", "yes", await cost(self) if cost else None) from error
        except _NOT_JSON as error:
            # Anything on the way may have put a page of its own in place of the vendor's answer.
            raise BadPicture(model, "not JSON", "maybe") from error
        if self.pictures:
            _filled(value, self.pictures)
        return value

    async def said(self, kind: type[T]) -> T | None:
        """A bad answer as `kind`; None when it is not the vendor speaking."""
        try:
            return await self._decoded(kind)
        except (msgspec.ValidationError, *_NOT_JSON):
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
    """One account's address and key; leaves a model alone that failed too often in a row."""

    def __init__(
        self, client: httpx.AsyncClient, *, sendable: bool, room: asyncio.Semaphore, pictures: Fetch | None = None
    ) -> None:
        self._client = client
        self._sendable = sendable
        self._pictures = pictures or Fetch(str(client.base_url))
        self._room = room
        self._breakers: dict[str, Breaker] = {}

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
        with self._watched(model) as breaker:
            reply = await self._exchange(request, model, within)
            breaker.failed() if reply.status >= 500 else breaker.succeeded()
        seconds = round(perf_counter() - started, 3)
        log.info("answered", model=model, status=reply.status, bytes=reply.length, seconds=seconds)
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

    def resting_until(self, model: str) -> datetime | None:
        """When a model that kept failing may be asked again; None while it may be."""
        return self._breakers[model].resting_until() if model in self._breakers else None

    async def close(self) -> None:
        await self._client.aclose()
        await self._pictures.close()

    @contextmanager
    def _watched(self, model: str) -> Iterator[Breaker]:
        """An ask that counts for the model's breaker; raises Resting while it is left alone."""
        if until := self.resting_until(model):
            raise Resting(model, "resting", until=until)
        breaker = self._breakers.setdefault(model, Breaker())
        breaker.begin()
        try:
            yield breaker
        except (Down, TimedOut):
            breaker.failed()
            raise
        except BaseException:
            breaker.left()
            raise

    async def _exchange(self, request: httpx.Request, model: str, within: float) -> Reply:
        if not self._sendable:
            raise BadKey(model, "unprintable key")
        try:
            async with asyncio.timeout(within) as deadline:
                return await self._persistent(request, model, deadline)
        except TimeoutError as error:
            raise TimedOut(model, f"{within:g} s", "maybe") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Down(model, "not reached", "no") from error
        except httpx.RequestError as error:
            # The request may have arrived whole before the connection broke.
            raise Down(model, "connection lost", "maybe") from error

    async def _persistent(self, request: httpx.Request, model: str, deadline: asyncio.Timeout) -> Reply:
        for pause in _PAUSES:
            seconds = pause * random.uniform(0.5, 1)
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                reply = await self._once(request, model, deadline)
                asked_for = _seconds(reply.headers.get("retry-after", ""))
                if reply.status not in _OVERLOADED or asked_for > _LONGEST_PAUSE:
                    return reply
                seconds = max(seconds, asked_for)
            await asyncio.sleep(seconds)
        return await self._once(request, model, deadline)

    async def _once(self, request: httpx.Request, model: str, deadline: asyncio.Timeout) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            announced = response.headers.get("content-length", "")
            if announced.isdecimal() and int(announced[:_DIGITS]) < _LARGE:
                return await _read(response, model)
            return await self._read_in_turn(response, model, deadline)
        finally:
            await response.aclose()

    async def _read_in_turn(self, response: httpx.Response, model: str, deadline: asyncio.Timeout) -> Reply:
        """Read a large answer when there is room; the wait for it is ours and moves the deadline."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        in_room = False
        # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that comes as the room is got, and whoever
        # waits for an order under a deadline of its own would then wait for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_QUEUE):
                in_room = await self._room.acquire()
        if (when := deadline.when()) and not deadline.expired():
            deadline.reschedule(when + loop.time() - came)
        try:
            return await _read(response, model)
        finally:
            if in_room:
                self._room.release()


async def _read(response: httpx.Response, model: str) -> Reply:
    body = Body()
    async for piece in response.aiter_bytes():
        body.feed(piece)
        if body.length > MOST_BYTES:
            raise BadPicture(model, "too large", "maybe")
    body.end()
    return Reply(response.status_code, response.headers, body.text, body.pictures, body.length)


def _filled(value: Any, pictures: Mapping[bytes, bytes]) -> Any:
    """`value` with each mark replaced by its picture, through structs and lists."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            msgspec.structs.force_setattr(value, name, _filled(getattr(value, name), pictures))
    elif isinstance(value, list):
        return [_filled(item, pictures) for item in value]
    return pictures.get(value, value) if isinstance(value, bytes) else value


def _seconds(text: str) -> float:
    """A Retry-After of seconds; 0 where it is none or a date, which nobody sends with an overload of moments."""
    return float(text) if text.isdecimal() else 0.0


def reading_room() -> asyncio.Semaphore:
    """How many large answers are read at once, for all accounts together."""
    return asyncio.Semaphore(_READ_AT_ONCE)


def open_http(base_url: str, headers: Mapping[str, str], room: asyncio.Semaphore | None = None) -> Http:
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
    return Http(client, sendable=sendable, room=room or reading_room())
