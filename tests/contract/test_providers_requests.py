"""What each vendor is sent for one portrait, and what is made of a good answer."""

import asyncio
from base64 import b64decode, b64encode
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.brief import ASPECTS
from bot.budget import Charge
from bot.catalogue import ModelFacts, Size
from bot.errors import BadRequest
from bot.ports import Answer, Ask
from providers.registry import MODELS
from tests.contract.vendor_cases import (
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
    an_ask,
)
from tests.contract.vendor_desk import Asked, Canned, Desk

WITHIN = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
LIMITED: Json = {"code": 400, "message": "x", "status": "INVALID_ARGUMENT"}


async def drawn(vendor: Vendor, desk: Desk, *asks: Ask, facts: ModelFacts | None = None) -> list[Answer]:
    """What one model answers to `asks`, one after another."""
    async with desk.open() as address:
        http = vendor.http(address)
        model = vendor.model(facts or vendor.facts, http, WITHIN)
        try:
            return [await model.draw(ask) for ask in asks]
        finally:
            await http.close()


async def sent(vendor: Vendor, ask: Ask, facts: ModelFacts | None = None) -> Asked:
    desk = Desk(Canned(vendor.good(BASE64)))
    await drawn(vendor, desk, ask, facts=facts)
    assert len(desk.asked) == 1
    return desk.asked[0]


def a_reference(kind: str, mode: str = "RGB", size: tuple[int, int] = (90, 120)) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind)
    return out.getvalue()


def sent_pictures(asked: Asked) -> list[bytes]:
    """The pictures of a request, in whichever way its vendor wants them."""
    if asked.pictures:
        return [picture.data for picture in asked.pictures]
    if "image_url" in asked.body:
        return [b64decode(asked.body["image_url"].partition(",")[2])]
    return [b64decode(part["inlineData"]["data"]) for part in asked.body["contents"][0]["parts"][1:]]


def model(name: str) -> ModelFacts:
    return next(m for m in MODELS if m.name == name)


async def test_recraft_is_sent_a_ratio_a_seed_and_the_wish_for_a_png_in_base64() -> None:
    asked = await sent(RECRAFT, an_ask())
    assert (asked.method, asked.path) == ("POST", "/v1/images/generations")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "recraftv4_1",
        "prompt": PROMPT,
        "n": 1,
        "size": "3:4",
        "random_seed": 284_771,
        "response_format": "b64_json",
        "image_format": "png",
    }


async def test_openai_is_sent_pixels_and_a_quality_and_nothing_it_does_not_know() -> None:
    asked = await sent(OPENAI, an_ask())
    assert (asked.method, asked.path) == ("POST", "/v1/images/generations")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "n": 1,
        "size": "1152x1536",
        "quality": "medium",
        "output_format": "png",
    }
    large = await sent(OPENAI, an_ask(Size.FOUR_K, "9:16"), model("gpt-image-2.5"))
    assert (large.body["model"], large.body["size"], large.body["quality"]) == (
        "gpt-image-2.5-flare",
        "2160x3840",
        "high",
    )


async def test_google_is_sent_image_config_and_the_key_in_a_header_never_in_the_address() -> None:
    asked = await sent(GEMINI, an_ask(Size.FOUR_K, "4:5"), model("nano-banana-pro"))
    assert (asked.method, asked.path) == ("POST", "/v1/models/gemini-3-pro-image:generateContent")
    assert asked.headers["x-goog-api-key"] == KEY
    assert asked.body == {
        "contents": [{"role": "user", "parts": [{"text": PROMPT}]}],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "seed": 284_771,
            "imageConfig": {"aspectRatio": "4:5", "imageSize": "4K"},
        },
    }


async def test_google_is_sent_references_as_parts_with_the_type_of_their_bytes() -> None:
    png, jpeg = a_reference("PNG"), a_reference("JPEG")
    asked = await sent(GEMINI, an_ask(references=(png, jpeg)))
    assert asked.body["contents"][0]["parts"] == [
        {"text": PROMPT},
        {"inlineData": {"mimeType": "image/png", "data": b64encode(png).decode()}},
        {"inlineData": {"mimeType": "image/jpeg", "data": b64encode(jpeg).decode()}},
    ]


async def test_googles_model_of_one_size_is_not_sent_any() -> None:
    asked = await sent(GEMINI, an_ask(Size.FOUR_K), model("nano-banana-1"))
    assert asked.body["generationConfig"]["imageConfig"] == {"aspectRatio": "3:4"}


async def test_recraft_is_sent_one_reference_as_a_data_url_without_a_size() -> None:
    png = a_reference("PNG")
    asked = await sent(RECRAFT, an_ask(references=(png,)))
    strength = asked.body.pop("strength")
    assert (asked.path, 0 < strength < 0.5) == ("/v1/images/imageToImage", True)
    assert asked.body == {
        "model": "recraftv4_1",
        "prompt": PROMPT,
        "n": 1,
        "image_url": f"data:image/png;base64,{b64encode(png).decode()}",
        "random_seed": 284_771,
        "response_format": "b64_json",
        "image_format": "png",
    }


