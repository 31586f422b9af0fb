"""Mentions that are edited, sent by bots, or that carry the words of another message."""

import json
from typing import Any

import pytest

from bot.domain.errors import BriefError, NotAvailableHere
from bot.ports.rounds import StartResult
from handlers.text import receipts
from tests.support.builders import make_round
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_cases import FACE_RESULT, LOCKED_ROUND, NO_RESULT
from tests.support.listener_harness import ListenerHarness, listener_harness
from tests.support.slack_payloads import mention_event

STARTED = StartResult(make_round(), created=True)
BRIEF = "<@U0BOT> Maya: weathered fisherwoman"
EDITED = {"user": "U0MEI", "ts": "1764000009.000000"}


def edit(text: str, event_id: str = "Ev2", **more: Any) -> dict[str, Any]:
    """The event that Slack sends after an edit of the message that `mention_event` sends."""
    return mention_event(text, event_id=event_id, edited=EDITED, **more)


def started_briefs(harness: ListenerHarness) -> list[str]:
    calls = [call for call in harness.use_cases.calls if call[0] == "start_round.start"]
    return [f"{call[1].name}: {call[1].text}" for call in calls]


async def test_an_edit_of_a_brief_starts_no_second_round() -> None:
    async with listener_harness(start_round__start=STARTED) as harness:
        await harness.send(mention_event(BRIEF))
        await harness.send(edit("<@U0BOT> Tomas: a ferry pilot of fifty"))
        await harness.send(edit("<@U0BOT> who is Maya?", "Ev3"))
    assert started_briefs(harness) == ["Maya: weathered fisherwoman"]
    assert harness.slack.calls_to("chat.postEphemeral") == []


async def test_an_edit_after_a_restart_starts_no_second_round() -> None:
    async with listener_harness(start_round__get_started=make_round(), start_round__start=STARTED) as harness:
        await harness.send(edit("<@U0BOT> Tomas: a ferry pilot of fifty"))
    assert started_briefs(harness) == []


async def test_all_edits_of_a_message_have_the_same_key() -> None:
    keys = []
    for event in (mention_event(BRIEF), edit(BRIEF)):
        async with listener_harness(start_round__start=STARTED) as harness:
            await harness.send(event)
        keys += [call[4] for call in harness.use_cases.calls if call[0] == "start_round.start"]
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_an_edit_after_an_error_starts_the_round() -> None:
    async with listener_harness(start_round__start=STARTED) as harness:
        await harness.send(mention_event("<@U0BOT> Maya: fisherwoman --models nothing --each 99"))
        await harness.send(edit(BRIEF))
        assert len(harness.slack.calls_to("chat.postEphemeral")) == 1
    assert started_briefs(harness) == ["Maya: weathered fisherwoman"]


@pytest.mark.parametrize("error", [BriefError("voters", "unable", "Bot"), NotAvailableHere("no_portrait")], ids=repr)
async def test_an_edit_after_a_refused_start_is_tried_again(error: Exception) -> None:
    async with listener_harness(start_round__start=error) as harness:
        await harness.send(mention_event(BRIEF))
        await harness.send(mention_event(BRIEF))
        harness.use_cases.answers["start_round.start"] = STARTED
        await harness.send(edit(f"{BRIEF}, sixty"))
        await harness.send(edit(f"{BRIEF}, seventy", "Ev3"))
        assert len(harness.slack.calls_to("chat.postEphemeral")) == 1
    assert started_briefs(harness)[1:] == ["Maya: weathered fisherwoman, sixty"]


async def test_an_edit_that_changes_no_words_is_not_answered_again() -> None:
    async with listener_harness(recall__recall=NO_RESULT) as harness:
        await harness.send(mention_event("<@U0BOT> who is Maja?"))
        await harness.send(edit("<@U0BOT> who is  Maja?"))
        assert len(harness.slack.calls_to("chat.postEphemeral")) == 1
        await harness.send(edit("<@U0BOT> who is Maya?", "Ev3"))
        assert len(harness.slack.calls_to("chat.postEphemeral")) == 2


