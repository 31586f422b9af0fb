"""Servers of one's own: the habits in which they differ, how they say no, and what the list of them may hold."""

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

from bot.brief import Brief
from bot.budget import Charge
from bot.catalogue import Size
from bot.errors import BadPicture, ModelError
from bot.ports import Answer
from bot.routing import route
from bot.settings import Settings
from playground.models import add_models
from providers import Models, open_models
from providers.registry import MODELS
from tests.contract.vendor_cases import BASE64, ECHO, KEY, PICTURE, PROMPT, an_ask
from tests.contract.vendor_desk import Canned, Desk
from tests.contract.vendor_words import is_told_plainly
from tests.unit.storage.stories import NOW

MODEL = "Qwen/Qwen-Image"
OWN = replace(MODELS[0], provider="own", wire_id="flux", title="Flux")
ENTRY = {"id": "flux", "model": MODEL, "extras": {"num_inference_steps": 8, "seed": True}}


def listing(address: str, **more: object) -> Models:
    """Clients for one own server; no other account has a key."""
    entry = ENTRY | {"base_url": address} | more
    return open_models(Settings.model_validate({"own_models": json.dumps([entry])}))


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    app = web.Application()
    add_models(app, data=tmp_path, speed=200)
    async with TestServer(app) as server:
        yield f"http://{server.host}:{server.port}"


async def told(address: str, what: str, **body: object) -> None:
    async with ClientSession() as session, session.post(f"{address}/control/{what}", json=body) as response:
        assert response.status == 200


async def drawn(address: str, **more: object) -> Answer:
    models = listing(f"{address}/own/v1", **more)
    try:
        return await models.model("own:flux").draw(an_ask())
    finally:
        await models.close()


def size_of(answer: Answer) -> tuple[int, int]:
    with Image.open(BytesIO(answer.data)) as image:
        image.load()
        return image.size


HABITS: list[dict[str, object]] = [
    {},
    {"response_format": "rejected"},
    {"response_format": "rejected", "errors": "string"},
    {"response_format": "rejected", "errors": "detail"},
    {"response_format": "rejected", "errors": "message"},
    {"most": 1},
]


@pytest.mark.parametrize("habits", HABITS)
async def test_a_portrait_comes_whatever_the_servers_habits(address: str, habits: dict[str, object]) -> None:
    await told(address, "own", **habits)
    answer = await drawn(address)
    assert await asyncio.to_thread(size_of, answer) == (864, 1152)
    assert answer.charge == Charge(Decimal(0), "listed")


async def test_a_key_goes_to_a_server_that_wants_one(address: str) -> None:
    await told(address, "own", auth="required")
    assert (await drawn(address, key="practice-own")).data
    with pytest.raises(ModelError) as caught:
        await drawn(address)
    assert caught.value.kind == "bad_key"


FAULTS = {
    ("refusal", ""): ("refused", "no"),
    ("refusal", "empty"): ("refused", "no"),
    ("rate_limit", ""): ("rate_limited", "no"),
    ("no_money", ""): ("no_money", "no"),
    ("bad_key", ""): ("bad_key", "no"),
    ("retired", ""): ("retired", "no"),
    ("bad_request", ""): ("bad_request", "no"),
    ("error_500", ""): ("down", "maybe"),
    ("error_503", ""): ("down", "no"),
    ("cut_during", ""): ("down", "maybe"),
    ("broken_base64", ""): ("bad_picture", "yes"),
    ("html", ""): ("bad_picture", "maybe"),
}


@pytest.mark.parametrize("shape", ["object", "string", "detail", "message"])
async def test_each_way_of_saying_no_is_understood_in_each_shape(address: str, shape: str) -> None:
    await told(address, "own", errors=shape)
    for (kind, spelling), expected in FAULTS.items():
        await told(address, f"models/{MODEL}/faults", kind=kind, spelling=spelling, times=0)
        with pytest.raises(ModelError) as caught:
            await drawn(address)
        assert (caught.value.kind, caught.value.paid) == expected, kind
        is_told_plainly(caught.value, OWN)


async def asked(*answers: Canned, **more: object) -> tuple[Answer | ModelError, Desk]:
    desk = Desk(*answers)
    async with desk.open() as address:
        models = listing(f"{address}/v1", key=KEY, **more)
        try:
            return await models.model("own:flux").draw(an_ask()), desk
        except ModelError as error:
            assert PROMPT not in str(error)
            return error, desk
        finally:
            await models.close()


async def test_extras_stand_beside_the_rest_and_the_seed_is_the_portraits() -> None:
    _, desk = await asked(Canned({"data": [{"b64_json": BASE64}]}), sizes={"3:4": "768x1024"})
    assert desk.asked[0].body == {
        "model": MODEL,
        "prompt": PROMPT,
        "n": 1,
        "size": "768x1024",
        "response_format": "b64_json",
        "num_inference_steps": 8,
        "seed": an_ask().seed,
    }


