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

from bot.domain.errors import AuthenticationFailed, CircuitOpen, InvalidImage, ProviderDown, TimedOut
from providers.http.circuit_breaker import CircuitBreaker
from providers.http.image_download import ImageDownloader, origin
from providers.http.json_body import Base64StreamParser

T = TypeVar("T")

log = structlog.get_logger()

MAX_BYTES = 80_000_000
_CONNECT_SECONDS = 10.0
_RETRY_DELAYS = (0.3, 1.0)  # seconds before connecting a second and a third time, shortened at random
_OVERLOADED_STATUSES = frozenset({503, 529})
_MAX_RETRY_DELAY = 10.0  # seconds; who asks for more patience than that is not asked again
_SMALL_BYTES = 64_000
_LARGE_BYTES = 4_000_000
_MAX_LENGTH_DIGITS = 12  # of a length; more are no length
# Two large answers are read at a time. The others wait in their sockets, but not for one that drips.
_CONCURRENT_LARGE_READS, _MAX_QUEUE_SECONDS = 2, 5.0

# What msgspec says of bytes that are no JSON; of those that are no UTF-8 inside a text it leaves Python's own error.
_NOT_JSON = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
# msgspec keeps the interpreter for itself, about 2 ms a megabyte; so more threads would be no quicker, and with one the
# event loop has its turn between two answers.
_decoder_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decoding")


@dataclass(frozen=True)
class ProviderResponse:
    """What a vendor answered, whole; the body is kept out of every repr, since it may repeat the prompt.

    Large pictures are not in it: marks stand there in their place, which `drawn` turns back.
    """

    status: int
    headers: Mapping[str, str]
    body: bytearray = field(repr=False)
    pictures: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    length: int = 0

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    async def decode_success(
        self,
        response_type: type[T],
        model: str,
        cost: Callable[["ProviderResponse"], Awaitable[Decimal | None]] | None = None,
    ) -> T:
        """A good answer as `kind`, base64 fields as bytes; raises BadPicture when it is something else.

        `cost` reads from an answer whose picture is broken what was charged for it, in dollars.
        """
        try:
            value = await self._decode(response_type)
        except msgspec.ValidationError as error:
            raise InvalidImage(model, "malformed", "yes", await cost(self) if cost else None) from error
        except _NOT_JSON as error:
            # Anything on the way may have put a page of its own in place of the vendor's answer.
            raise InvalidImage(model, "not JSON", "maybe") from error
        if self.pictures:
            _with_pictures(value, self.pictures)
        return value

    async def decode_error(self, response_type: type[T]) -> T | None:
        """A bad answer as `kind`; None when it is not the vendor speaking."""
        try:
            return await self._decode(response_type)
        except (msgspec.ValidationError, *_NOT_JSON):
            return None

    async def _decode(self, response_type: type[T]) -> T:
        if len(self.body) < _SMALL_BYTES:
            return msgspec.json.decode(self.body, type=response_type)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_decoder_thread, lambda: msgspec.json.decode(self.body, type=response_type))


@dataclass(frozen=True)
class FormPicture:
    """A picture in a form; `name` is the field's."""

    name: str
    filename: str
    data: bytes = field(repr=False)
    media_type: str


