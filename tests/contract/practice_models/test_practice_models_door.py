"""The control door's part about models."""

import time
from typing import Any

import pytest

from tests.contract.practice_models.studio import BEARER, Practice


async def shown(practice: Practice, model: str) -> dict[str, Any]:
    listed = (await practice.http.get("/control/models")).json()["models"]
    row: dict[str, Any] = next(row for row in listed if row["id"] == model)
    return row


async def test_models_are_listed_with_vendor_fault_and_latency(practice: Practice) -> None:
    await practice.fault("gpt-image-2", "refusal", times=3, spelling="output")
    row = await shown(practice, "gpt-image-2")
    assert (row["vendor"], row["fault"]["kind"], row["fault"]["left"]) == ("openai", "refusal", 3)
    await practice.openai()
    assert (await shown(practice, "gpt-image-2"))["fault"]["left"] == 2
    assert (await shown(practice, "recraftv4_1"))["fault"] is None
    assert (await shown(practice, "recraftv4_1"))["latency"] == {"least": 1.5, "most": 4.0}


async def test_latency_is_set_for_one_model_and_for_all(practice: Practice) -> None:
    wait = {"least": 50, "most": 50}  # 0.1 s at this speed
    assert (await practice.http.post("/control/models/recraftv4_1/latency", json=wait)).status_code == 200
    began = time.monotonic()
    await practice.recraft()
    assert time.monotonic() - began >= 0.1
    await practice.http.post("/control/models/*/latency", json={"least": 0, "most": 0})
    assert (await shown(practice, "recraftv4_1"))["latency"] == {"least": 0.0, "most": 0.0}


async def test_a_model_whose_id_has_slashes_is_named_as_it_is(practice: Practice) -> None:
    model = "google/nano-banana-2.1/edit"
    await practice.fault(model, "hang")
    await practice.fault("fal-ai%2Fnano-banana-2", "refusal")
    assert (await shown(practice, model))["fault"]["kind"] == "hang"
    assert (await shown(practice, "fal-ai/nano-banana-2"))["fault"]["kind"] == "refusal"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("no-such-model/faults", {"kind": "hang"}, 404, "no_such_model"),
        ("recraftv4_1/faults", {"kind": "boredom"}, 400, "bad_fault"),
        ("recraftv4_1/faults", {"kind": "hang", "often": 3}, 400, "bad_fault"),
        ("recraftv4_1/faults", {"kind": "hang", "probability": 2}, 400, "bad_fault"),
        ("recraftv4_1/latency", {"least": 3, "most": 1}, 400, "bad_latency"),
        ("recraftv4_1/latency", {"least": -1, "most": 1}, 400, "bad_latency"),
        ("no-such-model/life", {"state": "retired"}, 404, "no_such_model"),
        ("recraftv4_1/life", {"state": "asleep"}, 400, "bad_life"),
        ("recraftv4_1/life", {"shutdown_date": "soon"}, 400, "bad_life"),
    ],
)
async def test_a_call_that_makes_no_sense_is_told_so(
    practice: Practice, path: str, body: dict[str, Any], status: int, error: str
) -> None:
    answer = await practice.http.post(f"/control/models/{path}", json=body)
    assert (answer.status_code, answer.json()["ok"], answer.json()["error"]) == (status, False, error)


async def test_a_model_retires_overnight_and_comes_back(practice: Practice) -> None:
    asks = {
        "recraftv4_1": practice.recraft,
        "gpt-image-2": practice.openai,
        "gemini-nano-banana-2.1": practice.gemini,
    }
    for model, ask in asks.items():
        assert (await ask()).status_code == 200
        paid = (await practice.bill(model))["total_usd"]
        await practice.life(model, state="retired")
        assert (await ask()).status_code == 404
        assert not any(f'{model}"' in listed for listed in await practice.listed())
        assert (await practice.bill(model))["total_usd"] == paid
        await practice.life(model)
        assert (await ask()).status_code == 200
        assert (await shown(practice, model))["life"]["state"] == "served"


async def test_a_shutdown_date_is_told_where_the_vendor_tells_one(practice: Practice) -> None:
    await practice.life("gpt-image-2", shutdown_date="2026-12-31")
    one = await practice.http.get("/openai/v1/models/gpt-image-2", headers=BEARER)
    assert one.json()["shutdown_date"] == "2026-12-31"


@pytest.mark.parametrize(
    ("known", "sent", "status"),
    [
        ("responseFormat", "imageConfig", 400),
        ("responseFormat", "responseFormat", 200),
        ("imageConfig", "responseFormat", 400),
        ("imageConfig", "imageConfig", 200),
    ],
)
async def test_googles_server_can_know_one_spelling_alone(
    practice: Practice, known: str, sent: str, status: int
) -> None:
    assert (await practice.http.post("/control/gemini", json={"spelling": known})).status_code == 200
    names = {"aspectRatio": "ASPECT_RATIO_THREE_BY_FOUR", "imageSize": "IMAGE_SIZE_ONE_K"}
    spelled: dict[str, Any] = {} if sent == "imageConfig" else {"imageConfig": None, "responseFormat": {"image": names}}
    answer = await practice.gemini(**spelled)
    assert answer.status_code == status
    assert status == 200 or sent in answer.json()["error"]["message"]


async def test_a_spelling_that_does_not_exist_is_told_so(practice: Practice) -> None:
    answer = await practice.http.post("/control/gemini", json={"spelling": "imageconfig"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_habit")
