"""Faults on demand: what arrives, and who pays."""

import asyncio
import base64
import io
import time
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.contract.practice_models.studio import Practice, picture

# Gemini's refusals: finish reasons of the google-genai SDK (3.4.0), and reasons to block a prompt.
FINISHES = (
    "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION", "PUP_LIMITED_DISABLED",
)  # fmt: skip
BLOCKS = ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
OWN = "Qwen/Qwen-Image"
RECRAFT, OPENAI, GEMINI = "recraftv4_1", "gpt-image-2", "gemini-nano-banana-2.1"


async def ask(practice: Practice, model: str) -> httpx.Response:
    if model == RECRAFT:
        return await practice.recraft()
    return await (practice.openai() if model == OPENAI else practice.gemini())


def data_of(model: str, body: dict[str, Any]) -> str:
    """The base64 of an answer's picture."""
    data: str = body["data"][0]["b64_json"] if model != GEMINI else _inline(body)["data"]
    return data


def _inline(body: dict[str, Any]) -> dict[str, Any]:
    inline: dict[str, Any] = body["candidates"][0]["content"]["parts"][-1]["inlineData"]
    return inline


@pytest.mark.parametrize(
    ("model", "kind", "status", "code"),
    [
        (RECRAFT, "refusal", 400, "content_moderation"),
        (RECRAFT, "rate_limit", 429, "too_many_requests"),
        (RECRAFT, "no_money", 400, "not_enough_credits"),
        (RECRAFT, "bad_key", 401, "unauthorized"),
        (RECRAFT, "retired", 404, "model_not_found"),
        (RECRAFT, "bad_request", 400, "invalid_request"),
        (RECRAFT, "error_500", 500, "internal_error"),
        (RECRAFT, "error_503", 503, "service_unavailable"),
        (OPENAI, "refusal", 400, "moderation_blocked"),
        (OPENAI, "rate_limit", 429, "rate_limit_exceeded"),
        (OPENAI, "no_money", 429, "insufficient_quota"),
        (OPENAI, "bad_key", 401, "invalid_api_key"),
        (OPENAI, "retired", 404, "model_not_found"),
        (OPENAI, "bad_request", 400, "invalid_value"),
        (OPENAI, "error_500", 500, None),
        (OPENAI, "error_503", 503, None),
        (GEMINI, "rate_limit", 429, "RESOURCE_EXHAUSTED"),
        (GEMINI, "no_money", 429, "RESOURCE_EXHAUSTED"),
        (GEMINI, "bad_key", 400, "INVALID_ARGUMENT"),
        (GEMINI, "retired", 404, "NOT_FOUND"),
        (GEMINI, "bad_request", 400, "INVALID_ARGUMENT"),
        (GEMINI, "error_500", 500, "INTERNAL"),
        (GEMINI, "error_503", 503, "UNAVAILABLE"),
    ],
)
async def test_each_vendor_says_no_in_its_own_words_and_charges_nothing(
    practice: Practice, model: str, kind: str, status: int, code: str | None
) -> None:
    await practice.fault(model, kind)
    answer = await ask(practice, model)
    body = answer.json()
    said = body["code"] if model == RECRAFT else body["error"]["code" if model == OPENAI else "status"]
    bill = await practice.bill()
    assert (answer.status_code, said) == (status, code)
    assert [(call["fault"], call["charged"]) for call in bill["calls"]] == [(kind, False)]
    assert bill["total_usd"] == 0


@pytest.mark.parametrize(
    ("spelling", "where", "reason"),
    [
        ("", "finishReason", "IMAGE_SAFETY"),
        ("finishReason.PROHIBITED_CONTENT", "finishReason", "PROHIBITED_CONTENT"),
        *[(reason, "finishReason", reason) for reason in FINISHES],
        *[(f"blockReason.{reason}", "blockReason", reason) for reason in BLOCKS],
    ],
)
async def test_gemini_refuses_with_http_200(practice: Practice, spelling: str, where: str, reason: str) -> None:
    await practice.fault(GEMINI, "refusal", spelling=spelling)
    answer = await practice.gemini()
    body = answer.json()
    said = body["candidates"][0] if where == "finishReason" else body["promptFeedback"]
    assert (answer.status_code, said[where]) == (200, reason)
    assert "inlineData" not in answer.text


