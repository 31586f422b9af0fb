"""Recraft's API, called with a plain HTTP client."""

import io
from typing import Any

import pytest
from PIL import Image

from tests.support.practice_models import BEARER, PracticeModels, data_url, decode_picture, make_png, mean_colour


@pytest.mark.parametrize(
    ("model", "size", "pixels"),
    [
        ("recraftv4_1", "3:4", (896, 1216)),
        ("recraftv4_1", "9:16", (768, 1344)),
        ("recraftv4_1", "832x1280", (832, 1280)),
        ("recraftv3", "3:4", (1024, 1365)),
    ],
)
async def test_ratio_becomes_the_models_pixel_size(
    practice_models: PracticeModels, model: str, size: str, pixels: tuple[int, int]
) -> None:
    answer = (await practice_models.recraft(model=model, size=size)).json()
    image = decode_picture(answer["data"][0]["b64_json"])
    assert (image.size, image.format) == (pixels, "WEBP")


async def test_credits_are_charged_per_picture(practice_models: PracticeModels) -> None:
    answer = await practice_models.recraft(n=2)
    pictures = answer.json()["data"]
    assert answer.json()["credits"] == 70
    assert answer.headers["X-Recraft-Requestid"]
    assert pictures[0]["b64_json"] != pictures[1]["b64_json"]


async def test_picture_url_needs_no_key_and_has_the_requested_format(practice_models: PracticeModels) -> None:
    answer = (await practice_models.recraft(response_format=None, image_format="png")).json()
    fetched = await practice_models.http.get(answer["data"][0]["url"])
    assert fetched.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(fetched.content)).size == (896, 1216)


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"size": "7:9"}, 400, "size"),
        ({"size": "1024x1365"}, 400, "size"),
        ({"n": 7}, 400, "n"),
        ({"style": "realistic_image"}, 400, "style"),
        ({"negative_prompt": "blur"}, 400, "negative_prompt"),
        ({"seed": 3}, 400, "seed"),
        ({"prompt": "x" * 10_001}, 400, "prompt"),
        ({"model": "recraftv3", "prompt": "x" * 1_001}, 400, "prompt"),
        ({"model": "recraftv9"}, 404, "recraftv9"),
    ],
)
async def test_unsupported_field_is_rejected_by_name(
    practice_models: PracticeModels, fields: dict[str, Any], status: int, word: str
) -> None:
    answer = await practice_models.recraft(**fields)
    assert answer.status_code == status
    assert word in answer.json()["message"]
    assert (await practice_models.usage())["calls"] == []


async def test_same_seed_gives_the_same_face(practice_models: PracticeModels) -> None:
    async def face(**fields: Any) -> str:
        data: str = (await practice_models.recraft(**fields)).json()["data"][0]["b64_json"]
        return data

    assert await face() != await face()
    assert await face(random_seed=5) == await face(random_seed=5)


async def test_image_to_image_keeps_the_reference_and_needs_a_strength(practice_models: PracticeModels) -> None:
    reference = data_url(make_png(colour=(200, 40, 40)))
    fields = {"image_url": reference, "size": None, "image_format": "png"}
    answer = await practice_models.recraft("images/imageToImage", strength=0.2, **fields)
    red, green, _ = mean_colour(decode_picture(answer.json()["data"][0]["b64_json"]))
    assert red > 3 * green
    assert (await practice_models.recraft("images/imageToImage", **fields)).status_code == 400


async def test_image_to_image_uses_the_nearest_model_size(practice_models: PracticeModels) -> None:
    reference = data_url(make_png(300, 400))
    fields = {"image_url": reference, "size": None, "image_format": "png", "strength": 0.2}
    answer = await practice_models.recraft("images/imageToImage", **fields)
    assert decode_picture(answer.json()["data"][0]["b64_json"]).size == (896, 1216)


async def test_crisp_upscale_returns_a_long_side_of_4096(practice_models: PracticeModels) -> None:
    body = {"image_url": data_url(make_png(64, 640)), "response_format": "b64_json"}
    answer = await practice_models.http.post("/recraft/v1/images/crispUpscale", json=body, headers=BEARER)
    assert decode_picture(answer.json()["image"]["b64_json"]).size == (410, 4096)
    assert answer.json()["credits"] == 4


async def test_invalid_or_too_large_reference_is_rejected(practice_models: PracticeModels) -> None:
    for url in (data_url(make_png(4200, 100)), data_url(b"no picture"), "https://elsewhere.example/face.png"):
        answer = await practice_models.recraft("images/imageToImage", size=None, strength=0.5, image_url=url)
        assert (answer.status_code, "image_url" in answer.json()["message"]) == (400, True)


async def test_only_practice_keys_are_accepted(practice_models: PracticeModels) -> None:
    for headers in ({}, {"Authorization": "Bearer live-key"}):
        assert (await practice_models.http.get("/recraft/v1/users/me", headers=headers)).status_code == 401
    me = await practice_models.http.get("/recraft/v1/users/me", headers=BEARER)
    models = await practice_models.http.get("/recraft/v1/models", headers=BEARER)
    assert me.json()["credits"] > 0
    assert "recraftv4_1_pro" in [model["id"] for model in models.json()["data"]]
