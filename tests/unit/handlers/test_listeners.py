"""What a person who types, presses, reacts or asks gets back, and what the use cases are asked in what order."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import structlog
from slack_bolt.response import BoltResponse

from bot.domain.brief import Brief
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    AlternativeOffer,
    BriefError,
    ModelsUnavailable,
    NotAvailableHere,
    NotLead,
    NoWinner,
    OverBudget,
    PriceIncreased,
    RoundClosed,
    SlackUnavailable,
    UnavailableModel,
)
from bot.domain.ids import ChannelRef
from bot.domain.round import RoundState
from bot.ports.roster import Page, RosterSection
from bot.ports.rounds import StartResult
from bot.usecases.compare import ComparisonResult
from bot.usecases.home import HomeView
from bot.usecases.recall import RecallResult
from bot.usecases.refine import RefineForm
from bot.usecases.reroll import RerollOption, RerollOptions
from bot.usecases.vote import ClickResult
from handlers.slack import responder
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
from tests.support.listener_harness import ListenerHarness, listener_harness
from tests.support.slack_payloads import (
    home_opened,
    mention_event,
    message_press,
    modal_choice,
    reaction_event,
    slash_command,
    view_submission,
)

COMMAND_TEXT = "Maya: a fisherwoman, 60"
START_RESULT = StartResult(make_round(), created=True)
FACE_RESULT = RecallResult("face", "Maya", (make_character(face=make_face()),), (make_face(),))
DELETED_ORIGINAL = {"text": "", "delete_original": True}
NO_RESULT = RecallResult("nothing", "Mayra")
LOCKED_ROUND = make_closed_round(
    {1: 3, 2: 1},
    4,
    state=RoundState.LOCKED,
    locked_slot="r1-0",
    record_file="F0RECORDRECORD",
)


def ack_body(response: BoltResponse) -> dict[str, Any]:
    """What the ack itself said."""
    body: dict[str, Any] = json.loads(response.body) if response.body else {}
    return body


async def send_and_get_reply(harness: ListenerHarness, body: dict[str, Any]) -> dict[str, Any]:
    """What a person is told at once: one sentence by the ack, and all else right after it."""
    response = await harness.send(body)
    if text := ack_body(response):
        return text
    (response_body,) = harness.slack.responses
    harness.slack.responses.clear()
    return response_body


def called_methods(harness: ListenerHarness) -> list[str]:
    return [name for name, *_ in harness.use_cases.calls]


async def test_brief_is_saved_acknowledged_and_started() -> None:
    async with listener_harness(start_round__start=START_RESULT) as harness:
        response = await harness.send(slash_command(COMMAND_TEXT))
    assert response.status == 200
    assert ack_body(response) == {}
    assert harness.use_cases.calls == [
        ("start_round.start", Brief("Maya", "a fisherwoman, 60"), ChannelRef("T1", "C1"), "U0LEAD", "11.22.aa"),
        ("start_round.enqueue", "r1"),
    ]


async def test_invalid_command_gets_an_ephemeral_correction() -> None:
    async with listener_harness() as harness:
        reply = await send_and_get_reply(harness, slash_command("Maya: a fisherwoman --look pretty"))
    assert reply["response_type"] == "ephemeral"
    assert reply["text"].startswith("I know the looks skin, literal and balanced, but not pretty.")
    assert "/cast Maya: a fisherwoman --look skin" in json.dumps(reply["blocks"])
    assert harness.use_cases.calls == []


async def test_uninvited_bot_asks_for_an_invitation() -> None:
    async with listener_harness() as harness:
        harness.slack.replies["conversations.info"] = [{"error": "channel_not_found"}]
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
    assert "/invite @Castroom" in reply["text"]
    assert f"/cast {COMMAND_TEXT}" in json.dumps(reply["blocks"])
    assert harness.use_cases.calls == []


async def test_command_in_a_foreign_dm_asks_for_a_channel() -> None:
    async with listener_harness() as harness:
        harness.slack.replies["conversations.info"] = [{"error": "channel_not_found"}]
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT, channel="D9"))
    assert reply["text"].startswith("I can't post in this conversation.")


async def test_recast_needs_confirmation_of_the_price() -> None:
    async with listener_harness(
        start_round__start=AlreadyCast("Maya", "w1", Decimal("0.15")), start_round__confirm_recast=START_RESULT
    ) as harness:
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
        request = json.dumps(reply["blocks"])
        assert '"Re-cast Maya for $0.15"' in request
        assert '"value": "w1"' in request
        assert called_methods(harness) == ["start_round.start"]
        await harness.send(message_press("recast", "w1", is_ephemeral=True))
    assert harness.use_cases.calls[1:] == [
        ("start_round.confirm_recast", "w1", "U0LEAD"),
        ("start_round.enqueue", "r1"),
    ]
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_unavailable_models_offer_priced_alternatives() -> None:
    missing_model = UnavailableModel("GPT-Image-2", "no_key", Decimal("0.066"), "Nano Banana Pro", Decimal("0.15"))
    offers = (
        AlternativeOffer("instead", ("Recraft V4.1", "Nano Banana Pro"), Decimal("0.47"), "w1"),
        AlternativeOffer("only", ("Recraft V4.1",), Decimal("0.14"), "w2"),
    )
    unavailable = ModelsUnavailable(("GPT-Image-2",), ("recraft",), (missing_model,), offers)
    async with listener_harness(start_round__start=unavailable, start_round__confirm_draft=START_RESULT) as harness:
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
        assert reply["response_type"] == "ephemeral"
        assert reply["text"] == (
            "GPT-Image-2 is not available now (no key). "
            "Nano Banana Pro instead costs up to $0.15 a portrait instead of $0.07. Nothing was started."
        )
        presses = [(e["text"]["text"], e["action_id"], e["value"]) for e in reply["blocks"][1]["elements"]]
        assert presses == [
            ("Cast with it for up to $0.47", "cast_with:instead", "w1"),
            ("Only with Recraft V4.1 for up to $0.14", "cast_with:only", "w2"),
        ]
        assert called_methods(harness) == ["start_round.start"]
        await harness.send(message_press("cast_with:only", "w2", is_ephemeral=True))
    assert harness.use_cases.calls[1:] == [("start_round.confirm_draft", "w2", "U0LEAD"), ("start_round.enqueue", "r1")]
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_open_round_reply_links_to_it() -> None:
    busy = AlreadyCasting("Maya", "r1")
    async with listener_harness(InMemoryRepositories(make_voting_round()), start_round__start=busy) as harness:
        reply = ack_body(await harness.send(slash_command(COMMAND_TEXT)))
    assert reply["text"] == ("Maya is being cast right now. <https://harbour.slack.com/archives/C1/p1|Go there>")


async def test_exceeded_cap_is_reported_in_the_ack() -> None:
    over = OverBudget("round", Decimal("2.4"), Decimal(2), Decimal(2))
    async with listener_harness(start_round__start=over) as harness:
        assert "MAX_USD_PER_ROUND" in ack_body(await harness.send(slash_command(COMMAND_TEXT)))["text"]
    assert called_methods(harness) == ["start_round.start"]


async def test_unexpected_error_is_acknowledged_and_reported() -> None:
    async with listener_harness(start_round__start=RuntimeError("bug")) as harness:
        response = await harness.send(slash_command(COMMAND_TEXT))
    assert response.status == 200
    assert ack_body(response)["text"].startswith("Something failed on my side")


async def test_help_command() -> None:
    async with listener_harness() as harness:
        answers = [
            (await send_and_get_reply(harness, slash_command(command_text)))["text"] for command_text in ("help", "?")
        ]
    assert answers == ["Cast a face together."] * 2


async def test_list_command_shows_the_roster() -> None:
    page = Page((make_character(face=make_face()), make_character("Rui", 2)), 2)
    async with listener_harness(recall__list_visible=page) as harness:
        reply = await send_and_get_reply(harness, slash_command("list"))
    assert reply["text"] == "2 characters that you may see"
    assert "Rui · <#C1> · being cast" in json.dumps(reply["blocks"], ensure_ascii=False)


async def test_recall_is_ephemeral() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        await harness.send(slash_command("Maya"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert (sent["channel"], sent["user"]) == ("C1", "U0LEAD")
    assert [b["slack_file"]["id"] for b in sent["blocks"] if b["type"] == "image"] == ["F0RECORDRECORD"]
    assert "share" in [e["action_id"] for b in sent["blocks"] if b["type"] == "actions" for e in b["elements"]]


async def test_face_not_visible_to_the_channel_has_no_share_button() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND), recall__recall=FACE_RESULT, recall__can_share_in=False
    ) as harness:
        await harness.send(slash_command("Maya"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert "share" not in json.dumps(sent["blocks"])


async def test_recall_falls_back_to_the_response_url() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        harness.slack.replies["chat.postEphemeral"] = [{"error": "channel_not_found"}]
        await harness.send(slash_command("Maya"))
    (reply,) = harness.slack.responses
    assert reply["text"].startswith("Maya: Cast in <#C1>")
    assert '"image"' not in json.dumps(reply)


async def test_rejected_picture_is_dropped_from_the_reply() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        harness.slack.replies["chat.postEphemeral"] = [{"error": "invalid_blocks"}, {}]
        await harness.send(slash_command("Maya"))
        sent = harness.slack.calls_to("chat.postEphemeral")
    assert ['"image"' in json.dumps(s) for s in sent] == [True, False]


async def test_vote_press_records_a_vote_and_sends_a_receipt() -> None:
    async with listener_harness(voting__click=ClickResult(2, True, False, "Maya", True)) as harness:
        await harness.send(message_press("vote:2", "r1-1"))
    assert harness.use_cases.calls == [("voting.click", "r1-1", "U0LEAD", 1_764_000_001_000_200)]
    (reply,) = harness.slack.responses
    assert reply["text"].startswith("You vote for 2 as Maya.")
    assert (reply["response_type"], reply["replace_original"]) == ("ephemeral", False)


async def test_repeated_press_gets_no_second_reply() -> None:
    async with listener_harness(voting__click=ClickResult(2, True, False, "Maya", changed=False)) as harness:
        await harness.send(message_press("vote:2", "r1-1"))
    assert harness.slack.responses == []


async def test_vote_after_the_close_is_rejected() -> None:
    async with listener_harness(voting__click=RoundClosed("vote", "closed", "Maya")) as harness:
        await harness.send(message_press("vote:2", "r1-1"))
    assert harness.slack.responses[0]["text"] == "Voting on Maya is closed."


async def test_press_on_an_unknown_round_is_reported() -> None:
    async with listener_harness(voting__click=KeyError("r0-1")) as harness:
        await harness.send(message_press("vote:2", "r0-1"))
    assert harness.slack.responses[0]["text"].startswith("This is no longer here")


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


@pytest.mark.parametrize(("value", "expected_slot_id"), [("r1 r1-0", "r1-0"), ("r1", None)])
async def test_lock_passes_the_leader_that_was_shown(value: str, expected_slot_id: str | None) -> None:
    async with listener_harness() as harness:
        await harness.send(message_press("lock", value))
    assert harness.use_cases.calls == [("lock_face.lock", "r1", expected_slot_id, "U0LEAD")]
    assert harness.slack.responses == []


async def test_a_lock_without_a_winner_is_explained_to_the_lead() -> None:
    async with listener_harness(lock_face__lock=NoWinner((1, 4))) as harness:
        await harness.send(message_press("lock", "r1"))
    assert harness.slack.responses[0]["text"].startswith("1 and 4 are level, so nothing is locked.")


async def test_the_lead_decides_from_a_menu() -> None:
    body = message_press("decide", "-")
    body["actions"][0] |= {"type": "static_select", "selected_option": {"value": "r1-2"}}
    async with listener_harness() as harness:
        await harness.send(body)
    assert harness.use_cases.calls == [("lock_face.decide", "r1-2", "U0LEAD")]


@pytest.mark.parametrize(
    ("action", "method"),
    [
        ("open_now", "audition.open_now"),
        ("cancel", "audition.cancel"),
        ("close", "voting.close"),
        ("extend", "voting.extend"),
        ("drop", "voting.drop"),
    ],
)
async def test_only_the_lead_controls_the_round(action: str, method: str) -> None:
    async with listener_harness() as harness:
        await harness.send(message_press(action, "r1"))
        harness.use_cases.answers[method] = NotLead(action, "U0LEAD")
        await harness.send(message_press(action, "r1", person="U0MEI"))
    assert harness.use_cases.calls == [(method, "r1", "U0LEAD"), (method, "r1", "U0MEI")]
    assert [r["text"][:19] for r in harness.slack.responses] == ["Only <@U0LEAD> can "]


async def test_reroll_options_are_shown_with_prices() -> None:
    candidate_options = tuple(RerollOption(slot, Decimal("0.05")) for slot in make_voting_round().candidates)
    offer = RerollOptions(make_voting_round(), Decimal("0.15"), candidate_options, (), (), 5)
    async with listener_harness(reroll__options=offer) as harness:
        await harness.send(message_press("reroll", "r1"))
    request = json.dumps(harness.slack.responses[0], ensure_ascii=False)
    assert "All again · up to $0.15" in request
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
        ("refine.refine", "r1", "U0LEAD", "a fisherwoman, 70"),
        ("start_round.enqueue", "r2"),
    ]


async def test_refine_form_of_another_workspace_is_rejected() -> None:
    async with listener_harness() as harness:
        reply = ack_body(await harness.send(view_submission("refine", "r1", team="T2", brief="x")))
    assert reply["errors"]["brief"].startswith("This is no longer here")
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


async def test_choice_in_a_closed_comparison_is_ignored() -> None:
    round_ = make_voting_round()
    async with listener_harness(comparison__compare=ComparisonResult(round_, ())) as harness:
        harness.slack.replies["views.update"] = [{"error": "not_found"}]
        with structlog.testing.capture_logs() as logged:
            await harness.send(modal_choice("look_at", "r1", look_at=["r1-0"]))
    assert harness.use_cases.calls == [("comparison.compare", "r1", ("r1-0",))]
    assert logged == []


async def test_mention_of_a_visible_face_is_answered_publicly() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        await harness.send(mention_event("<@U0BOT> who is Maya?", thread_ts="1764000000.5"))
        (sent,) = harness.slack.calls_to("chat.postMessage")
    assert sent["thread_ts"] == "1764000000.5"
    assert harness.use_cases.calls[0] == ("recall.recall", "Maya", "U0MEI", PLACE)
    assert "share" not in json.dumps(sent["blocks"])


@pytest.mark.parametrize(("found", "all_may_see"), [(FACE_RESULT, False), (NO_RESULT, True)])
async def test_mention_of_another_face_is_answered_ephemerally(found: RecallResult, all_may_see: bool) -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=found,
        recall__can_share_in=all_may_see,
        recall__visible_to_channel=found,
    ) as harness:
        await harness.send(mention_event("<@U0BOT> who is Maya?"))
        assert harness.slack.calls_to("chat.postMessage") == []
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert sent["user"] == "U0MEI"


async def test_a_mention_delivered_twice_is_answered_once() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        for event in ("Ev1", "Ev1", "Ev2"):
            await harness.send(mention_event("<@U0BOT> Maya", event_id=event))
        assert len(harness.slack.calls_to("chat.postMessage")) == 2


async def test_a_mention_without_a_name_gets_help() -> None:
    async with listener_harness() as harness:
        await harness.send(mention_event("<@U0BOT>"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert sent["text"] == "Cast a face together."


async def test_visible_face_is_shared() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall_by_id=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        await harness.send(message_press("share", "c1", is_ephemeral=True))
        (sent,) = harness.slack.calls_to("chat.postMessage")
    assert sent["channel"] == "C1"
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_a_private_face_is_not_shared_elsewhere() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND), recall__recall_by_id=FACE_RESULT, recall__can_share_in=False
    ) as harness:
        await harness.send(message_press("share", "c1", is_ephemeral=True))
        assert harness.slack.calls_to("chat.postMessage") == []
    assert "shown only there" in harness.slack.responses[0]["text"]


async def test_a_suggestion_shows_the_face_it_names() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall_by_id=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        await harness.send(message_press("recall:2", "c1", is_ephemeral=True))
        assert len(harness.slack.calls_to("chat.postEphemeral")) == 1
    assert harness.use_cases.calls[0] == ("recall.recall_by_id", "c1", "U0LEAD", PLACE)


async def test_full_size_leads_to_the_original_in_the_thread() -> None:
    slots = (replace(make_voting_round().slots[0], original_file="F0ORIGINAL00"),)
    repositories = InMemoryRepositories(
        make_closed_round({1: 1}, 1, state=RoundState.LOCKED, locked_slot="r1-0", slots=slots)
    )
    async with listener_harness(repositories, recall__get_face=make_face()) as harness:
        await harness.send(message_press("full", "r1"))
        (request,) = harness.slack.calls_to("files.info")
    assert request["file"] == "F0ORIGINAL00"
    assert "1024 × 1365 pixels, PNG, 2.0 MB" in harness.slack.responses[0]["text"]
    assert "<https://harbour.slack.com/files/F1|Open the original>" in harness.slack.responses[0]["text"]


async def test_facts_show_prompt_model_and_hash() -> None:
    async with listener_harness(recall__get_face=make_face()) as harness:
        await harness.send(message_press("facts", "r1"))
    text = json.dumps(harness.slack.responses[0])
    for fact in ("Photographic casting portrait.", "easel:easel-wire", "ab" * 32, "portrait-1"):
        assert fact in text


@pytest.mark.parametrize("action", ["facts", "full"])
async def test_facts_of_a_hidden_face_are_refused(action: str) -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND), recall__get_face=NotAvailableHere("unknown")
    ) as harness:
        await harness.send(message_press(action, "r1", person="U0OUTSIDE"))
        assert harness.slack.calls_to("files.info") == []
    assert harness.slack.responses[0]["text"].startswith("I have no face here that you may see.")


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
    assert harness.slack.responses[0]["text"].startswith("Something failed on my side")


# Slack is slow, refuses or hangs up


@pytest.fixture
def short_ack_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less of it, so that a slow Slack need not be waited for."""
    monkeypatch.setattr(responder, "_ACK_BUDGET_SECONDS", 0.05)


