"""Fields of forms as Slack takes them, and what people leave in them as values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.blocks import dialog
from handlers.blocks.dialog import How
from handlers.payloads import BadPayload, filled_from, touched_from

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_view(**values: dict[str, Any]) -> dict[str, Any]:
    """One field a block, each with one element."""
    state = {field: {"chosen": entry} for field, entry in values.items()}
    return {"id": "V1", "hash": "1.a", "private_metadata": "w1", "state": {"values": state}}


def sent_in(**values: dict[str, Any]) -> dict[str, Any]:
    return {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "view": a_view(**values), "trigger_id": "t"}


@pytest.mark.parametrize(
    ("entry", "held"),
    [
        ({"type": "plain_text_input", "value": "a fisherwoman"}, ("a fisherwoman",)),
        ({"type": "plain_text_input", "value": None}, ()),
        ({"type": "number_input", "value": "3"}, ("3",)),
        ({"type": "static_select", "selected_option": {"value": "skin"}}, ("skin",)),
        ({"type": "static_select", "selected_option": None}, ()),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, ("a", "b")),
        ({"type": "multi_users_select", "selected_users": ["U2", "U3"]}, ("U2", "U3")),
        ({"type": "users_select", "selected_user": "U2"}, ("U2",)),
        ({"type": "multi_conversations_select", "selected_conversations": []}, ()),
        ({"type": "conversations_select", "selected_conversation": "C2"}, ("C2",)),
        ({"type": "datetimepicker", "selected_date_time": 1_764_072_000}, ("1764072000",)),
        ({"type": "file_input", "files": [{"id": "F1"}]}, ("F1",)),
    ],
)
def test_whatever_kind_a_field_is_its_contents_are_read_alike(entry: dict[str, Any], held: tuple[str, ...]) -> None:
    filled = filled_from(sent_in(field=entry))
    assert filled.chosen == {"field": held}
    assert filled.one("field") == (held[0] if held else "")
    assert (filled.id, filled.person, filled.place.team, filled.opener) == ("w1", "U1", "T1", "t")


def test_a_choice_inside_a_form_brings_the_whole_form_as_it_stands_then() -> None:
    body = sent_in(look={"type": "static_select", "selected_option": {"value": "skin"}}, brief={"value": "a pilot"})
    action = {"action_id": "look", "type": "static_select", "selected_option": {"value": "skin"}}
    touched = touched_from(body | {"actions": [action]})
    assert (touched.action, touched.value, touched.view_id, touched.version) == ("look", "skin", "V1", "1.a")
    assert touched.form.chosen == {"look": ("skin",), "brief": ("a pilot",)}


def test_a_press_inside_a_form_carries_the_buttons_value() -> None:
    body = sent_in() | {"actions": [{"action_id": "page", "type": "button", "value": "2"}]}
    assert touched_from(body).value == "2"


@pytest.mark.parametrize("missing", ["view", "user", "actions"])
def test_a_press_inside_a_form_without_its_parts_is_refused(missing: str) -> None:
    body = sent_in() | {"actions": [{"action_id": "page", "value": "2"}]}
    body.pop(missing)
    with pytest.raises(BadPayload):
        touched_from(body)


def test_a_field_starts_with_what_was_chosen_before_and_without_it_where_that_is_no_choice_any_more() -> None:
    choices = [("Skin first", "skin"), ("Wardrobe first", "literal")]
    assert dialog.pick("look", "Look", choices, "skin")["element"]["initial_option"]["value"] == "skin"
    assert "initial_option" not in dialog.pick("look", "Look", choices, "gone")["element"]
    assert "initial_value" not in dialog.typed("brief", "Brief")["element"]
    assert dialog.number("quorum", "Quorum", 3, 1, 99)["element"]["initial_value"] == "3"
    assert "initial_users" not in dialog.people("voters", "Voters")["element"]
    assert dialog.somebody("lead", "Lead", "U1")["element"]["initial_user"] == "U1"
    assert dialog.moment("closes", "Closes", NOON)["element"]["initial_date_time"] == int(NOON.timestamp())


def test_only_a_field_that_tells_sends_what_is_chosen_at_once_and_under_its_own_name() -> None:
    telling = dialog.radios("ballot", "Ballot", [("Open", "quick")], how=How(tells=True, optional=True, hint="Why"))
    assert (telling["dispatch_action"], telling["element"]["action_id"]) == (True, "ballot")
    assert (telling["optional"], telling["hint"]["text"]) == (True, "Why")
    assert "dispatch_action" not in dialog.radios("ballot", "Ballot", [("Open", "quick")])
