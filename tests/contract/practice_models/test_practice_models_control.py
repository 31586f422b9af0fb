"""The control API of the models."""

import time
from typing import Any

import pytest

from tests.support.practice_models import BEARER, PracticeModels


async def model_row(practice_models: PracticeModels, model: str) -> dict[str, Any]:
    listed = (await practice_models.http.get("/control/models")).json()["models"]
    row: dict[str, Any] = next(row for row in listed if row["id"] == model)
    return row


async def test_models_are_listed_with_vendor_fault_and_latency(practice_models: PracticeModels) -> None:
    await practice_models.set_fault("gpt-image-2", "refusal", times=3, spelling="output")
    row = await model_row(practice_models, "gpt-image-2")
    assert (row["vendor"], row["fault"]["kind"], row["fault"]["left"]) == ("openai", "refusal", 3)
    await practice_models.openai()
    assert (await model_row(practice_models, "gpt-image-2"))["fault"]["left"] == 2
    assert (await model_row(practice_models, "recraftv4_1"))["fault"] is None
    assert (await model_row(practice_models, "recraftv4_1"))["latency"] == {"least": 1.5, "most": 4.0}


async def test_latency_is_set_for_one_model_and_for_all(practice_models: PracticeModels) -> None:
    latency = {"least": 50, "most": 50}  # 0.1 s at this speed
    assert (await practice_models.http.post("/control/models/recraftv4_1/latency", json=latency)).status_code == 200
    started_at = time.monotonic()
    await practice_models.recraft()
    assert time.monotonic() - started_at >= 0.1
    await practice_models.http.post("/control/models/*/latency", json={"least": 0, "most": 0})
    assert (await model_row(practice_models, "recraftv4_1"))["latency"] == {"least": 0.0, "most": 0.0}


async def test_model_id_with_slashes_is_accepted(practice_models: PracticeModels) -> None:
    model = "google/nano-banana-2.1/edit"
    await practice_models.set_fault(model, "hang")
    await practice_models.set_fault("fal-ai%2Fnano-banana-2", "refusal")
    assert (await model_row(practice_models, model))["fault"]["kind"] == "hang"
    assert (await model_row(practice_models, "fal-ai/nano-banana-2"))["fault"]["kind"] == "refusal"


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
async def test_invalid_control_call_is_rejected(
    practice_models: PracticeModels, path: str, body: dict[str, Any], status: int, error: str
) -> None:
    answer = await practice_models.http.post(f"/control/models/{path}", json=body)
    assert (answer.status_code, answer.json()["ok"], answer.json()["error"]) == (status, False, error)


async def test_model_can_be_retired_and_restored(practice_models: PracticeModels) -> None:
    calls = {
        "recraftv4_1": practice_models.recraft,
        "gpt-image-2": practice_models.openai,
        "gemini-nano-banana-2.1": practice_models.gemini,
    }
    for model, call in calls.items():
        assert (await call()).status_code == 200
        paid = (await practice_models.usage(model))["total_usd"]
        await practice_models.set_retirement(model, state="retired")
        assert (await call()).status_code == 404
        assert not any(f'{model}"' in listed for listed in await practice_models.model_lists())
        assert (await practice_models.usage(model))["total_usd"] == paid
        await practice_models.set_retirement(model)
        assert (await call()).status_code == 200
        assert (await model_row(practice_models, model))["life"]["state"] == "served"


async def test_shutdown_date_is_listed_by_the_vendor(practice_models: PracticeModels) -> None:
    await practice_models.set_retirement("gpt-image-2", shutdown_date="2026-12-31")
    one = await practice_models.http.get("/openai/v1/models/gpt-image-2", headers=BEARER)
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
async def test_google_server_can_accept_one_spelling_only(
    practice_models: PracticeModels, known: str, sent: str, status: int
) -> None:
    assert (await practice_models.http.post("/control/gemini", json={"spelling": known})).status_code == 200
    names = {"aspectRatio": "ASPECT_RATIO_THREE_BY_FOUR", "imageSize": "IMAGE_SIZE_ONE_K"}
    spelled: dict[str, Any] = {} if sent == "imageConfig" else {"imageConfig": None, "responseFormat": {"image": names}}
    answer = await practice_models.gemini(**spelled)
    assert answer.status_code == status
    assert status == 200 or sent in answer.json()["error"]["message"]


async def test_unknown_spelling_is_rejected(practice_models: PracticeModels) -> None:
    answer = await practice_models.http.post("/control/gemini", json={"spelling": "imageconfig"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_habit")
