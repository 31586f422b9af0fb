"""What Slack sends becomes values; what it should not have sent becomes BadPayload."""

from typing import Any

import pytest

from bot.face import Place
from handlers.drafts import draft_in
from handlers.mention import asked_name
from handlers.papers import answered_in
from handlers.payloads import (
    BadPayload,
    command_from,
    filled_from,
    mention_from,
    moment_in,
    number_in,
    number_of,
    press_from,
    price_in,
    reaction_from,
    reaction_of,
    sound,
    unwrapped,
    visit_from,
)
from tests.unit.handlers.envelopes import command, mention, press, reaction, submission, visit


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


@pytest.mark.parametrize(
    "change",
    [
        {"value": "r1\ud800"},
        {"value": "r1\x00"},
        {"value": "r" * 2_001},
        {"value": ["r1"]},
        {"action_ts": "9" * 30},
        {"action_ts": "-1.5"},
        {"action_id": 7},
        {"selected_option": "r1"},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_press_with_something_else_in_a_parts_place_is_refused(change: dict[str, Any]) -> None:
    body = press("lock", "r1")
    body["actions"][0] |= change
    with pytest.raises(BadPayload):
        press_from(body)


@pytest.mark.parametrize("words", [7, ["Maya"], "Maya\x00", "Maya\ud800"], ids=repr)
def test_words_that_no_database_takes_are_refused(words: object) -> None:
    with pytest.raises(BadPayload):
        command_from(command("") | {"text": words})


def test_a_press_tells_as_many_ids_as_its_button_carries() -> None:
    assert press_from(press("finish", "r1 1 up")).told(3) == ("r1", "1", "up")
    with pytest.raises(BadPayload):
        press_from(press("finish", "r1 1")).told(3)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", "9" * 12, "x"])
def test_a_number_that_no_button_of_ours_carries_is_refused(text: str) -> None:
    for read in (number_in, moment_in):
        with pytest.raises(BadPayload):
            read(text)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-1", "1e9", "", "9" * 10])
def test_a_price_that_no_form_of_ours_carries_is_refused(text: str) -> None:
    with pytest.raises(BadPayload):
        price_in(text)


@pytest.mark.parametrize(
    "values",
    [
        {f"f{n}": {"f": {"value": "x"}} for n in range(101)},
        {"f": {"f": {"selected_users": ["U1"] * 201}}},
        {"f": {"f": {"selected_option": {"value": "x" * 3_001}}}},
        {"f": {"f": {"value": {"deep": []}}}},
        {"f": {"f": {"value": True}}},
        {"f": [[]]},
    ],
    ids=["too many fields", "too much chosen", "too long a choice", "an object", "a truth", "no fields"],
)
def test_a_form_that_no_modal_of_slacks_sends_is_refused(values: object) -> None:
    body = submission("refine", "r1")
    body["view"]["state"]["values"] = values
    with pytest.raises(BadPayload):
        filled_from(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [("look", "pretty"), ("size", "8k"), ("ballot", "loud"), ("use", "x"), ("like", "x"), ("until", "9" * 12)],
)
def test_a_choice_that_no_menu_of_ours_offers_is_refused(field: str, value: str) -> None:
    with pytest.raises(BadPayload):
        draft_in(filled_from(submission("form", "w1", **{f"cast_{field}": value})))


def test_a_tell_that_no_paper_of_ours_offers_is_refused() -> None:
    with pytest.raises(BadPayload):
        answered_in(filled_from(submission("paper", "r1", **{"tells s1": "too handsome"})))


@pytest.mark.parametrize(
    "change",
    [
        {"actions": []},
        {"actions": ["x"]},
        {"team": "T1"},
        {"view": "x"},
        {"type": 7},
        {"response_url": 7},
        {"response_url": 0},
    ],
    ids=str,
)
def test_what_bolt_would_stumble_over_is_unsound(change: dict[str, Any]) -> None:
    sound(press("lock", "r1"))
    with pytest.raises(BadPayload):
        sound(press("lock", "r1") | change)


@pytest.mark.parametrize("view", [None, "x", {}, {"type": None}, {"type": 7}, {"callback_id": "photo"}], ids=str)
def test_a_form_without_a_view_of_a_kind_is_unsound(view: object) -> None:
    sound(submission("refine", "r1"))
    with pytest.raises(BadPayload):
        sound(submission("refine", "r1") | {"view": view})


@pytest.mark.parametrize("event", [None, "x", {}, {"type": None}], ids=str)
def test_an_event_of_no_kind_is_unsound(event: object) -> None:
    sound(reaction("one"))
    with pytest.raises(BadPayload):
        sound(reaction("one") | {"event": event})
    with pytest.raises(BadPayload):
        sound({"type": None, "team_id": "T1", "event": event})


@pytest.mark.parametrize(
    "more",
    [
        {"view": None},
        {"response_urls": []},
        {"response_url": ""},
        {"authorizations": []},
        {"enterprise": None, "is_enterprise_install": False, "enterprise_id": None},
        {"message": {"type": "message", "subtype": "bot_message", "ts": "1.1", "bot_id": "B1", "blocks": []}},
    ],
    ids=str,
)
def test_what_slack_leaves_empty_or_adds_is_sound(more: dict[str, Any]) -> None:
    for body in (press("lock", "r1"), submission("refine", "r1"), command("Maya"), reaction("one")):
        sound(body | {key: value for key, value in more.items() if key != "view" or "view" not in body})


@pytest.mark.parametrize("actions", [None, "x", {}, ["x"], [{}]], ids=repr)
def test_a_menu_again_is_looked_for_in_whatever_there_is(actions: object) -> None:
    body = {"actions": actions}
    unwrapped(body)
    assert body == {"actions": actions}
