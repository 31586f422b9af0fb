"""Faults on demand: the response, and whether it is charged."""

import asyncio
import base64
import io
import time
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.support.practice_models import PracticeModels, decode_picture
from tests.support.time_factor import scaled

# Gemini's refusals: finish reasons of the google-genai SDK (3.4.0), and reasons to block a prompt.
REFUSAL_FINISH_REASONS = (
    "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION", "PUP_LIMITED_DISABLED",
)  # fmt: skip
BLOCK_REASONS = ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
SELF_HOSTED = "Qwen/Qwen-Image"
RECRAFT, OPENAI, GEMINI = "recraftv4_1", "gpt-image-2", "gemini-nano-banana-2.1"


async def generate(practice_models: PracticeModels, model: str) -> httpx.Response:
    if model == RECRAFT:
        return await practice_models.recraft()
    return await (practice_models.openai() if model == OPENAI else practice_models.gemini())


def data_of(model: str, body: dict[str, Any]) -> str:
    """Return the base64 of a response's picture."""
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
async def test_vendor_errors_have_their_own_codes_and_are_free(
    practice_models: PracticeModels, model: str, kind: str, status: int, code: str | None
) -> None:
    await practice_models.set_fault(model, kind)
    answer = await generate(practice_models, model)
    body = answer.json()
    error_code = body["code"] if model == RECRAFT else body["error"]["code" if model == OPENAI else "status"]
    usage = await practice_models.usage()
    assert (answer.status_code, error_code) == (status, code)
    assert [(call["fault"], call["charged"]) for call in usage["calls"]] == [(kind, False)]
    assert usage["total_usd"] == 0


@pytest.mark.parametrize(
    ("spelling", "where", "reason"),
    [
        ("", "finishReason", "IMAGE_SAFETY"),
        ("finishReason.PROHIBITED_CONTENT", "finishReason", "PROHIBITED_CONTENT"),
        *[(reason, "finishReason", reason) for reason in REFUSAL_FINISH_REASONS],
        *[(f"blockReason.{reason}", "blockReason", reason) for reason in BLOCK_REASONS],
    ],
)
async def test_gemini_refuses_with_http_200(
    practice_models: PracticeModels, spelling: str, where: str, reason: str
) -> None:
    await practice_models.set_fault(GEMINI, "refusal", spelling=spelling)
    answer = await practice_models.gemini()
    body = answer.json()
    section = body["candidates"][0] if where == "finishReason" else body["promptFeedback"]
    assert (answer.status_code, section[where]) == (200, reason)
    assert "inlineData" not in answer.text


@pytest.mark.parametrize("reason", ["NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE"])
async def test_gemini_may_finish_without_a_picture(practice_models: PracticeModels, reason: str) -> None:
    await practice_models.set_fault(GEMINI, "no_image", spelling=reason)
    body = (await practice_models.gemini()).json()
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
    practice_models: PracticeModels, spelling: str, stage: str, categories: list[str]
) -> None:
    await practice_models.set_fault(OPENAI, "refusal", spelling=spelling)
    error = (await practice_models.openai()).json()["error"]
    assert error["type"] == "image_generation_user_error"
    assert error["moderation_details"] == {"moderation_stage": stage, "categories": categories}


