"""Google's own client (`google-genai`)."""

import io
from collections.abc import AsyncIterator

import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from tests.contract.clients.door import PROMPT, Door, opened

# google-genai 3.4.0 derives a class from aiohttp's session, which aiohttp discourages.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")

MODEL = "gemini-nano-banana-2.1"


def client_of(door: Door, key: str = "practice-gemini") -> genai.client.AsyncClient:
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=f"{door.address}/gemini")).aio


@pytest.fixture
async def client(door: Door) -> AsyncIterator[genai.client.AsyncClient]:
    client = client_of(door)
    yield client
    await client.aclose()


def wanted(aspect: str, size: str) -> types.GenerateContentConfig:
    frame = types.ImageConfig(aspect_ratio=aspect, image_size=size)
    return types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"], image_config=frame, seed=7)


def noise() -> bytes:
    """A picture whose base64 has every letter."""
    out = io.BytesIO()
    Image.effect_noise((96, 96), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def picture_of(answer: types.GenerateContentResponse) -> tuple[tuple[int, int], str]:
    """Size and type of the last picture that is not a thought."""
    shown = [part.inline_data for part in answer.parts or [] if part.inline_data and not part.thought]
    drawn = opened(shown[-1].data or b"")
    assert shown[-1].mime_type == f"image/{(drawn.format or '').lower()}"
    return drawn.size, drawn.format or ""


@pytest.mark.parametrize(
    ("aspect", "size", "pixels", "tokens"), [("3:4", "1K", (896, 1200), 1120), ("3:4", "4K", (3584, 4800), 3780)]
)
async def test_it_draws_at_the_size_asked_for_and_tells_what_it_used(
    client: genai.client.AsyncClient, aspect: str, size: str, pixels: tuple[int, int], tokens: int
) -> None:
    answer = await client.models.generate_content(model=MODEL, contents=PROMPT, config=wanted(aspect, size))
    assert picture_of(answer)[0] == pixels
    assert answer.usage_metadata
    assert answer.usage_metadata.candidates_token_count == tokens


async def test_it_sends_references_as_parts_and_skips_thoughts(client: genai.client.AsyncClient) -> None:
    parts = [types.Part.from_bytes(data=noise(), mime_type="image/png"), types.Part.from_text(text=PROMPT)]
    contents = types.Content(role="user", parts=parts)
    answer = await client.models.generate_content(
        model="gemini-3-pro-image", contents=contents, config=wanted("3:4", "1K")
    )
    thoughts = [part for part in answer.parts or [] if part.thought]
    assert thoughts
    assert picture_of(answer)[0] == (896, 1200)


async def test_a_refusal_is_an_answer_without_a_picture(client: genai.client.AsyncClient, door: Door) -> None:
    await door.fault(MODEL, "refusal", times=1)
    answer = await client.models.generate_content(model=MODEL, contents=PROMPT, config=wanted("3:4", "1K"))
    assert answer.candidates
    assert answer.candidates[0].finish_reason is types.FinishReason.IMAGE_SAFETY
    assert not answer.parts
    await door.fault(MODEL, "refusal", spelling="blockReason.PROHIBITED_CONTENT")
    blocked = await client.models.generate_content(model=MODEL, contents=PROMPT, config=wanted("3:4", "1K"))
    assert blocked.prompt_feedback
    assert blocked.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT


async def test_a_bad_key_is_a_client_error_400(door: Door) -> None:
    client = client_of(door, "AIza-live")
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
    client: genai.client.AsyncClient, door: Door, kind: str, error: type[errors.APIError], code: int
) -> None:
    await door.fault(MODEL, kind)
    with pytest.raises(error) as caught:
        await client.models.generate_content(model=MODEL, contents=PROMPT, config=wanted("3:4", "1K"))
    assert caught.value.code == code


async def test_it_lists_the_models(client: genai.client.AsyncClient) -> None:
    names = [model.name async for model in await client.models.list()]
    assert f"models/{MODEL}" in names
