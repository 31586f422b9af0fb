"""Every bad response becomes one typed failure, and reveals neither key nor prompt."""

import asyncio
import logging
import traceback
from base64 import b64encode
from collections.abc import Iterator
from random import Random
from time import perf_counter

import pytest
from aiohttp.test_utils import unused_port

from bot.domain.catalogue import Size
from bot.domain.model_errors import AuthenticationFailed, InvalidImage, ModelError, ProviderDown, RateLimited, TimedOut
from providers.http.client import large_response_semaphore, open_client
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer
from tests.support.time_factor import scaled
from tests.support.vendor_cases import BASE64, KEY, PICTURE, PROMPT, REFERENCE, VENDORS, ErrorCase, Vendor, make_request
from tests.support.vendor_error_cases import ALL_CASES

LONG_TIMEOUTS = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
SHORT_TIMEOUTS = {Size.DRAFT: 0.2, Size.FOUR_K: 20.0}

every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)


@pytest.fixture(autouse=True)
def no_secrets_in_output(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Check that no log line at any level contains the key or a part of the prompt."""
    caplog.set_level(logging.DEBUG)
    yield
    output = "\n".join([*(record.getMessage() for record in caplog.records), *capsys.readouterr()])
    assert KEY not in output
    assert "fisherwoman" not in output


async def draw_and_fail(
    vendor: Vendor,
    server: FakeVendorServer,
    timeouts: dict[Size, float] = LONG_TIMEOUTS,
    references: tuple[bytes, ...] = (),
) -> ModelError:
    """Generate once and return the error, after checking its texts and its causes."""
    async with server.open() as address:
        http = vendor.http(address)
        with pytest.raises(ModelError) as caught:
            await vendor.model(vendor.spec, http, timeouts).generate(make_request(references=references))
        await http.close()
    output = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    assert KEY not in output
    assert PROMPT not in output
    assert "fisherwoman" not in output
    return caught.value


@pytest.mark.parametrize(("vendor", "case"), ALL_CASES, ids=[f"{v.provider}: {c.name}" for v, c in ALL_CASES])
@pytest.mark.parametrize("references", [(), (REFERENCE,)], ids=["from words", "after a picture"])
async def test_bad_response_becomes_its_failure(vendor: Vendor, case: ErrorCase, references: tuple[bytes, ...]) -> None:
    server = FakeVendorServer(case.response)
    error = await draw_and_fail(vendor, server, references=references)
    assert type(error) is case.error_type
    assert error.model == vendor.spec.id
    assert error.paid == case.paid
    assert case.detail in (None, error.detail)
    assert len(server.requests) == case.call_count
    assert not isinstance(error, RateLimited) or error.retry_after == case.retry_after


@every_vendor
async def test_silent_vendor_times_out_and_may_have_been_paid(vendor: Vendor) -> None:
    server = FakeVendorServer(CannedResponse(behavior="hang"))
    error = await draw_and_fail(vendor, server, SHORT_TIMEOUTS)
    assert (type(error), error.paid, len(server.requests)) == (TimedOut, "maybe", 1)


@every_vendor
async def test_dripping_response_is_abandoned_at_the_deadline(vendor: Vendor) -> None:
    server = FakeVendorServer(CannedResponse(vendor.success_body(BASE64), behavior="drip"))
    started = perf_counter()
    error = await draw_and_fail(vendor, server, SHORT_TIMEOUTS)
    assert (type(error), error.paid, len(server.requests)) == (TimedOut, "maybe", 1)
    assert perf_counter() - started < scaled(5)


@every_vendor
async def test_oversized_response_is_not_read_completely(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.http.client.MAX_BYTES", 10_000)
    error = await draw_and_fail(vendor, FakeVendorServer(CannedResponse(b" " * 20_000)))
    assert (type(error), error.detail, error.paid) == (InvalidImage, "too large", "maybe")


@every_vendor
async def test_unreachable_vendor_is_down_and_unpaid(vendor: Vendor) -> None:
    http = vendor.http(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(ProviderDown) as caught:
        await vendor.model(vendor.spec, http, LONG_TIMEOUTS).generate(make_request())
    await http.close()
    assert (caught.value.detail, caught.value.paid) == ("not reached", "no")
    assert caught.value.__cause__


@every_vendor
@pytest.mark.parametrize("references", [(), (REFERENCE,)], ids=["from words", "after a picture"])
async def test_connection_is_retried_and_the_vendor_called_once(vendor: Vendor, references: tuple[bytes, ...]) -> None:
    port, server = unused_port(), FakeVendorServer(CannedResponse(vendor.success_body(BASE64)))
    http = vendor.http(f"http://127.0.0.1:{port}")
    async with asyncio.TaskGroup() as group:
        generation = group.create_task(
            vendor.model(vendor.spec, http, LONG_TIMEOUTS).generate(make_request(references=references))
        )
        await asyncio.sleep(0.1)
        async with server.open(port):
            answer = await generation
    await http.close()
    assert answer.data == PICTURE
    assert len(server.requests) == 1


@every_vendor
async def test_overloaded_vendor_is_retried_and_generates_once(vendor: Vendor) -> None:
    server = FakeVendorServer(
        CannedResponse(b"", 503), CannedResponse(b"", 529), CannedResponse(vendor.success_body(BASE64))
    )
    async with server.open() as address:
        http = vendor.http(address)
        answer = await vendor.model(vendor.spec, http, LONG_TIMEOUTS).generate(make_request())
        await http.close()
    assert answer.data == PICTURE
    assert len(server.requests) == 3


@every_vendor
async def test_large_picture_is_not_delayed_by_two_dripping_ones(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.http.client._LARGE_BYTES", 10_000)
    monkeypatch.setattr("providers.http.client._MAX_QUEUE_SECONDS", 0.05)
    large = Random(1).randbytes(200_000)
    success = CannedResponse(vendor.success_body(b64encode(large).decode()))
    slow_server, fast_server = (
        FakeVendorServer(CannedResponse(success.body, behavior="drip")),
        FakeVendorServer(success),
    )
    async with slow_server.open() as slow_address, fast_server.open() as fast_address:
        semaphore = large_response_semaphore()
        slow_http, fast_http = (
            open_client(f"{at}/v1", vendor.headers(KEY), semaphore) for at in (slow_address, fast_address)
        )
        slow_draws = [
            asyncio.create_task(vendor.model(vendor.spec, slow_http, {Size.DRAFT: 1.0}).generate(make_request()))
            for _ in "12"
        ]
        await asyncio.sleep(0.2)
        answer = await vendor.model(vendor.spec, fast_http, LONG_TIMEOUTS).generate(make_request())
        assert not any(slow_draw.done() for slow_draw in slow_draws)
        outcomes = await asyncio.gather(*slow_draws, return_exceptions=True)
        for http in (slow_http, fast_http):
            await http.close()
    assert answer.data == large
    assert [type(outcome) for outcome in outcomes] == [TimedOut, TimedOut]


@every_vendor
async def test_key_invalid_in_a_header_is_not_sent(vendor: Vendor) -> None:
    server = FakeVendorServer(CannedResponse(vendor.success_body(BASE64)))
    async with server.open() as address:
        http = vendor.http(address, f"{KEY}\nX-Other: 1")
        with pytest.raises(AuthenticationFailed) as caught:
            await vendor.model(vendor.spec, http, LONG_TIMEOUTS).generate(make_request())
        await http.close()
    assert server.requests == []
    assert KEY not in "".join(traceback.format_exception(caught.value))
