"""Every kind of answer in every dialect: what the vendor or its gateway sends, the failure, and what a person reads."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import ModelError
from bot.domain.slot import SlotFailure
from bot.ports.image_models import GenerationRequest, GenerationResult, ImageModel
from bot.self_hosted import SelfHostedModel
from handlers.text.failures import failure_reason
from providers import openai_compatible
from providers.fal import client as fal_client
from providers.fal.models import FAL_MODELS
from providers.http.client import AccountClient, open_client
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer
from tests.support.vendor_cases import (
    BASE64,
    ECHO,
    GEMINI,
    KEY,
    OPENAI,
    PICTURE,
    RECRAFT,
    REFERENCE,
    gemini_success,
    make_request,
    openai_success,
    recraft_success,
)

Json = Mapping[str, Any]
TIMEOUTS = {Size.DRAFT: 10.0, Size.FOUR_K: 10.0}


@dataclass(frozen=True)
class Dialect:
    """A client with a good answer. fal's queue accepts the job first, and answers with the result."""

    name: str
    spec: ModelSpec
    open: Callable[[AccountClient], ImageModel]
    headers: Mapping[str, str]
    success: Json


def own_model() -> SelfHostedModel:
    return SelfHostedModel.model_validate({"id": "flux", "model": "m", "base_url": "http://127.0.0.1:1/v1"})


FAL_SPEC = FAL_MODELS[5]
FAL_SUCCESS = {"images": [{"url": f"data:image/png;base64,{BASE64}", "content_type": "image/png"}], "seed": 4}
FAL = Dialect(
    "fal", FAL_SPEC, lambda http: fal_client.Fal(FAL_SPEC, http, TIMEOUTS), fal_client.headers(KEY), FAL_SUCCESS
)
OWN = Dialect(
    "own",
    openai_compatible.spec_of(own_model()),
    lambda http: openai_compatible.OpenAICompatible(own_model(), http, TIMEOUTS),
    openai_compatible.headers(KEY),
    {"data": [{"b64_json": BASE64}]},
)
DIALECTS = [
    *(
        Dialect(v.provider, v.spec, lambda http, v=v: v.model(v.spec, http, TIMEOUTS), v.headers(KEY), success)  # type: ignore[misc]
        for v, success in (
            (RECRAFT, recraft_success(BASE64)),
            (OPENAI, openai_success(BASE64)),
            (GEMINI, gemini_success(BASE64)),
        )
    ),
    FAL,
    OWN,
]
every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
images_api = pytest.mark.parametrize("dialect", [DIALECTS[0], DIALECTS[1], OWN], ids=lambda d: d.name)


@asynccontextmanager
async def serve(dialect: Dialect, *answers: CannedResponse) -> AsyncIterator[tuple[ImageModel, FakeVendorServer, str]]:
    server = FakeVendorServer()
    async with server.open() as address:
        job = f"{address}/v1/jobs/1"
        accepted = [
            CannedResponse({"request_id": "r1", "status_url": f"{job}/status", "response_url": job}),
            CannedResponse({"status": "COMPLETED", "error": None}),
        ]
        server.set_responses(*(accepted if dialect is FAL else []), *answers)
        http = open_client(f"{address}/v1", dialect.headers)
        try:
            yield dialect.open(http), server, address
        finally:
            await http.close()


async def draw(dialect: Dialect, *answers: CannedResponse, references: tuple[bytes, ...] = ()) -> GenerationResult:
    async with serve(dialect, *answers) as (model, _, _):
        return await model.generate(replace(make_request(), references=references))


async def fail(dialect: Dialect, answer: CannedResponse, references: tuple[bytes, ...] = ()) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await draw(dialect, answer, references=references)
    assert "fisherwoman" not in str(caught.value)
    return caught.value


def read_by_a_person(error: ModelError) -> str:
    return failure_reason(SlotFailure(error.kind, error.detail, error.paid), "The model", Decimal("0.05"))


def azure(code: str, nested: str = "inner_error", **categories: bool) -> CannedResponse:
    results = {name: {"filtered": is_filtered, "severity": "x"} for name, is_filtered in categories.items()}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_results": results}
    return CannedResponse(
        {"error": {"message": ECHO, "type": None, "param": "prompt", "code": code, nested: inner}}, 400
    )


