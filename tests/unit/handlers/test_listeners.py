"""Answers to commands, presses, reactions and mentions, and the calls of use cases in their order."""

import json
from decimal import Decimal
from typing import Any

import pytest
import structlog

from bot.domain.ballot import RunOff, Tally
from bot.domain.errors import AlreadyCasting, BriefError, OverBudget, PriceIncreased, RoundClosed
from bot.ports.messaging import Picture
from bot.ports.roster import RosterSection
from bot.ports.rounds import StartResult
from bot.usecases.compare import ComparisonResult
from bot.usecases.home import HomeView
from bot.usecases.refine import RefineForm
from bot.usecases.reroll import RerollOption, RerollOptions
from bot.usecases.vote import ClickResult
from tests.support.builders import (
    PLACE,
    make_character,
    make_closed_round,
    make_face,
    make_round,
    make_slot,
    make_voting_round,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_cases import (
    COMMAND_TEXT,
    DELETED_ORIGINAL,
    FACE_RESULT,
    LOCKED_ROUND,
    ack_body,
    called_methods,
)
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    home_opened,
    mention_event,
    message_press,
    modal_choice,
    reaction_event,
    slash_command,
    view_submission,
)

Json = dict[str, Any]


async def test_unexpected_error_is_acknowledged_and_reported() -> None:
    async with listener_harness(start_round__start=RuntimeError("bug")) as harness:
        response = await harness.send(slash_command(COMMAND_TEXT))
    assert response.status == 200
    assert ack_body(response)["text"].startswith("Something went wrong on my side")


async def test_vote_press_records_a_vote_and_sends_a_receipt() -> None:
    async with listener_harness(voting__click=ClickResult("r1", 2, True, False, "Maya", True)) as harness:
        await harness.send(message_press("vote:2", "r1-1"))
    assert harness.use_cases.calls == [("voting.click", "r1-1", "U0LEAD", 1_764_000_001_000_200)]
    (reply,) = harness.slack.responses
    assert reply["text"].startswith("You voted for 2.")
    assert (reply["response_type"], reply["replace_original"]) == ("ephemeral", False)


async def test_repeated_press_gets_no_second_reply() -> None:
    async with listener_harness(voting__click=ClickResult("r1", 2, True, False, "Maya", changed=False)) as harness:
        await harness.send(message_press("vote:2", "r1-1"))
    assert harness.slack.responses == []


async def test_vote_after_the_close_is_rejected() -> None:
    async with listener_harness(voting__click=RoundClosed("vote", "closed", "Maya")) as harness:
        await harness.send(message_press("vote:2", "r1-1"))
    assert harness.slack.responses[0]["text"] == "Voting on Maya is closed."


async def test_press_on_an_unknown_round_is_reported() -> None:
    async with listener_harness(voting__click=KeyError("r0-1")) as harness:
        await harness.send(message_press("vote:2", "r0-1"))
    assert harness.slack.responses[0]["text"].startswith("This is no longer available")


@pytest.mark.parametrize("added", [True, False])
async def test_number_reaction_is_a_vote_input(added: bool) -> None:
    async with listener_harness() as harness:
        await harness.send(reaction_event("three", added=added))
    event_ts = 1_764_000_002_000_300
    assert harness.use_cases.calls == [("voting.react", PLACE, "1764000000.000100", 3, "U0MEI", added, event_ts)]


async def test_reactions_of_other_bots_and_other_emoji_are_not_votes() -> None:
    async with listener_harness() as harness:
        harness.slack.replies["users.info"] = [{"user": {"is_bot": True}}]
        await harness.send(reaction_event("three", person="U0OTHERBOT"))
        await harness.send(reaction_event("heart"))
    assert harness.use_cases.calls == []


async def test_reroll_options_are_shown_with_prices() -> None:
    candidate_options = tuple(RerollOption(slot, Decimal("0.05")) for slot in make_voting_round().candidates)
    offer = RerollOptions(make_voting_round(), Decimal("0.15"), candidate_options, (), (), 5)
    async with listener_harness(reroll__options=offer) as harness:
        await harness.send(message_press("reroll", "r1"))
    request = json.dumps(harness.slack.responses[0], ensure_ascii=False)
    assert "Redraw all · up to $0.15" in request
    assert "3 again · up to $0.05" in request
    assert called_methods(harness) == ["reroll.options"]