@pytest.mark.usefixtures("short_ack_deadline")
async def test_slow_channel_lookup_opens_no_round() -> None:
    async with listener_harness(start_round__start=START_RESULT) as harness:
        harness.slack.replies["conversations.info"] = [{"after": 0.4}]
        reply = ack_body(await harness.send(slash_command(COMMAND_TEXT)))
    assert reply["text"].endswith("nothing was changed. Try again in a minute.")
    assert harness.use_cases.calls == []


@pytest.mark.usefixtures("short_ack_deadline")
async def test_slow_permalink_is_omitted() -> None:
    async with listener_harness(
        InMemoryRepositories(make_voting_round()), start_round__start=AlreadyCasting("Maya", "r1")
    ) as harness:
        harness.slack.replies["chat.getPermalink"] = [{"after": 0.4}]
        reply = ack_body(await harness.send(slash_command(COMMAND_TEXT)))
    assert reply["text"] == "Maya is being cast right now."


async def test_mention_without_ephemeral_access_is_answered_by_dm() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND), recall__recall=FACE_RESULT, recall__can_share_in=False
    ) as harness:
        harness.slack.replies["chat.postEphemeral"] = [{"error": "user_not_in_channel"}]
        await harness.send(mention_event("<@U0BOT> who is Maya?"))
        (sent,) = harness.slack.calls_to("chat.postMessage")
    assert sent["channel"] == "U0MEI"
    assert "Type /cast" in sent["text"]
    assert "Maya" not in json.dumps(sent)


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
        InMemoryRepositories(LOCKED_ROUND), **answers, voting__click=ClickResult(2, True, False, "Maya", True)
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


