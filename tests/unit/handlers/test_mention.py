"""Mentions of the bot: public answers where the channel may see the face, else private ones."""

import json

import pytest

from bot.domain.errors import AlreadyCasting
from bot.usecases.recall import RecallResult
from tests.support.builders import (
    PLACE,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_cases import (
    FACE_RESULT,
    LOCKED_ROUND,
    NO_RESULT,
)
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    mention_event,
)


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
        for event, ts in (("Ev1", "1764000003.0001"), ("Ev1", "1764000003.0001"), ("Ev2", "1764000004.0001")):
            await harness.send(mention_event("<@U0BOT> Maya", event_id=event, ts=ts))
        assert len(harness.slack.calls_to("chat.postMessage")) == 2


async def test_a_mention_without_a_name_gets_help() -> None:
    async with listener_harness() as harness:
        await harness.send(mention_event("<@U0BOT>"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert sent["text"] == "Cast a face together."


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


async def test_round_open_in_a_hidden_channel_is_answered_in_words() -> None:
    async with listener_harness(start_round__start=AlreadyCasting("Maya", "")) as harness:
        await harness.send(mention_event("<@U0BOT> Maya: a fisherwoman, 60"))
        (answer,) = harness.slack.calls_to("chat.postEphemeral")
    assert "It is in another channel of this production" in answer["text"]