def inner_error(**error: object) -> CannedResponse:
    """An error that a gateway sends with status 200."""
    return CannedResponse({"error": {"message": f"Provider returned error. {ECHO}", **error}})


FREE, MAYBE = "Nothing was charged for it.", "It may have been charged: up to $0.05."
DECLINED, RATE_LIMITED = "The model declined the brief", "The model had too many requests at once"
FAILED, NO_PICTURE = "The model failed on its side", "The model returned an unusable picture"
NO_CREDIT, NO_KEY = "the account of The model has no credit left", "The model rejected our key"
NOT_UNDERSTOOD = "The model rejected the request"
FLAGGED = f"{DECLINED} (its filter flagged “sexual and violence”)"

# name: (answer, kind, what a person reads about the failure and about the charge)
TABLE: dict[str, tuple[CannedResponse, str, str, str]] = {
    "azure content_filter": (azure("content_filter", violence=False), "refused", DECLINED, FREE),
    "azure contentFilter": (azure("contentFilter", sexual=True, hate=False, violence=True), "refused", FLAGGED, FREE),
    "azure, inner code only": (azure("BadRequest", "innererror"), "refused", DECLINED, FREE),
    "azure, null code": (azure(None), "refused", DECLINED, FREE),  # type: ignore[arg-type]
    "gateway content_filter": (
        CannedResponse({"error": {"code": "content_filter", "message": "No.", "param": None, "type": None}}, 400),
        "refused",
        DECLINED,
        FREE,
    ),
    "gateway policy type": (
        CannedResponse({"error": {"type": "content_policy_violation_error", "message": "No.", "code": "400"}}, 400),
        "refused",
        DECLINED,
        FREE,
    ),
    "flagged input": (
        CannedResponse(
            {"error": {"code": 403, "message": "x", "metadata": {"flagged_input": "y", "reasons": []}}}, 403
        ),
        "refused",
        DECLINED,
        FREE,
    ),
    "200 with 429": (inner_error(code=429), "rate_limited", RATE_LIMITED, FREE),
    "200 with 429 as text": (inner_error(code="429"), "rate_limited", RATE_LIMITED, FREE),
    "200 with a limit in words": (inner_error(code="rate_limit_exceeded"), "rate_limited", RATE_LIMITED, FREE),
    "200 with a status in words": (inner_error(status="RESOURCE_EXHAUSTED"), "rate_limited", RATE_LIMITED, FREE),
    "200 with 402": (inner_error(code=402), "insufficient_credit", NO_CREDIT, FREE),
    "200 with no quota": (inner_error(code="insufficient_quota"), "insufficient_credit", NO_CREDIT, FREE),
    "200 with 401": (inner_error(code=401), "authentication_failed", NO_KEY, FREE),
    "200 with 400": (
        CannedResponse({"error": {"message": "Bad value.", "code": 400}}),
        "invalid_request",
        NOT_UNDERSTOOD,
        FREE,
    ),
    "200 with 502": (inner_error(code=502), "provider_down", FAILED, MAYBE),
    "200 with an unknown code": (inner_error(code="boom"), "provider_down", FAILED, MAYBE),
    "200 with an error in words": (CannedResponse({"error": "It broke."}), "provider_down", FAILED, MAYBE),
    "200 with an error and null data": (
        CannedResponse({"error": {"code": 429}, "data": None, "candidates": None, "images": []}),
        "rate_limited",
        RATE_LIMITED,
        FREE,
    ),
    "200 with a filter": (inner_error(code="content_filter"), "refused", DECLINED, FREE),
    "200 with nothing": (CannedResponse({}), "invalid_image", NO_PICTURE, MAYBE),
    "200 with nulls": (
        CannedResponse({"data": None, "candidates": None, "images": None, "error": None, "image": None}),
        "invalid_image",
        NO_PICTURE,
        MAYBE,
    ),
    "a limit that says moderate": (
        CannedResponse({"error": {"message": "Moderate your rate.", "code": 429}}, 429),
        "rate_limited",
        RATE_LIMITED,
        FREE,
    ),
    "nested too deep": (
        CannedResponse(b'{"error":' + b'{"a":' * 900 + b"1" + b"}" * 901, 400),
        "invalid_request",
        NOT_UNDERSTOOD,
        FREE,
    ),
    "an absurd number": (
        CannedResponse(b'{"error": {"message": "Bad value.", "code": 400, "n": 1e2000000}}', 400),
        "invalid_request",
        NOT_UNDERSTOOD,
        FREE,
    ),
}
# fal's queue accepted the job before, so an error of the account comes too late to be free.
FAL_CHARGES = {
    name: MAYBE
    for name, (answer, kind, *_) in TABLE.items()
    if answer.status == 200 and kind in ("rate_limited", "insufficient_credit", "authentication_failed")
}


