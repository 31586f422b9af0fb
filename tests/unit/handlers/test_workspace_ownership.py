"""One bot in several workspaces: each has its own token, and cannot reach objects of another."""

import json

import pytest
import structlog

from bot.domain.brief import Brief
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.ports.messaging import Picture
from bot.ports.rounds import RoundDraft
from bot.usecases.recall import RecallResult
from handlers.slack.api_errors import WorkspaceNotInstalled
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.round_publisher import SlackRoundPublisher
from tests.support.builders import (
    CATALOGUE,
    make_character,
    make_closed_round,
    make_face,
    make_round,
    make_voting_round,
)
from tests.support.fake_slack_server import TOKENS, FakeSlackServer, fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import mention_event, message_press, reaction_event, slash_command

TOKEN_T1, TOKEN_T2 = TOKENS["T1"], TOKENS["T2"]
FACE_RESULT = RecallResult("face", "Maya", (make_character(face=make_face()),), (make_face(),))
DRAFT = RoundDraft("w1", ChannelRef("T1", "C1"), "U0LEAD", Brief("Maya", "a fisherwoman"))
PRESSES = [
    ("vote:1", "r1-0"),
    ("lock", "r1 r1-0"),
    ("decide", "r1-0"),
    ("open_now", "r1"),
    ("cancel", "r1"),
    ("close", "r1"),
    ("extend", "r1"),
    ("drop", "r1"),
    ("reroll", "r1"),
    ("reroll_all", "r1"),
    ("reroll_one:1", "r1-0"),
    ("vary", "r1-0"),
    ("refine", "r1"),
    ("look", "r1"),
    ("recast", "w1"),
    ("full", "r1"),
    ("facts", "r1"),
]


def set_auth_replies(slack: FakeSlackServer, *answers: str) -> None:
    """Prepare replies of auth.test: the workspace of a token, or the reason of its rejection."""
    slack.replies["auth.test"] = [
        {"error": text} if text.islower() else {"team_id": text, "team": text, "user_id": f"U{text}", "bot_id": "B1"}
        for text in answers
    ]


async def test_each_token_is_tested_once() -> None:
    async with fake_slack_server() as slack:
        set_auth_replies(slack, "T1", "T2")
        clients = await Clients.open([slack.client(TOKEN_T1), slack.client(TOKEN_T2)])
        assert [method for method, _ in slack.calls] == ["auth.test"] * 2
    assert set(clients.teams) == {"T1", "T2"}
    assert {(await clients.for_team(team)).token for team in clients.teams} == {TOKEN_T1, TOKEN_T2}
    identity = await clients.identity("T1")
    assert identity
    assert identity.bot_user_id == "UT1"
    assert identity.bot_token == (await clients.for_team("T1")).token


async def test_rejected_token_is_skipped_and_never_logged() -> None:
    async with fake_slack_server() as slack:
        set_auth_replies(slack, "invalid_auth")
        with structlog.testing.capture_logs() as logged:
            clients = await Clients.open([slack.client(TOKEN_T1)])
    assert list(clients.teams) == []
    (line,) = logged
    assert (line["event"], line["number"], line["reason"]) == ("bot_token_rejected", 1, "invalid_auth")
    assert TOKEN_T1 not in json.dumps(logged)


async def test_unavailable_slack_at_startup_raises() -> None:
    async with fake_slack_server() as slack:
        set_auth_replies(slack, "T1", "internal_error")
        with pytest.raises(SlackUnavailable, match="internal_error"):
            await Clients.open([slack.client(TOKEN_T1), slack.client(TOKEN_T2)])


async def test_client_for_an_unknown_team_raises_not_installed() -> None:
    async with fake_slack_server() as slack:
        with pytest.raises(WorkspaceNotInstalled, match="T0NOWHERE"):
            await slack.clients.for_team("T0NOWHERE")


@pytest.mark.parametrize(("team", "token"), [("T1", TOKEN_T1), ("T2", TOKEN_T2)])
async def test_a_listener_answers_with_the_token_of_the_workspace_that_asks(team: str, token: str) -> None:
    async with listener_harness() as harness:
        await harness.send(mention_event("<@U0BOT>", team=team))
        await harness.send(slash_command("Maya: a fisherwoman", team=team))
        assert harness.slack.calls_to("chat.postEphemeral")
        assert harness.slack.calls_to("conversations.info")
    assert {used for _, used in harness.slack.tokens} == {token}


async def test_the_same_event_id_in_two_workspaces_is_two_events() -> None:
    async with listener_harness() as harness:
        for team in ("T1", "T2", "T1"):
            await harness.send(mention_event("<@U0BOT>", team=team))
        assert len(harness.slack.calls_to("chat.postEphemeral")) == 2


