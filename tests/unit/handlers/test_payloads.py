"""Parsers turn payloads into values, and malformed payloads into BadPayload."""

from typing import Any

import pytest

from bot.domain.ids import ChannelRef
from handlers.features.mention import asked_name
from handlers.features.round_form import draft_from
from handlers.features.sealed_ballot import sealed_answers_from
from handlers.slack.fallback_blocks import unwrap_menu_buttons
from handlers.slack.payloads.parsers import (
    command_from,
    emoji_for_number,
    home_opened_from,
    mention_from,
    number_from_emoji,
    press_from,
    reaction_from,
    submission_from,
    validate_envelope,
)
from handlers.slack.payloads.scalars import parse_datetime, parse_number, parse_price
from handlers.slack.payloads.values import BadPayload
from tests.support.slack_payloads import (
    home_opened,
    mention_event,
    message_press,
    reaction_event,
    slash_command,
    view_submission,
)


def test_command_text_has_slack_entities_decoded() -> None:
    got = command_from(slash_command("Maya: eyes &lt;3 &amp; &gt;2, &amp;lt; stays"))
    assert got.line == "Maya: eyes <3 & >2, &lt; stays"
    assert got.place == ChannelRef("T1", "C1")
    assert (got.person, got.trigger_id) == ("U0LEAD", "11.22.aa")


def test_command_without_text() -> None:
    assert command_from(slash_command("")).line == ""


def test_press_has_ids_and_timestamp_in_microseconds() -> None:
    got = press_from(message_press("lock", "r1 r1-0", action_ts="1764000000.000207"))
    assert got.ids == ("r1", "r1-0")
    assert got.id == "r1"
    assert got.event_ts_us == 1_764_000_000_000_207


def test_timestamp_keeps_full_precision() -> None:
    assert press_from(message_press("vote:1", "s", action_ts="1764000000.1")).event_ts_us == 1_764_000_000_100_000
    assert press_from(message_press("vote:1", "s", action_ts="9007199254.740993")).event_ts_us == 9_007_199_254_740_993


def test_menu_choice_is_parsed_as_a_press() -> None:
    body = message_press("decide", "unused")
    body["actions"][0] |= {"type": "static_select", "selected_option": {"value": "r1-2"}}
    assert press_from(body).id == "r1-2"


def test_press_trigger_is_unique_per_message() -> None:
    first, second = (press_from(message_press("reroll_one:1", "r1-0", action_ts=ts)) for ts in ("1.1", "2.2"))
    other = press_from(message_press("reroll_one:1", "r1-0", message_ts="3.3"))
    assert first.idempotency_key == second.idempotency_key
    assert first.idempotency_key != other.idempotency_key


@pytest.mark.parametrize(("thread_ts", "in_thread"), [("3.3", True), ("1764000000.000100", False), (None, False)])
def test_press_has_a_thread_ts_only_in_a_thread(thread_ts: str | None, in_thread: bool) -> None:
    body = message_press("facts", "r1")
    body["container"]["thread_ts"] = thread_ts
    assert press_from(body).thread_ts == (thread_ts if in_thread else None)


def test_press_without_team_uses_the_team_of_the_user() -> None:
    body = message_press("close", "r1") | {"team": None}
    body["user"]["team_id"] = "T9"
    assert press_from(body).place.team == "T9"


@pytest.mark.parametrize(("name", "number"), [("one", 1), ("eight", 8), ("two::skin-tone-3", 2)])
def test_number_emoji_are_parsed_with_any_skin_tone(name: str, number: int) -> None:
    got = reaction_from(reaction_event(name))
    assert got
    assert (got.number, got.is_added) == (number, True)


def test_removed_reaction_is_off() -> None:
    got = reaction_from(reaction_event("one", added=False))
    assert got
    assert not got.is_added


@pytest.mark.parametrize("name", ["nine", "zero", "heart", "keycap_ten", "one_"])
def test_other_emoji_are_ignored(name: str) -> None:
    assert reaction_from(reaction_event(name)) is None


def test_reaction_to_a_file_is_ignored() -> None:
    body = reaction_event("one")
    body["event"]["item"] = {"type": "file", "file": "F1"}
    assert reaction_from(body) is None


def test_numbers_and_emoji_names_agree() -> None:
    assert [number_from_emoji(emoji_for_number(n)) for n in range(1, 9)] == list(range(1, 9))


def test_mention_text_is_cleaned() -> None:
    got = mention_from(mention_event("<@U0CASTROOM> who is  Mar&amp;ta?"))
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
def test_requested_name_is_extracted_from_a_mention(text: str, name: str) -> None:
    assert asked_name(text) == name