async def test_openai_is_sent_references_as_a_form_and_never_a_fidelity() -> None:
    references = (a_reference("PNG"), a_reference("JPEG"), a_reference("WEBP"))
    asked = await sent(OPENAI, an_ask(Size.FOUR_K, "4:5", references))
    assert (asked.method, asked.path) == ("POST", "/v1/images/edits")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "n": "1",
        "size": "2560x3200",
        "quality": "high",
        "output_format": "png",
    }
    assert [(p.field, p.media_type, p.data) for p in asked.pictures] == [
        ("image[]", "image/png", references[0]),
        ("image[]", "image/jpeg", references[1]),
        ("image[]", "image/webp", references[2]),
    ]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
async def test_a_reference_in_an_odd_colour_mode_goes_as_an_rgb_png(vendor: Vendor) -> None:
    asked = await sent(vendor, an_ask(references=(a_reference("JPEG", "CMYK"),)))
    (data,) = sent_pictures(asked)
    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
async def test_a_reference_that_is_no_picture_is_refused_before_anything_is_sent(vendor: Vendor) -> None:
    desk = Desk(Canned(vendor.good(BASE64)))
    with pytest.raises(BadRequest, match="decoded"):
        await drawn(vendor, desk, an_ask(references=(PICTURE,)))
    assert desk.asked == []


async def test_a_reference_too_large_for_recraft_is_shrunk_below_its_limits() -> None:
    asked = await sent(RECRAFT, an_ask(references=(a_reference("JPEG", size=(4200, 5000)),)))
    (data,) = sent_pictures(asked)
    with Image.open(BytesIO(data)) as picture:
        assert max(picture.size) < 4096
        assert picture.width * picture.height < 16_000_000
        assert picture.width / picture.height == pytest.approx(0.84, abs=0.001)
    assert len(data) < 10_000_000


async def test_an_answer_without_a_price_lists_its_references_too() -> None:
    body = {key: value for key, value in OPENAI.good(BASE64).items() if key != "usage"}
    [answer] = await drawn(OPENAI, Desk(Canned(body)), an_ask(references=(a_reference("PNG"),) * 2))
    assert answer.charge == Charge(OPENAI.facts.price(Size.DRAFT, 2), "listed")


@pytest.mark.parametrize(
    ("vendor", "count"), [(RECRAFT, 2), (OPENAI, 17), (GEMINI, 15)], ids=["recraft", "openai", "gemini"]
)
async def test_more_references_than_a_model_takes_are_refused_before_anything_is_sent(
    vendor: Vendor, count: int
) -> None:
    desk = Desk(Canned(vendor.good(BASE64)))
    with pytest.raises(BadRequest, match="references"):
        await drawn(vendor, desk, an_ask(references=(PICTURE,) * count))
    assert desk.asked == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("aspect", ASPECTS)
async def test_every_aspect_and_size_a_brief_may_wish_for_can_be_sent(vendor: Vendor, size: Size, aspect: str) -> None:
    assert (await sent(vendor, an_ask(size, aspect))).body


@pytest.mark.parametrize(
    ("vendor", "media_type", "request_id", "usd", "seed"),
    [
        (RECRAFT, "image/png", "q-1", "0.035", 284_771),
        (OPENAI, "image/png", "req-1", "0.04225", None),
        (GEMINI, "image/jpeg", "resp-1", "0.03375", 284_771),
    ],
    ids=["recraft", "openai", "gemini"],
)
async def test_a_good_answer_is_the_original_bytes_with_their_exact_price(
    vendor: Vendor, media_type: str, request_id: str, usd: str, seed: int | None
) -> None:
    headers = {"X-Recraft-Requestid": "q-1", "x-request-id": "req-1"}
    [answer] = await drawn(vendor, Desk(Canned(vendor.good(BASE64), headers=headers)), an_ask())
    assert answer == Answer(PICTURE, media_type, Charge(Decimal(usd), "exact"), request_id, seed)


@pytest.mark.parametrize(
    ("vendor", "unpriced"),
    [(RECRAFT, "credits"), (OPENAI, "usage"), (GEMINI, "usageMetadata")],
    ids=lambda v: str(v)[:8],
)
async def test_an_answer_without_a_price_costs_what_the_list_says(vendor: Vendor, unpriced: str) -> None:
    body = {key: value for key, value in vendor.good(BASE64).items() if key != unpriced}
    [answer] = await drawn(vendor, Desk(Canned(body)), an_ask())
    assert answer.charge == Charge(vendor.facts.prices[Size.DRAFT], "listed")


async def test_a_proxy_in_the_environment_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    [answer] = await drawn(RECRAFT, Desk(Canned(RECRAFT.good(BASE64))), an_ask())
    assert answer.data == PICTURE


