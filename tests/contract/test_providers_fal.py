"""fal's queue against its practice model, and every way an order can end, with what it says of money."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.catalogue import ModelFacts, Size
from bot.errors import BadPicture, ModelError
from bot.imaging import aside, examine
from bot.ports import Answer, Ask
from playground.models.faults import KINDS
from providers import fal
from providers._fal_inputs import ENDPOINTS
from providers._http import open_http
from providers.fal_models import FAL_MODELS, FAL_UPSCALER
from tests.contract.fal_desk import practice
from tests.contract.practice_models.studio import png
from tests.contract.vendor_cases import BASE64, ECHO, HTML, KEY, PICTURE, PROMPT, an_ask
from tests.contract.vendor_desk import Canned, Desk
from tests.contract.vendor_words import is_told_plainly

RECRAFT, GPT, BANANA = FAL_MODELS[0], FAL_MODELS[2], FAL_MODELS[5]
WITHIN = {Size.DRAFT: 5.0, Size.FOUR_K: 20.0}
SHORT = dict.fromkeys(Size, 0.6)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers._fal_queue._FIRST_PAUSE", 0.03)


async def size_of(answer: Answer) -> str:
    def decode() -> str:
        with Image.open(BytesIO(answer.data)) as image:
            image.load()
            return f"{image.width}x{image.height}"

    return await asyncio.to_thread(decode)


@pytest.mark.parametrize("facts", FAL_MODELS, ids=lambda m: m.name)
async def test_every_row_draws_what_it_promises_within_its_price(facts: ModelFacts, tmp_path: Path) -> None:
    async with practice(tmp_path) as desk:
        answer = await desk.model(facts).draw(Ask(PROMPT, "3:4", Size.DRAFT, 7))
        assert await size_of(answer) == facts.pixels[Size.DRAFT]
        assert await desk.paid() <= answer.charge.usd == facts.price(Size.DRAFT)
        assert (answer.charge.source, bool(answer.request_id)) == ("listed", True)


@pytest.mark.parametrize("facts", [m for m in FAL_MODELS if m.references], ids=lambda m: m.name)
async def test_references_make_it_an_edit_with_a_price_of_their_own(facts: ModelFacts, tmp_path: Path) -> None:
    faces = (png(colour=(30, 160, 30)), png())
    async with practice(tmp_path) as desk:
        answer = await desk.model(facts).draw(Ask(PROMPT, "3:4", Size.DRAFT, 7, faces))
        (call,) = await desk.bill()
        assert call["model"] == ENDPOINTS[facts.wire_id].edit
        assert await desk.paid() <= answer.charge.usd == facts.price(Size.DRAFT, 2)


@pytest.mark.parametrize("aspect", ["1:1", "4:5", "3:4", "2:3", "9:16"])
@pytest.mark.parametrize("facts", [RECRAFT, GPT, BANANA], ids=lambda m: m.name)
async def test_every_aspect_is_taken(facts: ModelFacts, aspect: str, tmp_path: Path) -> None:
    async with practice(tmp_path) as desk:
        assert (await desk.model(facts).draw(Ask(PROMPT, aspect, Size.DRAFT, 7))).data


async def test_more_references_than_a_model_takes_are_not_sent(tmp_path: Path) -> None:
    async with practice(tmp_path) as desk:
        with pytest.raises(ModelError) as caught:
            await desk.model(RECRAFT).draw(Ask(PROMPT, "3:4", Size.DRAFT, 7, (png(),)))
        assert (caught.value.kind, caught.value.paid, await desk.bill()) == ("bad_request", "no", [])


async def test_a_ticket_is_collected_as_often_as_one_likes_and_paid_once(tmp_path: Path) -> None:
    async with practice(tmp_path) as desk:
        model = desk.model(BANANA)
        ticket = await model.submit(Ask(PROMPT, "3:4", Size.DRAFT, 7))
        answers = [await model.collect(ticket, Size.DRAFT) for _ in range(3)]
        assert len({answer.data for answer in answers}) == 1
        assert len(await desk.bill()) == 1


async def test_a_face_is_enlarged_to_4k(tmp_path: Path) -> None:
    async with practice(tmp_path) as desk:
        assert desk.models.catalogue.upscaler is FAL_UPSCALER
        answer = await desk.models.upscaler(FAL_UPSCALER.id).enlarge(png(896, 1216))
        assert max(map(int, (await size_of(answer)).split("x"))) >= 3840
        assert await desk.paid() == answer.charge.usd == FAL_UPSCALER.price


# A fault of the practice queue, and the miss: kind, whether it may have been paid; None where the portrait still comes.
FAULTS: dict[tuple[str, str], tuple[str, str] | None] = {
    ("refusal", "sexual,violence"): ("refused", "no"),
    ("refusal", "plain"): ("refused", "no"),
    ("no_money", "balance"): ("no_money", "no"),
    ("no_money", "admin"): ("bad_key", "no"),
    ("bad_key", ""): ("bad_key", "no"),
    ("retired", ""): ("retired", "no"),
    ("rate_limit", ""): ("rate_limited", "no"),
    ("bad_request", ""): ("bad_request", "no"),
    ("no_image", ""): ("bad_picture", "maybe"),
    ("error_500", ""): ("down", "maybe"),
    ("error_503", "runner_disconnected"): ("down", "no"),
    ("error_503", "request_timeout"): ("down", "maybe"),
    ("cut_before", ""): ("down", "maybe"),
    ("cut_after", ""): ("down", "maybe"),
    ("cut_during", ""): None,
    ("html", ""): None,
    ("html", "502"): None,
    ("drip", ""): None,
    ("broken_base64", ""): ("bad_picture", "yes"),
    ("redirect", ""): ("bad_picture", "yes"),
    ("not_an_image", ""): ("bad_picture", "yes"),
    ("truncated", ""): ("bad_picture", "yes"),
    ("enormous", ""): ("bad_picture", "yes"),
    ("wrong_type", "gif"): ("bad_picture", "yes"),
}


@pytest.mark.parametrize(("kind", "spelling"), FAULTS)
async def test_a_fault_becomes_its_miss_and_what_is_called_free_is_not_on_the_bill(
    kind: str, spelling: str, tmp_path: Path
) -> None:
    expected = FAULTS[kind, spelling]
    async with practice(tmp_path) as desk:
        await desk.fault(BANANA, kind, spelling=spelling)
        try:
            answer = await desk.model(BANANA).draw(Ask(PROMPT, "3:4", Size.DRAFT, 7))
            await aside(examine, answer.data, BANANA.id)
        except ModelError as error:
            assert (error.kind, error.paid) == expected
            is_told_plainly(error, BANANA)
            assert PROMPT not in str(error)
            assert not await desk.paid() or error.paid != "no"
        else:
            assert expected is None
            assert await size_of(answer) == BANANA.pixels[Size.DRAFT]
        assert len(await desk.bill()) == 1


def test_every_fault_there_is_was_played() -> None:
    """`latency` and `none` bring a portrait; an order that hangs is looked at until the deadline, in another test."""
    assert {kind for kind, _ in FAULTS} == set(KINDS) - {"latency", "none", "hang"}


# Canned answers: what the practice queue would never say.


def card(address: str, **urls: str) -> dict[str, str]:
    order = f"{address}/google/nano-banana-2.1/requests/r1"
    return {"request_id": "r1", "status_url": f"{order}/status", "response_url": order, "cancel_url": "x", **urls}


DONE = Canned({"status": "COMPLETED", "error": "x"})
GOOD = Canned({"images": [{"url": f"data:image/png;base64,{BASE64}", "content_type": "image/png"}], "seed": 4})


def failing(status: int, detail: object, **headers: str) -> Canned:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Canned({"detail": detail}, status, named)


def problem(kind: str, **more: object) -> list[dict[str, object]]:
    return [{"loc": ["body", "prompt"], "msg": ECHO, "type": kind, "input": PROMPT, **more}]


async def ordered(
    *answers: Canned, within: dict[Size, float] = WITHIN, urls: dict[str, str] | None = None
) -> tuple[Answer | ModelError, Desk]:
    """Draw with a desk that gives a ticket and then `answers`."""
    desk = Desk()
    async with desk.open() as address:
        desk.put(Canned(card(address, **(urls or {}))), *answers)
        http = open_http(address, fal.headers(KEY))
        try:
            return await fal.Fal(BANANA, http, within).draw(an_ask()), desk
        except ModelError as error:
            assert KEY not in str(error)
            assert "fisherwoman" not in str(error)
            return error, desk
        finally:
            await http.close()


async def test_the_addresses_given_are_used_and_the_key_stands_only_in_the_header() -> None:
    answer, desk = await ordered(Canned({"status": "IN_QUEUE", "queue_position": 0}, 202), DONE, GOOD)
    assert isinstance(answer, Answer)
    assert (answer.data, answer.seed, answer.request_id) == (PICTURE, 4, "r1")
    order = "/google/nano-banana-2.1/requests/r1"
    assert [asked.path for asked in desk.asked] == [
        "/google/nano-banana-2.1",
        f"{order}/status",
        f"{order}/status",
        order,
    ]
    assert {asked.headers["Authorization"] for asked in desk.asked} == {f"Key {KEY}"}


@pytest.mark.parametrize("name", ["status_url", "response_url"])
async def test_the_key_is_not_shown_to_another_origin(name: str) -> None:
    elsewhere = Desk(DONE)
    async with elsewhere.open() as address:
        error, _ = await ordered(DONE, GOOD, urls={name: f"{address}/requests/r1"})
    assert isinstance(error, BadPicture)
    assert (error.detail, error.paid) == ("address not allowed", "maybe")
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("answer", "kind", "paid", "detail"),
    [
        (
            failing(422, problem("content_policy_violation", categories=["model_moderated"])),
            "refused",
            "no",
            "model_moderated",
        ),
        (failing(422, problem("content_policy_violation")), "refused", "no", "content_policy_violation"),
        (failing(422, problem("value_error"), X_Fal_Retryable="false"), "bad_request", "no", "value_error"),
        (failing(422, problem("downstream"), X_Fal_Retryable="true"), "down", "maybe", "downstream"),
        (failing(403, f"User is locked. Reason: Exhausted balance. {ECHO}"), "no_money", "maybe", "balance"),
        (failing(401, ECHO), "bad_key", "maybe", "status 401"),
        (failing(404, "Request not found"), "down", "maybe", "order not known"),
        (failing(500, problem("internal_server_error")), "down", "maybe", "internal_server_error"),
        (
            failing(503, "No runner", X_Fal_Error_Type="runner_scheduling_failure"),
            "down",
            "no",
            "runner_scheduling_failure",
        ),
        (Canned({"images": []}), "bad_picture", "maybe", "no image"),
        (Canned(["picture"]), "bad_picture", "yes", "malformed"),
    ],
)
async def test_completed_is_not_yet_a_success(answer: Canned, kind: str, paid: str, detail: str) -> None:
    error, _ = await ordered(DONE, answer)
    assert isinstance(error, ModelError)
    assert (error.kind, error.paid, error.detail) == (kind, paid, detail)


@pytest.mark.parametrize(
    "odd",
    [
        Canned(HTML),
        Canned(HTML, 502),
        Canned(b"", 504),
        failing(429, "Too many looks"),
        Canned(b"", manner="cut before answering"),
        Canned(GOOD.body, manner="cut in the answer"),
    ],
)
async def test_what_is_odd_while_looking_is_looked_at_again_for_looking_is_free(odd: Canned) -> None:
    answer, desk = await ordered(odd, DONE, odd, GOOD)
    assert isinstance(answer, Answer)
    assert [asked.method for asked in desk.asked].count("POST") == 1


async def test_an_order_that_is_never_done_is_left_at_the_deadline_and_may_have_been_paid() -> None:
    error, _ = await ordered(Canned({"status": "IN_PROGRESS"}, 202), within=SHORT)
    assert isinstance(error, ModelError)
    assert (error.kind, error.paid) == ("timed_out", "maybe")


@pytest.mark.parametrize("ticket", ["", "{}", "[1]", "nonsense"])
async def test_a_ticket_nobody_wrote_is_a_miss_and_no_crash(ticket: str) -> None:
    http = open_http("http://127.0.0.1:1", fal.headers(KEY))
    with pytest.raises(BadPicture):
        await fal.Fal(BANANA, http, WITHIN).collect(ticket, Size.DRAFT)
    await http.close()
