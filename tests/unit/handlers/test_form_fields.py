"""Form fields as Slack expects them, and the values that users submit."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.errors import NoModels
from bot.domain.round_form import Draft
from bot.usecases.recast import RecastMode, RecastOptions
from bot.usecases.refine import RefineForm
from bot.usecases.round_form import RoundFormState
from handlers.features.round_form import draft_from
from handlers.slack.payloads.parsers import submission_from, view_action_from
from handlers.slack.payloads.values import BadPayload
from handlers.text import round_form as round_form_text
from handlers.text.format import dollars
from handlers.views import fields, recast, refine, round_form
from providers.registry import MODELS
from tests.support.builders import CATALOGUE, PLACE, TITLES, make_face, make_round

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def make_view(**values: dict[str, Any]) -> dict[str, Any]:
    """One block per field, each with one element."""
    state = {field: {"chosen": entry} for field, entry in values.items()}
    return {"id": "V1", "hash": "1.a", "private_metadata": "w1", "state": {"values": state}}


def submission_of(**values: dict[str, Any]) -> dict[str, Any]:
    return {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "view": make_view(**values), "trigger_id": "t"}


@pytest.mark.parametrize(
    ("entry", "expected"),
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
def test_every_field_type_is_parsed(entry: dict[str, Any], expected: tuple[str, ...]) -> None:
    submission = submission_from(submission_of(field=entry))
    assert submission.values == {"field": expected}
    assert submission.value("field") == (expected[0] if expected else "")
    assert (submission.id, submission.person, submission.place.team, submission.trigger_id) == ("w1", "U1", "T1", "t")


def test_view_action_contains_the_whole_form() -> None:
    body = submission_of(
        look={"type": "static_select", "selected_option": {"value": "skin"}}, brief={"value": "a pilot"}
    )
    action = {"action_id": "look", "type": "static_select", "selected_option": {"value": "skin"}}
    view_action = view_action_from(body | {"actions": [action]})
    assert (view_action.action_id, view_action.value, view_action.view_id, view_action.view_hash) == (
        "look",
        "skin",
        "V1",
        "1.a",
    )
    assert view_action.form.values == {"look": ("skin",), "brief": ("a pilot",)}


def test_view_action_of_a_button_has_its_value() -> None:
    body = submission_of() | {"actions": [{"action_id": "page", "type": "button", "value": "2"}]}
    assert view_action_from(body).value == "2"


@pytest.mark.parametrize("missing", ["view", "user", "actions"])
def test_incomplete_view_action_is_rejected(missing: str) -> None:
    body = submission_of() | {"actions": [{"action_id": "page", "value": "2"}]}
    body.pop(missing)
    with pytest.raises(BadPayload):
        view_action_from(body)


def test_field_starts_with_the_previous_choice_if_still_valid() -> None:
    choices = [("Skin first", "skin"), ("Wardrobe first", "literal")]
    assert fields.select("look", "Look", choices, "skin")["element"]["initial_option"]["value"] == "skin"
    assert "initial_option" not in fields.select("look", "Look", choices, "gone")["element"]
    assert "initial_value" not in fields.text_input("brief", "Brief")["element"]
    assert fields.number_input("quorum", "Quorum", 3, 1, 99)["element"]["initial_value"] == "3"
    assert "initial_users" not in fields.users_select("voters", "Voters")["element"]
    assert fields.user_select("lead", "Lead", "U1")["element"]["initial_user"] == "U1"
    assert fields.datetime_picker("closes", "Closes", NOON)["element"]["initial_date_time"] == int(NOON.timestamp())


def test_only_dispatching_fields_send_actions() -> None:
    dispatching = fields.radio_buttons(
        "ballot", "Ballot", [("Open", "quick")], dispatch=True, optional=True, hint="Why"
    )
    assert (dispatching["dispatch_action"], dispatching["element"]["action_id"]) == (True, "ballot")
    assert (dispatching["optional"], dispatching["hint"]["text"]) == (True, "Why")
    assert "dispatch_action" not in fields.radio_buttons("ballot", "Ballot", [("Open", "quick")])


@pytest.mark.parametrize(
    "text",
    [
        "a fisherwoman",
        "",
        "word " * 1199 + "end",
        "x" * 2500 + "\n" + "y" * 3000,
        "x" * 6000,
        "\n".join(["a line of the brief"] * 290),
    ],
)
def test_long_text_survives_two_fields(text: str) -> None:
    blocks = list(fields.long_text_inputs("brief", "Brief", text))
    values = {b["block_id"]: (b["element"].get("initial_value", ""),) for b in blocks}
    assert all(len(value) <= fields.TEXT_LIMIT for (value,) in values.values())
    assert "".join(fields.joined_text(values, "brief").split()) == "".join(text.split())
    if "x" * 3001 not in text:
        assert fields.joined_text(values, "brief") == text
    assert len(blocks) == (2 if len(text) > fields.TEXT_LIMIT else 1)


def test_text_fields_are_joined_with_a_blank_where_slack_trims_them() -> None:
    assert (
        fields.joined_text({"brief": ("salt-cracked",), "brief_continued": ("lips",)}, "brief") == "salt-cracked lips"
    )
    assert fields.joined_text({"brief": ("salt-cracked lips",)}, "brief") == "salt-cracked lips"
    assert fields.joined_text({"brief": (), "brief_continued": ("lips",)}, "brief") == "lips"


@pytest.mark.parametrize("action", ["refine", "recast"])
def test_form_for_a_long_brief_opens_with_all_its_words(action: str) -> None:
    text = "weathered, " * 500 + "scarred"
    round_ = make_round(text=text)
    if action == "refine":
        form = refine.form(RefineForm(round_, Decimal("0.15"), {}))
    else:
        options = RecastOptions(round_, make_face(), tuple(RecastMode), Decimal("0.15"))
        form = recast.form(options, "1")
    values = {
        block["block_id"]: (block["element"].get("initial_value", ""),)
        for block in form["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
    }
    assert fields.joined_text(values, "brief") == text


def test_round_form_opens_with_a_long_brief_and_reads_all_of_it() -> None:
    text = "pores and " * 400 + "scars"
    state = RoundFormState("w1", PLACE, Draft(text=text), CATALOGUE.models, NoModels((), ()))
    blocks = round_form.form(state, TITLES)["blocks"]
    inputs = {
        b["block_id"]: {b["block_id"]: {"type": "plain_text_input", "value": b["element"]["initial_value"]}}
        for b in blocks
        if b.get("block_id", "").startswith("cast_text")
    }
    assert len(inputs) == 2
    body = submission_of()
    body["view"]["state"]["values"] = inputs
    assert draft_from(submission_from(body)).text == text


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.id)
def test_choice_of_a_model_names_price_and_strength_uncut(spec: ModelSpec) -> None:
    label = round_form_text.model(spec)
    assert len(label) <= 75
    assert spec.strength in label
    assert f"largest {dollars(spec.price(Size.FOUR_K))}" in label or spec.price(Size.DRAFT) == spec.price(Size.FOUR_K)


def test_strength_is_left_out_before_a_price_is_cut() -> None:
    spec = replace(MODELS[0], title="A model with a rather long name on a server of the studio")
    label = round_form_text.model(spec)
    assert len(label) <= 75
    assert label.endswith(dollars(spec.price(Size.FOUR_K)))
    assert spec.strength not in label
