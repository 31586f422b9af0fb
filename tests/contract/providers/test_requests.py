"""The request of each vendor for one portrait, and the result of a good response."""

import asyncio
from base64 import b64decode, b64encode
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.domain.brief import ASPECTS
from bot.domain.budget import Charge
from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import InvalidRequest
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.registry import MODELS
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer, ReceivedRequest
from tests.support.vendor_cases import (
    BASE64,
    GEMINI,
    KEY,
    OPENAI,
    PICTURE,
    PROMPT,
    RECRAFT,
    VENDORS,
    Json,
    Vendor,
    make_request,
)

TIMEOUTS = dict.fromkeys(Size, 20.0)
INVALID_ARGUMENT: Json = {"code": 400, "message": "x", "status": "INVALID_ARGUMENT"}


async def draw_all(
    vendor: Vendor, server: FakeVendorServer, *requests: GenerationRequest, spec: ModelSpec | None = None
) -> list[GenerationResult]:
    """Generate with one model for several requests in sequence."""
    async with server.open() as address:
        http = vendor.http(address)
        model = vendor.model(spec or vendor.spec, http, TIMEOUTS)
        try:
            return [await model.generate(request) for request in requests]
        finally:
            await http.close()


async def sent_request(
    vendor: Vendor, generation_request: GenerationRequest, spec: ModelSpec | None = None
) -> ReceivedRequest:
    server = FakeVendorServer(CannedResponse(vendor.success_body(BASE64)))
    await draw_all(vendor, server, generation_request, spec=spec)
    assert len(server.requests) == 1
    return server.requests[0]


def make_reference(kind: str, mode: str = "RGB", size: tuple[int, int] = (90, 120)) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind)
    return out.getvalue()


def sent_pictures(request: ReceivedRequest) -> list[bytes]:
    """Return the pictures of a request in the vendor's format."""
    if request.pictures:
        return [picture.data for picture in request.pictures]
    if "image_url" in request.body:
        return [b64decode(request.body["image_url"].partition(",")[2])]
    return [b64decode(part["inlineData"]["data"]) for part in request.body["contents"][0]["parts"][1:]]


def spec_by_name(name: str) -> ModelSpec:
    return next(m for m in MODELS if m.name == name)


async def test_recraft_request_has_ratio_seed_and_base64_png() -> None:
    request = await sent_request(RECRAFT, make_request())
    assert (request.method, request.path) == ("POST", "/v1/images/generations")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "recraftv4_1",
        "prompt": PROMPT,
        "n": 1,
        "size": "3:4",
        "random_seed": 284_771,
        "response_format": "b64_json",
        "image_format": "png",
    }


async def test_openai_request_has_pixels_and_quality_only() -> None:
    request = await sent_request(OPENAI, make_request())
    assert (request.method, request.path) == ("POST", "/v1/images/generations")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "n": 1,
        "size": "1152x1536",
        "quality": "medium",
        "output_format": "png",
    }
    large = await sent_request(OPENAI, make_request(Size.FOUR_K, "9:16"), spec_by_name("gpt-image-2.5"))
    assert (large.body["model"], large.body["size"], large.body["quality"]) == (
        "gpt-image-2.5-flare",
        "2160x3840",
        "high",
    )


async def test_google_request_has_image_config_and_the_key_in_a_header() -> None:
    request = await sent_request(GEMINI, make_request(Size.FOUR_K, "4:5"), spec_by_name("nano-banana-pro"))
    assert (request.method, request.path) == ("POST", "/v1/models/gemini-3-pro-image:generateContent")
    assert request.headers["x-goog-api-key"] == KEY
    assert request.body == {
        "contents": [{"role": "user", "parts": [{"text": PROMPT}]}],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "seed": 284_771,
            "imageConfig": {"aspectRatio": "4:5", "imageSize": "4K"},
        },
    }


async def test_google_references_are_parts_with_their_media_type() -> None:
    png, jpeg = make_reference("PNG"), make_reference("JPEG")
    request = await sent_request(GEMINI, make_request(references=(png, jpeg)))
    assert request.body["contents"][0]["parts"] == [
        {"text": PROMPT},
        {"inlineData": {"mimeType": "image/png", "data": b64encode(png).decode()}},
        {"inlineData": {"mimeType": "image/jpeg", "data": b64encode(jpeg).decode()}},
    ]


async def test_google_model_with_one_size_gets_no_size() -> None:
    request = await sent_request(GEMINI, make_request(Size.FOUR_K), spec_by_name("nano-banana-1"))
    assert request.body["generationConfig"]["imageConfig"] == {"aspectRatio": "3:4"}


async def test_recraft_reference_is_a_data_url_without_a_size() -> None:
    png = make_reference("PNG")
    request = await sent_request(RECRAFT, make_request(references=(png,)))
    strength = request.body.pop("strength")
    assert (request.path, 0 < strength < 0.5) == ("/v1/images/imageToImage", True)
    assert request.body == {
        "model": "recraftv4_1",
        "prompt": PROMPT,
        "n": 1,
        "image_url": f"data:image/png;base64,{b64encode(png).decode()}",
        "random_seed": 284_771,
        "response_format": "b64_json",
        "image_format": "png",
    }


