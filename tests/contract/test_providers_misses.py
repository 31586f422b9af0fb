"""Whatever a vendor answers in place of a portrait becomes one typed miss, and tells neither key nor prompt."""

import asyncio
import logging
import traceback
from base64 import b64encode
from collections.abc import Iterator
from random import Random
from time import perf_counter

import pytest
from aiohttp.test_utils import unused_port

from bot.catalogue import Size
from bot.errors import BadKey, BadPicture, Down, ModelError, RateLimited, TimedOut
from providers._http import open_http, reading_room
from tests.contract.vendor_cases import ALL, BASE64, KEY, PICTURE, PROMPT, REFERENCE, VENDORS, Case, Vendor, an_ask
from tests.contract.vendor_desk import Canned, Desk

LONG = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
SHORT = {Size.DRAFT: 0.2, Size.FOUR_K: 20.0}

every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)


@pytest.fixture(autouse=True)
def discreet(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever happens, no log line at any level holds the key or a piece of the prompt."""
    caplog.set_level(logging.DEBUG)
    yield
    told = "\n".join([*(record.getMessage() for record in caplog.records), *capsys.readouterr()])
    assert KEY not in told
    assert "fisherwoman" not in told


async def missed(
    vendor: Vendor, desk: Desk, within: dict[Size, float] = LONG, references: tuple[bytes, ...] = ()
) -> ModelError:
    """Draw once and give the error, having looked through all that it says of itself and its causes."""
    async with desk.open() as address:
        http = vendor.http(address)
        with pytest.raises(ModelError) as caught:
            await vendor.model(vendor.facts, http, within).draw(an_ask(references=references))
        await http.close()
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    assert KEY not in told
    assert PROMPT not in told
    assert "fisherwoman" not in told
    return caught.value


@pytest.mark.parametrize(("vendor", "case"), ALL, ids=[f"{v.provider}: {c.name}" for v, c in ALL])
@pytest.mark.parametrize("references", [(), (REFERENCE,)], ids=["from words", "after a picture"])
async def test_a_bad_answer_becomes_its_miss(vendor: Vendor, case: Case, references: tuple[bytes, ...]) -> None:
    desk = Desk(case.canned)
    error = await missed(vendor, desk, references=references)
    assert type(error) is case.kind
    assert error.model == vendor.facts.id
    assert error.paid == case.paid
    assert case.detail in (None, error.detail)
    assert len(desk.asked) == case.asked
    assert not isinstance(error, RateLimited) or error.retry_after == case.waits


@every_vendor
async def test_a_vendor_that_never_answers_times_out_and_may_have_been_paid(vendor: Vendor) -> None:
    desk = Desk(Canned(manner="hang"))
    error = await missed(vendor, desk, SHORT)
    assert (type(error), error.paid, len(desk.asked)) == (TimedOut, "maybe", 1)


@every_vendor
async def test_an_answer_that_drips_is_left_at_the_deadline_though_it_never_falls_silent(vendor: Vendor) -> None:
    desk = Desk(Canned(vendor.good(BASE64), manner="drip"))
    started = perf_counter()
    error = await missed(vendor, desk, SHORT)
    assert (type(error), error.paid, len(desk.asked)) == (TimedOut, "maybe", 1)
    assert perf_counter() - started < 5


@every_vendor
async def test_an_enormous_answer_is_not_read_to_its_end(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers._http.MOST_BYTES", 10_000)
    error = await missed(vendor, Desk(Canned(b" " * 20_000)))
    assert (type(error), error.detail, error.paid) == (BadPicture, "too large", "maybe")


@every_vendor
async def test_nobody_at_the_address_is_down_and_surely_unpaid(vendor: Vendor) -> None:
    http = vendor.http(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(Down) as caught:
        await vendor.model(vendor.facts, http, LONG).draw(an_ask())
    await http.close()
    assert (caught.value.detail, caught.value.paid) == ("not reached", "no")
    assert caught.value.__cause__


@every_vendor
@pytest.mark.parametrize("references", [(), (REFERENCE,)], ids=["from words", "after a picture"])
async def test_a_vendor_that_comes_up_a_moment_later_is_asked_once(
    vendor: Vendor, references: tuple[bytes, ...]
) -> None:
    port, desk = unused_port(), Desk(Canned(vendor.good(BASE64)))
    http = vendor.http(f"http://127.0.0.1:{port}")
    async with asyncio.TaskGroup() as group:
        drawing = group.create_task(vendor.model(vendor.facts, http, LONG).draw(an_ask(references=references)))
        await asyncio.sleep(0.1)
        async with desk.open(port):
            answer = await drawing
    await http.close()
    assert answer.data == PICTURE
    assert len(desk.asked) == 1


@every_vendor
async def test_a_vendor_that_is_overloaded_for_a_moment_is_asked_again_and_draws_once(vendor: Vendor) -> None:
    desk = Desk(Canned(b"", 503), Canned(b"", 529), Canned(vendor.good(BASE64)))
    async with desk.open() as address:
        http = vendor.http(address)
        answer = await vendor.model(vendor.facts, http, LONG).draw(an_ask())
        await http.close()
    assert answer.data == PICTURE
    assert len(desk.asked) == 3


@every_vendor
async def test_a_large_picture_comes_whole_and_two_that_drip_do_not_hold_it_up(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers._http._LARGE", 10_000)
    monkeypatch.setattr("providers._http._LONGEST_QUEUE", 0.05)
    large = Random(1).randbytes(200_000)
    good = Canned(vendor.good(b64encode(large).decode()))
    slow, quick = Desk(Canned(good.body, manner="drip")), Desk(good)
    async with slow.open() as slow_address, quick.open() as quick_address:
        room = reading_room()
        dripping, sound = (open_http(f"{at}/v1", vendor.headers(KEY), room) for at in (slow_address, quick_address))
        drips = [
            asyncio.create_task(vendor.model(vendor.facts, dripping, {Size.DRAFT: 1.0}).draw(an_ask())) for _ in "12"
        ]
        await asyncio.sleep(0.2)
        answer = await vendor.model(vendor.facts, sound, LONG).draw(an_ask())
        assert not any(drip.done() for drip in drips)
        ends = await asyncio.gather(*drips, return_exceptions=True)
        for http in (dripping, sound):
            await http.close()
    assert answer.data == large
    assert [type(end) for end in ends] == [TimedOut, TimedOut]


@every_vendor
async def test_a_key_that_no_header_can_carry_is_a_bad_key_and_goes_nowhere(vendor: Vendor) -> None:
    desk = Desk(Canned(vendor.good(BASE64)))
    async with desk.open() as address:
        http = vendor.http(address, f"{KEY}\nX-Other: 1")
        with pytest.raises(BadKey) as caught:
            await vendor.model(vendor.facts, http, LONG).draw(an_ask())
        await http.close()
    assert desk.asked == []
    assert KEY not in "".join(traceback.format_exception(caught.value))
