"""Vendors' answers with something wrong in them: each becomes a portrait, or a ModelError that says what was paid."""

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

from benchmarks.bad_values import mangled
from benchmarks.hurried import HurriedLoop
from bot.catalogue import Size
from bot.errors import ModelError
from bot.own import OwnModel
from bot.ports import Answer
from providers import compatible, fal, gemini, openai, recraft
from providers._addresses import Address
from providers._fetch import Fetch
from providers._http import Http, reading_room
from providers.checks import AccountCheck
from providers.fal_models import FAL_MODELS, FAL_UPSCALER
from providers.registry import MODELS, UPSCALERS
from tests.contract.vendor_cases import (
    ALL,
    BASE64,
    OPENAI,
    PICTURE,
    REFERENCE,
    an_ask,
    gemini_good,
    openai_good,
    recraft_good,
)

_BASE = "https://vendor.example/v1"
# An order is looked at every two seconds at last, for a minute; nothing else is asked so often.
_MOST_ASKS = 500
_WITHIN = {Size.DRAFT: 60.0, Size.FOUR_K: 60.0}
_LONG = b64encode(PICTURE * 30).decode()
_OWN = OwnModel(id="mine", base_url="http://127.0.0.1:9/v1", model="m", title="Mine", price=Decimal(0), family="")

Json = Any


