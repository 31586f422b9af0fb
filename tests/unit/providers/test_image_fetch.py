"""Image downloads: allowed addresses, redirects, retries, and no keys."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import httpx
import pytest

from bot.domain.model_errors import InvalidImage, ModelError, ProviderDown, TimedOut
from providers.http import image_fetch
from providers.http.image_fetch import ImageDownloader
from providers.http.public_ip import Address

PICTURE = b"\x89PNG" + bytes(64)
PUBLIC, OTHER = "93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
OWN_ORIGIN = "http://10.0.0.7:8000/v1"

RequestHandler = Callable[[httpx.Request], httpx.Response]


class FakeNetwork:
    """Host names and servers; each lookup of a name returns its next list of addresses, the last one repeats."""

    def __init__(self, answer: RequestHandler | None = None, **names: Sequence[Sequence[str]]) -> None:
        self.names = {"media.example": [[PUBLIC]]} | {n.replace("_", "."): list(map(list, a)) for n, a in names.items()}
        self.answer = answer or (lambda _: httpx.Response(200, stream=httpx.ByteStream(PICTURE)))
        self.requests: list[httpx.Request] = []
        self.resolved_hosts: list[str] = []

    async def resolve(self, host: str) -> Sequence[Address]:
        self.resolved_hosts.append(host)
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        if host not in self.names:
            raise OSError(host)
        lists = self.names[host]
        return [ip_address(a) for a in (lists.pop(0) if len(lists) > 1 else lists[0])]

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)

    async def download(self, address: str, timeout_seconds: float = 5, home: str = OWN_ORIGIN) -> bytes:
        downloader = ImageDownloader(
            home, resolve=self.resolve, transport=httpx.MockTransport(self.handle), pauses=(0, 0, 0)
        )
        try:
            return await downloader.download(address, model="fal:x", timeout_seconds=timeout_seconds)
        finally:
            await downloader.close()


async def assert_refused(address: str, net: FakeNetwork | None = None) -> None:
    """Check that nothing was downloaded and no connection was made."""
    net = net or FakeNetwork()
    with pytest.raises(InvalidImage) as caught:
        await net.download(address)
    assert (caught.value.detail, caught.value.paid) == ("address not allowed", "yes")
    assert net.requests == []


def redirects(*targets: str) -> RequestHandler:
    """Respond with redirects, then with the picture."""
    remaining = list(targets)

    def answer(_: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(302, headers={"Location": remaining.pop(0)})
            if remaining
            else httpx.Response(200, stream=httpx.ByteStream(PICTURE))
        )

    return answer


async def test_download_connects_to_the_checked_address() -> None:
    net = FakeNetwork()
    assert await net.download("https://media.example/files/a.png?sig=1") == PICTURE
    (request,) = net.requests
    assert str(request.url) == f"https://{PUBLIC}/files/a.png?sig=1"
    assert request.headers["Host"] == "media.example"
    assert request.extensions["sni_hostname"] == "media.example"


async def test_download_sends_no_credentials() -> None:
    net = FakeNetwork()
    await net.download("https://media.example/a.png")
    await net.download("http://10.0.0.7:8000/files/a.png")
    for request in net.requests:
        assert {"authorization", "cookie", "x-goog-api-key", "referer"}.isdisjoint(request.headers)


async def test_dns_rebinding_is_not_followed() -> None:
    net = FakeNetwork(rebinding_example=[[PUBLIC], ["127.0.0.1"]])
    assert await net.download("https://rebinding.example/a.png") == PICTURE
    assert net.resolved_hosts == ["rebinding.example"]
    assert net.requests[0].url.host == PUBLIC


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address nobody may fetch from
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.7",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
async def test_non_public_address_is_refused(address: str) -> None:
    await assert_refused("https://inside.example/a.png", FakeNetwork(inside_example=[[address]]))
    await assert_refused(f"https://[{address}]/a.png" if ":" in address else f"https://{address}/a.png")


async def test_host_with_any_private_address_is_refused() -> None:
    await assert_refused("https://mixed.example/a.png", FakeNetwork(mixed_example=[[PUBLIC, OTHER, "10.0.0.1"]]))


@pytest.mark.parametrize(
    "address",
    [
        "http://media.example/a.png",
        "https://media.example:8443/a.png",
        "https://me:pw@media.example/a.png",
        "https://me@media.example/a.png",
        "http://10.0.0.7:8000@media.example/a.png",
        "file:///etc/passwd",
        "ftp://media.example/a.png",
        "gopher://media.example/",
        "https:///a.png",
        "https://",
        "http://10.0.0.7/a.png",
        "http://10.0.0.7:8001/a.png",
        "https://10.0.0.7:8000/a.png",
        "http://10.0.0.7:8000.media.example/a.png",
        "http://10.0.0.7:8000\\@media.example/a.png",
        "//media.example/a.png",
        "https://media.example:99999/a.png",
        "http://[::1",
    ],
)
async def test_invalid_url_is_refused(address: str) -> None:
    await assert_refused(address)


@pytest.mark.parametrize("address", ["http://10.0.0.7:8000/files/a.png", "/files/a.png", "../files/a.png"])
async def test_own_origin_is_allowed_even_if_private(address: str) -> None:
    net = FakeNetwork()
    assert await net.download(address) == PICTURE
    assert str(net.requests[0].url) == "http://10.0.0.7:8000/files/a.png"
    assert net.resolved_hosts == []


async def test_each_redirect_is_checked_like_the_first_address() -> None:
    net = FakeNetwork(redirects("https://cdn.example/b.png", "/c.png"), cdn_example=[[OTHER]])
    assert await net.download("https://media.example/a.png") == PICTURE
    assert [request.headers["Host"] for request in net.requests] == ["media.example", "cdn.example", "cdn.example"]
    assert [request.url.host for request in net.requests] == [PUBLIC, OTHER, OTHER]


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest", "https://127.0.0.1/", "http://media.example/a.png", "file:///etc/passwd"],
)
async def test_redirect_to_a_forbidden_address_is_not_followed(target: str) -> None:
    net = FakeNetwork(redirects(target))
    with pytest.raises(InvalidImage) as caught:
        await net.download("https://media.example/a.png")
    assert (caught.value.detail, len(net.requests)) == ("address not allowed", 1)


async def test_three_redirects_are_followed_and_no_fourth() -> None:
    assert (
        await FakeNetwork(redirects(*["https://media.example/b"] * 3)).download("https://media.example/a.png")
        == PICTURE
    )
    net = FakeNetwork(redirects(*["https://media.example/b"] * 4))
    with pytest.raises(InvalidImage) as caught:
        await net.download("https://media.example/a.png")
    assert (caught.value.detail, len(net.requests)) == ("too many redirects", 4)


async def test_oversized_download_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_fetch, "MAX_BYTES", 1_000)
    with pytest.raises(InvalidImage) as caught:
        await FakeNetwork(lambda _: httpx.Response(200, stream=httpx.ByteStream(bytes(2_000)))).download(
            "https://media.example/a.png"
        )
    assert (caught.value.detail, caught.value.paid) == ("too large", "yes")


async def test_download_times_out() -> None:
    async def never(host: str) -> Sequence[Address]:
        await asyncio.sleep(60)
        return []

    downloader = ImageDownloader(OWN_ORIGIN, resolve=never)
    with pytest.raises(TimedOut) as caught:
        await downloader.download("https://media.example/a.png", model="fal:x", timeout_seconds=0.05)
    assert caught.value.paid == "yes"


@pytest.mark.parametrize("status", [500, 503])
async def test_server_error_during_download_is_retried(status: int) -> None:
    answers = [httpx.Response(status), httpx.Response(200, stream=httpx.ByteStream(PICTURE))]
    assert await FakeNetwork(lambda _: answers.pop(0)).download("https://media.example/a.png") == PICTURE


@pytest.mark.parametrize(
    ("answer", "kind"), [(httpx.Response(404), InvalidImage), (httpx.Response(502), ProviderDown), (None, ProviderDown)]
)
async def test_failed_download_counts_as_paid(answer: httpx.Response | None, kind: type[ModelError]) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if answer is None:
            raise httpx.ConnectError("no", request=request)
        return httpx.Response(answer.status_code)

    with pytest.raises(kind) as caught:
        await FakeNetwork(reply).download("https://media.example/a.png")
    assert caught.value.paid == "yes"


async def test_unknown_host_is_a_provider_failure() -> None:
    with pytest.raises(ProviderDown):
        await FakeNetwork().download("https://nobody.example/a.png")


async def test_data_uri_is_decoded_without_a_request() -> None:
    net = FakeNetwork()
    assert await net.download("data:image/png;base64," + b64encode(PICTURE).decode()) == PICTURE
    assert net.requests == []


@pytest.mark.parametrize("address", ["data:image/png;base64,AAA*", "data:image/png,raw", "data:"])
async def test_malformed_data_uri_is_an_invalid_image(address: str) -> None:
    with pytest.raises(InvalidImage) as caught:
        await FakeNetwork().download(address)
    assert (caught.value.detail, caught.value.paid) == ("malformed", "yes")