async def test_a_server_that_turns_response_format_down_is_asked_once_more_without_it() -> None:
    no = Canned({"error": {"message": f"Unknown parameter: response_format. {ECHO}"}}, 400)
    answer, desk = await asked(no, Canned({"data": [{"b64_json": BASE64}] * 2}))
    assert isinstance(answer, Answer)
    assert answer.data == PICTURE
    assert ["response_format" in request.body for request in desk.asked] == [True, False]


@pytest.mark.parametrize("url", ["/files/a.png", "files/a.png", "{own}/files/a.png", f"data:image/png;base64,{BASE64}"])
async def test_an_address_relative_or_of_its_own_origin_or_a_data_one_is_fetched_without_the_key(url: str) -> None:
    desk = Desk()
    async with desk.open() as address:
        desk.put(Canned({"data": [{"url": url.format(own=address)}]}), Canned(PICTURE))
        models = listing(f"{address}/v1", key=KEY)
        assert (await models.model("own:flux").draw(an_ask())).data == PICTURE
        await models.close()
    assert all("Authorization" not in request.headers for request in desk.asked[1:])


async def test_an_address_inside_another_network_is_not_fetched() -> None:
    error, desk = await asked(Canned({"data": [{"url": "http://169.254.169.254/latest"}]}))
    assert isinstance(error, BadPicture)
    assert (error.detail, len(desk.asked)) == ("address not allowed", 1)


async def test_a_brief_that_speaks_of_safety_is_no_refusal() -> None:
    error, _ = await asked(Canned({"error": PROMPT}, 400))
    assert isinstance(error, ModelError)
    assert error.kind == "bad_request"


async def test_a_server_is_checked_by_its_list_of_models(address: str) -> None:
    for model, served in ((MODEL, True), ("another", None)):
        models = listing(f"{address}/own/v1", model=model)
        (found,) = [check for check in await models.checks() if check.provider == "own"]
        await models.close()
        assert (found.key_ok, found.served) == (True, {"own:flux": served})


async def test_an_own_model_of_a_family_draws_where_a_look_asks_for_it() -> None:
    models = listing("http://127.0.0.1:1/v1", family="recraft")
    chosen = route(Brief.of("Maya: x"), models.catalogue, NOW.date())
    await models.close()
    assert {m.id for m in chosen.models} == {"own:flux"}
    assert models.catalogue.of("own:flux").prices[Size.DRAFT] == 0


def test_a_key_may_stand_in_a_variable_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"own_models": json.dumps([ENTRY | {"base_url": "https://host/v1", "key": "$FLUX_KEY"}])}
    with pytest.raises(ValidationError, match="FLUX_KEY is not set"):
        Settings.model_validate(given)
    monkeypatch.setenv("FLUX_KEY", KEY)
    (own,) = Settings.model_validate(given).own_models
    assert own.key
    assert own.key.get_secret_value() == KEY


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ("nonsense", "not JSON"),
        ("{}", "is a list"),
        ([{"id": "a"}], "base_url"),
        ([{"id": "A b"}], "id"),
        ([{"mood": 1}], "mood"),
        ([{"base_url": "http://gpu.example.com/v1"}], "plain http"),
        ([{"base_url": "http://10.0.0.7/v1", "key": KEY}], "plain http"),
        ([{"base_url": "https://me:pw@host/v1"}], "without user"),
        ([{"extras": {"prompt": "x"}}], "extras must not hold prompt"),
        ([{"sizes": {"3:4": "large"}}], "sizes map a ratio"),
        ([{}, {}], "every id"),
        ([{"price": -1, "key": KEY}], "price"),
    ],
)
def test_a_list_that_cannot_be_is_refused_with_a_sentence_and_without_its_keys(own: Any, sentence: str) -> None:
    whole = {"id": "a", "base_url": "https://host/v1", "model": "m"}
    given = own if isinstance(own, str) else json.dumps([item if item == {"id": "a"} else whole | item for item in own])
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"own_models": given})
    error = caught.value.errors()[0]
    assert sentence in f"{error['loc']} {error['msg']}"
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "http://10.0.0.7:8000/v1", "http://gpu:8000/v1", "http://a.lan/v1"]
)
def test_plain_http_is_fine_on_this_machine_and_without_a_key_in_ones_own_network(url: str) -> None:
    own = Settings.model_validate({"own_models": json.dumps([ENTRY | {"base_url": url}])}).own_models
    assert own[0].base_url == url


async def test_an_own_server_that_asks_for_patience_gets_it_from_every_round() -> None:
    models = listing("http://127.0.0.1:1/v1")
    models.line("own:flux").hold(20)
    turn = models.line("own:flux").enter()
    assert turn.wait() > 15
    turn.leave()
    await models.close()