async def test_event_of_an_unknown_workspace_is_ignored_and_logged() -> None:
    async with listener_harness() as harness:
        with structlog.testing.capture_logs() as logged:
            response = await harness.send(reaction_event("one") | {"team_id": "T0NOWHERE"})
    assert response.status == 200, "Slack shall not send it again"
    assert harness.use_cases.calls == []
    assert harness.slack.calls == []
    assert [(line["event"], line["team"]) for line in logged] == [("workspace_rejected", "T0NOWHERE")]


async def test_press_in_an_unknown_workspace_gets_an_error_reply() -> None:
    async with listener_harness() as harness:
        await harness.send(message_press("vote:1", "r1-0", team="T0NOWHERE"))
    assert harness.use_cases.calls == []
    assert "no bot token for this workspace" in harness.slack.responses[0]["text"]


@pytest.mark.parametrize(("action", "value"), PRESSES)
async def test_press_on_another_workspaces_round_is_rejected(action: str, value: str) -> None:
    repositories = InMemoryRepositories(
        make_closed_round({1: 1}, 1, state=RoundState.LOCKED, locked_slot="r1-0"), draft=DRAFT
    )
    async with listener_harness(repositories) as harness:
        await harness.send(message_press(action, value, team="T2"))
        assert harness.use_cases.calls == []
        await harness.send(message_press(action, value))
        assert harness.use_cases.calls != [], "where it belongs it does something"
    assert harness.slack.responses[0]["text"].startswith("This is no longer available")


@pytest.mark.parametrize("action", ["share", "recall:1"])
async def test_a_character_of_another_workspace_is_not_shown_even_if_recall_finds_it(action: str) -> None:
    async with listener_harness(recall__recall_by_id=FACE_RESULT, recall__can_share_in=True) as harness:
        await harness.send(message_press(action, "c1", team="T2"))
        assert harness.slack.calls_to("chat.postMessage") == []
        assert harness.slack.calls_to("chat.postEphemeral") == []
    assert harness.slack.responses[0]["text"].startswith("This is no longer available")


async def test_publisher_uses_the_token_of_the_round() -> None:
    place = ChannelRef("T2", "C1")
    repositories = InMemoryRepositories(
        make_voting_round(place=place), make_round(id="r2", place=place, message_ts=None)
    )
    async with fake_slack_server() as slack:
        clients = slack.clients
        publisher = SlackRoundPublisher(clients, repositories.storage, CATALOGUE, SlackDirectory(clients))
        slack.replies["reactions.get"] = [
            {"message": {"reactions": [{"name": "one", "users": ["U0MEI"], "count": 1}]}},
        ]
        await publisher.post("r2")
        await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        await publisher.add_vote_reactions("r1", [1])
        await publisher.get_reactions("r1")
        await publisher.post_thread_note("r1", "late")
        await publisher.redraw_now("r1")
        await publisher.close()
        called_methods = {method for method, _ in slack.calls}
    assert {token for _, token in slack.tokens} == {TOKEN_T2}
    assert called_methods >= {
        "chat.postMessage",
        "files.info",
        "reactions.add",
        "reactions.get",
        "users.info",
        "chat.update",
    }


async def test_round_of_a_removed_workspace_is_not_redrawn_again() -> None:
    repositories = InMemoryRepositories(make_voting_round(place=ChannelRef("T0NOWHERE", "C1")))
    async with fake_slack_server() as slack:
        clients = slack.clients
        publisher = SlackRoundPublisher(clients, repositories.storage, CATALOGUE, SlackDirectory(clients))
        with structlog.testing.capture_logs() as logged:
            await publisher.redraw_now("r1")
            await publisher.close()
    assert [line["event"] for line in logged] == ["slack_call_failed"]
    assert slack.calls == []


async def test_channel_and_user_lookups_are_cached_per_workspace() -> None:
    async with fake_slack_server() as slack:
        slack_directory = SlackDirectory(slack.clients)
        slack.replies["conversations.info"] = [
            {"channel": {"id": "C1", "is_private": False, "is_member": True}},
            {"error": "channel_not_found"},
        ]
        slack.replies["users.info"] = [{"user": {"is_bot": False}}, {"user": {"is_bot": True}}]
        assert not await slack_directory.is_private(ChannelRef("T1", "C1"))
        assert await slack_directory.is_private(ChannelRef("T2", "C1"))
        assert await slack_directory.is_human("T1", "U0SAME")
        assert not await slack_directory.is_human("T2", "U0SAME")


async def test_public_channel_is_hidden_from_users_of_other_workspaces() -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"error": "user_not_found"}]
        assert not await SlackDirectory(slack.clients).can_see("U0MEI", ChannelRef("T2", "C1"))