@pytest.mark.parametrize("reason", ["NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE"])
async def test_gemini_may_end_without_a_picture(practice: Practice, reason: str) -> None:
    await practice.fault(GEMINI, "no_image", spelling=reason)
    body = (await practice.gemini()).json()
    assert body["candidates"][0]["finishReason"] == reason
    assert "parts" not in body["candidates"][0]["content"]


@pytest.mark.parametrize(
    ("spelling", "stage", "categories"),
    [
        ("", "input", ["violence"]),
        ("output:sexual,self-harm", "output", ["sexual", "self-harm"]),
        ("unknown", "unknown", ["violence"]),
    ],
)
async def test_openai_names_stage_and_categories_of_a_refusal(
    practice: Practice, spelling: str, stage: str, categories: list[str]
) -> None:
    await practice.fault(OPENAI, "refusal", spelling=spelling)
    error = (await practice.openai()).json()["error"]
    assert error["type"] == "image_generation_user_error"
    assert error["moderation_details"] == {"moderation_stage": stage, "categories": categories}


async def test_an_older_refusal_has_no_details(practice: Practice) -> None:
    await practice.fault(OPENAI, "refusal", spelling="plain")
    assert "moderation_details" not in (await practice.openai()).json()["error"]


@pytest.mark.parametrize(
    ("kind", "spelling", "status", "code"),
    [("refusal", "422", 422, "nsfw_content"), ("no_money", "402", 402, "not_enough_credits")],
)
async def test_recraft_publishes_no_errors_so_each_has_two_spellings(
    practice: Practice, kind: str, spelling: str, status: int, code: str
) -> None:
    await practice.fault(RECRAFT, kind, spelling=spelling)
    answer = await practice.recraft()
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("code", ["billing_hard_limit_reached", "project_spend_limit_exceeded"])
async def test_openai_has_several_words_for_no_money(practice: Practice, code: str) -> None:
    await practice.fault(OPENAI, "no_money", spelling=code)
    assert (await practice.openai()).json()["error"]["code"] == code


async def test_a_rate_limit_says_when_to_come_back(practice: Practice) -> None:
    await practice.fault("*", "rate_limit", times=0, seconds=7)
    recraft, openai, gemini = [await ask(practice, model) for model in (RECRAFT, OPENAI, GEMINI)]
    assert recraft.headers["Retry-After"] == "7"
    assert (openai.headers["retry-after"], openai.headers["retry-after-ms"]) == ("7", "7000")
    assert "Retry-After" not in gemini.headers
    assert gemini.json()["error"]["details"][0]["retryDelay"] == "7s"


@pytest.mark.parametrize(("kind", "charged"), [("cut_before", False), ("cut_during", True), ("cut_after", True)])
async def test_a_cut_connection_is_charged_once_the_picture_is_drawn(
    practice: Practice, kind: str, charged: bool
) -> None:
    await practice.fault(OPENAI, kind)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice.openai()
    assert [(call["outcome"], call["charged"]) for call in (await practice.bill())["calls"]] == [("cut", charged)]


async def test_a_hanging_call_ends_when_the_client_leaves_and_costs_nothing(practice: Practice) -> None:
    await practice.fault(RECRAFT, "hang")
    with pytest.raises(httpx.ReadTimeout):
        await practice.http.post(
            "/recraft/v1/images/generations",
            json={"prompt": "anyone"},
            headers={"Authorization": "Bearer practice-key"},
            timeout=0.05,
        )
    async with asyncio.timeout(5):
        while (await practice.bill())["calls"][0]["outcome"] != "client gone":
            await asyncio.sleep(0.02)
    assert (await practice.bill())["total_usd"] == 0


