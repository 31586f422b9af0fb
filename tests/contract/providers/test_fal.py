"""fal's queue against its practice model, and every end of a job with its charge."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.model_errors import InvalidImage, ModelError
from bot.imaging.pictures import examine, run_in_thread
from bot.ports.image_models import GenerationRequest, GenerationResult
from playground.models.faults import FAULT_KINDS
from providers.fal import client
from providers.fal.inputs import ENDPOINTS
from providers.fal.models import FAL_MODELS, FAL_UPSCALER
from providers.http.client import open_client
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer
from tests.support.fal_clients import open_fal_clients
from tests.support.practice_models import make_png
from tests.support.vendor_cases import BASE64, ECHO, HTML, KEY, PICTURE, PROMPT, make_request
from tests.support.vendor_messages import assert_plain_failure_text

RECRAFT, GPT, BANANA = FAL_MODELS[0], FAL_MODELS[2], FAL_MODELS[5]
TIMEOUTS = {Size.DRAFT: 5.0, Size.FOUR_K: 20.0}
SHORT_TIMEOUTS = dict.fromkeys(Size, 0.6)


@pytest.fixture(autouse=True)
def short_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.fal.queue._FIRST_DELAY", 0.03)


async def picture_size(answer: GenerationResult) -> str:
    def decode() -> str:
        with Image.open(BytesIO(answer.data)) as image:
            image.load()
            return f"{image.width}x{image.height}"

    return await asyncio.to_thread(decode)


@pytest.mark.parametrize("spec", FAL_MODELS, ids=lambda m: m.name)
async def test_every_model_returns_its_listed_size_within_its_price(spec: ModelSpec, tmp_path: Path) -> None:
    async with open_fal_clients(tmp_path) as fal_clients:
        answer = await fal_clients.model(spec).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7))
        assert await picture_size(answer) == spec.pixels[Size.DRAFT]
        assert await fal_clients.charged_total() <= answer.charge.usd == spec.price(Size.DRAFT)
        assert (answer.charge.source, bool(answer.request_id)) == ("listed", True)


@pytest.mark.parametrize("spec", [m for m in FAL_MODELS if m.max_references], ids=lambda m: m.name)
async def test_references_use_the_edit_endpoint_at_their_own_price(spec: ModelSpec, tmp_path: Path) -> None:
    faces = (make_png(colour=(30, 160, 30)), make_png())
    async with open_fal_clients(tmp_path) as fal_clients:
        answer = await fal_clients.model(spec).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7, faces))
        (call,) = await fal_clients.usage()
        assert call["model"] == ENDPOINTS[spec.wire_id].edit_path
        assert await fal_clients.charged_total() <= answer.charge.usd == spec.price(Size.DRAFT, 2)


@pytest.mark.parametrize("aspect", ["1:1", "4:5", "3:4", "2:3", "9:16", "16:9"])
@pytest.mark.parametrize("spec", [RECRAFT, GPT, BANANA], ids=lambda m: m.name)
async def test_every_aspect_is_accepted(spec: ModelSpec, aspect: str, tmp_path: Path) -> None:
    async with open_fal_clients(tmp_path) as fal_clients:
        assert (await fal_clients.model(spec).generate(GenerationRequest(PROMPT, aspect, Size.DRAFT, 7))).data


async def test_more_references_than_a_model_takes_are_not_sent(tmp_path: Path) -> None:
    async with open_fal_clients(tmp_path) as fal_clients:
        with pytest.raises(ModelError) as caught:
            await fal_clients.model(RECRAFT).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7, (make_png(),)))
        assert (caught.value.kind, caught.value.paid, await fal_clients.usage()) == ("invalid_request", "no", [])


async def test_job_can_be_collected_repeatedly_and_is_paid_once(tmp_path: Path) -> None:
    async with open_fal_clients(tmp_path) as fal_clients:
        model = fal_clients.model(BANANA)
        provider_job_id = await model.submit(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7))
        answers = [await model.collect(provider_job_id, Size.DRAFT) for _ in range(3)]
        assert len({answer.data for answer in answers}) == 1
        assert len(await fal_clients.usage()) == 1


@pytest.mark.heavy
async def test_face_is_upscaled_to_4k(tmp_path: Path) -> None:
    async with open_fal_clients(tmp_path) as fal_clients:
        assert fal_clients.models.catalogue.upscaler is FAL_UPSCALER
        answer = await fal_clients.models.upscaler(FAL_UPSCALER.id).upscale(make_png(896, 1216))
        assert max(map(int, (await picture_size(answer)).split("x"))) >= 3840
        assert await fal_clients.charged_total() == answer.charge.usd == FAL_UPSCALER.price


# A fault of the practice queue and the failure: kind, whether it may be paid; None if the portrait still arrives.
FAULTS: dict[tuple[str, str], tuple[str, str] | None] = {
    ("refusal", "sexual,violence"): ("refused", "no"),
    ("refusal", "plain"): ("refused", "no"),
    ("no_money", "balance"): ("insufficient_credit", "no"),
    ("no_money", "admin"): ("authentication_failed", "no"),
    ("bad_key", ""): ("authentication_failed", "no"),
    ("retired", ""): ("retired", "no"),
    ("rate_limit", ""): ("rate_limited", "no"),
    ("bad_request", ""): ("invalid_request", "no"),
    ("no_image", ""): ("invalid_image", "maybe"),
    ("error_500", ""): ("provider_down", "maybe"),
    ("error_503", "runner_disconnected"): ("provider_down", "no"),
    ("error_503", "request_timeout"): ("provider_down", "maybe"),
    ("cut_before", ""): ("provider_down", "maybe"),
    ("cut_after", ""): ("provider_down", "maybe"),
    ("cut_during", ""): None,
    ("html", ""): None,
    ("html", "502"): None,
    ("drip", ""): None,
    ("twice_gzipped", ""): None,
    ("long_comment", ""): None,
    ("by_url", ""): None,
    ("absurd_amounts", ""): None,
    ("content_filter", ""): ("refused", "no"),
    ("inner_error", ""): ("rate_limited", "maybe"),
    ("inner_error", "502"): ("provider_down", "maybe"),
    ("broken_base64", ""): ("invalid_image", "yes"),
    ("redirect", ""): ("invalid_image", "yes"),
    ("not_an_image", ""): ("invalid_image", "yes"),
    ("truncated", ""): ("invalid_image", "yes"),
    ("enormous", ""): ("invalid_image", "yes"),
    ("wrong_type", "gif"): ("invalid_image", "yes"),
}


@pytest.mark.parametrize(("kind", "spelling"), FAULTS)
async def test_fault_becomes_its_failure_and_free_failures_are_not_billed(
    kind: str, spelling: str, tmp_path: Path
) -> None:
    expected = FAULTS[kind, spelling]
    async with open_fal_clients(tmp_path) as fal_clients:
        await fal_clients.set_fault(BANANA, kind, spelling=spelling)
        try:
            answer = await fal_clients.model(BANANA).generate(GenerationRequest(PROMPT, "3:4", Size.DRAFT, 7))
            await run_in_thread(examine, answer.data, BANANA.id)
        except ModelError as error:
            assert (error.kind, error.paid) == expected
            assert_plain_failure_text(error, BANANA)
            assert PROMPT not in str(error)
            assert not await fal_clients.charged_total() or error.paid != "no"
        else:
            assert expected is None
            assert await picture_size(answer) == BANANA.pixels[Size.DRAFT]
        assert len(await fal_clients.usage()) == 1


def test_every_practice_fault_is_covered() -> None:
    """`latency` and `none` return a portrait; another test covers a job that hangs until the deadline."""
    assert {kind for kind, _ in FAULTS} == set(FAULT_KINDS) - {"latency", "none", "hang"}


# Canned responses that the practice queue never sends.


def job_card(address: str, **urls: str) -> dict[str, str]:
    job_url = f"{address}/google/nano-banana-2.1/requests/r1"
    return {"request_id": "r1", "status_url": f"{job_url}/status", "response_url": job_url, "cancel_url": "x", **urls}


DONE = CannedResponse({"status": "COMPLETED", "error": "x"})
SUCCESS = CannedResponse(
    {"images": [{"url": f"data:image/png;base64,{BASE64}", "content_type": "image/png"}], "seed": 4}
)


def error_response(status: int, detail: object, **headers: str) -> CannedResponse:
    header_values = {name.replace("_", "-"): value for name, value in headers.items()}
    return CannedResponse({"detail": detail}, status, header_values)


def error_details(kind: str, **more: object) -> list[dict[str, object]]:
    return [{"loc": ["body", "prompt"], "msg": ECHO, "type": kind, "input": PROMPT, **more}]


async def draw_with_responses(
    *answers: CannedResponse, timeouts: dict[Size, float] = TIMEOUTS, urls: dict[str, str] | None = None
) -> tuple[GenerationResult | ModelError, FakeVendorServer]:
    """Generate with a server that returns a job and then the responses."""
    server = FakeVendorServer()
    async with server.open() as address:
        server.set_responses(CannedResponse(job_card(address, **(urls or {}))), *answers)
        http = open_client(address, client.headers(KEY))
        try:
            return await client.Fal(BANANA, http, timeouts).generate(make_request()), server
        except ModelError as error:
            assert KEY not in str(error)
            assert "fisherwoman" not in str(error)
            return error, server
        finally:
            await http.close()


async def test_given_urls_are_used_and_the_key_is_only_in_the_header() -> None:
    answer, server = await draw_with_responses(
        CannedResponse({"status": "IN_QUEUE", "queue_position": 0}, 202), DONE, SUCCESS
    )
    assert isinstance(answer, GenerationResult)
    assert (answer.data, answer.seed, answer.request_id) == (PICTURE, 4, "r1")
    job_path = "/google/nano-banana-2.1/requests/r1"
    assert [request.path for request in server.requests] == [
        "/google/nano-banana-2.1",
        f"{job_path}/status",
        f"{job_path}/status",
        job_path,
    ]
    assert {request.headers["Authorization"] for request in server.requests} == {f"Key {KEY}"}


@pytest.mark.parametrize("name", ["status_url", "response_url"])
async def test_key_is_not_sent_to_another_origin(name: str) -> None:
    other_server = FakeVendorServer(DONE)
    async with other_server.open() as address:
        error, _ = await draw_with_responses(DONE, SUCCESS, urls={name: f"{address}/requests/r1"})
    assert isinstance(error, InvalidImage)
    assert (error.detail, error.paid) == ("address not allowed", "maybe")
    assert other_server.requests == []


@pytest.mark.parametrize(
    ("answer", "kind", "paid", "detail"),
    [
        (
            error_response(422, error_details("content_policy_violation", categories=["model_moderated"])),
            "refused",
            "no",
            "model_moderated",
        ),
        (error_response(422, error_details("content_policy_violation")), "refused", "no", "content_policy_violation"),
        (
            error_response(422, error_details("value_error"), X_Fal_Retryable="false"),
            "invalid_request",
            "no",
            "value_error",
        ),
        (
            error_response(422, error_details("downstream"), X_Fal_Retryable="true"),
            "provider_down",
            "maybe",
            "downstream",
        ),
        (
            error_response(403, f"User is locked. Reason: Exhausted balance. {ECHO}"),
            "insufficient_credit",
            "maybe",
            "balance",
        ),
        (error_response(401, ECHO), "authentication_failed", "maybe", "status 401"),
        (error_response(404, "Request not found"), "provider_down", "maybe", "job not found"),
        (
            error_response(500, error_details("internal_server_error")),
            "provider_down",
            "maybe",
            "internal_server_error",
        ),
        (
            error_response(503, "No runner", X_Fal_Error_Type="runner_scheduling_failure"),
            "provider_down",
            "no",
            "runner_scheduling_failure",
        ),
        (CannedResponse({"images": []}), "invalid_image", "maybe", "no image"),
        (CannedResponse(["picture"]), "invalid_image", "yes", "malformed"),
    ],
)
async def test_completed_job_may_have_failed(answer: CannedResponse, kind: str, paid: str, detail: str) -> None:
    error, _ = await draw_with_responses(DONE, answer)
    assert isinstance(error, ModelError)
    assert (error.kind, error.paid, error.detail) == (kind, paid, detail)


@pytest.mark.parametrize(
    "odd",
    [
        CannedResponse(HTML),
        CannedResponse(HTML, 502),
        CannedResponse(b"", 504),
        error_response(429, "Too many looks"),
        CannedResponse(b"", behavior="cut before answering"),
        CannedResponse(SUCCESS.body, behavior="cut in the answer"),
    ],
)
async def test_failed_poll_is_retried(odd: CannedResponse) -> None:
    answer, server = await draw_with_responses(odd, DONE, odd, SUCCESS)
    assert isinstance(answer, GenerationResult)
    assert [request.method for request in server.requests].count("POST") == 1


async def test_unfinished_job_times_out_and_may_have_been_paid() -> None:
    error, _ = await draw_with_responses(CannedResponse({"status": "IN_PROGRESS"}, 202), timeouts=SHORT_TIMEOUTS)
    assert isinstance(error, ModelError)
    assert (error.kind, error.paid) == ("timed_out", "maybe")


@pytest.mark.parametrize("ticket", ["", "{}", "[1]", "nonsense"])
async def test_invalid_job_id_is_a_failure(ticket: str) -> None:
    http = open_client("http://127.0.0.1:1", client.headers(KEY))
    with pytest.raises(InvalidImage):
        await client.Fal(BANANA, http, TIMEOUTS).collect(ticket, Size.DRAFT)
    await http.close()
