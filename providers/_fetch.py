"""Pictures behind addresses that stand in answers: fetched without keys, and from nowhere inside somebody's network.

Allowed are https on its usual port from public machines, and the exact origin of the account's configured base URL. A
name is resolved once; all its addresses are checked, and the connection goes to a checked one, so that a name cannot
point elsewhere a moment later. Every redirect is a new address and is checked like the first.
"""

import asyncio
import binascii
import socket
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import httpx

from bot.errors import BadPicture, Down, TimedOut
from providers._addresses import Address, public

Origin = tuple[str, str, int]
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

MOST_BYTES = 60_000_000
_MOST_REDIRECTS = 3
_CONNECT_SECONDS = 10.0
_PAUSES = (0.3, 1.0, 3.0)  # seconds between tries: fetching costs nothing, and the picture is paid for
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"https": 443, "http": 80}


def origin(url: httpx.URL) -> Origin | None:
    """Scheme, host and port; None where one is missing or a user or password stands before the host."""
    port = url.port or _PORTS.get(url.scheme)
    if not url.raw_host or port is None or url.userinfo:
        return None
    return url.scheme, url.raw_host.decode("ascii"), port


async def resolved(host: str) -> Sequence[Address]:
    """Every address of a name; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [ip_address(place[0]) for *_, place in found]


class Fetch:
    """Gets pictures for one account, whose own origin is that of `base_url`."""

    def __init__(
        self,
        base_url: str,
        *,
        resolve: Resolve = resolved,
        transport: httpx.AsyncBaseTransport | None = None,
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._base_url = httpx.URL(base_url)
        self._resolve = resolve
        self._transport = transport
        self._pauses = pauses
        self._client: httpx.AsyncClient | None = None

    async def picture(self, address: str, *, model: str, within: float) -> bytes:
        """The bytes at an address, which may be relative to the base URL or a `data:` one; raises ModelErrors.

        What is missed here was drawn, so every miss says that it was paid for.
        """
        if address.startswith("data:"):
            return await _inline(address, model)
        try:
            async with asyncio.timeout(within):
                return await self._followed(address, model)
        except TimeoutError as error:
            raise TimedOut(model, f"picture, {within:g} s", "yes") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise _refused(model) from error

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    async def _followed(self, address: str, model: str) -> bytes:
        url = self._base_url.join(address)
        for _ in range(_MOST_REDIRECTS + 1):
            got = await self._tried(url, model)
            if isinstance(got, bytes):
                return got
            url = url.join(got)
        raise BadPicture(model, "too many redirects", "yes")

    async def _tried(self, url: httpx.URL, model: str) -> bytes | str:
        """The bytes, or the address to go on to."""
        for pause in self._pauses:
            try:
                return await self._once(url, model)
            except Down:
                await asyncio.sleep(pause)
        return await self._once(url, model)

    async def _once(self, url: httpx.URL, model: str) -> bytes | str:
        request = await self._allowed(url, model)
        client = await self._opened()
        try:
            response = await client.send(request, stream=True)
            try:
                return await _read(response, model)
            finally:
                await response.aclose()
        except httpx.RequestError as error:
            raise Down(model, "picture not fetched", "yes") from error

    async def _allowed(self, url: httpx.URL, model: str) -> httpx.Request:
        """A request that can only reach what was checked; raises BadPicture."""
        place = origin(url)
        if place is None:
            raise _refused(model)
        plain = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "castroom"}
        if place == origin(self._base_url):
            return httpx.Request("GET", url, headers=plain)
        scheme, host, port = place
        if (scheme, port) != ("https", 443):
            raise _refused(model)
        pinned = url.copy_with(host=str(await self._checked(host, model)))
        named = plain | {"Host": url.netloc.decode("ascii")}
        return httpx.Request("GET", pinned, headers=named, extensions={"sni_hostname": host})

    async def _checked(self, host: str, model: str) -> Address:
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise Down(model, "picture not fetched", "yes") from error
        if not addresses or not all(map(public, addresses)):
            raise _refused(model)
        return addresses[0]

    async def _opened(self) -> httpx.AsyncClient:
        """Made on first use and off the loop: reading the world's certificates takes a while."""
        if self._client is None:
            verify = await asyncio.to_thread(ssl.create_default_context)
            self._client = self._client or httpx.AsyncClient(
                transport=self._transport or httpx.AsyncHTTPTransport(verify=verify, trust_env=False),
                timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


async def _read(response: httpx.Response, model: str) -> bytes | str:
    if response.status_code in _REDIRECTS:
        return str(response.headers.get("location", ""))
    if response.status_code >= 500:
        raise Down(model, "picture not fetched", "yes")
    if response.status_code != 200:
        raise BadPicture(model, f"picture, status {response.status_code}", "yes")
    body = bytearray()
    # Raw: a picture is never squeezed on its way, and what would unfold to gigabytes stays folded.
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadPicture(model, "too large", "yes")
    return bytes(body)


async def _inline(address: str, model: str) -> bytes:
    head, _, text = address.partition(",")
    if not head.endswith(";base64"):
        raise BadPicture(model, "malformed", "yes")
    try:
        return await asyncio.to_thread(b64decode, text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadPicture(model, "malformed", "yes") from error


def _refused(model: str) -> BadPicture:
    return BadPicture(model, "address not allowed", "yes")
