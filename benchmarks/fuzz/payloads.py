"""Mutated Slack payloads: each is parsed or raises BadPayload."""

from typing import Any

from hypothesis import strategies as st

from benchmarks.fuzz.values import mutate
from handlers.features.round_form import draft_from
from handlers.features.sealed_ballot import sealed_answers_from
from handlers.slack.fallback_blocks import unwrap_menu_buttons
from handlers.slack.payloads.parsers import (
    bot_user_id,
    command_from,
    home_opened_from,
    mention_from,
    options_query_from,
    press_from,
    reaction_from,
    shortcut_from,
    submission_from,
    view_action_from,
)
from handlers.slack.payloads.values import BadPayload, FormSubmission
from tests.support import slack_payloads

_PARSERS = (
    command_from,
    press_from,
    submission_from,
    view_action_from,
    options_query_from,
    shortcut_from,
    reaction_from,
    mention_from,
    home_opened_from,
    bot_user_id,
    unwrap_menu_buttons,
)


def message_shortcut(text: str, team: str = "T1", person: str = "U0LEAD", channel: str = "C1") -> dict[str, Any]:
    """A shortcut on a message (docs.slack.dev, "Shortcut payloads")."""
    return {
        "type": "message_action",
        "callback_id": "cast_message",
        "trigger_id": "55.66.cc",
        "team": {"id": team},
        "user": {"id": person, "team_id": team},
        "channel": {"id": channel},
        "message": {"type": "message", "user": "U0MEI", "text": text, "ts": "1764000000.000100"},
        "response_url": "http://127.0.0.1:9/nobody",
        "message_ts": "1764000000.000100",
    }


def block_suggestion(
    action_id: str, query: str, private_metadata: str, team: str = "T1", person: str = "U0LEAD"
) -> dict[str, Any]:
    """A query of an external select menu (docs.slack.dev, "block_suggestion")."""
    return {
        "type": "block_suggestion",
        "team": {"id": team},
        "user": {"id": person, "team_id": team},
        "container": {"type": "view", "view_id": "V1"},
        "action_id": action_id,
        "block_id": action_id,
        "value": query,
        "view": {"id": "V1", "type": "modal", "private_metadata": private_metadata, "state": {"values": {}}},
    }


def ballot_submission(private_metadata: str, *slots: str, team: str = "T1", person: str = "U0MEI") -> dict[str, Any]:
    """A submitted sealed ballot."""
    values: dict[str, Any] = {"none": {"none": {"type": "checkboxes", "selected_options": []}}}
    for slot in slots:
        checkboxes = {"type": "checkboxes", "selected_options": [{"value": "human"}, {"value": "likeness"}]}
        flaw_tags = {"type": "multi_static_select", "selected_options": [{"value": "skin"}]}
        values |= {f"ticks {slot}": {"ticks": checkboxes}, f"tells {slot}": {"tells": flaw_tags}}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "paper",
        "private_metadata": private_metadata,
        "state": {"values": values},
    }
    return {"type": "view_submission", "team": {"id": team}, "user": {"id": person, "team_id": team}, "view": view}


VALID_PAYLOADS = (
    slack_payloads.slash_command("Maya: a fisherwoman &lt;3 --each 2 <@U0MEI|mei>"),
    slack_payloads.message_press("vote:1", "r1-0"),
    slack_payloads.message_press("lock", "r1 r1-0"),
    slack_payloads.view_action("search", "may", private_metadata='{"words":"","page":1}', kind="plain_text_input"),
    slack_payloads.view_action("production p", "p1", kind="static_select"),
    slack_payloads.reaction_event("one"),
    slack_payloads.reaction_event("two::skin-tone-2", added=False),
    slack_payloads.mention_event("<@U0BOT> who is Maya?", thread_ts="1.1"),
    slack_payloads.home_opened("home"),
    slack_payloads.view_submission("recast", "r1", reason="older"),
    slack_payloads.modal_choice("look_at", "r1", look_at=["r1-0"]),
    message_shortcut("a fisherwoman"),
    block_suggestion("cast_name", "ma", "w1"),
    slack_payloads.form_submission("w1"),
    ballot_submission("r1", "r1-0", "r1-1"),
)
CASES = mutate(st.sampled_from(VALID_PAYLOADS))


def check(body: Any) -> None:
    """Check that every parser accepts the payload or raises BadPayload."""
    for parse in _PARSERS:
        try:
            value = parse(body)
        except BadPayload:
            continue
        if isinstance(value, FormSubmission):
            _check_form(value)


def _check_form(submission: FormSubmission) -> None:
    for parse in (draft_from, sealed_answers_from):
        try:
            parse(submission)
        except BadPayload:
            continue