class AccountClient:
    """One account's address and key; leaves a model alone that failed too often in a row."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        key_is_sendable: bool,
        semaphore: asyncio.Semaphore,
        image_downloader: ImageDownloader | None = None,
    ) -> None:
        self._client = client
        self._key_is_sendable = key_is_sendable
        self._image_downloader = image_downloader or ImageDownloader(str(client.base_url))
        self._large_response_semaphore = semaphore
        self._circuit_breakers: dict[str, CircuitBreaker] = {}

    async def post(self, path: str, body: object, *, model: str, timeout: float) -> ProviderResponse:
        """Send `body` as JSON, bytes as base64, and wait at most `within` seconds for the whole answer."""
        content = await asyncio.to_thread(msgspec.json.encode, body)
        request = self._client.build_request(
            "POST", path, content=content, headers={"Content-Type": "application/json"}
        )
        return await self._send_guarded(request, model, timeout)

    async def post_form(
        self, path: str, fields: Mapping[str, str], pictures: Sequence[FormPicture], *, model: str, timeout: float
    ) -> ProviderResponse:
        """Send fields and pictures as multipart/form-data, and wait at most `within` seconds for the whole answer."""
        files = [(p.name, (p.filename, p.data, p.media_type)) for p in pictures]
        request = self._client.build_request("POST", path, data=dict(fields), files=files)
        return await self._send_guarded(request, model, timeout)

    async def _send_guarded(self, request: httpx.Request, model: str, timeout: float) -> ProviderResponse:
        started = perf_counter()
        with self._guarded(model) as breaker:
            response = await self._exchange(request, model, timeout)
            breaker.failed() if response.status >= 500 else breaker.succeeded()
        seconds = round(perf_counter() - started, 3)
        log.info("response_received", model=model, status=response.status, bytes=response.length, seconds=seconds)
        return response

    async def get(self, path: str, *, model: str, timeout: float) -> ProviderResponse:
        """Look at a path, or at an address on the account's own origin; nobody else is shown its key."""
        try:
            request = self._client.build_request("GET", path)
        except httpx.InvalidURL as error:
            raise InvalidImage(model, "address not allowed", "maybe") from error
        if origin(request.url) != origin(self._client.base_url):
            raise InvalidImage(model, "address not allowed", "maybe")
        return await self._exchange(request, model, timeout)

    async def download(self, image_url: str, *, model: str, timeout: float) -> bytes:
        """A picture at an address that stood in an answer, asked for without the key; raises ModelErrors."""
        return await self._image_downloader.download(image_url, model=model, timeout=timeout)

    def circuit_open_until(self, model: str) -> datetime | None:
        """When a model that kept failing may be asked again; None while it may be."""
        return self._circuit_breakers[model].open_until() if model in self._circuit_breakers else None

    async def close(self) -> None:
        await self._client.aclose()
        await self._image_downloader.close()

    @contextmanager
    def _guarded(self, model: str) -> Iterator[CircuitBreaker]:
        """An ask that counts for the model's breaker; raises Resting while it is left alone."""
        if until := self.circuit_open_until(model):
            raise CircuitOpen(model, "resting", retry_at=until)
        breaker = self._circuit_breakers.setdefault(model, CircuitBreaker())
        breaker.begin()
        try:
            yield breaker
        except (ProviderDown, TimedOut):
            breaker.failed()
            raise
        except BaseException:
            breaker.abandoned()
            raise

    async def _exchange(self, request: httpx.Request, model: str, timeout: float) -> ProviderResponse:
        if not self._key_is_sendable:
            raise AuthenticationFailed(model, "unprintable key")
        try:
            async with asyncio.timeout(timeout) as deadline:
                return await self._send_with_retries(request, model, deadline)
        except TimeoutError as error:
            raise TimedOut(model, f"{timeout:g} s", "maybe") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ProviderDown(model, "not reached", "no") from error
        except httpx.RequestError as error:
            # The request may have arrived whole before the connection broke.
            raise ProviderDown(model, "connection lost", "maybe") from error

    async def _send_with_retries(
        self, request: httpx.Request, model: str, deadline: asyncio.Timeout
    ) -> ProviderResponse:
        for delay in _RETRY_DELAYS:
            seconds = delay * random.uniform(0.5, 1)
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                response = await self._send_once(request, model, deadline)
                retry_after = _retry_after_seconds(response.headers.get("retry-after", ""))
                if response.status not in _OVERLOADED_STATUSES or retry_after > _MAX_RETRY_DELAY:
                    return response
                seconds = max(seconds, retry_after)
            await asyncio.sleep(seconds)
        return await self._send_once(request, model, deadline)

    async def _send_once(self, request: httpx.Request, model: str, deadline: asyncio.Timeout) -> ProviderResponse:
        response = await self._client.send(request, stream=True)
        try:
            content_length = response.headers.get("content-length", "")
            if content_length.isdecimal() and int(content_length[:_MAX_LENGTH_DIGITS]) < _LARGE_BYTES:
                return await _read_response(response, model)
            return await self._read_large(response, model, deadline)
        finally:
            await response.aclose()

    async def _read_large(self, response: httpx.Response, model: str, deadline: asyncio.Timeout) -> ProviderResponse:
        """Read a large answer when there is room; the wait for it is ours and moves the deadline."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        acquired = False
        # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that comes as the room is got, and whoever
        # waits for an order under a deadline of its own would then wait for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(_MAX_QUEUE_SECONDS):
                acquired = await self._large_response_semaphore.acquire()
        if (when := deadline.when()) and not deadline.expired():
            deadline.reschedule(when + loop.time() - started)
        try:
            return await _read_response(response, model)
        finally:
            if acquired:
                self._large_response_semaphore.release()


async def _read_response(response: httpx.Response, model: str) -> ProviderResponse:
    parser = Base64StreamParser()
    async for chunk in response.aiter_bytes():
        parser.feed(chunk)
        if parser.length > MAX_BYTES:
            raise InvalidImage(model, "too large", "maybe")
    parser.finish()
    return ProviderResponse(response.status_code, response.headers, parser.text, parser.pictures, parser.length)


def _with_pictures(value: Any, pictures: Mapping[bytes, bytes]) -> Any:
    """`value` with each mark replaced by its picture, through structs and lists."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            msgspec.structs.force_setattr(value, name, _with_pictures(getattr(value, name), pictures))
    elif isinstance(value, list):
        return [_with_pictures(item, pictures) for item in value]
    return pictures.get(value, value) if isinstance(value, bytes) else value


def _retry_after_seconds(text: str) -> float:
    """A Retry-After of seconds; 0 where it is none or a date, which nobody sends with an overload of moments."""
    return float(text) if text.isdecimal() else 0.0


def large_response_semaphore() -> asyncio.Semaphore:
    """How many large answers are read at once, for all accounts together."""
    return asyncio.Semaphore(_CONCURRENT_LARGE_READS)


def open_client(base_url: str, headers: Mapping[str, str], semaphore: asyncio.Semaphore | None = None) -> AccountClient:
    """A client for one account; `headers` carry its key. No proxy is used, no redirect followed."""
    # h11 would quote an illegal header, and with it the key, in its error.
    key_is_sendable = all(value.isascii() and value.isprintable() for value in headers.values())
    base_headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "castroom"}
    client = httpx.AsyncClient(
        base_url=base_url,
        headers=base_headers | dict(headers) if key_is_sendable else base_headers,
        timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        # A connection for every ask: one kept open that the vendor has just closed breaks after sending, and nobody can
        # tell whether that ask was paid for.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
    )
    return AccountClient(client, key_is_sendable=key_is_sendable, semaphore=semaphore or large_response_semaphore())
