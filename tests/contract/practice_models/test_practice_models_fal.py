"""fal's queue, asked with a plain HTTP client."""

import asyncio
import base64
import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.contract.practice_models.studio import FAL, Practice, data_url, mean_colour, png

RECRAFT = "fal-ai/recraft/v4.1/text-to-image"
BANANA = "google/nano-banana-2.1"
GPT = "openai/gpt-image-2"
NB2 = "fal-ai/nano-banana-2"


async def submitted(practice: Practice, endpoint: str, **fields: Any) -> dict[str, Any]:
    answer = await practice.fal(endpoint, **fields)
    assert answer.status_code == 200, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


async def result(practice: Practice, endpoint: str, **fields: Any) -> httpx.Response:
    return await practice.fal_result(await submitted(practice, endpoint, **fields))


async def status(practice: Practice, ticket: dict[str, Any]) -> httpx.Response:
    return await practice.http.get(ticket["status_url"], headers=FAL)


def opened(data: bytes) -> Image.Image:
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
async def test_each_family_draws_the_size_asked_for_at_its_price(
    practice: Practice, endpoint: str, fields: dict[str, Any], size: tuple[int, int], price: float
) -> None:
    (file,) = (await result(practice, endpoint, **fields)).json()["images"]
    fetched = await practice.http.get(file["url"])
    assert opened(fetched.content).size == (file["width"], file["height"]) == size
    assert fetched.headers["Content-Type"] == file["content_type"]
    assert (await practice.bill(endpoint))["total_usd"] == pytest.approx(price, abs=0.001)


async def test_addresses_leave_out_the_path_behind_owner_and_name(practice: Practice) -> None:
    ticket = await submitted(practice, RECRAFT)
    address = f"/fal/fal-ai/recraft/requests/{ticket['request_id']}"
    assert httpx.URL(ticket["response_url"]).path == address
    assert httpx.URL(ticket["status_url"]).path == f"{address}/status"
    assert httpx.URL(ticket["cancel_url"]).path == f"{address}/cancel"
    astray = f"/fal/{RECRAFT}/requests/{ticket['request_id']}/status"
    assert (await practice.http.get(astray, headers=FAL)).status_code == 405


async def test_a_request_waits_is_worked_on_and_is_completed(practice: Practice) -> None:
    await practice.fault(NB2, "latency", seconds=40)  # 0.08 s at this speed
    ticket = await submitted(practice, NB2, resolution="0.5K")
    early = await practice.http.get(ticket["response_url"], headers=FAL)
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(5):
        while not seen or seen[-1]["status"] != "COMPLETED":
            seen.append((await status(practice, ticket)).json())
            await asyncio.sleep(0.003)
    assert list(dict.fromkeys(state["status"] for state in seen)) == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert seen[0]["queue_position"] == 0
    assert seen[-1]["metrics"]["inference_time"] > 0
    assert (early.status_code, early.json()["detail"]) == (400, "Request is still in progress")
    assert (await practice.http.get(ticket["response_url"], headers=FAL)).status_code == 200


async def test_what_is_drawn_is_charged_whether_or_not_anybody_fetches_it(practice: Practice) -> None:
    ticket = await submitted(practice, RECRAFT)
    async with asyncio.timeout(5):
        while (await status(practice, ticket)).status_code == 202:
            await asyncio.sleep(0.005)
    (call,) = (await practice.bill())["calls"]
    assert (call["vendor"], call["outcome"], call["charged"]) == ("fal", "drawn", True)
    await practice.http.get(ticket["response_url"], headers=FAL)
    await practice.http.get(ticket["response_url"], headers=FAL)
    (call,) = (await practice.bill())["calls"]
    assert (call["outcome"], call["price_usd"]) == ("delivered", 0.035)


