"""Character sheets: the form with its price, the message of a view, the line under the record, presses and forms."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.catalogue import Size
from bot.domain.character_sheet import (
    MESSAGE_GONE,
    Angle,
    Expression,
    Opinions,
    Sheet,
    SheetView,
    SheetViewState,
    View,
    attempt_id,
)
from bot.domain.errors import CannotDrawSheet, OverBudget, PriceIncreased
from bot.domain.face import Portrait
from bot.domain.sheet_presets import PRESETS
from bot.domain.slot import SlotFailure
from bot.ports.character_sheet import SheetStart
from bot.usecases.character_sheet import SheetOptions
from handlers.slack.character_sheet_messages import CharacterSheetMessages
from handlers.text import character_sheet as words
from handlers.text.format import dollars
from handlers.views.builder import View as MessageView
from handlers.views.character_sheet import SheetChoice, SheetMessage, form, view_message
from handlers.views.round import round_message
from providers.registry import MODELS
from tests.support.builders import CATALOGUE, HOSTILE, NOW, TITLES, make_face, make_locked_round, make_view_data
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_cases import ack_body
from tests.support.listener_harness import listener_harness
from tests.support.rendered_views import actions_by_id, visible_text
from tests.support.slack_limits import limit_problems
from tests.support.slack_payloads import form_submission, message_press

MODEL = next(m for m in MODELS if m.wire_id == "gemini-3-pro-image")
BANANA = next(m for m in MODELS if m.wire_id == "gemini-nano-banana-2.1")
PICTURE = Portrait("k", "image/png", 1792, 2400, 9, "ab" * 32)
PROFILE = View(Angle.PROFILE)


def make_attempt(view: View = PROFILE, attempt: int = 1, **changes: Any) -> SheetView:
    id_ = attempt_id("r1", view, attempt)
    made = SheetView(id_, "r1", view, attempt, MODEL.id, Size.TWO_K, Decimal("0.153"), "ab", "p", 1, "U1", NOW)
    drawn: dict[str, Any] = {
        "state": SheetViewState.DRAWN,
        "portrait": PICTURE,
        "cost": Decimal("0.14"),
        "file_id": "F0VIEWVIEWVIEW",
    }
    return replace(made, **(drawn | changes))


def make_options(*attempts: SheetView) -> SheetOptions:
    return SheetOptions(make_face(), Sheet(attempts), (MODEL, BANANA))


def rendered(modal: dict[str, Any]) -> MessageView:
    view = MessageView("form", tuple(modal["blocks"]))
    assert limit_problems(view, max_blocks=100, max_text=None) == []
    return view


def render(attempt: SheetView, *others: SheetView, **changes: Any) -> MessageView:
    sheet = Sheet((*others, attempt), {attempt.id: Opinions(2, 1)})
    message = view_message(replace(SheetMessage(make_face(), sheet, attempt, TITLES, MODEL), **changes))
    assert limit_problems(message) == []
    return message


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_form_shows_the_price_of_each_preset_and_what_its_tool_takes(preset: Any) -> None:
    choice = SheetChoice().with_preset(preset.id)
    modal = form(make_options(), choice, 1)
    text, price = visible_text(rendered(modal)), len(preset.views) * Decimal("0.153")
    assert modal["submit"]["text"] == words.submit(len(preset.views), price)
    assert len(modal["submit"]["text"]) <= 24
    assert modal["private_metadata"] == f"r1 1 1 {price}"
    assert not preset.source or preset.source in text
    assert ("as of 28 November 2026" in text) == bool(preset.source)
    assert "too many" not in text


def test_form_charges_for_missing_views_only_and_says_which_are_drawn() -> None:
    modal = form(make_options(make_attempt()), SheetChoice(), 1)
    text = visible_text(rendered(modal))
    assert "*8 views* by Nano Banana Pro" in text
    assert "1 view of the choice is drawn already" in text
    assert "Profile · drawn already" in text
    nothing = form(make_options(make_attempt()), SheetChoice(angles=(Angle.PROFILE,), expressions=()), 1)
    assert "Nothing to draw" in visible_text(rendered(nothing))


def test_form_prices_follow_model_and_size() -> None:
    largest = form(make_options(), SheetChoice(model=BANANA.id, size=Size.FOUR_K), 1)
    assert f"9 · {dollars(9 * BANANA.price(Size.FOUR_K, 1))}" in largest["submit"]["text"]
    assert "3584 × 4800" in visible_text(rendered(largest))


def test_too_many_views_for_a_tool_are_named() -> None:
    choice = replace(SheetChoice().with_preset("veo"), angles=tuple(Angle))
    assert "5 too many for it" in visible_text(rendered(form(make_options(), choice, 1)))


def test_view_offers_both_opinions_and_the_lead_both_decisions() -> None:
    message = render(make_attempt())
    labels = {id_: part["text"]["text"] for id_, part in actions_by_id(message).items()}
    assert labels == {
        "sheet_same": "Same person · 2",
        "sheet_drifted": "Drifted · 1",
        "sheet_keep": "Keep",
        "sheet_again": "Draw again · $0.16",
    }
    assert actions_by_id(message)["sheet_again"]["value"] == f"r1 r1-sheet-profile-1 {MODEL.id}"
    assert "nothing here is measured" in visible_text(message)
    assert "Maya" not in str(message), "the message stays when the character is deleted"


def test_a_kept_and_a_superseded_view_offer_less() -> None:
    kept = render(make_attempt(kept_by="U0LEAD"))
    assert "Kept by <@U0LEAD>" in visible_text(kept)
    assert "sheet_keep" not in actions_by_id(kept)
    older = render(make_attempt(), make_attempt(attempt=2))
    assert "Drawn again below" in visible_text(older)
    assert "sheet_again" not in actions_by_id(older)
    assert "sheet_keep" in actions_by_id(older), "the lead may still prefer it"


def test_a_view_of_an_unlocked_face_is_not_drawn_again_and_a_reported_one_hides_its_picture() -> None:
    message = render(make_attempt(), model=None, is_hidden=True)
    assert "sheet_again" not in actions_by_id(message)
    assert not [block for block in message.blocks if block["type"] == "image"]


def test_missing_view_says_why_what_it_cost_and_what_another_try_costs() -> None:
    refused = make_attempt(state=SheetViewState.FAILED, portrait=None, file_id=None, cost=Decimal(0))
    message = render(replace(refused, failure=SlotFailure("refused", "blood")))
    assert "*Profile* is missing" in visible_text(message)
    assert "its filter flagged “blood”" in visible_text(message)
    assert list(actions_by_id(message)) == ["sheet_again"]
    hostile = render(replace(refused, failure=SlotFailure("refused", HOSTILE)))
    assert "<!channel>" not in visible_text(hostile)


def test_record_opens_the_form_and_sums_up_the_sheet() -> None:
    round_ = make_locked_round({1: 3, 2: 1}, record_file="F0RECORDRECORD")
    data = make_view_data(round_, face=make_face())
    assert "character_sheet" not in actions_by_id(round_message(data)), "no model takes a reference"
    sheet = Sheet((make_attempt(kept_by="U1"), make_attempt(View(Angle.FRONT))))
    record = round_message(replace(data, may_draw_sheet=True, sheet=sheet))
    assert limit_problems(record) == []
    assert actions_by_id(record)["character_sheet"]["text"]["text"] == "Character sheet …"
    assert "Character sheet in the thread: 2 views drawn · 1 kept · 2 not judged yet · $0.28" in visible_text(record)


def submission(**changes: list[str]) -> dict[str, Any]:
    fields = {
        "sheet_preset": ["kling"],
        "sheet_views:1": ["front", "profile"],
        "sheet_expressions:1": ["smile"],
        "sheet_every:1": [],
        "sheet_model": [MODEL.id],
        "sheet_size": ["2k"],
    }
    return sheet_submission(fields | changes)


def sheet_submission(fields: dict[str, list[str]]) -> dict[str, Any]:
    """A submitted form with menus, checkboxes and radio buttons."""
    body = form_submission("character_sheet")
    body["view"] |= {"callback_id": "character_sheet", "private_metadata": "r1 1764000000000000 1 0.46"}
    body["view"]["state"] = {
        "values": {
            field: {"x": {"type": "checkboxes", "selected_options": [{"value": value} for value in chosen]}}
            for field, chosen in fields.items()
        }
    }
    return body


async def test_submission_starts_the_chosen_views_before_the_ack_and_draws_after_it() -> None:
    start = SheetStart((make_attempt(),))
    async with listener_harness(character_sheets__start=start) as harness:
        response = await harness.send(submission())
        (_, request), enqueued = harness.use_cases.calls
    assert ack_body(response) == {}
    assert [view.key for view in request.views] == ["front", "profile", "smile"]
    assert (request.round_id, request.model, request.size, request.shown_price) == (
        "r1",
        MODEL.id,
        Size.TWO_K,
        Decimal("0.46"),
    )
    assert enqueued == ("character_sheets.enqueue", start)


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (CannotDrawSheet("nothing", "Maya"), "sheet_views:1"),
        (CannotDrawSheet("unlocked", "Maya"), "sheet_model"),
        (OverBudget("day", Decimal(1), Decimal(1), Decimal(0)), "sheet_model"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(error: Exception, field: str) -> None:
    async with listener_harness(character_sheets__start=error) as harness:
        body = ack_body(await harness.send(submission()))
    assert (body["response_action"], list(body["errors"])) == ("errors", [field])


async def test_a_higher_price_is_asked_about_in_the_form() -> None:
    answers: dict[str, Any] = {
        "character_sheets__start": PriceIncreased(Decimal("0.60"), Decimal("0.46")),
        "character_sheets__options": make_options(),
    }
    async with listener_harness(**answers) as harness:
        body = ack_body(await harness.send(submission()))
    assert body["response_action"] == "update"
    assert "up to $0.60 now" in visible_text(MessageView("", tuple(body["view"]["blocks"])))
    assert body["view"]["private_metadata"].startswith("r1 1764000000000000 1 "), "the same form, so one order"


@pytest.mark.parametrize(("action", "same"), [("sheet_same", True), ("sheet_drifted", False)])
async def test_an_opinion_carries_the_time_of_its_press(action: str, same: bool) -> None:
    async with listener_harness(character_sheets__give_opinion=None) as harness:
        await harness.send(message_press(action, "r1 r1-sheet-profile-1"))
        (call,) = harness.use_cases.calls
    assert call == ("character_sheets.give_opinion", "r1", "r1-sheet-profile-1", "U0LEAD", 1764000001000200, same)


async def test_draw_again_reserves_before_the_ack() -> None:
    start = SheetStart((make_attempt(attempt=2),))
    repositories = InMemoryRepositories(make_locked_round({1: 1}))
    async with listener_harness(repositories, character_sheets__draw_again=start) as harness:
        await harness.send(message_press("sheet_again", f"r1 r1-sheet-profile-1 {MODEL.id}"))
        assert [call[0] for call in harness.use_cases.calls] == [
            "character_sheets.draw_again",
            "character_sheets.enqueue",
        ]
        assert harness.use_cases.calls[0][1:] == ("r1", "r1-sheet-profile-1", MODEL.id, "U0LEAD")


def test_every_expression_and_angle_has_a_label() -> None:
    labels = {words.expression_label(each) for each in Expression} | {View(angle).title for angle in Angle}
    assert len(labels) == len(Expression) + len(Angle)


class StoredSheets:
    """The sheet of one face in memory, with what its messages show."""

    def __init__(self, *attempts: SheetView) -> None:
        self.by_id = {attempt.id: attempt for attempt in attempts}
        self.opinions: dict[str, Opinions] = {}

    async def load(self, round_id: str) -> Sheet:
        return Sheet(tuple(self.by_id.values()), self.opinions)

    async def set_message(self, attempt_id: str, message_ts: str, digest: str) -> None:
        self.by_id[attempt_id] = replace(self.by_id[attempt_id], message_ts=message_ts, digest=digest)


class OneFace:
    async def get_face(self, round_id: str) -> Any:
        return make_face()


def messages_of(slack: FakeSlackServer, sheets: StoredSheets) -> CharacterSheetMessages:
    storage: Any = SimpleNamespace(sheets=sheets, roster=OneFace())
    return CharacterSheetMessages(slack.clients, storage, CATALOGUE, TITLES, lambda: NOW)


async def test_a_view_is_posted_once_in_the_thread_and_updated_only_when_it_changes() -> None:
    sheets, round_ = StoredSheets(make_attempt()), make_locked_round({1: 1})
    (id_,) = sheets.by_id
    async with fake_slack_server() as slack:
        messages = messages_of(slack, sheets)
        await messages.show(round_, id_)
        await messages.show(round_, id_)
        (posted,) = slack.calls_to("chat.postMessage")
        assert posted["thread_ts"] == round_.message_ts
        await messages.publish(round_)
        assert slack.calls_to("chat.update") == [], "nothing has changed"
        sheets.opinions[id_] = Opinions(1, 0)
        await messages.publish(round_)
        await messages.publish(round_)
        (updated,) = slack.calls_to("chat.update")
        assert "Same person · 1" in str(updated)


async def test_a_message_that_someone_deleted_stays_deleted() -> None:
    sheets, round_ = StoredSheets(make_attempt(message_ts="1764000000.5", digest="old")), make_locked_round({1: 1})
    (id_,) = sheets.by_id
    async with fake_slack_server() as slack:
        slack.replies["chat.update"] = [{"ok": False, "error": "message_not_found"}]
        messages = messages_of(slack, sheets)
        await messages.publish(round_)
        await messages.publish(round_)
        await messages.show(round_, id_)
        assert (len(slack.calls_to("chat.update")), slack.calls_to("chat.postMessage")) == (1, [])
    assert sheets.by_id[id_].message_ts == MESSAGE_GONE


async def test_a_view_in_progress_has_no_message() -> None:
    waiting = make_attempt(state=SheetViewState.WAITING, portrait=None, file_id=None, cost=None)
    async with fake_slack_server() as slack:
        await messages_of(slack, StoredSheets(waiting)).show(make_locked_round({1: 1}), waiting.id)
        assert slack.calls == []
