"""One bot in several workspaces: each is answered with its own token, and what belongs to one is gone for the other."""

import json

import pytest
import structlog

from bot.brief import Brief
from bot.errors import Unreachable
from bot.face import Place
from bot.ports import Picture, Wanted
from bot.recall import Recalled
from bot.round import State
from handlers.asking import NotInstalled
from handlers.clients import Clients
from handlers.stage import SlackStage
from handlers.visibility import SlackVisibility
from tests.unit.handlers.envelopes import command, mention, press, reaction
from tests.unit.handlers.little_slack import TOKENS, LittleSlack, little_slack
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import a_play
from tests.unit.handlers.stories import CATALOGUE, a_character, a_face, a_round, closed, voting

HERE, ELSEWHERE = TOKENS["T1"], TOKENS["T2"]
FACE = Recalled("face", "Maya", (a_character(face=a_face()),), (a_face(),))
WISH = Wanted("w1", Place("T1", "C1"), "U0LEAD", Brief("Maya", "a fisherwoman"))
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


def belong(slack: LittleSlack, *answers: str) -> None:
    """What auth.test says one after another: whose a token is, or why Slack does not take it."""
    slack.says["auth.test"] = [
        {"error": said} if said.islower() else {"team_id": said, "team": said, "user_id": f"U{said}", "bot_id": "B1"}
        for said in answers
    ]


async def test_each_token_is_asked_once_whose_it_is() -> None:
    async with little_slack() as slack:
        belong(slack, "T1", "T2")
        clients = await Clients.open([slack.client(HERE), slack.client(ELSEWHERE)])
        assert [method for method, _ in slack.calls] == ["auth.test"] * 2
    assert set(clients.teams) == {"T1", "T2"}
    assert {clients.of(team).token for team in clients.teams} == {HERE, ELSEWHERE}
    identity = clients.identity("T1")
    assert identity
    assert identity.bot_user_id == "UT1"
    assert identity.bot_token == clients.of("T1").token


async def test_a_token_that_is_turned_down_is_left_out_and_never_logged() -> None:
    async with little_slack() as slack:
        belong(slack, "invalid_auth")
        with structlog.testing.capture_logs() as logged:
            clients = await Clients.open([slack.client(HERE)])
    assert list(clients.teams) == []
    (line,) = logged
    assert (line["event"], line["number"], line["reason"]) == ("bot_token_turned_down", 1, "invalid_auth")
    assert HERE not in json.dumps(logged)


async def test_a_slack_that_cannot_be_asked_leaves_no_workspace_deaf() -> None:
    async with little_slack() as slack:
        belong(slack, "T1", "internal_error")
        with pytest.raises(Unreachable, match="internal_error"):
            await Clients.open([slack.client(HERE), slack.client(ELSEWHERE)])


async def test_where_the_bot_has_no_token_it_cannot_ask() -> None:
    async with little_slack() as slack:
        with pytest.raises(NotInstalled, match="T0NOWHERE"):
            slack.clients.of("T0NOWHERE")


@pytest.mark.parametrize(("team", "token"), [("T1", HERE), ("T2", ELSEWHERE)])
async def test_a_listener_answers_with_the_token_of_the_workspace_that_asks(team: str, token: str) -> None:
    async with a_play() as play:
        await play.send(mention("<@U0BOT>", team=team))
        await play.send(command("Maya: a fisherwoman", team=team))
        assert play.slack.called("chat.postEphemeral")
        assert play.slack.called("conversations.info")
    assert {used for _, used in play.slack.tokens} == {token}


async def test_the_same_event_id_in_two_workspaces_is_two_events() -> None:
    async with a_play() as play:
        for team in ("T1", "T2", "T1"):
            await play.send(mention("<@U0BOT>", team=team))
        assert len(play.slack.called("chat.postEphemeral")) == 2


async def test_an_event_of_an_unknown_workspace_is_ignored_with_a_line_in_the_log() -> None:
    async with a_play() as play:
        with structlog.testing.capture_logs() as logged:
            response = await play.send(reaction("one") | {"team_id": "T0NOWHERE"})
    assert response.status == 200, "Slack shall not send it again"
    assert play.script.asked == []
    assert play.slack.calls == []
    assert [(line["event"], line["team"]) for line in logged] == [("unknown_workspace", "T0NOWHERE")]