@pytest.mark.parametrize("row", TABLE)
@every_dialect
async def test_answer_becomes_its_kind_and_sentence(dialect: Dialect, row: str) -> None:
    answer, kind, reason, charge = TABLE[row]
    if dialect is FAL and answer.status == 429:
        pytest.skip("the queue polls again after a 429")
    error = await fail(dialect, answer)
    assert error.kind == kind
    sentence = read_by_a_person(error)
    assert sentence.startswith(reason)
    assert sentence.endswith(FAL_CHARGES.get(row, charge) if dialect is FAL else charge)


@pytest.mark.parametrize("empty", ["", None], ids=["empty", "null"])
@pytest.mark.parametrize("url", ["{own}/pic.png", "/pic.png"])
@images_api
async def test_picture_by_url_is_fetched_where_its_base64_is_empty(
    dialect: Dialect, url: str, empty: str | None
) -> None:
    async with serve(dialect) as (model, server, address):
        body = {"data": [None, {"b64_json": empty, "url": url.format(own=address)}], "credits": "35"}
        server.set_responses(CannedResponse(body), CannedResponse(PICTURE))
        result = await model.generate(make_request())
    assert result.data == PICTURE
    assert "Authorization" not in server.requests[1].headers


@images_api
async def test_picture_that_cannot_be_fetched_is_paid_for(dialect: Dialect) -> None:
    body = {**dialect.success, "data": [{"b64_json": "", "url": "http://169.254.169.254/latest"}]}
    error = await fail(dialect, CannedResponse(body))
    assert (error.kind, error.detail, error.paid) == ("invalid_image", "address not allowed", "yes")
    assert (error.reported_cost is not None) is (dialect is not OWN)


NULLS: list[Json] = [
    {"usageMetadata": None, "promptFeedback": None, "responseId": None, "modelVersion": None},
    {"usageMetadata": {"promptTokenCount": None, "candidatesTokenCount": None, "candidatesTokensDetails": None}},
    {"usageMetadata": {"candidatesTokenCount": 1120, "candidatesTokensDetails": [None, {"modality": None}]}},
    {"usageMetadata": "none", "promptFeedback": 7, "responseId": 9},
    {"usageMetadata": {"candidatesTokenCount": "1120", "promptTokenCount": -4}},
]


@pytest.mark.parametrize("fields", NULLS)
async def test_nulls_and_odd_metadata_cost_no_portrait_of_google(fields: Json) -> None:
    assert (await draw(DIALECTS[2], CannedResponse({**gemini_success(BASE64), **fields}))).data == PICTURE


async def test_nulls_around_a_picture_of_google_are_skipped() -> None:
    picture = {"inlineData": {"mimeType": None, "data": BASE64}, "thought": None, "inline_data": None, "text": None}
    parts = [None, {"inlineData": None}, {"inlineData": {"data": None}}, picture]
    candidates = [None, {"content": None, "finishReason": None}, {"content": {"parts": None}}]
    body = {"candidates": [*candidates, {"content": {"parts": parts, "role": None}, "finishReason": None}]}
    assert (await draw(DIALECTS[2], CannedResponse(body))).data == PICTURE


