"""What Slack sends becomes values; what it should not have sent becomes BadPayload."""

from typing import Any

import pytest

from bot.face import Place
from handlers.mention import asked_name
from handlers.payloads import (
    BadPayload,
    command_from,
    mention_from,
    number_of,
    press_from,
    reaction_from,
    reaction_of,
    visit_from,
)
from tests.unit.handlers.envelopes import command, mention, press, reaction, visit


def test_a_command_keeps_its_line_with_slacks_three_entities_decoded() -> None:
    got = command_from(command("Maya: eyes &lt;3 &amp; &gt;2, &amp;lt; stays"))
    assert got.line == "Maya: eyes <3 & >2, &lt; stays"
    assert got.place == Place("T1", "C1")
    assert (got.person, got.trigger) == ("U0LEAD", "11.22.aa")


def test_a_bare_command_has_an_empty_line() -> None:
    assert command_from(command("")).line == ""


def test_a_press_carries_its_ids_and_its_moment_in_whole_microseconds() -> None:
    got = press_from(press("lock", "r1 r1-0", action_ts="1764000000.000207"))
    assert got.ids == ("r1", "r1-0")
    assert got.id == "r1"
    assert got.stamp == 1_764_000_000_000_207


def test_the_moment_is_not_rounded_by_a_float() -> None:
    assert press_from(press("vote:1", "s", action_ts="1764000000.1")).stamp == 1_764_000_000_100_000
    assert press_from(press("vote:1", "s", action_ts="9007199254.740993")).stamp == 9_007_199_254_740_993


def test_a_choice_in_a_menu_is_a_press_too() -> None:
    body = press("decide", "unused")
    body["actions"][0] |= {"type": "static_select", "selected_option": {"value": "r1-2"}}
    assert press_from(body).id == "r1-2"


def test_two_presses_on_one_message_have_the_same_trigger_and_two_messages_have_two() -> None:
    first, second = (press_from(press("reroll_one:1", "r1-0", action_ts=ts)) for ts in ("1.1", "2.2"))
    other = press_from(press("reroll_one:1", "r1-0", message_ts="3.3"))
    assert first.trigger == second.trigger
    assert first.trigger != other.trigger


@pytest.mark.parametrize(("thread_ts", "in_thread"), [("3.3", True), ("1764000000.000100", False), (None, False)])
def test_a_press_is_in_a_thread_only_under_a_reply(thread_ts: str | None, in_thread: bool) -> None:
    body = press("facts", "r1")
    body["container"]["thread_ts"] = thread_ts
    assert press_from(body).thread_ts == (thread_ts if in_thread else None)


def test_a_press_in_an_organisation_without_a_team_uses_the_persons() -> None:
    body = press("close", "r1") | {"team": None}
    body["user"]["team_id"] = "T9"
    assert press_from(body).place.team == "T9"


@pytest.mark.parametrize(("name", "number"), [("one", 1), ("eight", 8), ("two::skin-tone-3", 2)])
def test_number_emoji_are_numbers_with_or_without_a_tone(name: str, number: int) -> None:
    got = reaction_from(reaction(name))
    assert got
    assert (got.number, got.on) == (number, True)


def test_a_reaction_taken_off_is_off() -> None:
    got = reaction_from(reaction("one", added=False))
    assert got
    assert not got.on


@pytest.mark.parametrize("name", ["nine", "zero", "heart", "keycap_ten", "one_"])
def test_other_emoji_are_nothing(name: str) -> None:
    assert reaction_from(reaction(name)) is None


def test_a_reaction_to_a_file_is_nothing() -> None:
    body = reaction("one")
    body["event"]["item"] = {"type": "file", "file": "F1"}
    assert reaction_from(body) is None


def test_numbers_and_emoji_names_agree() -> None:
    assert [number_of(reaction_of(n)) for n in range(1, 9)] == list(range(1, 9))


def test_a_mention_loses_the_mention_and_its_entities() -> None:
    got = mention_from(mention("<@U0CASTROOM> who is  Mar&amp;ta?"))
    assert got.text == "who is Mar&ta?"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("who is Maya?", "Maya"),
        ("Who's Maya", "Maya"),
        ("who’s maya?", "maya"),
        ("show me Maya.", "Maya"),
        ("Maya", "Maya"),
        ("Who", "Who"),
        ("Showman Joe", "Showman Joe"),
        ("who is 明美？", "明美"),
        ("help", ""),
        ("", ""),
    ],
)
def test_the_name_somebody_asks_for_is_found(text: str, name: str) -> None:
    assert asked_name(text) == name


def test_only_the_home_tab_is_a_visit() -> None:
    assert visit_from(visit("home"))
    assert visit_from(visit("messages")) is None


@pytest.mark.parametrize("missing", ["team_id", "channel_id", "user_id", "trigger_id"])
def test_a_command_without_its_parts_is_refused(missing: str) -> None:
    body = command("Maya")
    del body[missing]
    with pytest.raises(BadPayload):
        command_from(body)


@pytest.mark.parametrize(
    "change",
    [
        {"actions": []},
        {"actions": [{"action_id": "lock", "value": "r1"}]},
        {"actions": [{"action_id": "lock", "value": " ", "action_ts": "1.1"}]},
        {"actions": [{"action_id": "lock", "value": "r1", "action_ts": "now"}]},
        {"container": None},
        {"user": {"id": 7}},
    ],
)
def test_a_press_without_its_parts_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        press_from(press("lock", "r1") | change)


@pytest.mark.parametrize("event", [{}, {"item": "x"}, {"reaction": 5, "item": {"type": "message"}}])
def test_a_reaction_without_its_parts_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        reaction_from({"team_id": "T1", "event": event})
