"""What answers say beside the picture counts only as far as it can be true."""

from decimal import Decimal

import pytest

from providers import _believed as believed
from providers import _openai_replies as openai
from providers import _recraft_replies as recraft
from providers._http import Reply
from providers.registry import RATES


@pytest.mark.parametrize("told", ["NaN", "Infinity", "-0.01", "1000.01", "1e400"])
def test_a_sum_that_nobody_charges_is_none(told: str) -> None:
    assert believed.usd(Decimal(told)) is None


@pytest.mark.parametrize("told", ["0", "0.04", "1000"])
def test_a_sum_that_may_be_true_counts(told: str) -> None:
    assert believed.usd(Decimal(told)) == Decimal(told)


@pytest.mark.parametrize("credits_", ["NaN", "-5", "Infinity", "1e12"])
def test_credits_that_are_no_sum_leave_the_listed_price(credits_: str) -> None:
    charge = recraft.charge(Decimal(credits_), Decimal("0.04"))
    assert (charge.usd, charge.source) == (Decimal("0.04"), "listed")
    assert recraft.paid(Decimal(credits_)) == "maybe"


@pytest.mark.parametrize("tokens", [-1_400, 10**30])
def test_tokens_that_are_no_bill_are_none(tokens: int) -> None:
    assert openai.Usage(input_tokens=50, output_tokens=tokens).cost(RATES["gpt-image-2"]) is None


@pytest.mark.parametrize("name", ["", "x" * 201, "a b", "q\x1b[31m", "é"])
def test_an_id_that_is_none_is_left_out(name: str) -> None:
    assert believed.name(name) == ""


def test_a_seed_fits_where_it_is_stored() -> None:
    assert [believed.seed(told) for told in (None, -1, 0, 2**63 - 1, 2**63)] == [None, None, 0, 2**63 - 1, None]


@pytest.mark.parametrize("body", [b'{"message": "caf\xff"}', b"\xff", b"{", b"[" * 60_000], ids=lambda b: str(b[:12]))
async def test_bytes_that_are_no_text_are_not_the_vendor_speaking(body: bytes) -> None:
    assert await Reply(400, {}, bytearray(body)).said(dict[str, object]) is None


@pytest.mark.parametrize(
    "told", [None, "", "png", "image/", "image/png; q=1", f"image/{'x' * 81}", "ïmage/png", "a/b\n"]
)
def test_what_is_no_media_type_is_read_off_the_bytes(told: str | None) -> None:
    assert believed.kind(told, b"\x89PNG\r\n\x1a\n") == "image/png"


@pytest.mark.parametrize("told", ["image/webp", "image/svg+xml", "text/html"])
def test_a_picture_is_said_to_be_what_it_is_said_to_be(told: str) -> None:
    assert believed.kind(told, b"\x89PNG\r\n\x1a\n") == told