@pytest.mark.parametrize(
    "error",
    [
        {"code": 429, "message": None, "status": None, "details": None},
        {"code": 429, "message": "x", "status": "y", "details": [None, {"violations": None, "reason": None}]},
        {"code": 429, "details": [{"violations": [None, {"quotaId": None}], "retryDelay": None}]},
    ],
)
async def test_nulls_in_an_error_of_google_keep_its_kind(error: Json) -> None:
    assert (await fail(DIALECTS[2], CannedResponse({"error": error}, 429))).kind == "rate_limited"


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": "284771"},
        {"seed": "many"},
        {"seed": 1.5},
        {"seed": None},
        {"seed": -1},
        {"images": [{"url": f"data:image/png;base64,{BASE64}", "content_type": None, "width": "896"}]},
        {"images": [None, {"url": None}, {"url": f"data:image/png;base64,{BASE64}", "content_type": 5}]},
        {"image": None, "timings": {"inference": "1.2"}},
    ],
)
async def test_numbers_as_text_and_nulls_cost_no_portrait_of_fal(fields: Json) -> None:
    result = await draw(FAL, CannedResponse({**FAL_SUCCESS, **fields}))
    assert result.data == PICTURE
    assert result.seed == {"284771": 284_771}.get(str(fields.get("seed")), 4 if "seed" not in fields else None)


@pytest.mark.parametrize(
    ("amounts", "dialect"),
    [
        *((amounts, DIALECTS[0]) for amounts in (b'"credits": 1e2000000', b'"credits": "NaN"', b'"credits": -5')),
        (b'"credits": ' + b"9" * 5_000, DIALECTS[0]),
        *((b'"usage": {"output_tokens": %s}' % n, DIALECTS[1]) for n in (b"1e2000000", b"-5", b'"x"', b"9" * 5_000)),
        *((b'"usageMetadata": {"candidatesTokenCount": %s}' % n, DIALECTS[2]) for n in (b"1e2000000", b"-5", b"[]")),
        (b'"seed": 1e2000000', FAL),
        (b'"usage": {"output_tokens": 1e2000000}', OWN),
    ],
)
async def test_absurd_amount_costs_no_portrait_and_the_listed_price(amounts: bytes, dialect: Dialect) -> None:
    body = CannedResponse(dialect.success).content
    result = await draw(dialect, CannedResponse(body[:-1] + b", " + amounts + b"}"))
    assert result.data == PICTURE
    assert (result.charge.usd, result.charge.source) == (dialect.spec.prices[Size.DRAFT], "listed")


def fal_problem(field: str, kind: str, **more: object) -> CannedResponse:
    detail = [{"loc": ["body", field, 0], "msg": ECHO, "type": kind, "ctx": None, "input": None, **more}]
    return CannedResponse({"detail": detail}, 422, {"X-Fal-Retryable": "false"})


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (
            fal_problem("image_urls", "content_policy_violation", categories=["sexual"]),
            "reference_refused",
            "The model declined the reference picture (its filter flagged “sexual”). Nothing was charged for it.",
        ),
        (
            fal_problem("image_urls", "content_policy_violation", input=f"data:image/png;base64,{'A' * 3_000_000}"),
            "reference_refused",
            "declined the reference picture",
        ),
        (fal_problem("image_url", "content_policy_violation"), "reference_refused", "declined the reference picture"),
        (fal_problem("image_urls", "image_load_error"), "reference_refused", "declined the reference picture"),
        (fal_problem("prompt", "content_policy_violation"), "refused", "declined the brief"),
        (fal_problem("prompt", "value_error"), "invalid_request", "rejected the request"),
    ],
)
async def test_declined_reference_is_named_by_fal(answer: CannedResponse, kind: str, sentence: str) -> None:
    error = await fail(FAL, answer, references=(REFERENCE,))
    assert (error.kind, error.paid) == (kind, "no")
    assert sentence in read_by_a_person(error)


async def test_declined_reference_is_named_by_openai() -> None:
    error = {"message": ECHO, "type": "image_generation_user_error", "param": "image", "code": "moderation_blocked"}
    found = await fail(DIALECTS[1], CannedResponse({"error": error}, 400), references=(REFERENCE,))
    assert (found.kind, found.paid) == ("reference_refused", "no")


def test_request_of_every_dialect_is_the_same() -> None:
    """The table asks with the brief of the other contract tests, whose words tempt a text search."""
    assert isinstance(make_request(), GenerationRequest)
    assert "safety" in make_request().prompt
