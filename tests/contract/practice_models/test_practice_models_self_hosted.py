"""A self-hosted server, called with a plain HTTP client."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.support.practice_models import BEARER, PracticeModels, decode_picture

MODEL = "Qwen/Qwen-Image"


async def set_quirks(practice_models: PracticeModels, **quirks: Any) -> None:
    answer = await practice_models.http.post("/control/own", json=quirks)
    assert answer.status_code == 200, answer.text


async def test_picture_is_base64_on_request(practice_models: PracticeModels) -> None:
    answer = (
        await practice_models.self_hosted(response_format="b64_json", model=MODEL, seed=3, num_inference_steps=9)
    ).json()
    assert decode_picture(answer["data"][0]["b64_json"]).size == (320, 448)
    assert "usage" not in answer
    assert (await practice_models.usage(MODEL))["calls"][0]["price_usd"] == 0


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("absolute", "http://127.0.0.1:"),
        ("relative", "/own/files/"),
        ("data", "data:image/png;base64,"),
        ("private", "http://10."),
    ],
)
async def test_picture_url_has_the_configured_form(practice_models: PracticeModels, url: str, start: str) -> None:
    await set_quirks(practice_models, url=url)
    address = (await practice_models.self_hosted()).json()["data"][0]["url"]
    assert address.startswith(start)
    if url == "data":
        assert decode_picture(address.partition(",")[2]).size == (320, 448)
    if url in ("absolute", "relative"):
        fetched = await practice_models.http.get(address)
        assert Image.open(io.BytesIO(fetched.content)).size == (320, 448)


async def test_server_without_response_format_returns_base64(practice_models: PracticeModels) -> None:
    await set_quirks(practice_models, response_format="rejected")
    rejected = await practice_models.self_hosted(response_format="b64_json")
    assert (rejected.status_code, "response_format" in rejected.text) == (400, True)
    assert base64.b64decode((await practice_models.self_hosted()).json()["data"][0]["b64_json"])[:4] == b"\x89PNG"


async def test_server_may_ignore_size_and_allow_one_picture_per_call(practice_models: PracticeModels) -> None:
    await set_quirks(practice_models, size="ignored", most=1)
    answer = await practice_models.self_hosted(response_format="b64_json")
    assert decode_picture(answer.json()["data"][0]["b64_json"]).size == (1024, 1024)
    assert (await practice_models.self_hosted(n=2)).status_code == 400


@pytest.mark.parametrize(
    ("shape", "where"),
    [("object", ("error", "message")), ("string", ("error",)), ("detail", ("detail",)), ("message", ("message",))],
)
async def test_errors_have_the_configured_shape(
    practice_models: PracticeModels, shape: str, where: tuple[str, ...]
) -> None:
    await set_quirks(practice_models, errors=shape)
    await practice_models.set_fault(MODEL, "error_503")
    for status, answer in (
        (503, await practice_models.self_hosted()),
        (400, await practice_models.self_hosted(size="tall")),
    ):
        message: Any = answer.json()
        for key in where:
            message = message[key]
        assert (answer.status_code, type(message)) == (status, str)


@pytest.mark.parametrize(
    ("kind", "spelling", "status"),
    [
        ("refusal", "", 400),
        ("refusal", "empty", 200),
        ("no_image", "", 200),
        ("rate_limit", "", 429),
        ("no_money", "", 402),
        ("bad_key", "", 401),
        ("retired", "", 404),
        ("bad_request", "", 400),
        ("error_500", "", 500),
    ],
)
async def test_every_fault_has_a_response(
    practice_models: PracticeModels, kind: str, spelling: str, status: int
) -> None:
    await practice_models.set_fault(MODEL, kind, spelling=spelling)
    answer = await practice_models.self_hosted()
    assert answer.status_code == status
    assert (answer.json().get("data") == []) == (status == 200)


async def test_key_is_optional_unless_required_and_never_wrong(practice_models: PracticeModels) -> None:
    async def status(headers: dict[str, str]) -> int:
        return (await practice_models.http.get("/own/v1/models", headers=headers)).status_code

    wrong = {"Authorization": "Bearer sk-live"}
    assert [await status({}), await status(BEARER), await status(wrong)] == [200, 200, 401]
    await set_quirks(practice_models, auth="required")
    assert [await status({}), await status(BEARER)] == [401, 200]


@pytest.mark.parametrize("fields", [{"size": "100x100"}, {"size": "4096x64"}, {"n": 0}, {"prompt": ""}, {"n": "two"}])
async def test_invalid_request_is_rejected(practice_models: PracticeModels, fields: dict[str, Any]) -> None:
    assert (await practice_models.self_hosted(**fields)).status_code == 400
    assert (await practice_models.usage())["calls"] == []


async def test_unknown_model_is_not_found(practice_models: PracticeModels) -> None:
    listed = (await practice_models.http.get("/own/v1/models")).json()["data"]
    assert [model["id"] for model in listed] == [MODEL]
    assert (await practice_models.self_hosted(model="gpt-image-2")).status_code == 404


@pytest.mark.parametrize("habits", [{"url": "sideways"}, {"mood": "good"}, {"most": 0}])
async def test_unknown_quirk_is_rejected(practice_models: PracticeModels, habits: dict[str, Any]) -> None:
    answer = await practice_models.http.post("/control/own", json=habits)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_habit")
    assert (await practice_models.http.get("/control/own")).json()["url"] == "absolute"
