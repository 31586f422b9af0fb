"""Crisp upscaling: what Recraft is sent for it, and what is made of each answer."""

from base64 import b64decode
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from bot.budget import Charge
from bot.catalogue import Size
from bot.errors import BadKey, BadPicture, BadRequest, Down, ModelError, Paid, RateLimited, Refused, Unpaid
from bot.ports import Answer
from providers.recraft import Crisp
from providers.registry import UPSCALERS
from tests.contract.vendor_cases import BASE64, HTML, KEY, PICTURE, RECRAFT
from tests.contract.vendor_desk import Canned, Desk

WITHIN = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
GOOD = {"created": 1, "credits": 4, "image": {"image_id": "i", "b64_json": BASE64}}


def a_picture(kind: str = "PNG", size: tuple[int, int] = (90, 120)) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind)
    return out.getvalue()


async def enlarged(desk: Desk, data: bytes) -> Answer:
    async with desk.open() as address:
        http = RECRAFT.http(address)
        try:
            return await Crisp(UPSCALERS[0], http, WITHIN).enlarge(data)
        finally:
            await http.close()


async def test_it_is_sent_the_picture_and_answers_one_object_with_its_exact_price() -> None:
    desk = Desk(Canned(GOOD, headers={"X-Recraft-Requestid": "q-1"}))
    data = a_picture("WEBP")
    assert await enlarged(desk, data) == Answer(PICTURE, "image/png", Charge(Decimal("0.004"), "exact"), "q-1")
    (asked,) = desk.asked
    assert (asked.method, asked.path) == ("POST", "/v1/images/crispUpscale")
    assert set(asked.body) == {"image_url", "response_format", "image_format"}
    assert asked.body["response_format"] == "b64_json"
    assert b64decode(asked.body["image_url"].removeprefix("data:image/webp;base64,")) == data


async def test_a_picture_beyond_its_limits_is_shrunk_first() -> None:
    desk = Desk(Canned(GOOD))
    await enlarged(desk, a_picture("JPEG", (4000, 5000)))
    data = b64decode(desk.asked[0].body["image_url"].partition(",")[2])
    with Image.open(BytesIO(data)) as picture:
        assert max(picture.size) < 4096
        assert picture.width * picture.height < 16_000_000


@pytest.mark.parametrize(
    ("canned", "kind", "paid"),
    [
        (Canned({"created": 1, "credits": 4, "data": [{"b64_json": BASE64}]}), BadPicture, "yes"),
        (Canned({"credits": 0, "image": None}), BadPicture, "no"),
        (Canned({"image": {"url": "http://10.0.0.1/x.png"}}), BadPicture, "maybe"),
        (Canned(HTML), BadPicture, "maybe"),
        (Canned({"code": "not_enough_credits", "message": f"Not enough credits. {KEY}"}, 400), Unpaid, "no"),
        (Canned({"code": "nsfw_content", "message": "Flagged as NSFW."}, 422), Refused, "no"),
        (Canned({"code": "invalid_request", "message": "image_url: too large"}, 400), BadRequest, "no"),
        (Canned({"code": "unauthorized", "message": "No."}, 401), BadKey, "no"),
        (Canned({"code": "too_many_requests", "message": "Slow down."}, 429), RateLimited, "no"),
        (Canned({}, 500), Down, "maybe"),
        (Canned({}, 503), Down, "no"),
    ],
)
async def test_a_bad_answer_becomes_its_miss(canned: Canned, kind: type[ModelError], paid: Paid) -> None:
    with pytest.raises(ModelError) as caught:
        await enlarged(Desk(canned), a_picture())
    assert (type(caught.value), caught.value.paid, caught.value.model) == (kind, paid, "recraft:crispUpscale")
    assert KEY not in str(caught.value)


async def test_bytes_that_are_no_picture_are_not_sent() -> None:
    desk = Desk(Canned(GOOD))
    with pytest.raises(BadRequest):
        await enlarged(desk, PICTURE)
    assert desk.asked == []
