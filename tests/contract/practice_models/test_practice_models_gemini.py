"""Google's generateContent, called with a plain HTTP client."""

from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest

from tests.support.practice_models import (
    GOOGLE,
    PROMPT,
    PracticeModels,
    decode_picture,
    make_noise_png,
    make_png,
    mean_colour,
)

PRO = "gemini-3-pro-image"


def final_picture(body: dict[str, Any]) -> dict[str, Any]:
    """Return the last picture that is not a thought."""
    parts = body["candidates"][0]["content"]["parts"]
    pictures = [part["inlineData"] for part in parts if "inlineData" in part and not part.get("thought")]
    assert len(pictures) == 1
    inline: dict[str, Any] = pictures[0]
    return inline


@pytest.mark.parametrize(
    ("model", "aspect", "size", "pixels"),
    [
        ("gemini-nano-banana-2.1", "3:4", "1K", (896, 1200)),
        ("gemini-nano-banana-2.1", "1:8", "1K", (384, 3072)),
        ("gemini-3.1-flash-image", "4:5", "512", (464, 576)),
    ],
)
async def test_ratio_and_size_become_exact_pixels(
    practice_models: PracticeModels, model: str, aspect: str, size: str, pixels: tuple[int, int]
) -> None:
    answer = await practice_models.gemini(model, imageConfig={"aspectRatio": aspect, "imageSize": size})
    inline = final_picture(answer.json())
    image = decode_picture(inline["data"])
    assert image.size == pixels
    assert inline["mimeType"] == f"image/{(image.format or '').lower()}"
    assert answer.json()["candidates"][0]["finishReason"] == "STOP"


async def test_thinking_model_sometimes_sends_a_sketch_first(practice_models: PracticeModels) -> None:
    bodies = [(await practice_models.gemini(PRO)).json() for _ in range(2)]
    thoughts = [
        [part for part in body["candidates"][0]["content"]["parts"] if part.get("thought") and "inlineData" in part]
        for body in bodies
    ]
    assert [len(found) for found in thoughts] == [1, 0]
    assert (
        decode_picture(thoughts[0][0]["inlineData"]["data"]).width
        < decode_picture(final_picture(bodies[0])["data"]).width
    )


async def test_token_usage_matches_the_logged_price(practice_models: PracticeModels) -> None:
    usage = (await practice_models.gemini()).json()["usageMetadata"]
    cost = usage["promptTokenCount"] * 1.5e-6 + usage["candidatesTokenCount"] * 30e-6
    assert usage["candidatesTokensDetails"] == [{"modality": "IMAGE", "tokenCount": 1120}]
    assert (await practice_models.usage())["total_usd"] == pytest.approx(cost)


async def test_response_format_spelling_needs_enum_names(practice_models: PracticeModels) -> None:
    names = {"aspectRatio": "ASPECT_RATIO_THREE_BY_FOUR", "imageSize": "IMAGE_SIZE_ONE_K"}
    good = await practice_models.gemini(imageConfig=None, responseFormat={"image": names})
    bad = await practice_models.gemini(imageConfig=None, responseFormat={"image": {"imageSize": "1K"}})
    assert decode_picture(final_picture(good.json())["data"]).size == (896, 1200)
    assert (bad.status_code, bad.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"imageConfig": {"aspectRatio": "7:9"}}, "7:9"),
        ({"imageConfig": {"imageSize": "8K"}}, "8K"),
        ({"imageConfig": {"imageSize": "4k"}}, "4k"),
        ({"imageConfig": {"personGeneration": "ALLOW_ALL"}}, "personGeneration"),
        ({"negativePrompt": "blur"}, "negativePrompt"),
        ({"candidateCount": 2}, "candidateCount"),
        ({"responseModalities": ["TEXT"]}, "IMAGE"),
        ({"thinkingConfig": {"thinkingLevel": "EXTREME"}}, "EXTREME"),
    ],
)
async def test_unknown_field_or_value_is_named(
    practice_models: PracticeModels, config: dict[str, Any], word: str
) -> None:
    answer = await practice_models.gemini(**config)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert word in error["message"]
    assert (await practice_models.usage())["calls"] == []


