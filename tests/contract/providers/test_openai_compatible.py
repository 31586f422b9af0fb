"""Self-hosted servers: their quirks, their refusals, and the OWN_MODELS setting."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from PIL import Image
from pydantic import ValidationError

from bot.domain.budget import Charge
from bot.domain.catalogue import Size
from bot.domain.command import parse_brief
from bot.domain.model_errors import InvalidImage, ModelError
from bot.domain.routing import route
from bot.ports.image_models import GenerationResult
from bot.settings import Settings
from playground.models import add_models
from providers.accounts import ImageModels, open_models
from providers.registry import MODELS
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer
from tests.support.practice_models import DRAWN_SIDE
from tests.support.storage_builders import NOW
from tests.support.vendor_cases import BASE64, ECHO, KEY, PICTURE, PROMPT, make_request
from tests.support.vendor_messages import assert_plain_failure_text

MODEL = "Qwen/Qwen-Image"
SELF_HOSTED = replace(MODELS[0], provider="own", wire_id="flux", title="Flux")
ENTRY = {"id": "flux", "model": MODEL, "extras": {"num_inference_steps": 8, "seed": True}}


def open_self_hosted(address: str, **more: object) -> ImageModels:
    """Open clients for one self-hosted server; no other account has a key."""
    entry = ENTRY | {"base_url": address} | more
    return open_models(Settings.model_validate({"own_models": json.dumps([entry])}))


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    app = web.Application()
    add_models(app, data=tmp_path, speed=200, drawn_side=DRAWN_SIDE)
    async with TestServer(app) as server:
        yield f"http://{server.host}:{server.port}"


async def configure_server(address: str, path: str, **body: object) -> None:
    async with ClientSession() as session, session.post(f"{address}/control/{path}", json=body) as response:
        assert response.status == 200


async def generate(address: str, **more: object) -> GenerationResult:
    models = open_self_hosted(f"{address}/own/v1", **more)
    try:
        return await models.model("own:flux").generate(make_request())
    finally:
        await models.close()


def picture_size(answer: GenerationResult) -> tuple[int, int]:
    with Image.open(BytesIO(answer.data)) as image:
        image.load()
        return image.size


QUIRKS: list[dict[str, object]] = [
    {},
    {"response_format": "rejected"},
    {"response_format": "rejected", "errors": "string"},
    {"response_format": "rejected", "errors": "detail"},
    {"response_format": "rejected", "errors": "message"},
    {"most": 1},
]


@pytest.mark.parametrize("habits", QUIRKS)
async def test_portrait_is_generated_despite_server_quirks(address: str, habits: dict[str, object]) -> None:
    await configure_server(address, "own", **habits)
    answer = await generate(address)
    assert await asyncio.to_thread(picture_size, answer) == (864, 1152)
    assert answer.charge == Charge(Decimal(0), "listed")


async def test_key_is_sent_to_a_server_that_requires_one(address: str) -> None:
    await configure_server(address, "own", auth="required")
    assert (await generate(address, key="practice-own")).data
    with pytest.raises(ModelError) as caught:
        await generate(address)
    assert caught.value.kind == "authentication_failed"


FAULTS = {
    ("refusal", ""): ("refused", "no"),
    ("refusal", "empty"): ("refused", "no"),
    ("rate_limit", ""): ("rate_limited", "no"),
    ("no_money", ""): ("insufficient_credit", "no"),
    ("bad_key", ""): ("authentication_failed", "no"),
    ("retired", ""): ("retired", "no"),
    ("bad_request", ""): ("invalid_request", "no"),
    ("error_500", ""): ("provider_down", "maybe"),
    ("error_503", ""): ("provider_down", "no"),
    ("cut_during", ""): ("provider_down", "maybe"),
    ("broken_base64", ""): ("invalid_image", "yes"),
    ("html", ""): ("invalid_image", "maybe"),
}


@pytest.mark.parametrize("shape", ["object", "string", "detail", "message"])
async def test_every_error_is_recognized_in_every_shape(address: str, shape: str) -> None:
    await configure_server(address, "own", errors=shape)
    for (kind, spelling), expected in FAULTS.items():
        await configure_server(address, f"models/{MODEL}/faults", kind=kind, spelling=spelling, times=0)
        with pytest.raises(ModelError) as caught:
            await generate(address)
        assert (caught.value.kind, caught.value.paid) == expected, kind
        assert_plain_failure_text(caught.value, SELF_HOSTED)


async def generate_with_responses(
    *answers: CannedResponse, **more: object
) -> tuple[GenerationResult | ModelError, FakeVendorServer]:
    server = FakeVendorServer(*answers)
    async with server.open() as address:
        models = open_self_hosted(f"{address}/v1", key=KEY, **more)
        try:
            return await models.model("own:flux").generate(make_request()), server
        except ModelError as error:
            assert PROMPT not in str(error)
            return error, server
        finally:
            await models.close()


async def test_extras_are_sent_and_the_seed_is_filled_in() -> None:
    _, server = await generate_with_responses(
        CannedResponse({"data": [{"b64_json": BASE64}]}), sizes={"3:4": "768x1024"}
    )
    assert server.requests[0].body == {
        "model": MODEL,
        "prompt": PROMPT,
        "n": 1,
        "size": "768x1024",
        "response_format": "b64_json",
        "num_inference_steps": 8,
        "seed": make_request().seed,
    }


async def test_rejected_response_format_is_retried_without_it() -> None:
    rejection = CannedResponse({"error": {"message": f"Unknown parameter: response_format. {ECHO}"}}, 400)
    answer, server = await generate_with_responses(rejection, CannedResponse({"data": [{"b64_json": BASE64}] * 2}))
    assert isinstance(answer, GenerationResult)
    assert answer.data == PICTURE
    assert ["response_format" in request.body for request in server.requests] == [True, False]


@pytest.mark.parametrize("url", ["/files/a.png", "files/a.png", "{own}/files/a.png", f"data:image/png;base64,{BASE64}"])
async def test_own_and_data_urls_are_fetched_without_the_key(url: str) -> None:
    server = FakeVendorServer()
    async with server.open() as address:
        server.set_responses(CannedResponse({"data": [{"url": url.format(own=address)}]}), CannedResponse(PICTURE))
        models = open_self_hosted(f"{address}/v1", key=KEY)
        assert (await models.model("own:flux").generate(make_request())).data == PICTURE
        await models.close()
    assert all("Authorization" not in request.headers for request in server.requests[1:])


async def test_url_in_a_private_network_is_not_fetched() -> None:
    error, server = await generate_with_responses(CannedResponse({"data": [{"url": "http://169.254.169.254/latest"}]}))
    assert isinstance(error, InvalidImage)
    assert (error.detail, len(server.requests)) == ("address not allowed", 1)


async def test_echoed_brief_with_safety_words_is_no_refusal() -> None:
    error, _ = await generate_with_responses(CannedResponse({"error": PROMPT}, 400))
    assert isinstance(error, ModelError)
    assert error.kind == "invalid_request"


async def test_server_is_checked_by_its_model_list(address: str) -> None:
    for model, served in ((MODEL, True), ("another", None)):
        models = open_self_hosted(f"{address}/own/v1", model=model)
        (found,) = [check for check in await models.check_accounts() if check.provider == "own"]
        await models.close()
        assert (found.key_ok, found.served) == (True, {"own:flux": served})


async def test_self_hosted_model_of_a_family_is_routed_by_look() -> None:
    models = open_self_hosted("http://127.0.0.1:1/v1", family="recraft")
    chosen = route(parse_brief("Maya: x"), models.catalogue, NOW.date())
    await models.close()
    assert {m.id for m in chosen.models} == {"own:flux"}
    assert models.catalogue.by_id("own:flux").prices[Size.DRAFT] == 0


def test_key_can_come_from_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"own_models": json.dumps([ENTRY | {"base_url": "https://host/v1", "key": "$FLUX_KEY"}])}
    with pytest.raises(ValidationError, match="FLUX_KEY is not set"):
        Settings.model_validate(values)
    monkeypatch.setenv("FLUX_KEY", KEY)
    (model,) = Settings.model_validate(values).own_models
    assert model.key
    assert model.key.get_secret_value() == KEY


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ("nonsense", "not JSON"),
        ("{}", "must be a list"),
        ([{"id": "a"}], "base_url"),
        ([{"id": "A b"}], "id"),
        ([{"mood": 1}], "mood"),
        ([{"base_url": "http://gpu.example.com/v1"}], "plain http"),
        ([{"base_url": "http://10.0.0.7/v1", "key": KEY}], "plain http"),
        ([{"base_url": "https://me:pw@host/v1"}], "without user"),
        ([{"extras": {"prompt": "x"}}], "extras must not contain prompt"),
        ([{"sizes": {"3:4": "large"}}], "sizes map a ratio"),
        ([{}, {}], "every id"),
        ([{"price": -1, "key": KEY}], "price"),
    ],
)
def test_invalid_model_list_is_explained_without_keys(own: Any, sentence: str) -> None:
    valid = {"id": "a", "base_url": "https://host/v1", "model": "m"}
    text = own if isinstance(own, str) else json.dumps([item if item == {"id": "a"} else valid | item for item in own])
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"own_models": text})
    error = caught.value.errors()[0]
    assert sentence in f"{error['loc']} {error['msg']}"
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "http://10.0.0.7:8000/v1", "http://gpu:8000/v1", "http://a.lan/v1"]
)
def test_plain_http_is_allowed_locally_without_a_key(url: str) -> None:
    models = Settings.model_validate({"own_models": json.dumps([ENTRY | {"base_url": url}])}).own_models
    assert models[0].base_url == url


async def test_self_hosted_rate_limit_applies_to_every_round() -> None:
    models = open_self_hosted("http://127.0.0.1:1/v1")
    await models.rate_limiter("own:flux").back_off(20)
    reservation = models.rate_limiter("own:flux").join()
    assert await reservation.seconds_left() > 15
    await reservation.release()
    await models.close()
