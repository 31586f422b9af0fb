"""HTTP client for one provider account: deadlines, size limits, retries, and transport errors as ModelErrors.

It retries only calls that are certainly not billed: a failed connection, and the overload responses 503 and 529.
"""

import asyncio
import random
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from time import perf_counter

import httpx
import msgspec
import structlog

from bot.domain.model_errors import AuthenticationFailed, CircuitOpen, InvalidImage, ProviderDown, TimedOut
from providers.http.body import BodyTooLarge, UnreadableEncoding, read_body
from providers.http.circuit_breaker import CircuitBreaker
from providers.http.error_body import with_inner_status
from providers.http.image_fetch import ImageDownloader, origin
from providers.http.json_body import Base64StreamParser
from providers.http.response import ProviderResponse
from providers.http.status import OVERLOADED_STATUSES, retry_after

log = structlog.get_logger()

MAX_BYTES = 80_000_000
_CONNECT_SECONDS = 10.0
_RETRY_DELAYS = (0.3, 1.0)  # seconds before the second and the third try, each shortened by up to half at random
_MAX_RETRY_AFTER = 10.0  # seconds; with a longer Retry-After the client returns the overload response
_LARGE_BYTES = 4_000_000
_MAX_LENGTH_DIGITS = 12  # of Content-Length: int() of a very long string is slow
# Two large responses are read at a time. Others wait, but at most these seconds: a slow one must not block them.
_CONCURRENT_LARGE_READS, _MAX_QUEUE_SECONDS = 2, 5.0


class AccountClient:
    """HTTP client of one account, with a circuit breaker for each model."""

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

    async def post(self, path: str, body: object, *, model: str, timeout_seconds: float) -> ProviderResponse:
        """Send `body` as JSON, with bytes as base64; the timeout covers the whole response."""
        content = await asyncio.to_thread(msgspec.json.encode, body)
        request = self._client.build_request(
            "POST", path, content=content, headers={"Content-Type": "application/json"}
        )
        return await self._send_guarded(request, model, timeout_seconds)

    async def post_form(
        self,
        path: str,
        fields: Mapping[str, str],
        files: Sequence[tuple[str, tuple[str, bytes, str]]],
        *,
        model: str,
        timeout_seconds: float,
    ) -> ProviderResponse:
        """Send multipart/form-data; the timeout covers the whole response.

        `files` have the name of a field, and its file name, bytes and media type.
        """
        request = self._client.build_request("POST", path, data=dict(fields), files=files)
        return await self._send_guarded(request, model, timeout_seconds)

    async def _send_guarded(self, request: httpx.Request, model: str, timeout_seconds: float) -> ProviderResponse:
        started = perf_counter()
        with self._guarded(model) as breaker:
            response = await with_inner_status(await self._exchange(request, model, timeout_seconds))
            breaker.failed() if response.status >= 500 else breaker.succeeded()
        seconds = round(perf_counter() - started, 3)
        log.info("response_received", model=model, status=response.status, bytes=response.length, seconds=seconds)
        return response

    async def get(self, path: str, *, model: str, timeout_seconds: float) -> ProviderResponse:
        """Get a path, or a URL on the account's own origin: the key goes to no other origin."""
        try:
            request = self._client.build_request("GET", path)
        except httpx.InvalidURL as error:
            raise InvalidImage(model, "address not allowed", "maybe") from error
        if origin(request.url) != origin(self._client.base_url):
            raise InvalidImage(model, "address not allowed", "maybe")
        return await self._exchange(request, model, timeout_seconds)

    async def download(self, image_url: str, *, model: str, timeout_seconds: float) -> bytes:
        """Download a picture from a URL in a response, without sending the key; raises ModelErrors."""
        return await self._image_downloader.download(image_url, model=model, timeout_seconds=timeout_seconds)

    def circuit_open_until(self, model: str) -> datetime | None:
        """Return when the model's circuit breaker lets a call through again; None while it is closed."""
        return self._circuit_breakers[model].open_until() if model in self._circuit_breakers else None

    async def close(self) -> None:
        await self._client.aclose()
        await self._image_downloader.close()

    @contextmanager
    def _guarded(self, model: str) -> Iterator[CircuitBreaker]:
        """Report the outcome of a call to the model's circuit breaker; raise CircuitOpen while that is open."""
        if until := self.circuit_open_until(model):
            raise CircuitOpen(model, "circuit open", retry_at=until)
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

    async def _exchange(self, request: httpx.Request, model: str, timeout_seconds: float) -> ProviderResponse:
        if not self._key_is_sendable:
            raise AuthenticationFailed(model, "unprintable key")
        try:
            async with asyncio.timeout(timeout_seconds) as deadline:
                return await self._send_with_retries(request, model, deadline)
        except TimeoutError as error:
            raise TimedOut(model, f"{timeout_seconds:g} s", "maybe") from error
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
                requested_seconds = retry_after(response.headers)
                if response.status not in OVERLOADED_STATUSES or requested_seconds > _MAX_RETRY_AFTER:
                    return response
                seconds = max(seconds, requested_seconds)
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
        """Read a large response once the semaphore allows it; the wait extends the deadline."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        acquired = False
        # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that arrives together with the result.
        # A caller with its own deadline, such as fal's queue, would then wait forever.
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
    """Read the body. That of an error counts as empty if it is unreadable: the status says what happened."""
    parser = Base64StreamParser()
    try:
        async for chunk in read_body(response, MAX_BYTES):
            parser.feed(chunk)
    except (BodyTooLarge, UnreadableEncoding) as error:
        if response.is_success:
            detail = "too large" if isinstance(error, BodyTooLarge) else "unreadable encoding"
            raise InvalidImage(model, detail, "maybe") from error
        return ProviderResponse(response.status_code, response.headers, bytearray(), {}, parser.length)
    parser.finish()
    return ProviderResponse(response.status_code, response.headers, parser.text, parser.pictures, parser.length)


def large_response_semaphore() -> asyncio.Semaphore:
    """Create the limit on large responses read at once; all accounts share it."""
    return asyncio.Semaphore(_CONCURRENT_LARGE_READS)


@cache
def _tls_context() -> ssl.SSLContext:
    """Load the CA certificates once for all accounts: this takes 30 ms."""
    return httpx.create_ssl_context(trust_env=False)


def open_client(base_url: str, headers: Mapping[str, str], semaphore: asyncio.Semaphore | None = None) -> AccountClient:
    """Open a client for one account; `headers` carry its key. It uses no proxy and follows no redirect."""
    # h11 quotes an illegal header in its error, and would reveal the key.
    key_is_sendable = all(value.isascii() and value.isprintable() for value in headers.values())
    base_headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "castroom"}
    client = httpx.AsyncClient(
        base_url=base_url,
        headers=base_headers | dict(headers) if key_is_sendable else base_headers,
        timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
        # A new connection for every call: if the provider has just closed a kept-alive connection, the call fails after
        # sending, and the bot cannot tell whether it was billed.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
        verify=_tls_context(),
    )
    return AccountClient(client, key_is_sendable=key_is_sendable, semaphore=semaphore or large_response_semaphore())