def test_only_the_home_tab_counts_as_home_opened() -> None:
    assert home_opened_from(home_opened("home"))
    assert home_opened_from(home_opened("messages")) is None


@pytest.mark.parametrize("missing", ["team_id", "channel_id", "user_id", "trigger_id"])
def test_incomplete_command_is_rejected(missing: str) -> None:
    body = slash_command("Maya")
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
def test_incomplete_press_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        press_from(message_press("lock", "r1") | change)


@pytest.mark.parametrize("event", [{}, {"item": "x"}, {"reaction": 5, "item": {"type": "message"}}])
def test_incomplete_reaction_is_rejected(event: dict[str, Any]) -> None:
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
def test_press_with_invalid_fields_is_rejected(change: dict[str, Any]) -> None:
    body = message_press("lock", "r1")
    body["actions"][0] |= change
    with pytest.raises(BadPayload):
        press_from(body)


@pytest.mark.parametrize("words", [7, ["Maya"], "Maya\x00", "Maya\ud800"], ids=repr)
def test_command_text_with_invalid_characters_is_rejected(words: object) -> None:
    with pytest.raises(BadPayload):
        command_from(slash_command("") | {"text": words})


def test_press_must_have_the_expected_number_of_ids() -> None:
    assert press_from(message_press("finish", "r1 1 up")).expect_ids(3) == ("r1", "1", "up")
    with pytest.raises(BadPayload):
        press_from(message_press("finish", "r1 1")).expect_ids(3)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", "9" * 12, "x"])
def test_invalid_number_is_rejected(text: str) -> None:
    for parse in (parse_number, parse_datetime):
        with pytest.raises(BadPayload):
            parse(text)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-1", "1e9", "", "9" * 10])
def test_invalid_price_is_rejected(text: str) -> None:
    with pytest.raises(BadPayload):
        parse_price(text)


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
def test_form_beyond_slacks_limits_is_rejected(values: object) -> None:
    body = view_submission("refine", "r1")
    body["view"]["state"]["values"] = values
    with pytest.raises(BadPayload):
        submission_from(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [("look", "pretty"), ("size", "8k"), ("ballot", "loud"), ("use", "x"), ("like", "x"), ("until", "9" * 12)],
)
def test_unknown_option_is_rejected(field: str, value: str) -> None:
    with pytest.raises(BadPayload):
        draft_from(submission_from(view_submission("form", "w1", **{f"cast_{field}": value})))


def test_unknown_flaw_tag_is_rejected() -> None:
    with pytest.raises(BadPayload):
        sealed_answers_from(submission_from(view_submission("paper", "r1", **{"tells s1": "too handsome"})))


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
def test_envelope_that_breaks_bolt_is_rejected(change: dict[str, Any]) -> None:
    validate_envelope(message_press("lock", "r1"))
    with pytest.raises(BadPayload):
        validate_envelope(message_press("lock", "r1") | change)


@pytest.mark.parametrize("view", [None, "x", {}, {"type": None}, {"type": 7}, {"callback_id": "photo"}], ids=str)
def test_submission_without_a_typed_view_is_rejected(view: object) -> None:
    validate_envelope(view_submission("refine", "r1"))
    with pytest.raises(BadPayload):
        validate_envelope(view_submission("refine", "r1") | {"view": view})


@pytest.mark.parametrize("event", [None, "x", {}, {"type": None}], ids=str)
def test_event_without_a_type_is_rejected(event: object) -> None:
    validate_envelope(reaction_event("one"))
    with pytest.raises(BadPayload):
        validate_envelope(reaction_event("one") | {"event": event})
    with pytest.raises(BadPayload):
        validate_envelope({"type": None, "team_id": "T1", "event": event})


@pytest.mark.parametrize(
    "extra",
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
def test_empty_and_extra_envelope_fields_are_accepted(extra: dict[str, Any]) -> None:
    for body in (
        message_press("lock", "r1"),
        view_submission("refine", "r1"),
        slash_command("Maya"),
        reaction_event("one"),
    ):
        validate_envelope(body | {key: value for key, value in extra.items() if key != "view" or "view" not in body})


@pytest.mark.parametrize("actions", [None, "x", {}, ["x"], [{}]], ids=repr)
def test_menu_fallback_ignores_malformed_actions(actions: object) -> None:
    body = {"actions": actions}
    unwrap_menu_buttons(body)
    assert body == {"actions": actions}