async def test_an_older_refusal_has_no_details(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(OPENAI, "refusal", spelling="plain")
    assert "moderation_details" not in (await practice_models.openai()).json()["error"]


@pytest.mark.parametrize(
    ("kind", "spelling", "status", "code"),
    [("refusal", "422", 422, "nsfw_content"), ("no_money", "402", 402, "not_enough_credits")],
)
async def test_recraft_errors_have_two_spellings(
    practice_models: PracticeModels, kind: str, spelling: str, status: int, code: str
) -> None:
    await practice_models.set_fault(RECRAFT, kind, spelling=spelling)
    answer = await practice_models.recraft()
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("code", ["billing_hard_limit_reached", "project_spend_limit_exceeded"])
async def test_openai_has_several_codes_for_missing_credit(practice_models: PracticeModels, code: str) -> None:
    await practice_models.set_fault(OPENAI, "no_money", spelling=code)
    assert (await practice_models.openai()).json()["error"]["code"] == code


async def test_rate_limit_contains_retry_after(practice_models: PracticeModels) -> None:
    await practice_models.set_fault("*", "rate_limit", times=0, seconds=7)
    recraft, openai, gemini = [await generate(practice_models, model) for model in (RECRAFT, OPENAI, GEMINI)]
    assert recraft.headers["Retry-After"] == "7"
    assert (openai.headers["retry-after"], openai.headers["retry-after-ms"]) == ("7", "7000")
    assert "Retry-After" not in gemini.headers
    assert gemini.json()["error"]["details"][0]["retryDelay"] == "7s"


@pytest.mark.parametrize(("kind", "charged"), [("cut_before", False), ("cut_during", True), ("cut_after", True)])
async def test_cut_connection_is_charged_once_the_picture_exists(
    practice_models: PracticeModels, kind: str, charged: bool
) -> None:
    await practice_models.set_fault(OPENAI, kind)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice_models.openai()
    assert [(call["outcome"], call["charged"]) for call in (await practice_models.usage())["calls"]] == [
        ("cut", charged)
    ]


async def test_hanging_call_is_free_when_the_client_disconnects(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "hang")
    with pytest.raises(httpx.ReadTimeout):
        await practice_models.http.post(
            "/recraft/v1/images/generations",
            json={"prompt": "anyone"},
            headers={"Authorization": "Bearer practice-key"},
            timeout=0.05,
        )
    async with asyncio.timeout(scaled(5)):
        while (await practice_models.usage())["calls"][0]["outcome"] != "client gone":
            await asyncio.sleep(0.02)
    assert (await practice_models.usage())["total_usd"] == 0


@pytest.mark.parametrize("model", [RECRAFT, OPENAI, GEMINI])
async def test_a_truncated_picture_is_valid_base64_that_does_not_decode(
    practice_models: PracticeModels, model: str
) -> None:
    await practice_models.set_fault(model, "truncated")
    data = data_of(model, (await generate(practice_models, model)).json())
    assert base64.b64decode(data, validate=True)
    with pytest.raises((OSError, SyntaxError)):
        decode_picture(data)


async def test_broken_base64_is_not_base64(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(OPENAI, "broken_base64")
    with pytest.raises(ValueError, match=r"base64|padding"):
        base64.b64decode(data_of(OPENAI, (await practice_models.openai()).json()), validate=True)


async def test_not_an_image_fault_returns_text(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(GEMINI, "not_an_image")
    assert base64.b64decode(data_of(GEMINI, (await practice_models.gemini()).json())).isascii()


async def test_an_enormous_picture_is_small_in_bytes_and_huge_in_pixels(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(OPENAI, "enormous")
    data = base64.b64decode(data_of(OPENAI, (await practice_models.openai()).json()))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (30_000, 30_000)
    assert len(data) < 500_000


@pytest.mark.parametrize(("spelling", "name"), [("", "JPEG"), ("gif", "GIF")])
async def test_wrong_type_fault_sends_another_format(practice_models: PracticeModels, spelling: str, name: str) -> None:
    await practice_models.set_fault(OPENAI, "wrong_type", spelling=spelling)
    answer = (await practice_models.openai()).json()
    assert answer["output_format"] == "png"
    assert Image.open(io.BytesIO(base64.b64decode(answer["data"][0]["b64_json"]))).format == name


@pytest.mark.parametrize(("spelling", "status"), [("", 200), ("502", 502)])
async def test_html_fault_has_status_200_or_the_given_one(
    practice_models: PracticeModels, spelling: str, status: int
) -> None:
    await practice_models.set_fault(RECRAFT, "html", spelling=spelling)
    answer = await practice_models.recraft()
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")


async def test_redirect_fault_points_to_a_private_network(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "redirect", times=2)
    call = await practice_models.recraft()
    by_address = await practice_models.recraft(response_format="url")
    fetched = await practice_models.http.get(by_address.json()["data"][0]["url"])
    assert (call.status_code, by_address.status_code, fetched.status_code) == (307, 200, 307)
    assert call.headers["Location"] == fetched.headers["Location"]
    assert call.headers["Location"].startswith("http://10.")


async def test_drip_fault_is_slow_but_complete(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "drip", seconds=75)  # 0.15 s at this speed
    started_at = time.monotonic()
    answer = await practice_models.recraft()
    assert time.monotonic() - started_at > 0.12
    assert decode_picture(answer.json()["data"][0]["b64_json"]).size == (896, 1216)


async def test_latency_fault_only_delays_the_call(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "latency", seconds=60)  # 0.12 s at this speed
    assert (await practice_models.recraft()).status_code == 200
    assert (await practice_models.usage())["calls"][0]["seconds"] >= 0.12


async def test_a_fault_counts_down_skips_and_is_cleared(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "error_500", times=1, skip=1)
    assert [(await practice_models.recraft()).status_code for _ in range(3)] == [200, 500, 200]
    await practice_models.set_fault(RECRAFT, "error_500", times=0)
    assert (await practice_models.recraft()).status_code == 500
    await practice_models.set_fault(RECRAFT, "none")
    assert (await practice_models.recraft()).status_code == 200


async def test_seeded_fault_probability_is_reproducible(practice_models: PracticeModels) -> None:
    async def run() -> list[int]:
        await practice_models.set_fault(SELF_HOSTED, "error_503", times=0, probability=0.5, seed=11)
        return [(await practice_models.self_hosted(size="64x64")).status_code for _ in range(6)]

    first = await run()
    assert await run() == first
    assert set(first) == {200, 503}
