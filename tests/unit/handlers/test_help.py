"""Help in groups, commands that were mistyped, and near names with their buttons."""

import json
from typing import Any

import pytest

from bot.domain.command import parse_command
from bot.domain.command_hints import COMMANDS, meant_command
from bot.domain.errors import BriefError, ReferenceUnclear
from bot.usecases.recall import RecallResult
from handlers.text import brief_errors
from handlers.text import help as help_text
from handlers.views import private
from tests.support.builders import make_character, make_face
from tests.support.listener_cases import DELETED_ORIGINAL, NO_RESULT, START_RESULT, send_and_get_reply
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import mention_event, message_press, slash_command

NEAR = RecallResult("unsure", "Lista", (make_character("Lisa", face=make_face()),))
UNCLEAR = ReferenceUnclear("like", "unknown", "Maja", ("Maya", "Mara"), offers=(("Maya", "w1"), ("Mara", "w2")))


def buttons(reply: dict[str, Any]) -> list[tuple[str, str, str]]:
    elements = [element for block in reply["blocks"] if block["type"] == "actions" for element in block["elements"]]
    return [(element["text"]["text"], element["action_id"], element["value"]) for element in elements]


def test_help_has_one_command_a_line_and_nothing_drawn() -> None:
    blocks = private.help_view().blocks
    assert {block["type"] for block in blocks} == {"section", "actions"}
    text = "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")
    for line in text.splitlines():
        assert line.startswith(("*", "`/cast", "`@Castroom")), line
        assert len(line) <= 120, line
    assert all(f"/cast {command}" in text for command in COMMANDS if command != "help")
    assert "--" not in text
    assert not set("┌│└|") & set(text)


def test_every_command_of_the_help_can_be_typed() -> None:
    lines = [line.split("`")[1] for group in help_text.groups() for line in group.splitlines()[1:]]
    for line in lines:
        if line.startswith("/cast"):
            parse_command(line)
    for line in help_text.option_lines().splitlines():
        parse_command(f"Maya: a baker {line.split('`')[1]}".replace("--quorum 3", "--quorum 1"))


async def test_more_shows_the_options() -> None:
    async with listener_harness() as harness:
        reply = await send_and_get_reply(harness, slash_command("help"))
        assert buttons(reply) == [("More: options", "help_more", "options")]
        await harness.send(message_press("help_more", "options", is_ephemeral=True))
    shown = json.dumps(harness.slack.responses[-1])
    assert all(option in shown for option in ("--models", "--like", "--voters", "--4k", "--use"))


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("setings", "settings"), ("Setting", "settings"), ("helpp", "help"), ("history", "history"), ("alias", "alias"),
        ("spend last month", "spend"), ("unlock Maya", "unlock"), ("rooster", "roster"), ("lst", "list"),
        ("-help", "help"),
        ("/settings", "settings"), ("costs", "spend"), ("histroy Maya", "history"), ("Maya", ""), ("hello", ""),
        ("", ""),
        ("Bartholomew", ""), ("\u200bsettings", "settings"),
    ],
)  # fmt: skip
def test_nearest_command(typed: str, command: str) -> None:
    assert meant_command(typed) == command


@pytest.mark.parametrize("typed", ["-h", "--help", "HELP", "?", "help\u200b", "/cast help", "‐‐help"])
async def test_help_is_understood_in_every_form(typed: str) -> None:
    async with listener_harness() as harness:
        assert (await send_and_get_reply(harness, slash_command(typed)))["text"] == help_text.HELP


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("setings", "`/cast settings`"), ("spend last month", "`/cast spend`"), ("history", "`/cast history Maya`"),
        ("alias", "`/cast alias Maya = the fisherwoman`"), ("unlock Maya", "`/cast history Maya`"),
        ("helpp", "`/cast help`"),
    ],
)  # fmt: skip
async def test_mistyped_command_is_answered_with_the_nearest(typed: str, written: str) -> None:
    async with listener_harness(recall__recall=NO_RESULT) as harness:
        await harness.send(slash_command(typed))
        await harness.send(mention_event(f"<@U0BOT> {typed}", event_id="Ev2"))
        command_answer, mention_answer = harness.slack.calls_to("chat.postEphemeral")
    assert written in command_answer["text"]
    assert written in mention_answer["text"] or typed == "helpp"
    assert typed in command_answer["text"]


async def test_near_names_and_a_near_command_are_both_offered() -> None:
    async with listener_harness(recall__recall=NEAR) as harness:
        await harness.send(slash_command("Lista"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert sent["text"] == "No Lista. Did you mean Lisa?"
    assert [(label, action) for label, action, _ in buttons(sent)] == [("Lisa", "recall:1")]
    assert "Or did you mean `/cast list`?" in json.dumps(sent["blocks"])


@pytest.mark.parametrize(
    "text", ["hello", "Hello there", "can you help me", "what do you do?", "", "\u200b", "thanks!"]
)
async def test_mention_that_names_nobody_gets_help(text: str) -> None:
    async with listener_harness(recall__recall=NO_RESULT) as harness:
        await harness.send(mention_event(f"<@U0BOT> {text}"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
        assert harness.slack.calls_to("chat.postMessage") == []
    assert sent["text"] == help_text.HELP


@pytest.mark.parametrize("text", ["Bartholomew", "who is hello?", "who’s list", "Who‘s settings?"])
async def test_mention_that_asks_for_somebody_unknown_is_answered_so(text: str) -> None:
    async with listener_harness(recall__recall=NO_RESULT) as harness:
        await harness.send(mention_event(f"<@U0BOT> {text}"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert "No one called" in sent["text"]


async def test_near_name_in_a_mention_is_asked_privately() -> None:
    async with listener_harness(recall__recall=NEAR) as harness:
        await harness.send(mention_event("<@U0BOT> who is Lista?"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
        assert harness.slack.calls_to("chat.postMessage") == []
    assert sent["text"] == "No Lista. Did you mean Lisa?"


async def test_near_reference_is_asked_back_with_buttons() -> None:
    async with listener_harness(start_round__start=UNCLEAR, start_round__confirm_draft=START_RESULT) as harness:
        reply = await send_and_get_reply(harness, slash_command("Ben: her son --like Maja"))
        assert reply["text"] == "No Maja. Did you mean one of these? Nothing was started."
        assert buttons(reply) == [("Maya", "cast_like:1", "w1"), ("Mara", "cast_like:2", "w2")]
        await harness.send(mention_event("<@U0BOT> Ben: her son --like Maja"))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
        assert buttons(sent) == buttons(reply)
        await harness.send(message_press("cast_like:2", "w2", is_ephemeral=True))
    assert harness.use_cases.calls[-2:] == [
        ("start_round.confirm_draft", "w2", "U0LEAD"),
        ("start_round.enqueue", "r1"),
    ]
    assert harness.slack.responses[-1] == DELETED_ORIGINAL


@pytest.mark.parametrize("line", ["settings: look skin", "History: Maya", "help\u200b: x", "LIST: all", "alias: a"])
def test_command_with_a_colon_casts_nobody(line: str) -> None:
    with pytest.raises(BriefError) as caught:
        parse_command(line)
    assert (caught.value.field, caught.value.problem) == ("name", "command")
    assert "is a command of mine" in brief_errors.sentence(caught.value)


def test_unknown_name_of_an_alias_is_asked_back() -> None:
    error = BriefError("alias", "unknown", "Maja", ("Maya",))
    assert "Did you mean Maya?" in brief_errors.sentence(error)
    assert brief_errors.working_line(error) == "/cast alias Maya = the fisherwoman"
