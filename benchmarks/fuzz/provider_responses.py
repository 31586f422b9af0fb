"""Mutated provider responses: each becomes a portrait, or a ModelError that says whether it was paid."""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from ipaddress import ip_address
from itertools import count, product
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from benchmarks.fuzz.values import mutate
from benchmarks.harness.fast_clock import FastForwardLoop
from bot.domain.catalogue import Size
from bot.domain.model_errors import ModelError
from bot.ports.image_models import GenerationResult
from bot.self_hosted import SelfHostedModel
from providers import openai_compatible
from providers.checks import AccountCheck
from providers.fal import client as fal_client
from providers.fal.models import FAL_MODELS, FAL_UPSCALER
from providers.gemini import client as gemini_client
from providers.http.client import AccountClient, large_response_semaphore
from providers.http.image_fetch import ImageDownloader
from providers.http.public_ip import Address
from providers.openai import client as openai_client
from providers.recraft import client as recraft_client
from providers.registry import MODELS, UPSCALERS
from tests.support.vendor_cases import (
    BASE64,
    OPENAI,
    PICTURE,
    REFERENCE,
    gemini_success,
    make_request,
    openai_success,
    recraft_success,
)
from tests.support.vendor_error_cases import ALL_CASES

_BASE = "https://vendor.example/v1"
# fal's queue is polled every two seconds for a minute; no other operation sends so many requests.
_MAX_REQUESTS = 500
_TIMEOUTS = {Size.DRAFT: 60.0, Size.FOUR_K: 60.0}
_LONG_BASE64 = b64encode(PICTURE * 30).decode()
_SELF_HOSTED_MODEL = SelfHostedModel(
    id="mine", base_url="http://127.0.0.1:9/v1", model="m", title="Mine", price=Decimal(0), family=""
)

Json = Any


