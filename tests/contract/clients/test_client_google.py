"""Google's own client (`google-genai`)."""

import io
from collections.abc import AsyncIterator

import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from tests.support.control_client import PROMPT, ControlClient, decode_image

# google-genai 3.4.0 derives a class from aiohttp's session, which aiohttp discourages.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")

MODEL = "gemini-nano-banana-2.1"


def make_client(control_client: ControlClient, key: str = "practice-gemini") -> genai.client.AsyncClient:
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=f"{control_client.address}/gemini")).aio


@pytest.fixture
async def client(control_client: ControlClient) -> AsyncIterator[genai.client.AsyncClient]:
    client = make_client(control_client)
    yield client
    await client.aclose()


def image_config(aspect: str, size: str) -> types.GenerateContentConfig:
    frame = types.ImageConfig(aspect_ratio=aspect, image_size=size)
    return types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"], image_config=frame, seed=7)


def make_noise_png() -> bytes:
    """Make a picture whose base64 contains every character."""
    out = io.BytesIO()
    Image.effect_noise((96, 96), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def last_picture_size(answer: types.GenerateContentResponse) -> tuple[tuple[int, int], str]:
    """Return size and type of the last picture that is not a thought."""
    pictures = [part.inline_data for part in answer.parts or [] if part.inline_data and not part.thought]
    image = decode_image(pictures[-1].data or b"")
    assert pictures[-1].mime_type == f"image/{(image.format or '').lower()}"
    return image.size, image.format or ""


@pytest.mark.parametrize(
    ("aspect", "size", "pixels", "tokens"), [("3:4", "1K", (896, 1200), 1120), ("3:4", "4K", (3584, 4800), 3780)]
)
async def test_picture_has_the_requested_size_and_usage(
    client: genai.client.AsyncClient, aspect: str, size: str, pixels: tuple[int, int], tokens: int
) -> None:
    answer = await client.models.generate_content(model=MODEL, contents=PROMPT, config=image_config(aspect, size))
    assert last_picture_size(answer)[0] == pixels
    assert answer.usage_metadata
    assert answer.usage_metadata.candidates_token_count == tokens


async def test_references_are_sent_as_parts_and_thoughts_are_skipped(client: genai.client.AsyncClient) -> None:
    parts = [types.Part.from_bytes(data=make_noise_png(), mime_type="image/png"), types.Part.from_text(text=PROMPT)]
    contents = types.Content(role="user", parts=parts)
    answer = await client.models.generate_content(
        model="gemini-3-pro-image", contents=contents, config=image_config("3:4", "1K")
    )
    thoughts = [part for part in answer.parts or [] if part.thought]
    assert thoughts
    assert last_picture_size(answer)[0] == (896, 1200)


async def test_refusal_is_a_response_without_a_picture(
    client: genai.client.AsyncClient, control_client: ControlClient
) -> None:
    await control_client.set_fault(MODEL, "refusal", times=1)
    answer = await client.models.generate_content(model=MODEL, contents=PROMPT, config=image_config("3:4", "1K"))
    assert answer.candidates
    assert answer.candidates[0].finish_reason is types.FinishReason.IMAGE_SAFETY
    assert not answer.parts
    await control_client.set_fault(MODEL, "refusal", spelling="blockReason.PROHIBITED_CONTENT")
    blocked = await client.models.generate_content(model=MODEL, contents=PROMPT, config=image_config("3:4", "1K"))
    assert blocked.prompt_feedback
    assert blocked.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT


async def test_a_bad_key_is_a_client_error_400(control_client: ControlClient) -> None:
    client = make_client(control_client, "AIza-live")
    with pytest.raises(errors.ClientError, match="API key not valid") as caught:
        await client.models.generate_content(model=MODEL, contents=PROMPT)
    await client.aclose()
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("rate_limit", errors.ClientError, 429),
        ("retired", errors.ClientError, 404),
        ("error_503", errors.ServerError, 503),
    ],
)
async def test_each_failure_is_the_clients_own_error(
    client: genai.client.AsyncClient, control_client: ControlClient, kind: str, error: type[errors.APIError], code: int
) -> None:
    await control_client.set_fault(MODEL, kind)
    with pytest.raises(error) as caught:
        await client.models.generate_content(model=MODEL, contents=PROMPT, config=image_config("3:4", "1K"))
    assert caught.value.code == code


async def test_models_are_listed(client: genai.client.AsyncClient) -> None:
    names = [model.name async for model in await client.models.list()]
    assert f"models/{MODEL}" in names