async def test_openai_references_are_a_form_without_fidelity() -> None:
    references = (make_reference("PNG"), make_reference("JPEG"), make_reference("WEBP"))
    request = await sent_request(OPENAI, make_request(Size.FOUR_K, "4:5", references))
    assert (request.method, request.path) == ("POST", "/v1/images/edits")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "n": "1",
        "size": "2560x3200",
        "quality": "high",
        "output_format": "png",
    }
    assert [(p.field, p.media_type, p.data) for p in request.pictures] == [
        ("image[]", "image/png", references[0]),
        ("image[]", "image/jpeg", references[1]),
        ("image[]", "image/webp", references[2]),
    ]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
async def test_reference_in_another_colour_mode_is_sent_as_rgb_png(vendor: Vendor) -> None:
    request = await sent_request(vendor, make_request(references=(make_reference("JPEG", "CMYK"),)))
    (data,) = sent_pictures(request)
    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
async def test_invalid_reference_is_rejected_before_sending(vendor: Vendor) -> None:
    server = FakeVendorServer(CannedResponse(vendor.success_body(BASE64)))
    with pytest.raises(InvalidRequest, match="decoded"):
        await draw_all(vendor, server, make_request(references=(PICTURE,)))
    assert server.requests == []


async def test_large_recraft_reference_is_downscaled() -> None:
    request = await sent_request(RECRAFT, make_request(references=(make_reference("JPEG", size=(4200, 5000)),)))
    (data,) = sent_pictures(request)
    with Image.open(BytesIO(data)) as picture:
        assert max(picture.size) < 4096
        assert picture.width * picture.height < 16_000_000
        assert picture.width / picture.height == pytest.approx(0.84, abs=0.001)
    assert len(data) < 10_000_000


async def test_listed_price_includes_references() -> None:
    body = {key: value for key, value in OPENAI.success_body(BASE64).items() if key != "usage"}
    [answer] = await draw_all(
        OPENAI, FakeVendorServer(CannedResponse(body)), make_request(references=(make_reference("PNG"),) * 2)
    )
    assert answer.charge == Charge(OPENAI.spec.price(Size.DRAFT, 2), "listed")


@pytest.mark.parametrize(
    ("vendor", "count"), [(RECRAFT, 2), (OPENAI, 17), (GEMINI, 15)], ids=["recraft", "openai", "gemini"]
)
async def test_too_many_references_are_rejected_before_sending(vendor: Vendor, count: int) -> None:
    server = FakeVendorServer(CannedResponse(vendor.success_body(BASE64)))
    with pytest.raises(InvalidRequest, match="references"):
        await draw_all(vendor, server, make_request(references=(PICTURE,) * count))
    assert server.requests == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("aspect", ASPECTS)
async def test_every_aspect_and_size_of_a_brief_can_be_sent(vendor: Vendor, size: Size, aspect: str) -> None:
    assert (await sent_request(vendor, make_request(size, aspect))).body


@pytest.mark.parametrize(
    ("vendor", "media_type", "request_id", "usd", "seed"),
    [
        (RECRAFT, "image/png", "q-1", "0.035", 284_771),
        (OPENAI, "image/png", "req-1", "0.04225", None),
        (GEMINI, "image/jpeg", "resp-1", "0.03375", 284_771),
    ],
    ids=["recraft", "openai", "gemini"],
)
async def test_success_contains_original_bytes_and_exact_price(
    vendor: Vendor, media_type: str, request_id: str, usd: str, seed: int | None
) -> None:
    headers = {"X-Recraft-Requestid": "q-1", "x-request-id": "req-1"}
    [answer] = await draw_all(
        vendor, FakeVendorServer(CannedResponse(vendor.success_body(BASE64), headers=headers)), make_request()
    )
    assert answer == GenerationResult(PICTURE, media_type, Charge(Decimal(usd), "exact"), request_id, seed)


@pytest.mark.parametrize(
    ("vendor", "unpriced"),
    [(RECRAFT, "credits"), (OPENAI, "usage"), (GEMINI, "usageMetadata")],
    ids=lambda v: str(v)[:8],
)
async def test_response_without_a_price_costs_the_listed_price(vendor: Vendor, unpriced: str) -> None:
    body = {key: value for key, value in vendor.success_body(BASE64).items() if key != unpriced}
    [answer] = await draw_all(vendor, FakeVendorServer(CannedResponse(body)), make_request())
    assert answer.charge == Charge(vendor.spec.prices[Size.DRAFT], "listed")


async def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    [answer] = await draw_all(RECRAFT, FakeVendorServer(CannedResponse(RECRAFT.success_body(BASE64))), make_request())
    assert answer.data == PICTURE