async def test_pro_model_rejects_thinking_levels(practice_models: PracticeModels) -> None:
    config: dict[str, Any] = {"thinkingConfig": {"thinkingLevel": "HIGH"}}
    assert (await practice_models.gemini(**config)).status_code == 200
    assert (await practice_models.gemini(PRO, **config)).status_code == 400


@pytest.mark.parametrize("model", ["gemini-3-pro-image-preview", "gemini-2.5-flash-image"])
async def test_a_retired_model_is_not_found(practice_models: PracticeModels, model: str) -> None:
    answer = await practice_models.gemini(model)
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert (await practice_models.http.get(f"/gemini/v1beta/models/{model}", headers=GOOGLE)).status_code == 404


async def test_oldest_model_has_one_size_and_no_size_field(practice_models: PracticeModels) -> None:
    model = "gemini-2.5-flash-image"
    await practice_models.set_retirement(model)
    drawn = await practice_models.gemini(model, imageConfig={"aspectRatio": "3:4"})
    sized = await practice_models.gemini(model, imageConfig={"aspectRatio": "3:4", "imageSize": "1K"})
    assert decode_picture(final_picture(drawn.json())["data"]).size == (864, 1184)
    assert (sized.status_code, "image_size" in sized.json()["error"]["message"]) == (400, True)


async def test_reference_in_the_contents_keeps_the_face(practice_models: PracticeModels) -> None:
    inline = {"mimeType": "image/png", "data": b64encode(make_png(colour=(30, 160, 30))).decode()}
    parts = [{"text": PROMPT}, {"inlineData": inline}]
    body = {"contents": [{"parts": parts}], "generationConfig": {"responseModalities": ["IMAGE"]}}
    url = "/gemini/v1beta/models/gemini-nano-banana-2.1:generateContent"
    image = decode_picture(
        final_picture((await practice_models.http.post(url, json=body, headers=GOOGLE)).json())["data"]
    )
    red, green, _ = mean_colour(image)
    assert image.size == (1024, 1024)
    assert green > 3 * red


async def test_snake_case_names_and_urlsafe_base64_are_accepted(practice_models: PracticeModels) -> None:
    data = urlsafe_b64encode(make_noise_png()).decode()
    assert {"-", "_"} <= set(data)
    parts = [{"text": PROMPT}, {"inline_data": {"mime_type": "image/png", "data": data}}]
    frame = {"aspect_ratio": "3:4", "image_size": "512"}
    body = {
        "contents": [{"parts": parts}],
        "generation_config": {"response_modalities": ["IMAGE"], "image_config": frame},
    }
    for version in ("v1", "v1beta"):
        url = f"/gemini/{version}/models/gemini-3.1-flash-image:generateContent"
        answer = await practice_models.http.post(url, json=body, headers=GOOGLE)
        assert decode_picture(final_picture(answer.json())["data"]).size == (448, 600)


async def test_fifteen_references_are_rejected(practice_models: PracticeModels) -> None:
    inline = {"inlineData": {"mimeType": "image/png", "data": b64encode(make_png(32, 32)).decode()}}
    body = {
        "contents": [{"parts": [{"text": PROMPT}, *[inline] * 15]}],
        "generationConfig": {"responseModalities": ["IMAGE"]},
    }
    answer = await practice_models.http.post(f"/gemini/v1beta/models/{PRO}:generateContent", json=body, headers=GOOGLE)
    assert answer.status_code == 400


async def test_bad_key_is_400_and_missing_key_is_403(practice_models: PracticeModels) -> None:
    bad = await practice_models.http.get("/gemini/v1beta/models", headers={"x-goog-api-key": "AIza-live"})
    none = await practice_models.http.get("/gemini/v1beta/models")
    good = await practice_models.http.get("/gemini/v1beta/models", headers=GOOGLE)
    assert (bad.status_code, bad.json()["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    assert none.status_code == 403
    assert f"models/{PRO}" in [model["name"] for model in good.json()["models"]]
