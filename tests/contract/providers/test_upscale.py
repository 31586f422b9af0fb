"""Crisp upscaling: Recraft's request, and the result of each response."""

from base64 import b64decode
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.budget import Charge
from bot.domain.catalogue import Size
from bot.domain.model_errors import (
    AuthenticationFailed,
    ContentRefused,
    InsufficientCredit,
    InvalidImage,
    InvalidRequest,
    ModelError,
    PaidStatus,
    ProviderDown,
    RateLimited,
)
from bot.ports.image_models import GenerationResult
from providers.recraft.client import CrispUpscaler
from providers.registry import UPSCALERS
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer
from tests.support.vendor_cases import BASE64, HTML, KEY, PICTURE, RECRAFT

TIMEOUTS = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
SUCCESS = {"created": 1, "credits": 4, "image": {"image_id": "i", "b64_json": BASE64}}


def make_picture(kind: str = "PNG", size: tuple[int, int] = (90, 120)) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind)
    return out.getvalue()


async def upscale(server: FakeVendorServer, data: bytes) -> GenerationResult:
    async with server.open() as address:
        http = RECRAFT.http(address)
        try:
            return await CrispUpscaler(UPSCALERS[0], http, TIMEOUTS).upscale(data)
        finally:
            await http.close()


async def test_upscale_request_and_response_with_exact_price() -> None:
    server = FakeVendorServer(CannedResponse(SUCCESS, headers={"X-Recraft-Requestid": "q-1"}))
    data = make_picture("WEBP")
    assert await upscale(server, data) == GenerationResult(
        PICTURE, "image/png", Charge(Decimal("0.004"), "exact"), "q-1"
    )
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/images/crispUpscale")
    assert set(request.body) == {"image_url", "response_format", "image_format"}
    assert request.body["response_format"] == "b64_json"
    assert b64decode(request.body["image_url"].removeprefix("data:image/webp;base64,")) == data


async def test_too_large_picture_is_downscaled_first() -> None:
    server = FakeVendorServer(CannedResponse(SUCCESS))
    await upscale(server, make_picture("JPEG", (4000, 5000)))
    data = b64decode(server.requests[0].body["image_url"].partition(",")[2])
    with Image.open(BytesIO(data)) as picture:
        assert max(picture.size) < 4096
        assert picture.width * picture.height < 16_000_000


@pytest.mark.parametrize(
    ("canned", "kind", "paid"),
    [
        (CannedResponse({"created": 1, "credits": 4, "data": [{"b64_json": BASE64}]}), InvalidImage, "yes"),
        (CannedResponse({"credits": 0, "image": None}), InvalidImage, "no"),
        (CannedResponse({"image": {"url": "http://10.0.0.1/x.png"}}), InvalidImage, "yes"),
        (CannedResponse(HTML), InvalidImage, "maybe"),
        (
            CannedResponse({"code": "not_enough_credits", "message": f"Not enough credits. {KEY}"}, 400),
            InsufficientCredit,
            "no",
        ),
        (CannedResponse({"code": "nsfw_content", "message": "Flagged as NSFW."}, 422), ContentRefused, "no"),
        (CannedResponse({"code": "invalid_request", "message": "image_url: too large"}, 400), InvalidRequest, "no"),
        (CannedResponse({"code": "unauthorized", "message": "No."}, 401), AuthenticationFailed, "no"),
        (CannedResponse({"code": "too_many_requests", "message": "Slow down."}, 429), RateLimited, "no"),
        (CannedResponse({}, 500), ProviderDown, "maybe"),
        (CannedResponse({}, 503), ProviderDown, "no"),
    ],
)
async def test_bad_response_becomes_its_failure(
    canned: CannedResponse, kind: type[ModelError], paid: PaidStatus
) -> None:
    with pytest.raises(ModelError) as caught:
        await upscale(FakeVendorServer(canned), make_picture())
    assert (type(caught.value), caught.value.paid, caught.value.model) == (kind, paid, "recraft:crispUpscale")
    assert KEY not in str(caught.value)


async def test_invalid_picture_is_not_sent() -> None:
    server = FakeVendorServer(CannedResponse(SUCCESS))
    with pytest.raises(InvalidRequest):
        await upscale(server, PICTURE)
    assert server.requests == []
