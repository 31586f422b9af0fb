"""Google's generateContent, asked with a plain HTTP client."""

from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest

from tests.contract.practice_models.studio import GOOGLE, PROMPT, Practice, mean_colour, noise, picture, png

PRO = "gemini-3-pro-image"


def final(body: dict[str, Any]) -> dict[str, Any]:
    """The last picture that is not a thought."""
    parts = body["candidates"][0]["content"]["parts"]
    shown = [part["inlineData"] for part in parts if "inlineData" in part and not part.get("thought")]
    assert len(shown) == 1
    inline: dict[str, Any] = shown[0]
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
    practice: Practice, model: str, aspect: str, size: str, pixels: tuple[int, int]
) -> None:
    answer = await practice.gemini(model, imageConfig={"aspectRatio": aspect, "imageSize": size})
    inline = final(answer.json())
    drawn = picture(inline["data"])
    assert drawn.size == pixels
    assert inline["mimeType"] == f"image/{(drawn.format or '').lower()}"
    assert answer.json()["candidates"][0]["finishReason"] == "STOP"


async def test_a_model_that_thinks_shows_a_sketch_first_and_not_always(practice: Practice) -> None:
    bodies = [(await practice.gemini(PRO)).json() for _ in range(2)]
    thoughts = [
        [part for part in body["candidates"][0]["content"]["parts"] if part.get("thought") and "inlineData" in part]
        for body in bodies
    ]
    assert [len(found) for found in thoughts] == [1, 0]
    assert picture(thoughts[0][0]["inlineData"]["data"]).width < picture(final(bodies[0])["data"]).width


async def test_tokens_are_worth_the_price_on_the_bill(practice: Practice) -> None:
    usage = (await practice.gemini()).json()["usageMetadata"]
    cost = usage["promptTokenCount"] * 1.5e-6 + usage["candidatesTokenCount"] * 30e-6
    assert usage["candidatesTokensDetails"] == [{"modality": "IMAGE", "tokenCount": 1120}]
    assert (await practice.bill())["total_usd"] == pytest.approx(cost)


async def test_the_other_spelling_of_the_frame_wants_enum_names(practice: Practice) -> None:
    names = {"aspectRatio": "ASPECT_RATIO_THREE_BY_FOUR", "imageSize": "IMAGE_SIZE_ONE_K"}
    good = await practice.gemini(imageConfig=None, responseFormat={"image": names})
    bad = await practice.gemini(imageConfig=None, responseFormat={"image": {"imageSize": "1K"}})
    assert picture(final(good.json())["data"]).size == (896, 1200)
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
async def test_a_field_or_value_that_does_not_exist_is_named(
    practice: Practice, config: dict[str, Any], word: str
) -> None:
    answer = await practice.gemini(**config)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert word in error["message"]
    assert (await practice.bill())["calls"] == []


async def test_thinking_levels_are_not_for_pro(practice: Practice) -> None:
    config: dict[str, Any] = {"thinkingConfig": {"thinkingLevel": "HIGH"}}
    assert (await practice.gemini(**config)).status_code == 200
    assert (await practice.gemini(PRO, **config)).status_code == 400


@pytest.mark.parametrize("model", ["gemini-3-pro-image-preview", "gemini-2.5-flash-image"])
async def test_a_retired_model_is_not_found(practice: Practice, model: str) -> None:
    answer = await practice.gemini(model)
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert (await practice.http.get(f"/gemini/v1beta/models/{model}", headers=GOOGLE)).status_code == 404


async def test_the_oldest_model_while_it_is_served_has_one_size_and_no_field_for_it(practice: Practice) -> None:
    old = "gemini-2.5-flash-image"
    await practice.life(old)
    drawn = await practice.gemini(old, imageConfig={"aspectRatio": "3:4"})
    sized = await practice.gemini(old, imageConfig={"aspectRatio": "3:4", "imageSize": "1K"})
    assert picture(final(drawn.json())["data"]).size == (864, 1184)
    assert (sized.status_code, "image_size" in sized.json()["error"]["message"]) == (400, True)


async def test_a_reference_in_the_contents_keeps_the_face(practice: Practice) -> None:
    inline = {"mimeType": "image/png", "data": b64encode(png(colour=(30, 160, 30))).decode()}
    parts = [{"text": PROMPT}, {"inlineData": inline}]
    body = {"contents": [{"parts": parts}], "generationConfig": {"responseModalities": ["IMAGE"]}}
    url = "/gemini/v1beta/models/gemini-nano-banana-2.1:generateContent"
    drawn = picture(final((await practice.http.post(url, json=body, headers=GOOGLE)).json())["data"])
    red, green, _ = mean_colour(drawn)
    assert drawn.size == (1024, 1024)
    assert green > 3 * red


async def test_names_in_snake_case_and_the_other_alphabet_of_base64_are_understood(practice: Practice) -> None:
    data = urlsafe_b64encode(noise()).decode()
    assert {"-", "_"} <= set(data)
    parts = [{"text": PROMPT}, {"inline_data": {"mime_type": "image/png", "data": data}}]
    frame = {"aspect_ratio": "3:4", "image_size": "512"}
    body = {
        "contents": [{"parts": parts}],
        "generation_config": {"response_modalities": ["IMAGE"], "image_config": frame},
    }
    for version in ("v1", "v1beta"):
        url = f"/gemini/{version}/models/gemini-3.1-flash-image:generateContent"
        answer = await practice.http.post(url, json=body, headers=GOOGLE)
        assert picture(final(answer.json())["data"]).size == (448, 600)


async def test_fifteen_references_are_one_too_many(practice: Practice) -> None:
    inline = {"inlineData": {"mimeType": "image/png", "data": b64encode(png(32, 32)).decode()}}
    body = {
        "contents": [{"parts": [{"text": PROMPT}, *[inline] * 15]}],
        "generationConfig": {"responseModalities": ["IMAGE"]},
    }
    answer = await practice.http.post(f"/gemini/v1beta/models/{PRO}:generateContent", json=body, headers=GOOGLE)
    assert answer.status_code == 400


async def test_a_bad_key_is_400_and_no_key_403(practice: Practice) -> None:
    bad = await practice.http.get("/gemini/v1beta/models", headers={"x-goog-api-key": "AIza-live"})
    none = await practice.http.get("/gemini/v1beta/models")
    good = await practice.http.get("/gemini/v1beta/models", headers=GOOGLE)
    assert (bad.status_code, bad.json()["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    assert none.status_code == 403
    assert f"models/{PRO}" in [model["name"] for model in good.json()["models"]]