@pytest.mark.parametrize("model", [RECRAFT, OPENAI, GEMINI])
async def test_a_truncated_picture_is_valid_base64_that_does_not_decode(practice: Practice, model: str) -> None:
    await practice.fault(model, "truncated")
    data = data_of(model, (await ask(practice, model)).json())
    assert base64.b64decode(data, validate=True)
    with pytest.raises((OSError, SyntaxError)):
        picture(data)


async def test_broken_base64_is_not_base64(practice: Practice) -> None:
    await practice.fault(OPENAI, "broken_base64")
    with pytest.raises(ValueError, match=r"base64|padding"):
        base64.b64decode(data_of(OPENAI, (await practice.openai()).json()), validate=True)


async def test_not_an_image_is_words(practice: Practice) -> None:
    await practice.fault(GEMINI, "not_an_image")
    assert base64.b64decode(data_of(GEMINI, (await practice.gemini()).json())).isascii()


async def test_an_enormous_picture_is_small_in_bytes_and_huge_in_pixels(practice: Practice) -> None:
    await practice.fault(OPENAI, "enormous")
    data = base64.b64decode(data_of(OPENAI, (await practice.openai()).json()))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (30_000, 30_000)
    assert len(data) < 500_000


@pytest.mark.parametrize(("spelling", "name"), [("", "JPEG"), ("gif", "GIF")])
async def test_a_wrong_type_claims_one_and_sends_another(practice: Practice, spelling: str, name: str) -> None:
    await practice.fault(OPENAI, "wrong_type", spelling=spelling)
    answer = (await practice.openai()).json()
    assert answer["output_format"] == "png"
    assert Image.open(io.BytesIO(base64.b64decode(answer["data"][0]["b64_json"]))).format == name


@pytest.mark.parametrize(("spelling", "status"), [("", 200), ("502", 502)])
async def test_an_html_page_comes_with_status_200_or_the_one_spelled(
    practice: Practice, spelling: str, status: int
) -> None:
    await practice.fault(RECRAFT, "html", spelling=spelling)
    answer = await practice.recraft()
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")


async def test_a_redirect_points_into_a_private_network(practice: Practice) -> None:
    await practice.fault(RECRAFT, "redirect", times=2)
    call = await practice.recraft()
    by_address = await practice.recraft(response_format="url")
    fetched = await practice.http.get(by_address.json()["data"][0]["url"])
    assert (call.status_code, by_address.status_code, fetched.status_code) == (307, 200, 307)
    assert call.headers["Location"] == fetched.headers["Location"]
    assert call.headers["Location"].startswith("http://10.")


async def test_a_drip_takes_its_time_and_arrives_whole(practice: Practice) -> None:
    await practice.fault(RECRAFT, "drip", seconds=75)  # 0.15 s at this speed
    began = time.monotonic()
    answer = await practice.recraft()
    assert time.monotonic() - began > 0.12
    assert picture(answer.json()["data"][0]["b64_json"]).size == (896, 1216)


async def test_latency_makes_a_call_slow_and_nothing_else(practice: Practice) -> None:
    await practice.fault(RECRAFT, "latency", seconds=60)  # 0.12 s at this speed
    assert (await practice.recraft()).status_code == 200
    assert (await practice.bill())["calls"][0]["seconds"] >= 0.12


async def test_a_fault_counts_down_skips_and_is_cleared(practice: Practice) -> None:
    await practice.fault(RECRAFT, "error_500", times=1, skip=1)
    assert [(await practice.recraft()).status_code for _ in range(3)] == [200, 500, 200]
    await practice.fault(RECRAFT, "error_500", times=0)
    assert (await practice.recraft()).status_code == 500
    await practice.fault(RECRAFT, "none")
    assert (await practice.recraft()).status_code == 200


async def test_chance_with_a_seed_strikes_the_same_calls_again(practice: Practice) -> None:
    async def run() -> list[int]:
        await practice.fault(OWN, "error_503", times=0, probability=0.5, seed=11)
        return [(await practice.own(size="64x64")).status_code for _ in range(6)]

    first = await run()
    assert await run() == first
    assert set(first) == {200, 503}