@dataclass(frozen=True)
class Given:
    """What one call is answered with; `body` that is not bytes goes as JSON."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> httpx.Response:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode("utf-8", "surrogatepass")
        headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in self.headers]
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(content))


@dataclass(frozen=True)
class Case:
    """Whom to ask for what, and what is answered, the last one for ever."""

    deed: str
    answers: tuple[Given, ...]


def cases() -> SearchStrategy[Case]:
    """For each deed what it may meet: good answers and known bad ones, mangled; bytes; odd statuses and headers."""
    answers = {deed: st.lists(_given(deed), min_size=1, max_size=3).map(tuple) for deed in _DEEDS}
    return st.one_of([st.builds(Case, st.just(deed), several) for deed, several in answers.items()])


def _given(deed: str) -> SearchStrategy[Given]:
    documents = st.sampled_from(_DOCUMENTS[deed])
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
        mangled(documents, BASE64, _LONG, _LONG[:-3], *addresses),
        mangled(documents, BASE64, _LONG, _LONG[:-3], *addresses),
        documents.map(lambda d: json.dumps(d).encode()).flatmap(_torn),
        st.sampled_from(_BYTES),
        st.binary(max_size=60),
    )
    return st.builds(
        Given, bodies, st.sampled_from(_STATUSES), st.lists(st.sampled_from(_HEADERS), max_size=2).map(tuple)
    )


def _torn(whole: bytes) -> SearchStrategy[bytes]:
    """Cut off somewhere, or with a byte changed."""
    at = st.integers(0, len(whole))
    return st.builds(
        lambda n, put: whole[:n] + put, at, st.sampled_from((b"", b"\x00", b'"', b"\\", b"}", b"\xff" + whole[:9]))
    )


_STATUSES = (200,) * 12 + (
    201, 204, 206, 301, 302, 307, 400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 429, 451, 499, 500, 502, 503, 504,
    529, 599,
)  # fmt: skip
_NAMES = (
    "Retry-After", "retry-after-ms", "Content-Length", "Location", "Content-Type", "Content-Encoding", "x-request-id",
    "x-fal-retryable", "x-fal-error-type", "x-recraft-requestid",
)  # fmt: skip
_VALUES = (
    "", "0", "7", "-1", "1e999", "nan", "inf", "9" * 400, "²", "٣", "Wed, 21 Oct 2015 07:28:00 GMT", "Sun, 99 Foo 0",
    "true", "gzip", "http://10.0.0.1/", "/elsewhere", "text/html; charset=x", "\x1b[31m", "é" * 90,
)  # fmt: skip
_HEADERS = tuple(product(_NAMES, _VALUES))
_BYTES = (
    b"", b"null", b"[]", b"{}", b"0", b'"x"', b'{"x":' + b"[" * 60_000, b"[" * 90_000, b"\xff\xfe{\x00}",
    b"\xef\xbb\xbf{}", b"<html>one moment</html>", b"{" + b'"a":1,' * 9_000 + b'"b":2}',
    b'{"data":[{"b64_json":"' + b"A" * 50_001 + b'"}]}', b'{"credits":1e400,"data":[]}',
    b'{"credits":"NaN","data":[]}', b'{"credits":' + b"9" * 5_000 + b"}", b"NaN",
    b'{"usage":{"output_tokens":' + b"9" * 30 + b'},"data":[]}', PICTURE,
)  # fmt: skip
_FAL = (
    {"request_id": "q1", "status_url": f"{_BASE}/q1/status", "response_url": f"{_BASE}/q1", "seed": 7,
     "status": "COMPLETED", "images": [{"url": f"{_BASE}/p.png", "content_type": "image/png"}],
     "image": {"url": f"data:image/png;base64,{BASE64}"}},
    {"request_id": "q1", "status_url": "/q1/status", "response_url": "/q1", "status": "IN_QUEUE", "images": []},
    {"detail": [{"type": "content_policy_violation", "loc": ["body", 1], "categories": ["nudity"]}]},
    {"detail": "User is locked. Reason: Exhausted balance.", "error_type": "x"},
)  # fmt: skip
_OWNS: tuple[Json, ...] = (
    {"data": [{"b64_json": BASE64}]}, {"data": [{"url": f"{_BASE}/p.png"}]}, {"data": []},
    {"error": {"message": "nsfw", "type": "x"}}, {"detail": [{"msg": "response_format"}]},
    {"error": "model not found"},
)  # fmt: skip
_LISTS = (
    {"data": [{"id": "gpt-image-2", "shutdown_date": "2026-12-01"}, {"id": "recraftv4_1"}]},
    {"models": [{"name": "models/gemini-3.1-flash-image"}], "nextPageToken": "x"},
    {"credits": 1000, "detail": "Request not found"},
)  # fmt: skip


def _of(provider: str, good: Callable[[str], Json]) -> tuple[Json, ...]:
    bad = tuple(
        case.canned.body
        for vendor, case in ALL
        if vendor.provider == provider and isinstance(case.canned.body, dict | list)
    )
    return (*(good(base64) for base64 in (BASE64, BASE64, _LONG)), *bad)


_DOCUMENTS: Mapping[str, Sequence[Json]] = {
    "recraft": _of("recraft", recraft_good),
    "openai": _of("openai", openai_good),
    "openai, after a picture": _of("openai", openai_good),
    "gemini": _of("gemini", gemini_good),
    "fal": _FAL,
    "own": _OWNS,
    "recraft enlarges": (
        {"image": {"b64_json": BASE64}, "credits": 4},
        {"image": None},
        {"code": "x", "message": "nsfw"},
    ),
    "fal enlarges": _FAL,
    "lists": _LISTS,
}
_DEEDS = tuple(_DOCUMENTS)


def check(case: Case) -> None:
    """A portrait, a typed miss, or a look at an account that says what it found."""
    loop = _loop()
    loop.run_until_complete(_met(case))


async def _met(case: Case) -> None:
    waiting, asked = list(case.answers), count()

    def answer(_: httpx.Request) -> httpx.Response:
        assert next(asked) < _MOST_ASKS, "asked without end"
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0]).response()

    async def resolve(host: str) -> Sequence[Address]:
        return [ip_address("10.1.1.1" if host.startswith("in") else "93.184.215.14")]

    transport = httpx.MockTransport(answer)
    client = httpx.AsyncClient(base_url=_BASE, transport=transport, trust_env=False)
    http = Http(client, sendable=True, room=reading_room(), pictures=Fetch(_BASE, resolve=resolve, transport=transport))
    try:
        got = await _deed(case.deed, http)
    except ModelError as error:
        assert error.model
        assert error.paid in ("no", "maybe", "yes")
        assert error.usd is None or 0 <= error.usd <= 1_000
        assert 0 <= getattr(error, "retry_after", 0.0) < float("inf")
        assert len(str(error)) < 2_000
    else:
        assert isinstance(got, AccountCheck) or _storable(got)
    finally:
        await http.close()


def _storable(got: Answer) -> bool:
    """What a database takes."""
    told = got.request_id.isprintable() and len(got.request_id) <= 200 and len(got.media_type) <= 200
    return bool(got.data) and 0 <= got.charge.usd <= 1_000 and told and (got.seed or 0) < 2**63


def _deed(deed: str, http: Http) -> Awaitable[Answer | AccountCheck]:
    facts = {m.provider: m for m in reversed((*MODELS, *FAL_MODELS))}
    ask, like = an_ask(), an_ask(references=(REFERENCE,))
    match deed:
        case "recraft":
            return recraft.Recraft(facts["recraft"], http, _WITHIN).draw(ask)
        case "openai":
            return openai.OpenAI(facts["openai"], http, _WITHIN).draw(ask)
        case "openai, after a picture":
            return openai.OpenAI(OPENAI.facts, http, _WITHIN).draw(like)
        case "gemini":
            return gemini.Gemini(facts["gemini"], http, _WITHIN).draw(ask)
        case "fal":
            return fal.Fal(facts["fal"], http, _WITHIN).draw(ask)
        case "own":
            return compatible.Own(_OWN, http, _WITHIN).draw(ask)
        case "recraft enlarges":
            return recraft.Crisp(UPSCALERS[0], http, _WITHIN).enlarge(REFERENCE)
        case "fal enlarges":
            return fal.FalUpscaler(FAL_UPSCALER, http, _WITHIN).enlarge(REFERENCE)
    return _lists(http)


async def _lists(http: Http) -> AccountCheck:
    for check_ in (openai.check, gemini.check, fal.check, recraft.check):
        found = await check_(http, MODELS)
    await compatible.check(_OWN, http)
    return found


@cache
def _loop() -> HurriedLoop:
    return HurriedLoop()


CASES = cases()
