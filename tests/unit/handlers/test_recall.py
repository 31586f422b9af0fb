"""Recalled faces: sharing, full size, details, and pictures that Slack has lost."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import NotAvailableHere
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from tests.support.builders import (
    PLACE,
    make_closed_round,
    make_face,
    make_voting_round,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_cases import (
    DELETED_ORIGINAL,
    FACE_RESULT,
    LOCKED_ROUND,
    MISSING_FILE_REPLIES,
    called_methods,
)
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    message_press,
    slash_command,
)


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
    assert "only shown there" in harness.slack.responses[0]["text"]


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
    assert harness.slack.responses[0]["text"].startswith("No face found here.")


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


RECASTING = replace(FACE_RESULT, characters=(replace(FACE_RESULT.characters[0], open_round_id="r7"),))


async def test_recall_during_a_recast_links_to_the_open_round() -> None:
    repositories = InMemoryRepositories(LOCKED_ROUND, make_voting_round(id="r7"))
    async with listener_harness(repositories, recall__recall=RECASTING, recall__can_share_in=True) as harness:
        await harness.send(slash_command("Maya"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    text = json.dumps(sent["blocks"])
    assert "Being re-cast now: voting closes" in text
    assert "|Go to the round>" in text


async def test_recall_without_a_recast_names_no_open_round() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND), recall__recall=FACE_RESULT, recall__can_share_in=True
    ) as harness:
        await harness.send(slash_command("Maya"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert "re-cast now" not in json.dumps(sent["blocks"])


async def test_shared_face_says_who_shared_it() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall_by_id=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        await harness.send(message_press("share", "c1", is_ephemeral=True))
        (posted,) = harness.slack.calls_to("chat.postMessage")
    assert posted["blocks"][-1]["elements"][0]["text"] == "Shared by <@U0LEAD>"
