"""The port `WebhookSender`: posts to addresses that people typed, protected against server-side request forgery.

Each request resolves the host name, checks all its addresses and connects to a checked one, so that DNS rebinding has
no effect. Only https to public addresses is allowed; a setting for tests allows this machine's loopback as well.
"""

import asyncio
import ssl
from datetime import timedelta
from ipaddress import ip_address

import httpx

from bot import __version__
from bot.domain.webhook import URL_LIMIT
from bot.ports.webhooks import AddressRefused, Unreachable, WebhookResponse
from providers.http.body import BodyTooLarge, UnreadableEncoding, read_body
from providers.http.image_fetch import Resolver, origin, resolve_host
from providers.http.public_ip import Address, is_public
from providers.http.status import retry_after

# The standard asks for 15 to 30 seconds.
TIMEOUT_SECONDS = 20.0
# A form waits for the check, and Slack waits three seconds for the form.
_CHECK_SECONDS = 1.5
_MAX_ANSWER_BYTES = 65_536


class HttpWebhookSender:
    """A sender; with `allow_loopback` it also posts to this machine, over http too."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolve: Resolver = resolve_host,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._transport = transport
        self._timeout_seconds = timeout_seconds
        self._client: httpx.AsyncClient | None = None

    async def check(self, url: str) -> None:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                await self._resolve_allowed(_parse(url))
        except TimeoutError as error:
            raise AddressRefused("not_found") from error

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> WebhookResponse:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._send(_parse(url), headers, body)
        except TimeoutError as error:
            raise Unreachable("timed_out") from error
        except httpx.ConnectError as error:
            raise Unreachable("tls_failed" if _is_tls(error) else "connection_failed") from error
        except httpx.RequestError as error:
            raise Unreachable("connection_lost") from error

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    async def _send(self, url: httpx.URL, headers: dict[str, str], body: bytes) -> WebhookResponse:
        address = await self._resolve_allowed(url)
        base_headers = {"Host": url.netloc.decode("ascii"), "User-Agent": f"castroom/{__version__}"}
        request = httpx.Request(
            "POST",
            url.copy_with(host=str(address)),
            headers=base_headers | headers | {"Accept-Encoding": "identity"},
            content=body,
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = await (await self._get_client()).send(request, stream=True)
        try:
            answer = await _read_answer(response)
        finally:
            await response.aclose()
        return WebhookResponse(
            response.status_code,
            timedelta(seconds=min(retry_after(response.headers), timedelta(days=365).total_seconds())),
            answer,
            response.headers.get("content-type", ""),
        )

    async def _resolve_allowed(self, url: httpx.URL) -> Address:
        """Return an address of the host, all of which are allowed; raises AddressRefused."""
        host = url.raw_host.decode("ascii").strip("[]")
        try:
            addresses = [ip_address(host)]
        except ValueError:
            try:
                addresses = list(await self._resolve(host))
            except (OSError, UnicodeError) as error:
                raise AddressRefused("not_found") from error
        if not addresses:
            raise AddressRefused("not_found")
        is_loopback = all(address.is_loopback for address in addresses)
        if self._allow_loopback and is_loopback:
            return addresses[0]
        if url.scheme != "https":
            raise AddressRefused("not_https")
        if not all(map(is_public, addresses)):
            raise AddressRefused("not_public")
        return addresses[0]

    async def _get_client(self) -> httpx.AsyncClient:
        """Create the client on first use; a thread loads the CA certificates, which takes a while."""
        if self._client is None:
            verify = await asyncio.to_thread(ssl.create_default_context)
            self._client = self._client or httpx.AsyncClient(
                # No kept connection: two host names can have one address.
                transport=self._transport
                or httpx.AsyncHTTPTransport(
                    verify=verify, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
                ),
                timeout=httpx.Timeout(None),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


def _parse(url: str) -> httpx.URL:
    """Return an http or https address without user, password and fragment; raises AddressRefused."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused("malformed") from error
    is_printable = url.isascii() and url.isprintable() and " " not in url
    if not is_printable or len(url) > URL_LIMIT or origin(parsed) is None or parsed.fragment:
        raise AddressRefused("malformed")
    if parsed.scheme not in ("http", "https"):
        raise AddressRefused("not_https")
    return parsed


async def _read_answer(response: httpx.Response) -> bytes:
    """Return the body; empty if it is long, unreadable or cut off: the status alone says whether it was a success."""
    answer = bytearray()
    try:
        async for chunk in read_body(response, _MAX_ANSWER_BYTES):
            answer += chunk
    except (BodyTooLarge, UnreadableEncoding, httpx.RequestError):
        return b""
    return bytes(answer)


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
