"""OpenAI's Images API, called with a plain HTTP client."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.support.practice_models import BEARER, PROMPT, PracticeModels, decode_picture, make_png, mean_colour


async def test_portrait_has_the_exact_size_and_usage_matches_its_price(practice_models: PracticeModels) -> None:
    answer = (await practice_models.openai(size="656x1008", quality="high")).json()
    usage = answer["usage"]
    assert decode_picture(answer["data"][0]["b64_json"]).size == (656, 1008)
    assert (answer["size"], answer["quality"], answer["output_format"]) == ("656x1008", "high", "png")
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    cost = usage["input_tokens"] * 5e-6 + usage["output_tokens"] * 30e-6
    assert cost == pytest.approx((await practice_models.usage())["total_usd"])
    assert 0.16 < cost < 0.18


@pytest.mark.parametrize(("kind", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
async def test_output_format_matches_the_bytes(practice_models: PracticeModels, kind: str, name: str) -> None:
    answer = (await practice_models.openai(output_format=kind)).json()
    assert decode_picture(answer["data"][0]["b64_json"]).format == name
    assert "url" not in answer["data"][0]


async def test_identical_calls_give_different_faces(practice_models: PracticeModels) -> None:
    one, other = [(await practice_models.openai()).json()["data"][0]["b64_json"] for _ in range(2)]
    assert one != other


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"seed": 4}, "seed", "unknown_parameter"),
        ({"negative_prompt": "blur"}, "negative_prompt", "unknown_parameter"),
        ({"response_format": "b64_json"}, "response_format", "unknown_parameter"),
        ({"style": "vivid"}, "style", "unknown_parameter"),
        ({"input_fidelity": "high"}, "input_fidelity", "unknown_parameter"),
        ({"prompt": None}, "prompt", "missing_required_parameter"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
        ({"n": 11}, "n", "invalid_value"),
        ({"quality": "max"}, "quality", "invalid_value"),
        ({"quality": "best"}, "quality", "invalid_value"),
        ({"size": "1000x1500"}, "size", "invalid_value"),
        ({"size": "4096x4096"}, "size", "invalid_value"),
        ({"size": "640x2560"}, "size", "invalid_value"),
        ({"size": "512x512"}, "size", "invalid_value"),
        ({"size": "3:4"}, "size", "invalid_value"),
        ({"output_compression": 80}, "output_compression", "invalid_value"),
    ],
)
async def test_a_bad_field_is_named_in_the_error(
    practice_models: PracticeModels, fields: dict[str, Any], param: str, code: str
) -> None:
    answer = await practice_models.openai(**fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, param, code)
    assert error["type"] == "invalid_request_error"
    assert answer.headers["x-request-id"]
    assert (await practice_models.usage())["calls"] == []


async def test_newer_models_accept_more_qualities(practice_models: PracticeModels) -> None:
    answer = await practice_models.openai(model="gpt-image-2.5-flare", quality="xhigh")
    assert answer.status_code == 200
    assert (await practice_models.usage())["total_usd"] == pytest.approx(0.074, abs=0.001)


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-3", "gpt-image-9"])
async def test_a_retired_model_is_not_found(practice_models: PracticeModels, model: str) -> None:
    answer = await practice_models.openai(model=model)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


async def edit(practice_models: PracticeModels, pictures: list[bytes], **fields: str) -> httpx.Response:
    files = [("image[]", (f"{number}.png", data, "image/png")) for number, data in enumerate(pictures)]
    body = {"model": "gpt-image-2", "prompt": PROMPT, "size": "640x1024", "quality": "low", **fields}
    return await practice_models.http.post("/openai/v1/images/edits", data=body, files=files, headers=BEARER)


async def test_edit_keeps_the_reference_face(practice_models: PracticeModels) -> None:
    answer = await edit(practice_models, [make_png(colour=(40, 40, 200)), make_png()])
    red, _, blue = mean_colour(decode_picture(answer.json()["data"][0]["b64_json"]))
    assert blue > 3 * red
    assert answer.json()["usage"]["input_tokens_details"]["image_tokens"] > 0


async def test_large_references_are_accepted(practice_models: PracticeModels) -> None:
    large = io.BytesIO()
    Image.new("RGB", (2600, 2600)).save(large, "PNG", compress_level=0)
    answer = await edit(practice_models, [large.getvalue()])
    assert large.tell() > 20_000_000
    assert answer.status_code == 200


async def test_edit_rejects_input_fidelity_and_invalid_pictures(practice_models: PracticeModels) -> None:
    fidelity = await edit(practice_models, [make_png()], input_fidelity="high")
    broken = await edit(practice_models, [make_png(), b"no picture"])
    none = await practice_models.http.post("/openai/v1/images/edits", json={"prompt": PROMPT}, headers=BEARER)
    assert fidelity.json()["error"]["code"] == "invalid_input_fidelity_model"
    assert broken.json()["error"]["code"] == "invalid_image_file"
    assert "image 2" in broken.json()["error"]["message"]
    assert (fidelity.status_code, broken.status_code, none.status_code) == (400, 400, 400)


@pytest.mark.parametrize(("mode", "kind"), [("P", "PNG"), ("L", "PNG"), ("CMYK", "JPEG")])
async def test_a_reference_in_an_odd_colour_mode_is_refused(
    practice_models: PracticeModels, mode: str, kind: str
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 60, 40)).convert(mode).save(out, kind)
    answer = await edit(practice_models, [make_png(), out.getvalue()])
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_image_file")
    assert "image 2" in answer.json()["error"]["message"]


async def test_models_are_listed_with_a_shutdown_date_that_may_be_null(practice_models: PracticeModels) -> None:
    listed = (await practice_models.http.get("/openai/v1/models", headers=BEARER)).json()["data"]
    one = await practice_models.http.get("/openai/v1/models/gpt-image-2", headers=BEARER)
    retired = await practice_models.http.get("/openai/v1/models/gpt-image-1", headers=BEARER)
    assert {"id": "gpt-image-2", "shutdown_date": None}.items() <= one.json().items()
    assert one.json() in listed
    assert retired.status_code == 404


async def test_only_practice_keys_are_accepted(practice_models: PracticeModels) -> None:
    answer = await practice_models.http.get("/openai/v1/models", headers={"Authorization": "Bearer sk-live"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
