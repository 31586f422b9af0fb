"""fal's queue, called with a plain HTTP client."""

import asyncio
import base64
import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.support.practice_models import FAL, PracticeModels, data_url, make_png, mean_colour
from tests.support.time_factor import scaled

RECRAFT = "fal-ai/recraft/v4.1/text-to-image"
BANANA = "google/nano-banana-2.1"
GPT = "openai/gpt-image-2"
NB2 = "fal-ai/nano-banana-2"


async def submit(practice_models: PracticeModels, endpoint: str, **fields: Any) -> dict[str, Any]:
    answer = await practice_models.fal(endpoint, **fields)
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def result(practice_models: PracticeModels, endpoint: str, **fields: Any) -> httpx.Response:
    return await practice_models.fal_result(await submit(practice_models, endpoint, **fields))


async def status(practice_models: PracticeModels, ticket: dict[str, Any]) -> httpx.Response:
    return await practice_models.http.get(ticket["status_url"], headers=FAL)


def decode_image(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize(
    ("endpoint", "fields", "size", "price"),
    [
        (RECRAFT, {}, (1024, 1024), 0.035),
        (GPT, {"image_size": {"width": 640, "height": 1024}, "quality": "low"}, (640, 1024), 0.005),
        (NB2, {"resolution": "0.5K"}, (512, 512), 0.06),
    ],
)
async def test_each_model_family_returns_the_requested_size_at_its_price(
    practice_models: PracticeModels, endpoint: str, fields: dict[str, Any], size: tuple[int, int], price: float
) -> None:
    (file,) = (await result(practice_models, endpoint, **fields)).json()["images"]
    fetched = await practice_models.http.get(file["url"])
    assert decode_image(fetched.content).size == (file["width"], file["height"]) == size
    assert fetched.headers["Content-Type"] == file["content_type"]
    assert (await practice_models.usage(endpoint))["total_usd"] == pytest.approx(price, abs=0.001)


async def test_job_urls_omit_the_path_after_owner_and_name(practice_models: PracticeModels) -> None:
    job = await submit(practice_models, RECRAFT)
    address = f"/fal/fal-ai/recraft/requests/{job['request_id']}"
    assert httpx.URL(job["response_url"]).path == address
    assert httpx.URL(job["status_url"]).path == f"{address}/status"
    assert httpx.URL(job["cancel_url"]).path == f"{address}/cancel"
    wrong_path = f"/fal/{RECRAFT}/requests/{job['request_id']}/status"
    assert (await practice_models.http.get(wrong_path, headers=FAL)).status_code == 405


async def test_job_goes_through_queued_in_progress_and_completed(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(NB2, "latency", seconds=scaled(80))  # 0.16 s at this speed
    job = await submit(practice_models, NB2, resolution="0.5K")
    early = await practice_models.http.get(job["response_url"], headers=FAL)
    states: list[dict[str, Any]] = []
    async with asyncio.timeout(scaled(5)):
        while not states or states[-1]["status"] != "COMPLETED":
            states.append((await status(practice_models, job)).json())
            await asyncio.sleep(0.003)
    assert list(dict.fromkeys(state["status"] for state in states)) == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert states[0]["queue_position"] == 0
    assert states[-1]["metrics"]["inference_time"] > 0
    assert (early.status_code, early.json()["detail"]) == (400, "Request is still in progress")
    assert (await practice_models.http.get(job["response_url"], headers=FAL)).status_code == 200


async def test_finished_job_is_charged_even_if_not_fetched(practice_models: PracticeModels) -> None:
    job = await submit(practice_models, RECRAFT)
    async with asyncio.timeout(scaled(5)):
        while (await status(practice_models, job)).status_code == 202:
            await asyncio.sleep(0.005)
    (call,) = (await practice_models.usage())["calls"]
    assert (call["vendor"], call["outcome"], call["charged"]) == ("fal", "drawn", True)
    await practice_models.http.get(job["response_url"], headers=FAL)
    await practice_models.http.get(job["response_url"], headers=FAL)
    (call,) = (await practice_models.usage())["calls"]
    assert (call["outcome"], call["price_usd"]) == ("delivered", 0.035)


async def test_queued_job_can_be_cancelled_for_free(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(BANANA, "hang")
    job = await submit(practice_models, BANANA)
    assert (await status(practice_models, job)).json()["status"] == "IN_QUEUE"
    cancelled = await practice_models.http.put(job["cancel_url"], headers=FAL)
    again = await practice_models.http.put(job["cancel_url"], headers=FAL)
    final = (await status(practice_models, job)).json()
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "CANCELLATION_REQUESTED")
    assert (again.status_code, again.json()["status"]) == (400, "ALREADY_COMPLETED")
    assert (final["status"], final["error_type"]) == ("COMPLETED", "client_cancelled")
    async with asyncio.timeout(scaled(5)):
        while (await practice_models.usage())["calls"][0]["outcome"] != "cancelled":
            await asyncio.sleep(0.005)
    assert (await practice_models.usage())["total_usd"] == 0


@pytest.mark.parametrize(
    ("endpoint", "fields", "place", "kind"),
    [
        (RECRAFT, {"image_size": "3:4"}, "image_size", "value_error"),
        (RECRAFT, {"seed": 4}, "seed", "extra_forbidden"),
        (RECRAFT, {"prompt": None}, "prompt", "missing"),
        (GPT, {"seed": 4}, "seed", "extra_forbidden"),
        (GPT, {"image_size": {"width": 1000, "height": 1504}}, "image_size", "value_error"),
        (GPT, {"quality": "max"}, "quality", "enum"),
        (BANANA, {"resolution": "8K"}, "resolution", "enum"),
        (BANANA, {"aspect_ratio": "7:9"}, "aspect_ratio", "enum"),
        (f"{BANANA}/edit", {}, "image_urls", "missing"),
        (f"{BANANA}/edit", {"image_urls": ["https://elsewhere.example/a.png"]}, "image_url", "file_download_error"),
        (f"{BANANA}/edit", {"image_urls": [data_url(b"no picture")]}, "image_url", "image_load_error"),
        (f"{BANANA}/edit", {"image_urls": ["x"] * 15}, "image_urls", "value_error"),
    ],
)
async def test_invalid_input_is_accepted_and_fails_at_the_result(
    practice_models: PracticeModels, endpoint: str, fields: dict[str, Any], place: str, kind: str
) -> None:
    answer = await result(practice_models, endpoint, **fields)
    (error,) = answer.json()["detail"]
    assert (answer.status_code, answer.headers["X-Fal-Retryable"]) == (422, "false")
    assert (error["loc"], error["type"]) == (["body", place], kind)
    assert (await practice_models.usage())["calls"] == []


async def test_edit_keeps_the_reference_face(practice_models: PracticeModels) -> None:
    fields = {
        "image_urls": [data_url(make_png(colour=(30, 160, 30))), data_url(make_png(32, 32))],
        "resolution": "0.5K",
    }
    (file,) = (await result(practice_models, f"{NB2}/edit", **fields)).json()["images"]
    red, green, _ = mean_colour(decode_image((await practice_models.http.get(file["url"])).content))
    assert green > 3 * red


async def test_generated_picture_url_can_be_a_reference(practice_models: PracticeModels) -> None:
    (first,) = (await result(practice_models, NB2, resolution="0.5K")).json()["images"]
    fields = {"image_urls": [first["url"]], "resolution": "0.5K"}
    (second,) = (await result(practice_models, f"{NB2}/edit", **fields)).json()["images"]
    original, edited = [decode_image((await practice_models.http.get(file["url"])).content) for file in (first, second)]
    assert original.tobytes() != edited.tobytes()
    assert all(abs(one - other) < 30 for one, other in zip(mean_colour(original), mean_colour(edited), strict=True))


async def test_same_seed_gives_the_same_face(practice_models: PracticeModels) -> None:
    async def face(**fields: Any) -> bytes:
        (file,) = (await result(practice_models, NB2, resolution="0.5K", **fields)).json()["images"]
        return (await practice_models.http.get(file["url"])).content

    assert await face(seed=5) == await face(seed=5)
    assert await face() != await face()


async def test_sync_mode_returns_a_data_uri(practice_models: PracticeModels) -> None:
    (file,) = (await result(practice_models, NB2, resolution="0.5K", sync_mode=True)).json()["images"]
    head, _, data = file["url"].partition(",")
    assert head == "data:image/png;base64"
    assert decode_image(base64.b64decode(data, validate=True)).size == (512, 512)


@pytest.mark.parametrize(
    ("kind", "spelling", "code", "detail"),
    [
        ("rate_limit", "", 429, "Too many"),
        ("no_money", "", 403, "Exhausted balance"),
        ("no_money", "admin", 403, "Admin lock"),
        ("bad_key", "", 401, "No user found"),
        ("retired", "", 404, "not found"),
    ],
)
async def test_account_errors_are_returned_on_submit(
    practice_models: PracticeModels, kind: str, spelling: str, code: int, detail: str
) -> None:
    await practice_models.set_fault(BANANA, kind, spelling=spelling)
    answer = await practice_models.fal(BANANA)
    assert answer.status_code == code
    assert detail in answer.json()["detail"]
    assert (await practice_models.usage())["total_usd"] == 0


@pytest.mark.parametrize(
    ("kind", "spelling", "code", "retryable", "said"),
    [
        ("refusal", "", 422, "false", "content_policy_violation"),
        ("bad_request", "", 422, "false", "value_error"),
        ("no_image", "", 422, "false", "no_media_generated"),
        ("error_500", "", 500, "true", "internal_server_error"),
    ],
)
async def test_model_errors_are_a_list_at_the_result(
    practice_models: PracticeModels, kind: str, spelling: str, code: int, retryable: str, said: str
) -> None:
    await practice_models.set_fault(BANANA, kind, spelling=spelling)
    answer = await result(practice_models, BANANA)
    (error,) = answer.json()["detail"]
    assert (answer.status_code, answer.headers["X-Fal-Retryable"], error["type"]) == (code, retryable, said)
    assert (await practice_models.usage())["total_usd"] == 0


@pytest.mark.parametrize(
    ("spelling", "categories"),
    [("", ["violence"]), ("model_moderated", ["model_moderated"]), ("sexual,hate", ["sexual", "hate"])],
)
async def test_a_refusal_names_its_categories(
    practice_models: PracticeModels, spelling: str, categories: list[str]
) -> None:
    await practice_models.set_fault(BANANA, "refusal", spelling=spelling)
    assert (await result(practice_models, BANANA)).json()["detail"][0]["categories"] == categories
    await practice_models.set_fault(BANANA, "refusal", spelling="plain")
    assert "categories" not in (await result(practice_models, BANANA)).json()["detail"][0]


@pytest.mark.parametrize(("spelling", "code"), [("runner_disconnected", 503), ("request_timeout", 504)])
async def test_completed_job_may_be_a_platform_failure(
    practice_models: PracticeModels, spelling: str, code: int
) -> None:
    await practice_models.set_fault(BANANA, "error_503", spelling=spelling)
    job = await submit(practice_models, BANANA)
    answer = await practice_models.fal_result(job)
    final = (await status(practice_models, job)).json()
    assert (final["status"], final["error_type"]) == ("COMPLETED", spelling)
    assert (answer.status_code, answer.json()["detail"]) == (code, final["error"])
    assert (answer.headers["X-Fal-Error-Type"], answer.headers["X-Fal-Retryable"]) == (spelling, "true")


@pytest.mark.parametrize(("kind", "charged"), [("cut_before", False), ("cut_after", True)])
async def test_cut_submission_may_still_be_charged(practice_models: PracticeModels, kind: str, charged: bool) -> None:
    await practice_models.set_fault(RECRAFT, kind)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice_models.fal(RECRAFT)
    async with asyncio.timeout(scaled(5)):
        while (await practice_models.usage())["calls"][0]["outcome"] == "drawing":
            await asyncio.sleep(0.005)
    assert [call["charged"] for call in (await practice_models.usage())["calls"]] == [charged]


async def test_cut_result_can_be_fetched_again(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "cut_during")
    job = await submit(practice_models, RECRAFT)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice_models.fal_result(job)
    assert (await practice_models.fal_result(job)).json()["images"]
    assert len((await practice_models.usage())["calls"]) == 1


@pytest.mark.parametrize("kind", ["truncated", "not_an_image", "enormous", "wrong_type", "redirect", "broken_base64"])
async def test_successful_response_may_point_to_an_invalid_picture(practice_models: PracticeModels, kind: str) -> None:
    await practice_models.set_fault(RECRAFT, kind)
    answer = await result(practice_models, RECRAFT)
    (file,) = answer.json()["images"]
    assert (answer.status_code, file["content_type"]) == (200, "image/webp")
    if kind == "broken_base64":
        with pytest.raises(ValueError, match=r"base64|padding"):
            base64.b64decode(file["url"].partition(",")[2], validate=True)
        return
    fetched = await practice_models.http.get(file["url"])
    if kind == "redirect":
        assert (fetched.status_code, fetched.headers["Location"][:10]) == (307, "http://10.")
    elif kind == "enormous":
        assert int.from_bytes(fetched.content[16:20]) == 30_000
    elif kind == "wrong_type":
        assert (fetched.headers["Content-Type"], decode_image(fetched.content).format) == ("image/webp", "JPEG")
    else:
        with pytest.raises((OSError, SyntaxError)):
            decode_image(fetched.content)


async def test_html_page_may_replace_the_result(practice_models: PracticeModels) -> None:
    await practice_models.set_fault(RECRAFT, "html", spelling="502")
    answer = await result(practice_models, RECRAFT)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (502, "text/html")


async def test_only_practice_keys_and_known_paths_are_accepted(practice_models: PracticeModels) -> None:
    async def post(path: str, key: str) -> tuple[int, str]:
        answer = await practice_models.http.post(f"/fal/{path}", json={"prompt": "x"}, headers={"Authorization": key})
        return answer.status_code, answer.json()["detail"]

    assert await post(BANANA, "Key live:secret") == (401, "No user found for Key ID and Secret")
    assert (await post(BANANA, "Bearer practice-key"))[0] == 401
    assert (await post("fal-ai/flux/dev", "Key practice-key"))[0] == 404
    job = await submit(practice_models, RECRAFT)
    other_model_path = f"/fal/google/nano-banana-2.1/requests/{job['request_id']}"
    assert (await practice_models.http.get(other_model_path, headers=FAL)).status_code == 404
