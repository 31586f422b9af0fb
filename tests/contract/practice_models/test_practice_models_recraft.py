"""Recraft's wire format, asked with a plain HTTP client."""

import io
from typing import Any

import pytest
from PIL import Image

from tests.contract.practice_models.studio import BEARER, Practice, data_url, mean_colour, picture, png


@pytest.mark.parametrize(
    ("model", "size", "pixels"),
    [
        ("recraftv4_1", "3:4", (896, 1216)),
        ("recraftv4_1", "9:16", (768, 1344)),
        ("recraftv4_1", "832x1280", (832, 1280)),
        ("recraftv3", "3:4", (1024, 1365)),
    ],
)
async def test_a_ratio_becomes_the_pixels_of_the_models_table(
    practice: Practice, model: str, size: str, pixels: tuple[int, int]
) -> None:
    answer = (await practice.recraft(model=model, size=size)).json()
    drawn = picture(answer["data"][0]["b64_json"])
    assert (drawn.size, drawn.format) == (pixels, "WEBP")


async def test_credits_are_charged_per_picture_and_every_picture_is_another_face(practice: Practice) -> None:
    answer = await practice.recraft(n=2)
    shown = answer.json()["data"]
    assert answer.json()["credits"] == 70
    assert answer.headers["X-Recraft-Requestid"]
    assert shown[0]["b64_json"] != shown[1]["b64_json"]


async def test_a_picture_by_address_is_fetched_without_a_key_in_the_format_asked_for(practice: Practice) -> None:
    answer = (await practice.recraft(response_format=None, image_format="png")).json()
    fetched = await practice.http.get(answer["data"][0]["url"])
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
async def test_what_the_model_does_not_support_is_rejected_by_name(
    practice: Practice, fields: dict[str, Any], status: int, word: str
) -> None:
    answer = await practice.recraft(**fields)
    assert answer.status_code == status
    assert word in answer.json()["message"]
    assert (await practice.bill())["calls"] == []


async def test_the_same_seed_is_the_same_face_and_no_seed_never_the_same(practice: Practice) -> None:
    async def face(**fields: Any) -> str:
        shown: str = (await practice.recraft(**fields)).json()["data"][0]["b64_json"]
        return shown

    assert await face() != await face()
    assert await face(random_seed=5) == await face(random_seed=5)


async def test_image_to_image_keeps_the_reference_and_wants_a_strength(practice: Practice) -> None:
    reference = data_url(png(colour=(200, 40, 40)))
    fields = {"image_url": reference, "size": None, "image_format": "png"}
    answer = await practice.recraft("images/imageToImage", strength=0.2, **fields)
    red, green, _ = mean_colour(picture(answer.json()["data"][0]["b64_json"]))
    assert red > 3 * green
    assert (await practice.recraft("images/imageToImage", **fields)).status_code == 400


async def test_image_to_image_comes_in_the_models_own_size_nearest_to_the_reference(practice: Practice) -> None:
    reference = data_url(png(300, 400))
    fields = {"image_url": reference, "size": None, "image_format": "png", "strength": 0.2}
    answer = await practice.recraft("images/imageToImage", **fields)
    assert picture(answer.json()["data"][0]["b64_json"]).size == (896, 1216)


async def test_crisp_upscale_answers_one_picture_with_a_long_side_of_4096(practice: Practice) -> None:
    body = {"image_url": data_url(png(64, 640)), "response_format": "b64_json"}
    answer = await practice.http.post("/recraft/v1/images/crispUpscale", json=body, headers=BEARER)
    assert picture(answer.json()["image"]["b64_json"]).size == (410, 4096)
    assert answer.json()["credits"] == 4


async def test_a_reference_that_is_too_large_or_no_picture_is_refused(practice: Practice) -> None:
    for url in (data_url(png(4200, 100)), data_url(b"no picture"), "https://elsewhere.example/face.png"):
        answer = await practice.recraft("images/imageToImage", size=None, strength=0.5, image_url=url)
        assert (answer.status_code, "image_url" in answer.json()["message"]) == (400, True)


async def test_only_a_practice_key_opens(practice: Practice) -> None:
    for headers in ({}, {"Authorization": "Bearer live-key"}):
        assert (await practice.http.get("/recraft/v1/users/me", headers=headers)).status_code == 401
    me = await practice.http.get("/recraft/v1/users/me", headers=BEARER)
    models = await practice.http.get("/recraft/v1/models", headers=BEARER)
    assert me.json()["credits"] > 0
    assert "recraftv4_1_pro" in [model["id"] for model in models.json()["data"]]