async def test_a_large_portrait_comes_through_whole() -> None:
    large = bytes(range(256)) * 40_000
    [answer] = await drawn(RECRAFT, Desk(Canned(RECRAFT.good(b64encode(large).decode()))), an_ask())
    assert answer.data == large


async def test_openai_tokens_without_details_are_priced_as_words_in_and_picture_out() -> None:
    body = OPENAI.good(BASE64) | {"usage": {"input_tokens": 1000, "output_tokens": 2000, "total_tokens": 3000}}
    [answer] = await drawn(OPENAI, Desk(Canned(body)), an_ask())
    assert answer.charge == Charge(Decimal("0.065"), "exact")


async def test_openai_tokens_with_details_are_priced_each_by_its_kind() -> None:
    usage = {
        "input_tokens": 1500,
        "output_tokens": 2000,
        "input_tokens_details": {"text_tokens": 500, "image_tokens": 1000},
        "output_tokens_details": {"image_tokens": 1900, "text_tokens": 100},
    }
    [answer] = await drawn(OPENAI, Desk(Canned(OPENAI.good(BASE64) | {"usage": usage})), an_ask())
    assert answer.charge == Charge(Decimal("0.0705"), "exact")


async def test_thinking_and_words_beside_the_picture_are_priced_at_their_own_rate() -> None:
    usage = {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 1220,
        "thoughtsTokenCount": 400,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}, {"modality": "TEXT", "tokenCount": 100}],
    }
    body = GEMINI.good(BASE64) | {"usageMetadata": usage}
    [answer] = await drawn(GEMINI, Desk(Canned(body)), an_ask(), facts=model("nano-banana-pro"))
    assert answer.charge == Charge(Decimal("0.1424"), "exact")


async def test_the_last_picture_counts_and_sketches_among_the_thoughts_do_not() -> None:
    parts: list[Json] = [
        {"inlineData": {"mimeType": "image/png", "data": "c2tldGNo"}},
        {"inline_data": {"mimeType": "image/png", "data": BASE64}},
        {"text": "As you wished."},
        {"thought": True, "inlineData": {"mimeType": "image/png", "data": "dGhvdWdodA=="}},
    ]
    body: dict[str, Any] = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
    [answer] = await drawn(GEMINI, Desk(Canned(body)), an_ask())
    assert answer.data == PICTURE


def unknown(field: str) -> Canned:
    """Google's answer to a field it does not know."""
    message = f"Invalid JSON payload received. Unknown name \"{field}\" at 'generation_config': Cannot find field."
    return Canned({"error": LIMITED | {"message": message}}, 400)


async def test_where_image_config_is_not_known_the_other_spelling_is_tried_once_and_remembered() -> None:
    desk = Desk(unknown("imageConfig"), Canned(GEMINI.good(BASE64)))
    answers = await drawn(GEMINI, desk, an_ask(), an_ask(Size.FOUR_K))
    configs = [asked.body["generationConfig"] for asked in desk.asked]
    assert [("imageConfig" in c, "responseFormat" in c) for c in configs] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert configs[1]["responseFormat"] == {
        "image": {"aspectRatio": "ASPECT_RATIO_THREE_BY_FOUR", "imageSize": "IMAGE_SIZE_ONE_K"}
    }
    assert [a.data for a in answers] == [PICTURE, PICTURE]


async def test_a_spelling_that_is_forgotten_later_is_changed_back() -> None:
    good = Canned(GEMINI.good(BASE64))
    desk = Desk(unknown("imageConfig"), good, unknown("responseFormat"), good)
    await drawn(GEMINI, desk, an_ask(), an_ask(), an_ask())
    spellings = ["imageConfig" in asked.body["generationConfig"] for asked in desk.asked]
    assert spellings == [True, False, False, True, True]


async def test_a_draw_finds_the_other_spelling_though_another_found_it_meanwhile() -> None:
    good = Canned(GEMINI.good(BASE64))
    desk = Desk(unknown("imageConfig"), replace(unknown("imageConfig"), after=0.3), good)
    async with desk.open() as address:
        http = GEMINI.http(address)
        model = GEMINI.model(GEMINI.facts, http, WITHIN)
        answers = await asyncio.gather(model.draw(an_ask()), model.draw(an_ask()))
        await http.close()
    assert [a.data for a in answers] == [PICTURE, PICTURE]
    assert len(desk.asked) == 4


async def test_neither_spelling_known_is_a_bad_request_after_two_tries() -> None:
    violation = {"fieldViolations": [{"field": "generation_config.image_config", "description": "no"}]}
    first = Canned({"error": LIMITED | {"details": [violation]}}, 400)
    desk = Desk(first, unknown("responseFormat"))
    with pytest.raises(BadRequest):
        await drawn(GEMINI, desk, an_ask())
    assert len(desk.asked) == 2