async def test_large_portrait_is_received_completely() -> None:
    large = bytes(range(256)) * 40_000
    [answer] = await draw_all(
        RECRAFT, FakeVendorServer(CannedResponse(RECRAFT.success_body(b64encode(large).decode()))), make_request()
    )
    assert answer.data == large


async def test_openai_tokens_without_details_are_text_in_and_image_out() -> None:
    body = OPENAI.success_body(BASE64) | {"usage": {"input_tokens": 1000, "output_tokens": 2000, "total_tokens": 3000}}
    [answer] = await draw_all(OPENAI, FakeVendorServer(CannedResponse(body)), make_request())
    assert answer.charge == Charge(Decimal("0.065"), "exact")


async def test_openai_tokens_with_details_are_priced_by_kind() -> None:
    usage = {
        "input_tokens": 1500,
        "output_tokens": 2000,
        "input_tokens_details": {"text_tokens": 500, "image_tokens": 1000},
        "output_tokens_details": {"image_tokens": 1900, "text_tokens": 100},
    }
    [answer] = await draw_all(
        OPENAI, FakeVendorServer(CannedResponse(OPENAI.success_body(BASE64) | {"usage": usage})), make_request()
    )
    assert answer.charge == Charge(Decimal("0.0705"), "exact")


async def test_google_thoughts_and_text_are_priced_at_their_own_rate() -> None:
    usage = {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 1220,
        "thoughtsTokenCount": 400,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}, {"modality": "TEXT", "tokenCount": 100}],
    }
    body = GEMINI.success_body(BASE64) | {"usageMetadata": usage}
    [answer] = await draw_all(
        GEMINI, FakeVendorServer(CannedResponse(body)), make_request(), spec=spec_by_name("nano-banana-pro")
    )
    assert answer.charge == Charge(Decimal("0.1424"), "exact")


async def test_last_picture_counts_and_thoughts_are_skipped() -> None:
    parts: list[Json] = [
        {"inlineData": {"mimeType": "image/png", "data": "c2tldGNo"}},
        {"inline_data": {"mimeType": "image/png", "data": BASE64}},
        {"text": "As you wished."},
        {"thought": True, "inlineData": {"mimeType": "image/png", "data": "dGhvdWdodA=="}},
    ]
    body: dict[str, Any] = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
    [answer] = await draw_all(GEMINI, FakeVendorServer(CannedResponse(body)), make_request())
    assert answer.data == PICTURE


def unknown_field_response(field: str) -> CannedResponse:
    """Google's response to an unknown field."""
    message = f"Invalid JSON payload received. Unknown name \"{field}\" at 'generation_config': Cannot find field."
    return CannedResponse({"error": INVALID_ARGUMENT | {"message": message}}, 400)


async def test_other_spelling_is_tried_once_and_remembered() -> None:
    server = FakeVendorServer(unknown_field_response("imageConfig"), CannedResponse(GEMINI.success_body(BASE64)))
    answers = await draw_all(GEMINI, server, make_request(), make_request(Size.FOUR_K))
    configs = [request.body["generationConfig"] for request in server.requests]
    assert [("imageConfig" in c, "responseFormat" in c) for c in configs] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert configs[1]["responseFormat"] == {
        "image": {"aspectRatio": "ASPECT_RATIO_THREE_BY_FOUR", "imageSize": "IMAGE_SIZE_ONE_K"}
    }
    assert [a.data for a in answers] == [PICTURE, PICTURE]


async def test_spelling_can_be_switched_back() -> None:
    success = CannedResponse(GEMINI.success_body(BASE64))
    server = FakeVendorServer(
        unknown_field_response("imageConfig"), success, unknown_field_response("responseFormat"), success
    )
    await draw_all(GEMINI, server, make_request(), make_request(), make_request())
    spellings = ["imageConfig" in request.body["generationConfig"] for request in server.requests]
    assert spellings == [True, False, False, True, True]


async def test_concurrent_calls_both_find_the_other_spelling() -> None:
    success = CannedResponse(GEMINI.success_body(BASE64))
    server = FakeVendorServer(
        unknown_field_response("imageConfig"), replace(unknown_field_response("imageConfig"), delay=0.3), success
    )
    async with server.open() as address:
        http = GEMINI.http(address)
        model = GEMINI.model(GEMINI.spec, http, TIMEOUTS)
        answers = await asyncio.gather(model.generate(make_request()), model.generate(make_request()))
        await http.close()
    assert [a.data for a in answers] == [PICTURE, PICTURE]
    assert len(server.requests) == 4


async def test_two_unknown_spellings_are_a_bad_request() -> None:
    violation = {"fieldViolations": [{"field": "generation_config.image_config", "description": "no"}]}
    first = CannedResponse({"error": INVALID_ARGUMENT | {"details": [violation]}}, 400)
    server = FakeVendorServer(first, unknown_field_response("responseFormat"))
    with pytest.raises(InvalidRequest):
        await draw_all(GEMINI, server, make_request())
    assert len(server.requests) == 2
