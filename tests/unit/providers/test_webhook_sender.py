"""Sending webhooks: to public https addresses only, to the address that was checked, once and without redirects."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from bot.ports.webhooks import AddressRefused, Unreachable
from providers.http.public_ip import Address
from providers.http.webhook_sender import HttpWebhookSender
from tests.support.webhook_receiver import webhook_receiver
from tests.unit.providers.test_image_fetch_tls import LoopbackTransport, write_certificate

PUBLIC = "93.184.216.34"


class Recorder(httpx.AsyncBaseTransport):
    """A transport that records requests and answers with `response`."""

    def __init__(self, response: httpx.Response | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.response = response or httpx.Response(200)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.response


class Resolver:
    """A name server that gives the addresses of each look-up in turn, and the last ones again."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    async def __call__(self, host: str) -> Sequence[Address]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ip_address(each) for each in answer.split()]


def sender(*answers: str, recorder: Recorder | None = None, **options: bool) -> HttpWebhookSender:
    return HttpWebhookSender(resolve=Resolver(*answers), transport=recorder or Recorder(), **options)


PRIVATE_ADDRESSES = (
    "127.0.0.1", "10.0.0.8", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104 - not bound
    "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "::",
    f"{PUBLIC} 127.0.0.1", f"10.0.0.8 {PUBLIC}",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
async def test_a_name_with_a_private_address_is_refused_at_set_up_and_at_each_delivery(address: str) -> None:
    recorder = Recorder()
    for attempt in (
        sender(address).check("https://hooks.example.com/a"),
        sender(address, recorder=recorder).send("https://hooks.example.com/a", {}, b"{}"),
    ):
        with pytest.raises(AddressRefused, match="not_public"):
            await attempt
    assert recorder.requests == []


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://127.0.0.1/a", "not_public"),
        ("https://[::1]/a", "not_public"),
        ("https://[::ffff:10.0.0.1]/a", "not_public"),
        ("http://hooks.example.com/a", "not_https"),
        ("ftp://hooks.example.com/a", "malformed"),
        ("file:///etc/passwd", "malformed"),
        ("https://user:secret@hooks.example.com/a", "malformed"),
        ("https://hooks.example.com/a#part", "malformed"),
        ("https://hooks.example.com/a b", "malformed"),
        ("https://hooks.example.com/\u00e9", "malformed"),
        ("https:///a", "malformed"),
        ("hooks.example.com", "malformed"),
        ("https://hooks.example.com/" + "a" * 500, "malformed"),
        ("", "malformed"),
    ],
)
async def test_an_address_that_is_not_public_https_is_refused(url: str, problem: str) -> None:
    with pytest.raises(AddressRefused, match=problem):
        await sender(PUBLIC).check(url)


async def test_the_request_goes_to_the_address_that_was_checked() -> None:
    """A name server that answers with another address next time has no effect."""
    recorder = Recorder()
    rebinding = sender(PUBLIC, PUBLIC, "127.0.0.1", recorder=recorder)
    await rebinding.check("https://hooks.example.com:8443/a?key=1")
    await rebinding.send("https://hooks.example.com:8443/a?key=1", {"webhook-id": "evt_1"}, b"{}")
    (request,) = recorder.requests
    assert str(request.url) == f"https://{PUBLIC}:8443/a?key=1"
    assert request.headers["host"] == "hooks.example.com:8443"
    assert request.extensions["sni_hostname"] == "hooks.example.com"
    assert (request.method, request.headers["webhook-id"]) == ("POST", "evt_1")
    with pytest.raises(AddressRefused):
        await rebinding.send("https://hooks.example.com:8443/a?key=1", {}, b"{}")
    assert len(recorder.requests) == 1


async def test_an_unknown_name_is_refused() -> None:
    async def fail(host: str) -> Sequence[Address]:
        raise OSError(host)

    with pytest.raises(AddressRefused, match="not_found"):
        await HttpWebhookSender(resolve=fail).check("https://hooks.example.com/a")


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    recorder = Recorder(httpx.Response(302, headers={"location": "https://elsewhere.example.com/"}))
    assert (await sender(PUBLIC, recorder=recorder).send("https://hooks.example.com/a", {}, b"{}")).status == 302
    assert len(recorder.requests) == 1


async def test_retry_after_is_read_and_a_long_answer_is_dropped() -> None:
    recorder = Recorder(httpx.Response(503, headers={"retry-after": "420"}))
    assert (await sender(PUBLIC, recorder=recorder).send("https://a.example.com/", {}, b"")).retry_after == timedelta(
        minutes=7
    )
    async with webhook_receiver() as receiver:
        receiver.answers = [(200, {}, "x" * 70_000), (200, {}, "short"), (200, {"content-encoding": "br"}, "short")]
        real = HttpWebhookSender(allow_loopback=True)
        answers = [await real.send(receiver.url, {}, b"{}") for _ in range(3)]
        await real.close()
    assert [(answer.status, answer.body) for answer in answers] == [(200, b""), (200, b'"short"'), (200, b"")]
    assert answers[0].content_type.startswith("application/json")


async def test_loopback_needs_its_setting_which_allows_no_other_private_address() -> None:
    async with webhook_receiver() as receiver:
        with pytest.raises(AddressRefused, match="not_https"):
            await HttpWebhookSender().send(receiver.url, {}, b"{}")
        assert receiver.received == []
        allowed = HttpWebhookSender(allow_loopback=True)
        assert (await allowed.send(receiver.url, {}, b'{"type": "a"}')).status == 204
        await allowed.close()
    for address in PRIVATE_ADDRESSES:
        if "127.0.0.1" not in address.split()[0] and address != "::1":
            with pytest.raises(AddressRefused):
                await sender(address, allow_loopback=True).check("https://hooks.example.com/a")
    with pytest.raises(AddressRefused, match="not_https"):
        await sender(PUBLIC, allow_loopback=True).check("http://hooks.example.com/a")


async def test_silence_and_a_closed_port_are_named() -> None:
    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(stay_silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        impatient = HttpWebhookSender(allow_loopback=True, timeout_seconds=0.2)
        with pytest.raises(Unreachable, match="timed_out"):
            await impatient.send(f"http://127.0.0.1:{port}/", {}, b"{}")
    with pytest.raises(Unreachable, match="connection_failed"):
        await impatient.send(f"http://127.0.0.1:{port}/", {}, b"{}")
    await impatient.close()


@pytest.mark.parametrize(("common_name", "is_valid"), [("hooks.example.com", True), ("other.example.com", False)])
async def test_the_certificate_must_match_the_host_name(common_name: str, is_valid: bool, tmp_path: Path) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    file = await asyncio.to_thread(write_certificate, tmp_path, common_name)
    tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls_context.load_cert_chain(file)
    async with await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls_context) as server:
        transport = LoopbackTransport(server.sockets[0].getsockname()[1], file)
        over_tls = HttpWebhookSender(resolve=Resolver(PUBLIC), transport=transport)
        if is_valid:
            assert (await over_tls.send("https://hooks.example.com/a", {}, b"{}")).status == 204
        else:
            with pytest.raises(Unreachable, match="tls_failed"):
                await over_tls.send("https://hooks.example.com/a", {}, b"{}")
        await over_tls.close()
