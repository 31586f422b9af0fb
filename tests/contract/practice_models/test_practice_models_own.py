"""A self-hosted server, asked with a plain HTTP client."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.contract.practice_models.studio import BEARER, Practice, picture

MODEL = "Qwen/Qwen-Image"


async def habit(practice: Practice, **habits: Any) -> None:
    answer = await practice.http.post("/control/own", json=habits)
    assert answer.status_code == 200, answer.text


async def test_a_picture_comes_as_base64_where_that_is_asked_for(practice: Practice) -> None:
    answer = (await practice.own(response_format="b64_json", model=MODEL, seed=3, num_inference_steps=9)).json()
    assert picture(answer["data"][0]["b64_json"]).size == (320, 448)
    assert "usage" not in answer
    assert (await practice.bill(MODEL))["calls"][0]["price_usd"] == 0


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("absolute", "http://127.0.0.1:"),
        ("relative", "/own/files/"),
        ("data", "data:image/png;base64,"),
        ("private", "http://10."),
    ],
)
async def test_an_address_is_what_the_servers_habit_makes_it(practice: Practice, url: str, start: str) -> None:
    await habit(practice, url=url)
    address = (await practice.own()).json()["data"][0]["url"]
    assert address.startswith(start)
    if url == "data":
        assert picture(address.partition(",")[2]).size == (320, 448)
    if url in ("absolute", "relative"):
        fetched = await practice.http.get(address)
        assert Image.open(io.BytesIO(fetched.content)).size == (320, 448)


async def test_a_server_that_rejects_response_format_always_answers_base64(practice: Practice) -> None:
    await habit(practice, response_format="rejected")
    rejected = await practice.own(response_format="b64_json")
    assert (rejected.status_code, "response_format" in rejected.text) == (400, True)
    assert base64.b64decode((await practice.own()).json()["data"][0]["b64_json"])[:4] == b"\x89PNG"


async def test_a_server_may_ignore_the_size_and_allow_one_picture_a_call(practice: Practice) -> None:
    await habit(practice, size="ignored", most=1)
    answer = await practice.own(response_format="b64_json")
    assert picture(answer.json()["data"][0]["b64_json"]).size == (1024, 1024)
    assert (await practice.own(n=2)).status_code == 400


@pytest.mark.parametrize(
    ("shape", "where"),
    [("object", ("error", "message")), ("string", ("error",)), ("detail", ("detail",)), ("message", ("message",))],
)
async def test_errors_have_the_servers_own_shape(practice: Practice, shape: str, where: tuple[str, ...]) -> None:
    await habit(practice, errors=shape)
    await practice.fault(MODEL, "error_503")
    for status, answer in ((503, await practice.own()), (400, await practice.own(size="tall"))):
        said: Any = answer.json()
        for key in where:
            said = said[key]
        assert (answer.status_code, type(said)) == (status, str)


@pytest.mark.parametrize(
    ("kind", "spelling", "status"),
    [
        ("refusal", "", 400),
        ("refusal", "empty", 200),
        ("no_image", "", 200),
        ("rate_limit", "", 429),
        ("no_money", "", 402),
        ("bad_key", "", 401),
        ("retired", "", 404),
        ("bad_request", "", 400),
        ("error_500", "", 500),
    ],
)
async def test_every_fault_has_an_answer(practice: Practice, kind: str, spelling: str, status: int) -> None:
    await practice.fault(MODEL, kind, spelling=spelling)
    answer = await practice.own()
    assert answer.status_code == status
    assert (answer.json().get("data") == []) == (status == 200)


async def test_no_key_is_fine_until_one_is_required_and_a_wrong_one_never_is(practice: Practice) -> None:
    async def asked(headers: dict[str, str]) -> int:
        return (await practice.http.get("/own/v1/models", headers=headers)).status_code

    wrong = {"Authorization": "Bearer sk-live"}
    assert [await asked({}), await asked(BEARER), await asked(wrong)] == [200, 200, 401]
    await habit(practice, auth="required")
    assert [await asked({}), await asked(BEARER)] == [401, 200]


@pytest.mark.parametrize("fields", [{"size": "100x100"}, {"size": "4096x64"}, {"n": 0}, {"prompt": ""}, {"n": "two"}])
async def test_what_makes_no_sense_is_refused(practice: Practice, fields: dict[str, Any]) -> None:
    assert (await practice.own(**fields)).status_code == 400
    assert (await practice.bill())["calls"] == []


async def test_another_model_is_not_there(practice: Practice) -> None:
    listed = (await practice.http.get("/own/v1/models")).json()["data"]
    assert [model["id"] for model in listed] == [MODEL]
    assert (await practice.own(model="gpt-image-2")).status_code == 404


@pytest.mark.parametrize("habits", [{"url": "sideways"}, {"mood": "good"}, {"most": 0}])
async def test_a_habit_that_does_not_exist_is_told_so(practice: Practice, habits: dict[str, Any]) -> None:
    answer = await practice.http.post("/control/own", json=habits)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_habit")
    assert (await practice.http.get("/control/own")).json()["url"] == "absolute"
