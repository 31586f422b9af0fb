"""Actions in the App Home: the filter, modals, Slack errors, and access."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bot.domain.errors import NotAvailableHere
from bot.domain.ids import ChannelRef
from bot.ports.roster import RosterSection
from bot.usecases.home import HomeView, RosterFilter
from bot.usecases.recall import RecallResult
from tests.support.builders import PLACE, make_character, make_closed_round, make_face
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import ListenerHarness, listener_harness
from tests.support.slack_payloads import home_opened, view_action

STORED_FILTER = msgspec.json.encode(RosterFilter("may", "p1", 3)).decode()
REPOSITORIES = InMemoryRepositories(make_closed_round({1: 1}, 1, id="r3", record_file="F0RECORDRECORD"))
CHARACTERS = tuple(make_character("Maya", n, make_face(round_id="r3")) for n in range(3))
HOME_VIEW = HomeView(
    (), CHARACTERS, Decimal(0), Decimal(20), 40, RosterFilter("may", "", 2), (RosterSection("p1", "Harbour", PLACE),)
)
FACE_RESULT = RecallResult("face", "Maya", CHARACTERS[:1], (make_face(),))


def requested_filter(harness: ListenerHarness) -> Any:
    """The filter of the first request."""
    return next(rest[-1] for name, *rest in harness.use_cases.calls if name == "home.view")


def modal_text(modal: dict[str, Any]) -> str:
    return json.dumps(modal["view"]["blocks"], ensure_ascii=False)


@pytest.mark.parametrize(
    ("action", "value", "kind", "expected"),
    [
        ("search may", "otto", "plain_text_input", RosterFilter("otto", "p1", 1)),
        ("search", "x" * 200, "plain_text_input", RosterFilter("x" * 80, "p1", 1)),
        ("search may", "", "plain_text_input", RosterFilter("", "p1", 1)),
        ("production p1", "p2", "static_select", RosterFilter("may", "p2", 1)),
        ("production p1", "all", "static_select", RosterFilter("may", "", 1)),
        ("page:next", "4", "button", RosterFilter("may", "p1", 4)),
        ("page:back", "2", "button", RosterFilter("may", "p1", 2)),
        ("everyone", "all", "button", RosterFilter()),
    ],
)
async def test_home_action_changes_the_filter(action: str, value: str, kind: str, expected: RosterFilter) -> None:
    async with listener_harness(REPOSITORIES, home__view=HOME_VIEW) as harness:
        await harness.send(view_action(action, value, private_metadata=STORED_FILTER, kind=kind))
        (sent,) = harness.slack.calls_to("views.publish")
    assert requested_filter(harness) == expected
    assert (sent["user_id"], sent["hash"]) == ("U0MEI", "1.aa")
    assert msgspec.json.decode(sent["view"]["private_metadata"], type=RosterFilter) == HOME_VIEW.roster_filter


@pytest.mark.parametrize("private_metadata", ["", "{}", "nonsense", '{"page": "many"}'])
async def test_unreadable_filter_starts_from_the_default(private_metadata: str) -> None:
    async with listener_harness(REPOSITORIES, home__view=HOME_VIEW) as harness:
        await harness.send(view_action("search", "otto", private_metadata=private_metadata, kind="plain_text_input"))
    assert requested_filter(harness) == RosterFilter("otto")


async def test_hash_conflict_is_ignored_and_other_errors_are_reported() -> None:
    async with listener_harness(REPOSITORIES, home__view=HOME_VIEW) as harness:
        harness.slack.replies["views.publish"] = [{"error": "hash_conflict"}]
        await harness.send(view_action("page:next", "2"))
        assert harness.slack.calls_to("views.open") == []
        harness.slack.replies["views.publish"] = [{"error": "internal_error"}]
        await harness.send(view_action("page:next", "2"))
        (modal,) = harness.slack.calls_to("views.open")
    assert "Nothing was changed" in modal_text(modal)


async def test_only_the_rejected_portrait_is_removed() -> None:
    at = 8  # heading, line, divider, heading, search, count, [show everyone], production, and the first card
    refusal = {"error": "invalid_arguments", "response_metadata": {"messages": [f"[json-pointer:/view/blocks/{at}/x]"]}}
    async with listener_harness(REPOSITORIES, home__view=HOME_VIEW) as harness:
        harness.slack.replies["views.publish"] = [refusal, {}]
        await harness.send(home_opened("home"))
        first, second = [sent["view"]["blocks"] for sent in harness.slack.calls_to("views.publish")]
    assert "accessory" in first[at]
    assert second == [{k: v for k, v in b.items() if n != at or k != "accessory"} for n, b in enumerate(first)]


async def test_unspecified_rejection_removes_all_portraits() -> None:
    refusal = {"error": "invalid_arguments", "response_metadata": {"messages": []}}
    async with listener_harness(REPOSITORIES, home__view=HOME_VIEW) as harness:
        harness.slack.replies["views.publish"] = [refusal, {}]
        await harness.send(home_opened("home"))
        _, second = [sent["view"]["blocks"] for sent in harness.slack.calls_to("views.publish")]
    assert not any("accessory" in block for block in second)


async def test_card_opens_a_modal_whose_actions_open_modals() -> None:
    async with listener_harness(
        REPOSITORIES, recall__recall_by_id=FACE_RESULT, recall__get_face=make_face()
    ) as harness:
        await harness.send(view_action("card:0", "c1"))
        (modal,) = harness.slack.calls_to("views.open")
        harness.slack.replies["views.push"] = [{"view": {"id": "V2"}}]
        await harness.send(view_action("card_facts", "r3", view="modal"))
        (pushed,) = harness.slack.calls_to("views.push")
    assert "F0RECORDRECORD" in modal_text(modal)
    assert "card_take" in modal_text(modal)
    assert "SHA-256" in modal_text(pushed)


async def test_card_of_a_hidden_face_says_so() -> None:
    async with listener_harness(REPOSITORIES, recall__recall_by_id=RecallResult("nothing", "")) as harness:
        await harness.send(view_action("card:0", "c1"))
        (modal,) = harness.slack.calls_to("views.open")
    assert "No face found here" in modal_text(modal)


async def test_card_of_another_workspace_is_rejected() -> None:
    foreign = replace(make_character(face=make_face()), place=ChannelRef("T2", "C1"))
    async with listener_harness(REPOSITORIES, recall__recall_by_id=RecallResult("face", "Maya", (foreign,))) as harness:
        await harness.send(view_action("card:0", "c1"))
        (modal,) = harness.slack.calls_to("views.open")
        await harness.send(view_action("card_full", "r3", team="T2", view="modal"))
    assert "This is no longer available" in modal_text(modal)
    assert not [name for name, *_ in harness.use_cases.calls if name == "recall.get_face"]


async def test_refused_download_is_shown_in_the_modal() -> None:
    async with listener_harness(
        REPOSITORIES, recall__get_face=make_face(), face_download__archive=NotAvailableHere("unknown")
    ) as harness:
        harness.slack.replies["views.push"] = [{"view": {"id": "V2"}}]
        await harness.send(view_action("card_take", "r3", view="modal"))
        (pushed,) = harness.slack.calls_to("views.push")
        (updated,) = harness.slack.calls_to("views.update")
    assert "Preparing the package" in modal_text(pushed)
    assert updated["view_id"] == "V2"
    assert "No face found here" in modal_text(updated)


@pytest.mark.parametrize("action", ["card_full", "card_facts", "card_take"])
async def test_hidden_face_is_reported_in_a_pushed_modal(action: str, caplog: pytest.LogCaptureFixture) -> None:
    async with listener_harness(REPOSITORIES, recall__get_face=NotAvailableHere("unknown")) as harness:
        harness.slack.replies["views.push"] = [{"view": {"id": "V2"}}]
        await harness.send(view_action(action, "r3", view="modal"))
        (pushed,) = harness.slack.calls_to("views.push")
    assert "No face found here" in modal_text(pushed)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("page", ["", "-1", "٣", "9" * 20])
async def test_invalid_page_number_is_rejected(page: str) -> None:
    async with listener_harness(REPOSITORIES, home__view=HOME_VIEW) as harness:
        await harness.send(view_action("page:next", page))
        assert harness.slack.calls_to("views.publish") == []
