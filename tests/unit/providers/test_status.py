"""Retry-After, and the error codes that may be stored."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from providers.http.response import ProviderResponse
from providers.http.status import error_code, retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "12"}, 12),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After-Ms": "250"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "60"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "60"}, 60),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "nan"}, 0),
        ({"Retry-After": "inf"}, 0),
        ({"Retry-After": "0"}, 0.1),
        ({"Retry-After": "-5"}, 0.1),
        ({"Retry-After": "9" * 5_000}, 0),
        ({"Retry-After": "Wed, 21 Oct 99999999999 07:28:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 +999999999999"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.1),
    ],
)
def test_retry_after_reads_both_headers(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(httpx.Headers(headers)) == seconds


@pytest.mark.parametrize("zone", [" GMT", " -0000", ""])
def test_retry_after_date_becomes_seconds(zone: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True).removesuffix(" GMT") + zone
    assert 17 < retry_after({"retry-after": date}) <= 20


def test_error_code_keeps_codes_and_drops_sentences() -> None:
    assert error_code("moderation_blocked", None, "violence/graphic", "") == "moderation_blocked:violence/graphic"
    assert error_code("Your prompt was rejected.", "ok") == "ok"
    assert error_code("x" * 61) == ""
    assert error_code("line\n") == ""


def test_response_repr_hides_the_body() -> None:
    assert "Maya" not in repr(ProviderResponse(400, {}, bytearray(b"about Maya")))
