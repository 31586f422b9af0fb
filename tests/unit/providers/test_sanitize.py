"""Response metadata is used only if it is plausible."""

from decimal import Decimal

import pytest
from msgspec import Raw

from providers.gemini import responses as gemini_responses
from providers.http import sanitize
from providers.http.response import ProviderResponse
from providers.openai import responses as openai_responses
from providers.recraft import responses as recraft_responses
from providers.registry import RATES


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-0.01", "1000.01", "1e400"])
def test_implausible_amount_is_none(amount: str) -> None:
    assert sanitize.usd(Decimal(amount)) is None


@pytest.mark.parametrize("amount", ["0", "0.04", "1000"])
def test_plausible_amount_is_accepted(amount: str) -> None:
    assert sanitize.usd(Decimal(amount)) == Decimal(amount)


ABSURD = ["NaN", '"NaN"', '"sNaN"', "-5", "1e12", "1e2000000", "9" * 5_000, '"a few"', "[]", "{}", "true", "null", '""']


@pytest.mark.parametrize("credits_", ABSURD, ids=lambda text: text[:12])
def test_invalid_credits_fall_back_to_the_listed_price(credits_: str) -> None:
    raw = Raw(credits_.encode())
    charge = recraft_responses.COST.charge(raw, Decimal("0.04"))
    assert (charge.usd, charge.source) == (Decimal("0.04"), "listed")
    assert recraft_responses.paid(raw) == "maybe"


@pytest.mark.parametrize("credits_", ["35", "35.0", '"35"', "3.5e1"])
def test_credits_are_read_as_number_and_as_text(credits_: str) -> None:
    assert recraft_responses.dollars(Raw(credits_.encode())) == Decimal("0.035")


@pytest.mark.parametrize("tokens", ABSURD, ids=lambda text: text[:12])
def test_implausible_token_counts_give_the_listed_price(tokens: str) -> None:
    readers = {
        openai_responses.cost_reader(RATES["gpt-image-2"]): '{"input_tokens": 50, "output_tokens": %s}',
        gemini_responses.cost_reader(RATES["gemini-3-pro-image"]): '{"candidatesTokenCount": %s}',
    }
    for reader, usage in readers.items():
        assert reader.parse(Raw((usage % tokens).encode())) is None
        assert reader.parse(Raw(tokens.encode())) is None


@pytest.mark.parametrize("request_id", ["", "x" * 201, "a b", "q\x1b[31m", "é"])
def test_invalid_request_id_is_dropped(request_id: str) -> None:
    assert sanitize.request_id(request_id) == ""


def test_seed_out_of_range_is_none() -> None:
    assert [sanitize.seed(seed) for seed in (None, -1, 0, 2**63 - 1, 2**63)] == [None, None, 0, 2**63 - 1, None]


@pytest.mark.parametrize("body", [b'{"message": "caf\xff"}', b"\xff", b"{", b"[" * 60_000], ids=lambda b: str(b[:12]))
async def test_undecodable_error_body_is_ignored(body: bytes) -> None:
    assert await ProviderResponse(400, {}, bytearray(body)).decode_or_none(dict[str, object]) is None


@pytest.mark.parametrize(
    "claimed", [None, "", "png", "image/", "image/png; q=1", f"image/{'x' * 81}", "ïmage/png", "a/b\n"]
)
def test_invalid_media_type_is_detected_from_the_bytes(claimed: str | None) -> None:
    assert sanitize.media_type(claimed, b"\x89PNG\r\n\x1a\n") == "image/png"


@pytest.mark.parametrize("claimed", ["image/webp", "image/svg+xml", "text/html"])
def test_valid_media_type_is_kept(claimed: str) -> None:
    assert sanitize.media_type(claimed, b"\x89PNG\r\n\x1a\n") == claimed