async def test_a_waiting_request_can_be_cancelled_and_costs_nothing(practice: Practice) -> None:
    await practice.fault(BANANA, "hang")
    ticket = await submitted(practice, BANANA)
    assert (await status(practice, ticket)).json()["status"] == "IN_QUEUE"
    asked = await practice.http.put(ticket["cancel_url"], headers=FAL)
    again = await practice.http.put(ticket["cancel_url"], headers=FAL)
    ended = (await status(practice, ticket)).json()
    assert (asked.status_code, asked.json()["status"]) == (202, "CANCELLATION_REQUESTED")
    assert (again.status_code, again.json()["status"]) == (400, "ALREADY_COMPLETED")
    assert (ended["status"], ended["error_type"]) == ("COMPLETED", "client_cancelled")
    async with asyncio.timeout(5):
        while (await practice.bill())["calls"][0]["outcome"] != "cancelled":
            await asyncio.sleep(0.005)
    assert (await practice.bill())["total_usd"] == 0


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
async def test_an_input_that_does_not_fit_is_taken_and_fails_at_the_result(
    practice: Practice, endpoint: str, fields: dict[str, Any], place: str, kind: str
) -> None:
    answer = await result(practice, endpoint, **fields)
    (error,) = answer.json()["detail"]
    assert (answer.status_code, answer.headers["X-Fal-Retryable"]) == (422, "false")
    assert (error["loc"], error["type"]) == (["body", place], kind)
    assert (await practice.bill())["calls"] == []


async def test_an_edit_keeps_the_face_it_was_given(practice: Practice) -> None:
    fields = {"image_urls": [data_url(png(colour=(30, 160, 30))), data_url(png(32, 32))], "resolution": "0.5K"}
    (file,) = (await result(practice, f"{NB2}/edit", **fields)).json()["images"]
    red, green, _ = mean_colour(opened((await practice.http.get(file["url"])).content))
    assert green > 3 * red


async def test_a_picture_of_its_own_serves_as_a_reference_by_its_address(practice: Practice) -> None:
    (first,) = (await result(practice, NB2, resolution="0.5K")).json()["images"]
    fields = {"image_urls": [first["url"]], "resolution": "0.5K"}
    (second,) = (await result(practice, f"{NB2}/edit", **fields)).json()["images"]
    drawn, edited = [opened((await practice.http.get(file["url"])).content) for file in (first, second)]
    assert drawn.tobytes() != edited.tobytes()
    assert all(abs(one - other) < 30 for one, other in zip(mean_colour(drawn), mean_colour(edited), strict=True))


async def test_a_seed_is_kept_where_there_is_one(practice: Practice) -> None:
    async def face(**fields: Any) -> bytes:
        (file,) = (await result(practice, NB2, resolution="0.5K", **fields)).json()["images"]
        return (await practice.http.get(file["url"])).content

    assert await face(seed=5) == await face(seed=5)
    assert await face() != await face()


async def test_sync_mode_answers_with_a_data_uri(practice: Practice) -> None:
    (file,) = (await result(practice, NB2, resolution="0.5K", sync_mode=True)).json()["images"]
    head, _, data = file["url"].partition(",")
    assert head == "data:image/png;base64"
    assert opened(base64.b64decode(data, validate=True)).size == (512, 512)


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
async def test_what_concerns_the_account_is_said_when_submitting(
    practice: Practice, kind: str, spelling: str, code: int, detail: str
) -> None:
    await practice.fault(BANANA, kind, spelling=spelling)
    answer = await practice.fal(BANANA)
    assert answer.status_code == code
    assert detail in answer.json()["detail"]
    assert (await practice.bill())["total_usd"] == 0


@pytest.mark.parametrize(
    ("kind", "spelling", "code", "retryable", "said"),
    [
        ("refusal", "", 422, "false", "content_policy_violation"),
        ("bad_request", "", 422, "false", "value_error"),
        ("no_image", "", 422, "false", "no_media_generated"),
        ("error_500", "", 500, "true", "internal_server_error"),
    ],
)
async def test_what_concerns_the_model_is_a_list_at_the_result(
    practice: Practice, kind: str, spelling: str, code: int, retryable: str, said: str
) -> None:
    await practice.fault(BANANA, kind, spelling=spelling)
    answer = await result(practice, BANANA)
    (error,) = answer.json()["detail"]
    assert (answer.status_code, answer.headers["X-Fal-Retryable"], error["type"]) == (code, retryable, said)
    assert (await practice.bill())["total_usd"] == 0