async def test_a_person_of_an_unknown_workspace_is_told_so() -> None:
    async with a_play() as play:
        await play.send(press("vote:1", "r1-0", team="T0NOWHERE"))
    assert play.script.asked == []
    assert "not set up for this workspace" in play.slack.responses[0]["text"]


@pytest.mark.parametrize(("action", "value"), PRESSES)
async def test_a_press_on_what_belongs_to_another_workspace_finds_nothing(action: str, value: str) -> None:
    memory = Memory(closed({1: 1}, 1, state=State.LOCKED, locked_slot="r1-0"), wish=WISH)
    async with a_play(memory) as play:
        await play.send(press(action, value, team="T2"))
        assert play.script.asked == []
        await play.send(press(action, value))
        assert play.script.asked != [], "where it belongs it does something"
    assert play.slack.responses[0]["text"].startswith("This is no longer here")


@pytest.mark.parametrize("action", ["share", "recall:1"])
async def test_a_character_of_another_workspace_is_not_shown_even_if_recall_finds_it(action: str) -> None:
    async with a_play(recall__show=FACE, recall__visible_answer=True) as play:
        await play.send(press(action, "c1", team="T2"))
        assert play.slack.called("chat.postMessage") == []
        assert play.slack.called("chat.postEphemeral") == []
    assert play.slack.responses[0]["text"].startswith("This is no longer here")


async def test_a_round_is_shown_with_the_token_of_its_workspace() -> None:
    place = Place("T2", "C1")
    memory = Memory(voting(place=place), a_round(id="r2", place=place, message_ts=None))
    async with little_slack() as slack:
        clients = slack.clients
        stage = SlackStage(clients, memory.rounds, memory.roster, memory.finishes, CATALOGUE, SlackVisibility(clients))
        slack.says["reactions.get"] = [
            {"message": {"reactions": [{"name": "one", "users": ["U0MEI"], "count": 1}]}},
        ]
        await stage.post("r2")
        await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        await stage.seed("r1", [1])
        await stage.reactions("r1")
        await stage.remark("r1", "late")
        await stage.show("r1")
        await stage.close()
        asked = {method for method, _ in slack.calls}
    assert {token for _, token in slack.tokens} == {ELSEWHERE}
    assert asked >= {"chat.postMessage", "files.info", "reactions.add", "reactions.get", "users.info", "chat.update"}


async def test_a_round_whose_workspace_is_gone_is_not_redrawn_again_and_again() -> None:
    memory = Memory(voting(place=Place("T0NOWHERE", "C1")))
    async with little_slack() as slack:
        clients = slack.clients
        stage = SlackStage(clients, memory.rounds, memory.roster, memory.finishes, CATALOGUE, SlackVisibility(clients))
        with structlog.testing.capture_logs() as logged:
            await stage.show("r1")
            await stage.close()
    assert [line["event"] for line in logged] == ["slack_refused"]
    assert slack.calls == []


async def test_what_is_known_of_a_channel_or_a_person_is_known_in_one_workspace_only() -> None:
    async with little_slack() as slack:
        seeing = SlackVisibility(slack.clients)
        slack.says["conversations.info"] = [
            {"channel": {"id": "C1", "is_private": False, "is_member": True}},
            {"error": "channel_not_found"},
        ]
        slack.says["users.info"] = [{"user": {"is_bot": False}}, {"user": {"is_bot": True}}]
        assert not await seeing.is_private(Place("T1", "C1"))
        assert await seeing.is_private(Place("T2", "C1"))
        assert await seeing.is_person("T1", "U0SAME")
        assert not await seeing.is_person("T2", "U0SAME")


async def test_somebody_of_one_workspace_sees_no_public_channel_of_another() -> None:
    async with little_slack() as slack:
        slack.says["users.info"] = [{"error": "user_not_found"}]
        assert not await SlackVisibility(slack.clients).sees("U0MEI", Place("T2", "C1"))
