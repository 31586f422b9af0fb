"""OpenAI's own client (`openai`)."""

import base64
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from tests.support.control_client import PROMPT, ControlClient, decode_image, make_png

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MODEL = "gpt-image-2"
SIZE = "640x1024"


@pytest.fixture
async def client(control_client: ControlClient) -> AsyncIterator["AsyncOpenAI"]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(
        base_url=f"{control_client.address}/openai/v1", api_key="practice-openai", max_retries=0
    ) as client:
        yield client


async def test_portrait_is_generated_with_usage(client: "AsyncOpenAI") -> None:
    answer = await client.images.generate(model=MODEL, prompt=PROMPT, size=SIZE, quality="low", output_format="webp")
    assert answer.data
    assert answer.usage
    image = decode_image(base64.b64decode(answer.data[0].b64_json or ""))
    assert (image.size, image.format) == ((640, 1024), "WEBP")
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens


async def test_edit_accepts_two_references(client: "AsyncOpenAI") -> None:
    references = [("face.png", make_png(), "image/png"), ("coat.png", make_png(64, 64), "image/png")]
    answer = await client.images.edit(model=MODEL, prompt=PROMPT, image=references, size=SIZE, quality="low")
    assert answer.data
    assert answer.usage
    assert decode_image(base64.b64decode(answer.data[0].b64_json or "")).size == (640, 1024)
    assert answer.usage.input_tokens_details.image_tokens == 2 * 1600


async def test_models_are_listed(client: "AsyncOpenAI") -> None:
    models = {model.id: model async for model in client.models.list()}
    assert models[MODEL].owned_by == "system"
    assert "gpt-image-1" not in models


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("refusal", "BadRequestError", "moderation_blocked"),
        ("rate_limit", "RateLimitError", "rate_limit_exceeded"),
        ("no_money", "RateLimitError", "insufficient_quota"),
        ("error_503", "InternalServerError", None),
        ("cut_after", "APIConnectionError", None),
    ],
)
async def test_each_failure_is_the_clients_own_error(
    client: "AsyncOpenAI", control_client: ControlClient, kind: str, error: str, code: str | None
) -> None:
    import openai

    await control_client.set_fault(MODEL, kind)
    with pytest.raises(getattr(openai, error)) as caught:
        await client.images.generate(model=MODEL, prompt=PROMPT, size=SIZE, quality="low")
    assert caught.value.code == code


async def test_client_retries_after_the_given_wait(client: "AsyncOpenAI", control_client: ControlClient) -> None:
    await control_client.set_fault(MODEL, "rate_limit", seconds=0.01)
    retrying_client = client.with_options(max_retries=1)
    answer = await retrying_client.images.generate(model=MODEL, prompt=PROMPT, size=SIZE, quality="low")
    assert answer.data
    assert [call["fault"] for call in (await control_client.get("bill"))["calls"]] == ["rate_limit", None]


async def test_a_retired_model_is_not_found(client: "AsyncOpenAI") -> None:
    from openai import NotFoundError

    with pytest.raises(NotFoundError) as caught:
        await client.images.generate(model="gpt-image-1", prompt=PROMPT)
    assert caught.value.code == "model_not_found"


async def test_a_real_key_is_refused(client: "AsyncOpenAI") -> None:
    from openai import AuthenticationError

    with pytest.raises(AuthenticationError) as caught:
        await client.with_options(api_key="sk-live").images.generate(model=MODEL, prompt=PROMPT)
    assert caught.value.code == "invalid_api_key"


async def test_self_hosted_server_works_with_the_client(client: "AsyncOpenAI", control_client: ControlClient) -> None:
    self_hosted = client.with_options(base_url=f"{control_client.address}/own/v1")
    (model,) = [model.id async for model in self_hosted.models.list()]
    answer = await self_hosted.images.generate(
        model=model, prompt=PROMPT, size="256x256", response_format="b64_json", extra_body={"seed": 5}
    )
    assert answer.data
    assert decode_image(base64.b64decode(answer.data[0].b64_json or "")).size == (256, 256)