@pytest.mark.parametrize(
    ("spelling", "categories"),
    [("", ["violence"]), ("model_moderated", ["model_moderated"]), ("sexual,hate", ["sexual", "hate"])],
)
async def test_a_refusal_names_its_categories(practice: Practice, spelling: str, categories: list[str]) -> None:
    await practice.fault(BANANA, "refusal", spelling=spelling)
    assert (await result(practice, BANANA)).json()["detail"][0]["categories"] == categories
    await practice.fault(BANANA, "refusal", spelling="plain")
    assert "categories" not in (await result(practice, BANANA)).json()["detail"][0]


@pytest.mark.parametrize(("spelling", "code"), [("runner_disconnected", 503), ("request_timeout", 504)])
async def test_completed_may_mean_that_the_platform_failed(practice: Practice, spelling: str, code: int) -> None:
    await practice.fault(BANANA, "error_503", spelling=spelling)
    ticket = await submitted(practice, BANANA)
    answer = await practice.fal_result(ticket)
    ended = (await status(practice, ticket)).json()
    assert (ended["status"], ended["error_type"]) == ("COMPLETED", spelling)
    assert (answer.status_code, answer.json()["detail"]) == (code, ended["error"])
    assert (answer.headers["X-Fal-Error-Type"], answer.headers["X-Fal-Retryable"]) == (spelling, "true")


@pytest.mark.parametrize(("kind", "charged"), [("cut_before", False), ("cut_after", True)])
async def test_a_cut_at_the_submission_may_leave_work_that_is_charged(
    practice: Practice, kind: str, charged: bool
) -> None:
    await practice.fault(RECRAFT, kind)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice.fal(RECRAFT)
    async with asyncio.timeout(5):
        while (await practice.bill())["calls"][0]["outcome"] == "drawing":
            await asyncio.sleep(0.005)
    assert [call["charged"] for call in (await practice.bill())["calls"]] == [charged]


async def test_a_result_that_was_cut_can_be_fetched_again(practice: Practice) -> None:
    await practice.fault(RECRAFT, "cut_during")
    ticket = await submitted(practice, RECRAFT)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice.fal_result(ticket)
    assert (await practice.fal_result(ticket)).json()["images"]
    assert len((await practice.bill())["calls"]) == 1


@pytest.mark.parametrize("kind", ["truncated", "not_an_image", "enormous", "wrong_type", "redirect", "broken_base64"])
async def test_a_bad_picture_is_behind_a_good_answer(practice: Practice, kind: str) -> None:
    await practice.fault(RECRAFT, kind)
    answer = await result(practice, RECRAFT)
    (file,) = answer.json()["images"]
    assert (answer.status_code, file["content_type"]) == (200, "image/webp")
    if kind == "broken_base64":
        with pytest.raises(ValueError, match=r"base64|padding"):
            base64.b64decode(file["url"].partition(",")[2], validate=True)
        return
    fetched = await practice.http.get(file["url"])
    if kind == "redirect":
        assert (fetched.status_code, fetched.headers["Location"][:10]) == (307, "http://10.")
    elif kind == "enormous":
        assert int.from_bytes(fetched.content[16:20]) == 30_000
    elif kind == "wrong_type":
        assert (fetched.headers["Content-Type"], opened(fetched.content).format) == ("image/webp", "JPEG")
    else:
        with pytest.raises((OSError, SyntaxError)):
            opened(fetched.content)


async def test_an_html_page_may_come_instead_of_the_result(practice: Practice) -> None:
    await practice.fault(RECRAFT, "html", spelling="502")
    answer = await result(practice, RECRAFT)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (502, "text/html")


async def test_only_a_practice_key_opens_and_only_what_is_there(practice: Practice) -> None:
    async def asked(path: str, key: str) -> tuple[int, str]:
        answer = await practice.http.post(f"/fal/{path}", json={"prompt": "x"}, headers={"Authorization": key})
        return answer.status_code, answer.json()["detail"]

    assert await asked(BANANA, "Key live:secret") == (401, "No user found for Key ID and Secret")
    assert (await asked(BANANA, "Bearer practice-key"))[0] == 401
    assert (await asked("fal-ai/flux/dev", "Key practice-key"))[0] == 404
    ticket = await submitted(practice, RECRAFT)
    elsewhere = f"/fal/google/nano-banana-2.1/requests/{ticket['request_id']}"
    assert (await practice.http.get(elsewhere, headers=FAL)).status_code == 404
