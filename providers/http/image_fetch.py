"""Download of pictures from URLs in responses, without keys and protected against server-side request forgery.

It allows https on port 443 from public addresses, and the exact origin of the account's configured base URL. It
resolves a host name once, checks all its addresses and connects to a checked one, so that DNS rebinding has no effect.
It checks every redirect in the same way.
"""

import asyncio
import binascii
import socket
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import httpx

from bot.domain.model_errors import InvalidImage, ProviderDown, TimedOut
from providers.http.body import BodyTooLarge, UnreadableEncoding, read_body
from providers.http.public_ip import Address, is_public

Origin = tuple[str, str, int]
Resolver = Callable[[str], Awaitable[Sequence[Address]]]

MAX_BYTES = 60_000_000
_MAX_REDIRECTS = 3
_CONNECT_SECONDS = 10.0
_RETRY_DELAYS = (0.3, 1.0, 3.0)  # seconds between attempts: the download is free, and the picture is paid for
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_DEFAULT_PORTS = {"https": 443, "http": 80}


def origin(url: httpx.URL) -> Origin | None:
    """Return scheme, host and port; None if one is missing or the URL contains a user or password."""
    port = url.port or _DEFAULT_PORTS.get(url.scheme)
    if not url.raw_host or port is None or url.userinfo:
        return None
    return url.scheme, url.raw_host.decode("ascii"), port


async def resolve_host(host: str) -> Sequence[Address]:
    """Return every address of a host name; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [ip_address(socket_address[0]) for *_, socket_address in found]


class ImageDownloader:
    """Downloads pictures for one account; the origin of `base_url` is allowed even if it is not public."""

    def __init__(
        self,
        base_url: str,
        *,
        resolve: Resolver = resolve_host,
        transport: httpx.AsyncBaseTransport | None = None,
        pauses: Sequence[float] = _RETRY_DELAYS,
    ) -> None:
        self._base_url = httpx.URL(base_url)
        self._resolve = resolve
        self._transport = transport
        self._pauses = pauses
        self._client: httpx.AsyncClient | None = None

    async def download(self, image_url: str, *, model: str, timeout_seconds: float) -> bytes:
        """Download from a URL, which may be relative to the base URL or a `data:` URL.

        Raises ModelErrors; they all say that the picture was paid for, because it has been generated.
        """
        if image_url.startswith("data:"):
            return await _decode_data_url(image_url, model)
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._follow_redirects(image_url, model)
        except TimeoutError as error:
            raise TimedOut(model, f"picture, {timeout_seconds:g} s", "yes") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise _address_not_allowed(model) from error

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    async def _follow_redirects(self, image_url: str, model: str) -> bytes:
        url = self._base_url.join(image_url)
        for _ in range(_MAX_REDIRECTS + 1):
            received = await self._send_with_retries(url, model)
            if isinstance(received, bytes):
                return received
            url = url.join(received)
        raise InvalidImage(model, "too many redirects", "yes")

    async def _send_with_retries(self, url: httpx.URL, model: str) -> bytes | str:
        """Return the picture's bytes, or the URL of a redirect."""
        for delay in self._pauses:
            try:
                return await self._send_once(url, model)
            except ProviderDown:
                await asyncio.sleep(delay)
        return await self._send_once(url, model)

    async def _send_once(self, url: httpx.URL, model: str) -> bytes | str:
        request = await self._build_pinned_request(url, model)
        client = await self._get_client()
        try:
            response = await client.send(request, stream=True)
            try:
                return await _read_image(response, model)
            finally:
                await response.aclose()
        except httpx.RequestError as error:
            raise ProviderDown(model, "picture not fetched", "yes") from error

    async def _build_pinned_request(self, url: httpx.URL, model: str) -> httpx.Request:
        """Build a request that can only reach a checked address; raises InvalidImage."""
        target = origin(url)
        if target is None:
            raise _address_not_allowed(model)
        base_headers = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "castroom"}
        if target == origin(self._base_url):
            return httpx.Request("GET", url, headers=base_headers)
        scheme, host, port = target
        if (scheme, port) != ("https", 443):
            raise _address_not_allowed(model)
        pinned_url = url.copy_with(host=str(await self._resolve_public(host, model)))
        host_headers = base_headers | {"Host": url.netloc.decode("ascii")}
        return httpx.Request("GET", pinned_url, headers=host_headers, extensions={"sni_hostname": host})

    async def _resolve_public(self, host: str, model: str) -> Address:
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise ProviderDown(model, "picture not fetched", "yes") from error
        if not addresses or not all(map(is_public, addresses)):
            raise _address_not_allowed(model)
        return addresses[0]

    async def _get_client(self) -> httpx.AsyncClient:
        """Create the client on first use; a thread loads the CA certificates, which takes a while."""
        if self._client is None:
            verify = await asyncio.to_thread(ssl.create_default_context)
            self._client = self._client or httpx.AsyncClient(
                transport=self._transport or httpx.AsyncHTTPTransport(verify=verify, trust_env=False),
                timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


async def _read_image(response: httpx.Response, model: str) -> bytes | str:
    if response.status_code in _REDIRECT_STATUSES:
        return str(response.headers.get("location", ""))
    if response.status_code >= 500:
        raise ProviderDown(model, "picture not fetched", "yes")
    if response.status_code != 200:
        raise InvalidImage(model, f"picture, status {response.status_code}", "yes")
    body = bytearray()
    try:
        async for chunk in read_body(response, MAX_BYTES):
            body += chunk
    except BodyTooLarge as error:
        raise InvalidImage(model, "too large", "yes") from error
    except UnreadableEncoding as error:
        raise InvalidImage(model, "unreadable encoding", "yes") from error
    return bytes(body)


async def _decode_data_url(data_url: str, model: str) -> bytes:
    head, _, text = data_url.partition(",")
    if not head.endswith(";base64"):
        raise InvalidImage(model, "malformed", "yes")
    try:
        return await asyncio.to_thread(b64decode, text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidImage(model, "malformed", "yes") from error


def _address_not_allowed(model: str) -> InvalidImage:
    return InvalidImage(model, "address not allowed", "yes")
