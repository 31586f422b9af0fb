"""The clients against the practice models: real pixels, exact charges, and faults as failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from PIL import Image

from bot.domain.budget import Charge
from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec
from bot.domain.model_errors import ModelError, ModelRetired
from bot.ports.image_models import GenerationRequest, GenerationResult
from bot.settings import Settings
from playground.models import add_models
from providers.accounts import ImageModels, open_models
from providers.registry import MODELS, UPSCALERS, models_of
from tests.support.practice_models import DRAWN_SIDE

PROMPT = "Maya, a weathered 60-year-old fisherwoman, grey plait"
ASPECT_PIXELS = {
    "recraft": {
        "1:1": (1024, 1024),
        "4:5": (896, 1152),
        "3:4": (896, 1216),
        "2:3": (832, 1280),
        "9:16": (768, 1344),
        "16:9": (1344, 768),
    },
    "gpt-image-2": {
        "1:1": (1328, 1328),
        "4:5": (1152, 1440),
        "3:4": (1152, 1536),
        "2:3": (1024, 1536),
        "9:16": (864, 1536),
        "16:9": (1536, 864),
    },
    "nano-banana": {
        "1:1": (1024, 1024),
        "4:5": (928, 1152),
        "3:4": (896, 1200),
        "2:3": (848, 1264),
        "9:16": (768, 1376),
        "16:9": (1376, 768),
    },
}
# A fault of the practice models and its failure: kind, and whether it may be paid.
FAULTS = {
    "refusal": ("refused", "no"),
    "no_money": ("insufficient_credit", "no"),
    "bad_key": ("authentication_failed", "no"),
    "retired": ("retired", "no"),
    "bad_request": ("invalid_request", "no"),
    "error_500": ("provider_down", "maybe"),
    "error_503": ("provider_down", "no"),
    "cut_before": ("provider_down", "maybe"),
    "cut_during": ("provider_down", "maybe"),
    "cut_after": ("provider_down", "maybe"),
    "broken_base64": ("invalid_image", "yes"),
    "html": ("invalid_image", "maybe"),
    "redirect": ("provider_down", "no"),
}


@asynccontextmanager
async def open_practice_clients(data: Path) -> AsyncIterator[tuple[ImageModels, str]]:
    """Run the practice models at full speed, with clients that know only their address."""
    app = web.Application()
    add_models(app, data=data, speed=200, drawn_side=DRAWN_SIDE)
    async with TestServer(app) as server:
        address = f"http://{server.host}:{server.port}"
        models = open_models(
            Settings.model_validate(
                {
                    "recraft_base_url": f"{address}/recraft/v1",
                    "recraft_api_token": "practice-recraft",
                    "openai_base_url": f"{address}/openai/v1",
                    "openai_api_key": "practice-openai",
                    "gemini_base_url": f"{address}/gemini/v1beta",
                    "gemini_api_key": "practice-gemini",
                }
            )
        )
        try:
            yield models, address
        finally:
            await models.close()


async def picture_size(answer: GenerationResult) -> tuple[int, int]:
    def decode() -> tuple[int, int]:
        with Image.open(BytesIO(answer.data)) as image:
            image.load()
            return image.size

    return await asyncio.to_thread(decode)


async def billed_total(address: str) -> Decimal:
    async with ClientSession() as session, session.get(f"{address}/control/bill") as response:
        return Decimal(str((await response.json())["total_usd"]))


async def set_fault(address: str, spec: ModelSpec, kind: str) -> None:
    url = f"{address}/control/models/{spec.wire_id}/faults"
    async with ClientSession() as session, session.post(url, json={"kind": kind, "times": 0}) as response:
        assert response.status == 200


async def post_control(address: str, path: str, body: dict[str, str]) -> None:
    async with ClientSession() as session, session.post(f"{address}/control/{path}", json=body) as response:
        assert response.status == 200


SMALL_SIZES = [size for size in Size if size is not Size.FOUR_K]


def make_picture(kind: str, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((450, 600)).convert(mode).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("size", [*SMALL_SIZES, pytest.param(Size.FOUR_K, marks=pytest.mark.heavy)])
@pytest.mark.parametrize("spec", MODELS, ids=lambda m: m.name)
async def test_every_model_returns_its_listed_size_within_its_price(
    spec: ModelSpec, size: Size, tmp_path: Path
) -> None:
    async with open_practice_clients(tmp_path) as (models, address):
        await post_control(address, f"models/{spec.wire_id}/life", {"state": "served"})
        answer = await models.model(spec.id).generate(GenerationRequest(PROMPT, "3:4", size, 7))
        width, height = await picture_size(answer)
        assert f"{width}x{height}" == spec.pixels[size]
        assert answer.charge.source == "exact"
        assert round(answer.charge.usd, 6) == await billed_total(address)
        assert answer.charge.usd <= spec.prices[size]
        assert answer.request_id


@pytest.mark.parametrize("spec", [m for m in MODELS if m.max_references], ids=lambda m: m.name)
async def test_every_model_accepts_its_maximum_of_references(spec: ModelSpec, tmp_path: Path) -> None:
    pictures = (make_picture("JPEG", "CMYK"), make_picture("PNG", "P"), *[make_picture("WEBP")] * spec.max_references)
    references = pictures[: spec.max_references]
    async with open_practice_clients(tmp_path) as (models, address):
        await post_control(address, f"models/{spec.wire_id}/life", {"state": "served"})
        answer = await models.model(spec.id).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7, references))
        width, height = await picture_size(answer)
        assert f"{width}x{height}" == spec.pixels[Size.DRAFT]
        assert answer.charge.source == "exact"
        assert round(answer.charge.usd, 6) == await billed_total(address)
        assert answer.charge.usd <= spec.price(Size.DRAFT, len(references))


@pytest.mark.parametrize("spec", UPSCALERS, ids=lambda u: u.id)
async def test_upscaler_makes_4k_for_its_listed_price(spec: UpscalerSpec, tmp_path: Path) -> None:
    async with open_practice_clients(tmp_path) as (models, address):
        answer = await models.upscaler(spec.id).upscale(make_picture("WEBP"))
        assert await picture_size(answer) == (3072, 4096)
        assert answer.charge == Charge(spec.price, "exact")
        assert round(answer.charge.usd, 6) == await billed_total(address)
        assert answer.request_id


@pytest.mark.parametrize("spelling", ["both", "imageConfig", "responseFormat"])
async def test_google_works_with_either_spelling_and_bills_once(spelling: str, tmp_path: Path) -> None:
    spec = models_of("gemini")[0]
    async with open_practice_clients(tmp_path) as (models, address):
        await post_control(address, "gemini", {"spelling": spelling})
        answer = await models.model(spec.id).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7))
        assert await picture_size(answer) == (896, 1200)
        assert round(answer.charge.usd, 6) == await billed_total(address)


@pytest.mark.parametrize("provider", ["recraft", "openai", "gemini"])
async def test_retired_model_raises_and_is_reported_by_the_check(provider: str, tmp_path: Path) -> None:
    spec = models_of(provider)[0]
    async with open_practice_clients(tmp_path) as (models, address):
        await post_control(address, f"models/{spec.wire_id}/life", {"state": "retired"})
        with pytest.raises(ModelRetired) as caught:
            await models.model(spec.id).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7))
        checks = await models.check_accounts()
        assert caught.value.paid == "no"
        assert await billed_total(address) == 0
    assert next(c for c in checks if c.provider == provider).served[spec.id] is False


@pytest.mark.parametrize("name", ASPECT_PIXELS)
async def test_every_aspect_has_its_own_pixel_size(name: str, tmp_path: Path) -> None:
    async with open_practice_clients(tmp_path) as (models, _):
        spec = models.catalogue.by_name(name)
        assert spec
        model = models.model(spec.id)
        sizes = {
            a: await picture_size(await model.generate(GenerationRequest(PROMPT, a, Size.DRAFT, 7)))
            for a in ASPECT_PIXELS[name]
        }
    assert sizes == ASPECT_PIXELS[name]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("provider", ["recraft", "openai", "gemini"])
async def test_fault_becomes_its_failure_and_free_failures_are_not_billed(
    provider: str, kind: str, tmp_path: Path
) -> None:
    spec = models_of(provider)[0]
    async with open_practice_clients(tmp_path) as (models, address):
        await set_fault(address, spec, kind)
        with pytest.raises(ModelError) as caught:
            await models.model(spec.id).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7))
        paid = await billed_total(address)
    assert (caught.value.kind, caught.value.paid) == FAULTS[kind]
    assert not paid or caught.value.paid != "no"


async def test_all_accounts_are_healthy_and_serve_every_model(tmp_path: Path) -> None:
    async with open_practice_clients(tmp_path) as (models, address):
        await post_control(address, "models/gemini-2.5-flash-image/life", {"state": "served"})
        checks = [c for c in await models.check_accounts() if c.configured]
        assert await billed_total(address) == 0
    assert all(c.reachable and c.key_ok for c in checks)
    assert {i: s for c in checks for i, s in c.served.items()} == {m.id: True for m in MODELS}
