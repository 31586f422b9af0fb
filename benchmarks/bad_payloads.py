"""Payloads as Slack sends them with something wrong in them: each becomes a value, or a BadPayload."""

from typing import Any

from hypothesis import strategies as st

from benchmarks.bad_values import mangled
from handlers.drafts import draft_in
from handlers.papers import answered_in
from handlers.payloads import (
    BadPayload,
    Filled,
    attached_from,
    bot_of,
    command_from,
    filled_from,
    looked_from,
    mention_from,
    pointed_from,
    press_from,
    reaction_from,
    touched_from,
    unwrapped,
    visit_from,
)
from tests.unit.handlers import envelopes

_READERS = (
    command_from,
    press_from,
    filled_from,
    touched_from,
    looked_from,
    pointed_from,
    reaction_from,
    mention_from,
    visit_from,
    attached_from,
    bot_of,
    unwrapped,
)


def message_menu(text: str, team: str = "T1", person: str = "U0LEAD", channel: str = "C1") -> dict[str, Any]:
    """The shortcut on a message (docs.slack.dev, "Shortcut payloads")."""
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


def typing(action_id: str, typed: str, kept: str, team: str = "T1", person: str = "U0LEAD") -> dict[str, Any]:
    """Somebody types into a menu (docs.slack.dev, "block_suggestion")."""
    return {
        "type": "block_suggestion",
        "team": {"id": team},
        "user": {"id": person, "team_id": team},
        "container": {"type": "view", "view_id": "V1"},
        "action_id": action_id,
        "block_id": action_id,
        "value": typed,
        "view": {"id": "V1", "type": "modal", "private_metadata": kept, "state": {"values": {}}},
    }


def form(kept: str, team: str = "T1", person: str = "U0LEAD", **more: dict[str, Any]) -> dict[str, Any]:
    """The form of a round with every kind of field, sent in."""
    fields: dict[str, dict[str, Any]] = {
        "name": {"type": "external_select", "selected_option": {"value": "Maya"}},
        "text": {"type": "plain_text_input", "value": "a fisherwoman"},
        "look": {"type": "static_select", "selected_option": {"value": "skin"}},
        "models": {"type": "multi_static_select", "selected_options": []},
        "each": {"type": "number_input", "value": "2"},
        "aspect": {"type": "static_select", "selected_option": {"value": "3:4"}},
        "size": {"type": "radio_buttons", "selected_option": {"value": "draft"}},
        "like": {"type": "radio_buttons", "selected_option": {"value": "nobody"}},
        "until": {"type": "datetimepicker", "selected_date_time": 1_795_629_600},
        "ballot": {"type": "radio_buttons", "selected_option": {"value": "quick"}},
        "voters": {"type": "multi_users_select", "selected_users": ["U0MEI"]},
        "quorum": {"type": "number_input", "value": "2"},
        "use": {"type": "static_select", "selected_option": {"value": "film"}},
        "lead": {"type": "users_select", "selected_user": person},
        **more,
    }
    values = {f"cast_{name}": {f"cast_{name}": entry} for name, entry in fields.items()}
    view = {"id": "V1", "type": "modal", "callback_id": "form", "private_metadata": kept, "state": {"values": values}}
    sender = {"team": {"id": team}, "user": {"id": person, "team_id": team}}
    sent: dict[str, Any] = {
        "type": "view_submission",
        "trigger_id": "33.44.bb",
        "response_urls": [],
        "enterprise": None,
    }
    return {**sent, **sender, "view": view}


def paper(kept: str, *slots: str, team: str = "T1", person: str = "U0MEI") -> dict[str, Any]:
    """A ballot paper, sent in."""
    values: dict[str, Any] = {"none": {"none": {"type": "checkboxes", "selected_options": []}}}
    for slot in slots:
        ticks = {"type": "checkboxes", "selected_options": [{"value": "human"}, {"value": "likeness"}]}
        tells = {"type": "multi_static_select", "selected_options": [{"value": "skin"}]}
        values |= {f"ticks {slot}": {"ticks": ticks}, f"tells {slot}": {"tells": tells}}
    view = {"id": "V1", "type": "modal", "callback_id": "paper", "private_metadata": kept, "state": {"values": values}}
    return {"type": "view_submission", "team": {"id": team}, "user": {"id": person, "team_id": team}, "view": view}


GOOD = (
    envelopes.command("Maya: a fisherwoman &lt;3 --each 2 <@U0MEI|mei>"),
    envelopes.press("vote:1", "r1-0"),
    envelopes.press("lock", "r1 r1-0"),
    envelopes.touch("search", "may", kept='{"words":"","page":1}', kind="plain_text_input"),
    envelopes.touch("production p", "p1", kind="static_select"),
    envelopes.reaction("one"),
    envelopes.reaction("two::skin-tone-2", added=False),
    envelopes.mention("<@U0BOT> who is Maya?", thread_ts="1.1"),
    envelopes.attached(),
    envelopes.visit("home"),
    envelopes.submission("recast", "r1", reason="older"),
    envelopes.picked("look_at", "r1", look_at=["r1-0"]),
    message_menu("a fisherwoman"),
    typing("cast_name", "ma", "w1"),
    form("w1"),
    paper("r1", "r1-0", "r1-1"),
)
CASES = mangled(st.sampled_from(GOOD))


def check(body: Any) -> None:
    """Every reader takes it, or says that it cannot be read."""
    for read in _READERS:
        try:
            value = read(body)
        except BadPayload:
            continue
        if isinstance(value, Filled):
            _filled(value)


def _filled(filled: Filled) -> None:
    for read in (draft_in, answered_in):
        try:
            read(filled)
        except BadPayload:
            continue