async def test_an_edited_question_is_answered_once() -> None:
    async with listener_harness(
        InMemoryRepositories(LOCKED_ROUND),
        recall__recall=FACE_RESULT,
        recall__can_share_in=True,
        recall__visible_to_channel=FACE_RESULT,
    ) as harness:
        await harness.send(mention_event("<@U0BOT> who is Maya?"))
        await harness.send(edit("<@U0BOT> who is Maya, the fisherwoman?"))
        assert len(harness.slack.calls_to("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "author",
    [
        {"bot_id": "B0ZAP"},
        {"bot_profile": {"id": "B0ZAP", "name": "Zapier", "app_id": "A0ZAP"}},
        {"bot_id": "B0FLOW", "subtype": "bot_message", "user": None},
        {"subtype": "bot_message", "user": None, "bot_id": None},
    ],
    ids=str,
)
async def test_bots_start_nothing_and_are_told_once(author: dict[str, Any]) -> None:
    async with listener_harness(start_round__start=STARTED) as harness:
        await harness.send(mention_event(BRIEF, **author))
        await harness.send(mention_event("<@U0BOT> who is Maya?", event_id="Ev2", ts="1764000004.0001", **author))
        (sent,) = harness.slack.calls_to("chat.postMessage")
    assert (sent["text"], sent["thread_ts"]) == (receipts.PEOPLE_ONLY, "1764000003.0001")
    assert harness.use_cases.calls == []


async def test_a_bot_that_only_slack_knows_as_one_starts_nothing() -> None:
    async with listener_harness(start_round__start=STARTED) as harness:
        harness.slack.replies["users.info"] = [{"user": {"is_bot": True, "team_id": "T1"}}]
        await harness.send(mention_event(BRIEF))
        assert len(harness.slack.calls_to("chat.postMessage")) == 1
    assert started_briefs(harness) == []


async def test_a_person_whom_slack_does_not_show_is_not_called_a_bot() -> None:
    async with listener_harness(start_round__start=STARTED) as harness:
        harness.slack.replies["users.info"] = [{"error": "user_not_visible"}]
        harness.slack.replies["conversations.members"] = [{"members": ["U0MEI"]}]
        await harness.send(mention_event(BRIEF, bot_id="", bot_profile={}))
        assert harness.slack.calls_to("chat.postMessage") == []
    assert len(started_briefs(harness)) == 1


SHARED = {"is_share": True, "text": "a ferry pilot of fifty"}


@pytest.mark.parametrize(
    ("text", "attachment", "brief"),
    [
        ("<@U0BOT> Tomas:", SHARED, "Tomas: a ferry pilot of fifty"),
        ("<@U0BOT> Tomas: tall,", SHARED, "Tomas: tall, a ferry pilot of fifty"),
        ("<@U0BOT>", SHARED | {"text": "<@U0BOT> Tomas: a ferry pilot"}, "Tomas: a ferry pilot"),
        ("<@U0BOT> Tomas:", {"text": "a ferry pilot", "fallback": "x"}, "Tomas: a ferry pilot"),
        ("<@U0BOT> Tomas: tall", {"original_url": "https://a.example", "text": "News: x"}, "Tomas: tall"),
    ],
    ids=["named", "more words", "all shared", "legacy", "link preview"],
)
async def test_words_of_a_shared_message_complete_the_brief(text: str, attachment: dict[str, Any], brief: str) -> None:
    async with listener_harness(start_round__start=STARTED) as harness:
        await harness.send(mention_event(text, attachments=[attachment]))
    assert started_briefs(harness) == [brief]


async def test_a_shared_message_with_a_colon_starts_nothing_by_itself() -> None:
    async with listener_harness(start_round__start=STARTED, recall__recall=NO_RESULT) as harness:
        await harness.send(mention_event("<@U0BOT> hello", attachments=[SHARED | {"text": "Note: bring coffee"}]))
    assert started_briefs(harness) == []


async def test_a_mention_of_blocks_alone_is_read() -> None:
    elements = [{"type": "user", "user_id": "U0BOT"}, {"type": "text", "text": " Maya: eyes <3"}]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    async with listener_harness(start_round__start=STARTED) as harness:
        await harness.send(mention_event("", blocks=blocks))
    assert started_briefs(harness) == ["Maya: eyes <3"]
    assert "<@" not in json.dumps(started_briefs(harness))