async def test_reroll_all_starts_a_new_round() -> None:
    child = StartResult(make_round(id="r2"), created=True)
    async with listener_harness(reroll__reroll_round=child) as harness:
        await harness.send(message_press("reroll_all", "r1", is_ephemeral=True))
    assert harness.use_cases.calls == [("reroll.reroll_round", "r1", "U0LEAD"), ("start_round.enqueue", "r2")]
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_repeated_reroll_press_requests_the_same_slot() -> None:
    async with listener_harness(reroll__reroll_slot=make_slot(4)) as harness:
        for ts in ("1764000001.1", "1764000001.2"):
            await harness.send(message_press("reroll_one:3", "r1-2", action_ts=ts))
    first, _, second, _ = harness.use_cases.calls
    assert first == second
    assert called_methods(harness)[:2] == ["reroll.reroll_slot", "reroll.enqueue"]
    assert harness.slack.responses == []


async def test_variation_is_reserved_before_the_ack_and_started_after() -> None:
    async with listener_harness(reroll__vary=make_slot(4)) as harness:
        await harness.send(message_press("vary", "r1-2", is_ephemeral=True))
    assert called_methods(harness) == ["reroll.vary", "reroll.enqueue"]
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_refine_opens_a_modal_and_then_deletes_the_message() -> None:
    refine_form = RefineForm(make_voting_round(), Decimal("0.15"), {})
    async with listener_harness(refine__form=refine_form) as harness:
        await harness.send(message_press("refine", "r1", is_ephemeral=True))
        (opened,) = harness.slack.calls_to("views.open")
    assert "up to $0.15" in json.dumps(opened["view"])
    assert opened["view"]["private_metadata"] == "r1"
    assert harness.slack.responses == [DELETED_ORIGINAL]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (BriefError("brief", "same"), "These are the words as they were."),
        (OverBudget("day", Decimal(1), Decimal(20), Decimal("0.1")), "This would cost up to $1.00"),
        (PriceIncreased(Decimal("0.20"), Decimal("0.15")), "up to $0.20 instead of $0.15"),
        (AlreadyCasting("Maya", "r9"), "is being cast right now"),
        (RoundClosed("refine", "void", "Maya"), "has ended"),
    ],
)
async def test_refine_errors_are_shown_at_the_field(error: Exception, text: str) -> None:
    async with listener_harness(refine__refine=error) as harness:
        reply = ack_body(await harness.send(view_submission("refine", "r1", brief="a fisherwoman, 70")))
    assert reply["response_action"] == "errors"
    assert text in reply["errors"]["brief"]
    assert called_methods(harness) == ["refine.refine"]


async def test_refined_brief_is_saved_and_started() -> None:
    async with listener_harness(refine__refine=StartResult(make_round(id="r2"), created=True)) as harness:
        assert ack_body(await harness.send(view_submission("refine", "r1", brief="a fisherwoman, 70"))) == {}
    assert harness.use_cases.calls == [
        ("refine.refine", "r1", "U0LEAD", "a fisherwoman, 70", frozenset(), ()),
        ("start_round.enqueue", "r2"),
    ]


async def test_refine_form_of_another_workspace_is_rejected() -> None:
    async with listener_harness() as harness:
        reply = ack_body(await harness.send(view_submission("refine", "r1", team="T2", brief="x")))
    assert reply["errors"]["brief"].startswith("This is no longer available")
    assert harness.use_cases.calls == []


async def test_comparison_opens_without_file_permalinks() -> None:
    round_ = make_voting_round()
    async with listener_harness(
        comparison__compare_first_two=ComparisonResult(round_, round_.candidates[:2])
    ) as harness:
        harness.slack.replies["files.info"] = [{"error": "internal_error"}, {"error": "file_deleted"}]
        await harness.send(message_press("look", "r1"))
        (opened,) = harness.slack.calls_to("views.open")
    pictures = [b["slack_file"]["id"] for b in opened["view"]["blocks"] if b["type"] == "image"]
    assert pictures == ["F0CANDIDATE0", "F0CANDIDATE1"]
    assert "Open 1 alone" not in json.dumps(opened["view"])