# Slack no longer has the picture


MISSING_FILE_REPLIES: list[dict[str, Any]] = [
    {"error": "file_not_found"},
    {"error": "file_deleted"},
    {"file": {"mode": "hidden_by_limit"}},
]


@pytest.mark.parametrize("file_reply", MISSING_FILE_REPLIES, ids=str)
async def test_missing_picture_is_uploaded_again(file_reply: dict[str, Any]) -> None:
    answers = {"recall__recall": FACE_RESULT, "recall__can_share_in": True, "recall__reupload_portrait": "F0NEWRECORD1"}
    async with listener_harness(InMemoryRepositories(LOCKED_ROUND), **answers) as harness:
        harness.slack.replies["files.info"] = [file_reply]
        await harness.send(slash_command("Maya"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert called_methods(harness).count("recall.reupload_portrait") == 1
    assert ("recall.reupload_portrait", "r1", "U0LEAD", "F0RECORDRECORD") in harness.use_cases.calls
    assert [b["slack_file"]["id"] for b in sent["blocks"] if b["type"] == "image"] == ["F0NEWRECORD1"]


async def test_recall_without_picture_is_text_only() -> None:
    answers = {
        "recall__recall": FACE_RESULT,
        "recall__can_share_in": True,
        "recall__reupload_portrait": SlackUnavailable("upload"),
    }
    async with listener_harness(InMemoryRepositories(LOCKED_ROUND), **answers) as harness:
        harness.slack.replies["files.info"] = MISSING_FILE_REPLIES[:1]
        await harness.send(slash_command("Maya"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert "image" not in [b["type"] for b in sent["blocks"]]
    assert sent["text"].startswith("Maya: Cast in <#C1>")


async def test_unavailable_file_info_does_not_upload_again() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        harness.slack.replies["files.info"] = [{"error": "internal_error"}]
        await harness.send(slash_command("Maya"))
    assert "recall.reupload_portrait" not in called_methods(harness)