@dataclass(frozen=True)
class CannedResponse:
    """The response to one call; a `body` that is not bytes is sent as JSON."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> httpx.Response:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode("utf-8", "surrogatepass")
        headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in self.headers]
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(content))


@dataclass(frozen=True)
class Case:
    """An operation and its responses; the last response repeats."""

    operation: str
    responses: tuple[CannedResponse, ...]


def cases() -> SearchStrategy[Case]:
    """Good and bad responses of each operation, mutated; raw bytes; unusual statuses and headers."""
    responses = {
        operation: st.lists(_responses(operation), min_size=1, max_size=3).map(tuple) for operation in _OPERATIONS
    }
    return st.one_of([st.builds(Case, st.just(operation), several) for operation, several in responses.items()])


def _responses(operation: str) -> SearchStrategy[CannedResponse]:
    documents = st.sampled_from(_DOCUMENTS[operation])
    addresses = (
        "data:image/png;base64,AAA",
        "data:,",
        "http://10.0.0.1/x",
        "//[::1",
        "https://vendor.example/v1/p.png",
        "\x00",
        "https://a:b@c/",
    )
    bodies = st.one_of(
        documents,
        mutate(documents, BASE64, _LONG_BASE64, _LONG_BASE64[:-3], *addresses),
        mutate(documents, BASE64, _LONG_BASE64, _LONG_BASE64[:-3], *addresses),
        documents.map(lambda d: json.dumps(d).encode()).flatmap(_truncate_or_alter),
        st.sampled_from(_RAW_BODIES),
        st.binary(max_size=60),
    )
    return st.builds(
        CannedResponse, bodies, st.sampled_from(_STATUSES), st.lists(st.sampled_from(_HEADERS), max_size=2).map(tuple)
    )


def _truncate_or_alter(data: bytes) -> SearchStrategy[bytes]:
    """Truncate the data, or change a byte."""
    position = st.integers(0, len(data))
    return st.builds(
        lambda n, put: data[:n] + put, position, st.sampled_from((b"", b"\x00", b'"', b"\\", b"}", b"\xff" + data[:9]))
    )


_STATUSES = (200,) * 12 + (
    201, 204, 206, 301, 302, 307, 400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 429, 451, 499, 500, 502, 503, 504,
    529, 599,
)  # fmt: skip
_HEADER_NAMES = (
    "Retry-After", "retry-after-ms", "Content-Length", "Location", "Content-Type", "Content-Encoding", "x-request-id",
    "x-fal-retryable", "x-fal-error-type", "x-recraft-requestid",
)  # fmt: skip
_HEADER_VALUES = (
    "", "0", "7", "-1", "1e999", "nan", "inf", "9" * 400, "²", "٣", "Wed, 21 Oct 2015 07:28:00 GMT", "Sun, 99 Foo 0",
    "true", "gzip", "http://10.0.0.1/", "/elsewhere", "text/html; charset=x", "\x1b[31m", "é" * 90,
)  # fmt: skip
_HEADERS = tuple(product(_HEADER_NAMES, _HEADER_VALUES))
_RAW_BODIES = (
    b"", b"null", b"[]", b"{}", b"0", b'"x"', b'{"x":' + b"[" * 60_000, b"[" * 90_000, b"\xff\xfe{\x00}",
    b"\xef\xbb\xbf{}", b"<html>one moment</html>", b"{" + b'"a":1,' * 9_000 + b'"b":2}',
    b'{"data":[{"b64_json":"' + b"A" * 50_001 + b'"}]}', b'{"credits":1e400,"data":[]}',
    b'{"credits":"NaN","data":[]}', b'{"credits":' + b"9" * 5_000 + b"}", b"NaN",
    b'{"usage":{"output_tokens":' + b"9" * 30 + b'},"data":[]}', PICTURE,
)  # fmt: skip
_FAL_DOCUMENTS = (
    {"request_id": "q1", "status_url": f"{_BASE}/q1/status", "response_url": f"{_BASE}/q1", "seed": 7,
     "status": "COMPLETED", "images": [{"url": f"{_BASE}/p.png", "content_type": "image/png"}],
     "image": {"url": f"data:image/png;base64,{BASE64}"}},
    {"request_id": "q1", "status_url": "/q1/status", "response_url": "/q1", "status": "IN_QUEUE", "images": []},
    {"detail": [{"type": "content_policy_violation", "loc": ["body", 1], "categories": ["nudity"]}]},
    {"detail": "User is locked. Reason: Exhausted balance.", "error_type": "x"},
)  # fmt: skip
_SELF_HOSTED_DOCUMENTS: tuple[Json, ...] = (
    {"data": [{"b64_json": BASE64}]}, {"data": [{"url": f"{_BASE}/p.png"}]}, {"data": []},
    {"error": {"message": "nsfw", "type": "x"}}, {"detail": [{"msg": "response_format"}]},
    {"error": "model not found"},
)  # fmt: skip
_LIST_DOCUMENTS = (
    {"data": [{"id": "gpt-image-2", "shutdown_date": "2026-12-01"}, {"id": "recraftv4_1"}]},
    {"models": [{"name": "models/gemini-3.1-flash-image"}], "nextPageToken": "x"},
    {"credits": 1000, "detail": "Request not found"},
)  # fmt: skip


def _vendor_documents(provider: str, good_document: Callable[[str], Json]) -> tuple[Json, ...]:
    bad = tuple(
        case.response.body
        for vendor, case in ALL_CASES
        if vendor.provider == provider and isinstance(case.response.body, dict | list)
    )
    return (*(good_document(base64) for base64 in (BASE64, BASE64, _LONG_BASE64)), *bad)


_DOCUMENTS: Mapping[str, Sequence[Json]] = {
    "recraft": _vendor_documents("recraft", recraft_success),
    "openai": _vendor_documents("openai", openai_success),
    "openai edit": _vendor_documents("openai", openai_success),
    "gemini": _vendor_documents("gemini", gemini_success),
    "fal": _FAL_DOCUMENTS,
    "own": _SELF_HOSTED_DOCUMENTS,
    "recraft upscale": (
        {"image": {"b64_json": BASE64}, "credits": 4},
        {"image": None},
        {"code": "x", "message": "nsfw"},
    ),
    "fal upscale": _FAL_DOCUMENTS,
    "lists": _LIST_DOCUMENTS,
}
_OPERATIONS = tuple(_DOCUMENTS)


def check(case: Case) -> None:
    """Check that the call returns a portrait, a ModelError or an account check."""
    loop = _loop()
    loop.run_until_complete(_run_case(case))


async def _run_case(case: Case) -> None:
    responses, request_numbers = list(case.responses), count()

    def respond(_: httpx.Request) -> httpx.Response:
        assert next(request_numbers) < _MAX_REQUESTS, "asked without end"
        return (responses.pop(0) if len(responses) > 1 else responses[0]).response()

    async def resolve(host: str) -> Sequence[Address]:
        return [ip_address("10.1.1.1" if host.startswith("in") else "93.184.215.14")]

    transport = httpx.MockTransport(respond)
    client = httpx.AsyncClient(base_url=_BASE, transport=transport, trust_env=False)
    http = AccountClient(
        client,
        key_is_sendable=True,
        semaphore=large_response_semaphore(),
        image_downloader=ImageDownloader(_BASE, resolve=resolve, transport=transport),
    )
    try:
        result = await _call_provider(case.operation, http)
    except ModelError as error:
        assert error.model
        assert error.paid in ("no", "maybe", "yes")
        assert error.reported_cost is None or 0 <= error.reported_cost <= 1_000
        assert 0 <= getattr(error, "retry_after", 0.0) < float("inf")
        assert len(str(error)) < 2_000
    else:
        assert isinstance(result, AccountCheck) or _is_storable(result)
    finally:
        await http.close()


def _is_storable(result: GenerationResult) -> bool:
    """Return whether the database accepts the result."""
    is_text_safe = result.request_id.isprintable() and len(result.request_id) <= 200 and len(result.media_type) <= 200
    return bool(result.data) and 0 <= result.charge.usd <= 1_000 and is_text_safe and (result.seed or 0) < 2**63


def _call_provider(operation: str, http: AccountClient) -> Awaitable[GenerationResult | AccountCheck]:
    specs = {m.provider: m for m in reversed((*MODELS, *FAL_MODELS))}
    request, reference_request = make_request(), make_request(references=(REFERENCE,))
    match operation:
        case "recraft":
            return recraft_client.Recraft(specs["recraft"], http, _TIMEOUTS).generate(request)
        case "openai":
            return openai_client.OpenAI(specs["openai"], http, _TIMEOUTS).generate(request)
        case "openai edit":
            return openai_client.OpenAI(OPENAI.spec, http, _TIMEOUTS).generate(reference_request)
        case "gemini":
            return gemini_client.Gemini(specs["gemini"], http, _TIMEOUTS).generate(request)
        case "fal":
            return fal_client.Fal(specs["fal"], http, _TIMEOUTS).generate(request)
        case "own":
            return openai_compatible.OpenAICompatible(_SELF_HOSTED_MODEL, http, _TIMEOUTS).generate(request)
        case "recraft upscale":
            return recraft_client.CrispUpscaler(UPSCALERS[0], http, _TIMEOUTS).upscale(REFERENCE)
        case "fal upscale":
            return fal_client.FalUpscaler(FAL_UPSCALER, http, _TIMEOUTS).upscale(REFERENCE)
    return _check_accounts(http)


async def _check_accounts(http: AccountClient) -> AccountCheck:
    for check_account in (openai_client.check, gemini_client.check, fal_client.check, recraft_client.check):
        account_check = await check_account(http, MODELS)
    await openai_compatible.check(_SELF_HOSTED_MODEL, http)
    return account_check


@cache
def _loop() -> FastForwardLoop:
    return FastForwardLoop()


CASES = cases()