def compared_files(view: Json) -> list[str]:
    return [block["slack_file"]["id"] for block in view["blocks"] if block["type"] == "image"]


async def test_comparison_opens_with_one_picture_of_both_and_keeps_it() -> None:
    round_ = make_voting_round()
    answers: dict[str, Any] = {
        "comparison__compare_first_two": ComparisonResult(round_, round_.candidates[:2]),
        "comparison__compose": Picture(b"both", "maya-1-2.jpg"),
    }
    async with listener_harness(**answers) as harness:
        await harness.send(message_press("look", "r1"))
        await harness.send(message_press("look", "r1"))
        opened = [call["view"] for call in harness.slack.calls_to("views.open")]
        (uploaded,) = harness.slack.calls_to("files.completeUploadExternal")
    assert [compared_files(view) for view in opened] == [["F0FILE0001"], ["F0FILE0001"]]
    assert "channel_id" not in uploaded, "the file is shared in no conversation"
    assert "Open 1 alone" in json.dumps(opened[0])
    assert [menu["action_id"] for menu in menus_of(opened[0])] == ["look_at", "look_large"]
    assert [option["text"]["text"] for option in menus_of(opened[0])[1]["options"]] == ["1", "2"]


def menus_of(view: Json) -> list[Json]:
    return [block["accessory"] for block in view["blocks"] if "accessory" in block]


async def test_slow_picture_is_added_to_the_open_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.features.compare.PICTURE_WAIT_SECONDS", 0)
    round_ = make_voting_round()
    answers: dict[str, Any] = {
        "comparison__compare_first_two": ComparisonResult(round_, round_.candidates[:2]),
        "comparison__compose": Picture(b"both", "maya-1-2.jpg"),
    }
    async with listener_harness(**answers) as harness:
        harness.slack.replies["views.open"] = [{"view": {"id": "V1", "hash": "1.a"}}]
        await harness.send(message_press("look", "r1"))
        (opened,), (updated,) = (harness.slack.calls_to(f"views.{method}") for method in ("open", "update"))
    assert compared_files(opened["view"]) == ["F0CANDIDATE0", "F0CANDIDATE1"]
    assert compared_files(updated["view"]) == ["F0FILE0001"]
    assert updated["hash"] == "1.a", "a choice of the user meanwhile wins"


@pytest.mark.parametrize("error", ["file_uploads_disabled", "internal_error"])
async def test_comparison_without_uploads_shows_the_pictures_below_each_other(error: str) -> None:
    round_ = make_voting_round()
    answers: dict[str, Any] = {
        "comparison__compare": ComparisonResult(round_, round_.candidates[:3]),
        "comparison__compose": Picture(b"three", "maya-1-2-3.jpg"),
    }
    async with listener_harness(**answers) as harness:
        harness.slack.replies["files.getUploadURLExternal"] = [{"error": error}]
        await harness.send(modal_choice("look_at", "r1", look_at=["r1-0", "r1-1", "r1-2"]))
        (updated,) = harness.slack.calls_to("views.update")
    assert compared_files(updated["view"]) == ["F0CANDIDATE0", "F0CANDIDATE1", "F0CANDIDATE2"]


async def test_chosen_candidate_is_shown_large_below_the_picture() -> None:
    round_ = make_voting_round()
    answers: dict[str, Any] = {
        "comparison__compare": ComparisonResult(round_, round_.candidates[:2]),
        "comparison__compose": Picture(b"both", "maya-1-2.jpg"),
    }
    large_id = "look_large:1-2"
    chosen = {"look_at": ["r1-0", "r1-1"], large_id: ["r1-1", "r1-3"]}
    payload = modal_choice("look_at", "r1", **chosen)
    payload["actions"][0] |= {"action_id": "look_large", "block_id": large_id}
    async with listener_harness(**answers) as harness:
        await harness.send(payload)
        (updated,) = harness.slack.calls_to("views.update")
    assert compared_files(updated["view"]) == ["F0FILE0001", "F0CANDIDATE1"], "4 is not compared any more"
    assert [option["value"] for option in menus_of(updated["view"])[1]["initial_options"]] == ["r1-1"]


