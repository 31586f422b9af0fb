"""Pictures behind addresses: what may be fetched, from where, and that no key goes along."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import httpx
import pytest

from bot.errors import BadPicture, Down, ModelError, TimedOut
from providers import _fetch
from providers._addresses import Address
from providers._fetch import Fetch

PICTURE = b"\x89PNG" + bytes(64)
PUBLIC, OTHER = "93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
HOME = "http://10.0.0.7:8000/v1"

Answer = Callable[[httpx.Request], httpx.Response]


class Net:
    """A world of names and machines; a name's addresses are given out one list after the other, the last one stays."""

    def __init__(self, answer: Answer | None = None, **names: Sequence[Sequence[str]]) -> None:
        self.names = {"media.example": [[PUBLIC]]} | {n.replace("_", "."): list(map(list, a)) for n, a in names.items()}
        self.answer = answer or (lambda _: httpx.Response(200, stream=httpx.ByteStream(PICTURE)))
        self.asked: list[httpx.Request] = []
        self.looked_up: list[str] = []

    async def resolve(self, host: str) -> Sequence[Address]:
        self.looked_up.append(host)
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        if host not in self.names:
            raise OSError(host)
        lists = self.names[host]
        return [ip_address(a) for a in (lists.pop(0) if len(lists) > 1 else lists[0])]

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)

    async def get(self, address: str, within: float = 5, home: str = HOME) -> bytes:
        fetch = Fetch(home, resolve=self.resolve, transport=httpx.MockTransport(self.handle), pauses=(0, 0, 0))
        try:
            return await fetch.picture(address, model="fal:x", within=within)
        finally:
            await fetch.close()


async def refused(address: str, net: Net | None = None) -> None:
    """Not fetched, and nobody was even connected to for it."""
    net = net or Net()
    with pytest.raises(BadPicture) as caught:
        await net.get(address)
    assert (caught.value.detail, caught.value.paid) == ("address not allowed", "yes")
    assert net.asked == []


def hops(*targets: str) -> Answer:
    """Redirects, one after the other, and then the picture."""
    left = list(targets)

    def answer(_: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(302, headers={"Location": left.pop(0)})
            if left
            else httpx.Response(200, stream=httpx.ByteStream(PICTURE))
        )

    return answer


async def test_a_public_picture_is_fetched_from_the_very_address_that_was_checked() -> None:
    net = Net()
    assert await net.get("https://media.example/files/a.png?sig=1") == PICTURE
    (asked,) = net.asked
    assert str(asked.url) == f"https://{PUBLIC}/files/a.png?sig=1"
    assert asked.headers["Host"] == "media.example"
    assert asked.extensions["sni_hostname"] == "media.example"


async def test_nothing_that_could_be_a_key_goes_along() -> None:
    net = Net()
    await net.get("https://media.example/a.png")
    await net.get("http://10.0.0.7:8000/files/a.png")
    for asked in net.asked:
        assert {"authorization", "cookie", "x-goog-api-key", "referer"}.isdisjoint(asked.headers)


async def test_a_name_that_points_elsewhere_a_moment_later_is_not_followed_there() -> None:
    net = Net(rebinding_example=[[PUBLIC], ["127.0.0.1"]])
    assert await net.get("https://rebinding.example/a.png") == PICTURE
    assert net.looked_up == ["rebinding.example"]
    assert net.asked[0].url.host == PUBLIC


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
async def test_a_machine_that_is_not_public_is_not_asked_by_name_or_by_number(address: str) -> None:
    await refused("https://inside.example/a.png", Net(inside_example=[[address]]))
    await refused(f"https://[{address}]/a.png" if ":" in address else f"https://{address}/a.png")


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    await refused("https://mixed.example/a.png", Net(mixed_example=[[PUBLIC, OTHER, "10.0.0.1"]]))


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
async def test_an_address_of_another_kind_is_refused(address: str) -> None:
    await refused(address)


@pytest.mark.parametrize("address", ["http://10.0.0.7:8000/files/a.png", "/files/a.png", "../files/a.png"])
async def test_the_accounts_own_origin_is_fine_wherever_it_stands(address: str) -> None:
    net = Net()
    assert await net.get(address) == PICTURE
    assert str(net.asked[0].url) == "http://10.0.0.7:8000/files/a.png"
    assert net.looked_up == []


async def test_each_redirect_is_checked_like_the_first_address() -> None:
    net = Net(hops("https://cdn.example/b.png", "/c.png"), cdn_example=[[OTHER]])
    assert await net.get("https://media.example/a.png") == PICTURE
    assert [asked.headers["Host"] for asked in net.asked] == ["media.example", "cdn.example", "cdn.example"]
    assert [asked.url.host for asked in net.asked] == [PUBLIC, OTHER, OTHER]


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest", "https://127.0.0.1/", "http://media.example/a.png", "file:///etc/passwd"],
)
async def test_a_redirect_to_where_nobody_may_go_is_not_followed(target: str) -> None:
    net = Net(hops(target))
    with pytest.raises(BadPicture) as caught:
        await net.get("https://media.example/a.png")
    assert (caught.value.detail, len(net.asked)) == ("address not allowed", 1)


async def test_three_redirects_are_followed_and_no_fourth() -> None:
    assert await Net(hops(*["https://media.example/b"] * 3)).get("https://media.example/a.png") == PICTURE
    net = Net(hops(*["https://media.example/b"] * 4))
    with pytest.raises(BadPicture) as caught:
        await net.get("https://media.example/a.png")
    assert (caught.value.detail, len(net.asked)) == ("too many redirects", 4)


async def test_an_enormous_picture_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "MOST_BYTES", 1_000)
    with pytest.raises(BadPicture) as caught:
        await Net(lambda _: httpx.Response(200, stream=httpx.ByteStream(bytes(2_000)))).get(
            "https://media.example/a.png"
        )
    assert (caught.value.detail, caught.value.paid) == ("too large", "yes")


async def test_a_picture_that_never_comes_is_left_at_the_deadline() -> None:
    async def never(host: str) -> Sequence[Address]:
        await asyncio.sleep(60)
        return []

    fetch = Fetch(HOME, resolve=never)
    with pytest.raises(TimedOut) as caught:
        await fetch.picture("https://media.example/a.png", model="fal:x", within=0.05)
    assert caught.value.paid == "yes"


@pytest.mark.parametrize("status", [500, 503])
async def test_a_stumble_on_the_way_is_tried_again_for_the_picture_is_paid(status: int) -> None:
    answers = [httpx.Response(status), httpx.Response(200, stream=httpx.ByteStream(PICTURE))]
    assert await Net(lambda _: answers.pop(0)).get("https://media.example/a.png") == PICTURE


@pytest.mark.parametrize(
    ("answer", "kind"), [(httpx.Response(404), BadPicture), (httpx.Response(502), Down), (None, Down)]
)
async def test_a_picture_that_is_not_to_be_had_was_paid_all_the_same(
    answer: httpx.Response | None, kind: type[ModelError]
) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if answer is None:
            raise httpx.ConnectError("no", request=request)
        return httpx.Response(answer.status_code)

    with pytest.raises(kind) as caught:
        await Net(reply).get("https://media.example/a.png")
    assert caught.value.paid == "yes"


async def test_a_name_nobody_knows_is_a_miss_and_no_crash() -> None:
    with pytest.raises(Down):
        await Net().get("https://nobody.example/a.png")


async def test_a_picture_inside_its_address_needs_no_fetching() -> None:
    net = Net()
    assert await net.get("data:image/png;base64," + b64encode(PICTURE).decode()) == PICTURE
    assert net.asked == []


@pytest.mark.parametrize("address", ["data:image/png;base64,AAA*", "data:image/png,raw", "data:"])
async def test_a_broken_picture_inside_its_address_is_told_so(address: str) -> None:
    with pytest.raises(BadPicture) as caught:
        await Net().get(address)
    assert (caught.value.detail, caught.value.paid) == ("malformed", "yes")