async def test_reaction_in_a_run_off_is_answered_privately() -> None:
    round_ = make_voting_round(4, run_off=RunOff((1, 4), Tally({1: 2, 2: 0, 3: 0, 4: 2}, 4)))
    async with listener_harness(voting__react=round_) as harness:
        await harness.send(reaction_event("one"))
        (answer,) = harness.slack.calls_to("chat.postEphemeral")
    assert "Reactions do not count in the run-off for Maya. Press 1 or 4 under the picture instead." in json.dumps(
        answer
    )


async def test_choice_in_a_closed_comparison_is_ignored() -> None:
    round_ = make_voting_round()
    async with listener_harness(comparison__compare=ComparisonResult(round_, ())) as harness:
        harness.slack.replies["views.update"] = [{"error": "not_found"}]
        with structlog.testing.capture_logs() as logged:
            await harness.send(modal_choice("look_at", "r1", look_at=["r1-0"]))
    assert harness.use_cases.calls == [("comparison.compare", "r1", ("r1-0",))]
    assert logged == []


async def test_home_shows_open_votes_and_the_roster() -> None:
    faces = (make_character(face=make_face(round_id="r3")),)
    sections = (RosterSection("p1", "Harbour", PLACE),)
    home_view = HomeView((make_voting_round(),), faces, Decimal("1.2"), Decimal(20), 1, sections=sections)
    rounds = InMemoryRepositories(
        make_voting_round(), make_closed_round({1: 1}, 1, id="r3", record_file="F0RECORDRECORD")
    )
    async with listener_harness(rounds, home__view=home_view) as harness:
        await harness.send(home_opened("home"))
        (sent,) = harness.slack.calls_to("views.publish")
    text = json.dumps(sent["view"], ensure_ascii=False)
    assert sent["user_id"] == "U0MEI"
    for part in ("|Vote>", "F0RECORDRECORD", "$1.20 of $20.00"):
        assert part in text


async def test_messages_tab_does_not_publish_the_home() -> None:
    async with listener_harness() as harness:
        await harness.send(home_opened("messages"))
    assert harness.use_cases.calls == []


async def test_malformed_payload_is_reported_and_changes_nothing() -> None:
    async with listener_harness() as harness:
        body = message_press("vote:1", "s")
        del body["actions"][0]["action_ts"]
        response = await harness.send(body)
    assert response.status == 200
    assert harness.use_cases.calls == []
    assert harness.slack.responses[0]["text"].startswith("Something went wrong on my side")


async def test_slack_errors_are_logged_without_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    home_view = HomeView((), (), Decimal(0), Decimal(20))
    answers = {
        "recall__recall": FACE_RESULT,
        "recall__can_share_in": True,
        "recall__visible_to_channel": FACE_RESULT,
        "home__view": home_view,
    }
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND), **answers, voting__click=ClickResult("r1", 2, True, False, "Maya", True)
    ) as harness:
        refused = [{"error": "restricted_action"}]
        harness.slack.replies |= {"chat.postEphemeral": refused, "chat.postMessage": refused, "views.publish": refused}
        harness.slack.drops_responses = True
        for payload in (
            slash_command("Maya"),
            mention_event("<@U0BOT> Maya"),
            home_opened("home"),
            message_press("vote:2", "r1-1"),
        ):
            await harness.send(payload)
    logged = capsys.readouterr().out
    assert "views.publish: restricted_action" in logged
    assert "response_url_failed" in logged
    assert "error_unexpected" not in logged
    assert "Traceback" not in logged


async def test_unknown_slack_error_is_reported_with_its_code() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        harness.slack.replies["chat.postEphemeral"] = [{"error": "restricted_action"}]
        await harness.send(slash_command("Maya"))
    assert harness.slack.responses[0]["text"].startswith("Slack does not let me do this (restricted_action).")
