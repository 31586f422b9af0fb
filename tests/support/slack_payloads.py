"""Payloads as Slack sends them (docs.slack.dev, "Slash commands", "block_actions", "Events API")."""

from typing import Any


def slash_command(text: str, channel: str = "C1", person: str = "U0LEAD", team: str = "T1") -> dict[str, Any]:
    return {
        "command": "/cast",
        "text": text,
        "team_id": team,
        "channel_id": channel,
        "user_id": person,
        "trigger_id": "11.22.aa",
        "response_url": "http://127.0.0.1:9/nobody",
        "api_app_id": "A1",
    }


def message_press(
    action_id: str,
    value: str,
    *,
    action_ts: str = "1764000001.000200",
    message_ts: str = "1764000000.000100",
    person: str = "U0LEAD",
    response_url: str = "http://127.0.0.1:9/nobody",
    is_ephemeral: bool = False,
    team: str = "T1",
) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": team},
        "user": {"id": person, "team_id": team},
        "api_app_id": "A1",
        "trigger_id": "33.44.bb",
        "response_url": response_url,
        "container": {
            "type": "message",
            "message_ts": message_ts,
            "channel_id": "C1",
            "is_ephemeral": is_ephemeral,
        },
        "channel": {"id": "C1"},
        "actions": [
            {"type": "button", "block_id": "b", "action_id": action_id, "value": value, "action_ts": action_ts}
        ],
    }


def view_action(
    action_id: str,
    value: str,
    *,
    private_metadata: str = "",
    kind: str = "button",
    team: str = "T1",
    view: str = "home",
) -> dict[str, Any]:
    """A press or a choice in a home or a modal; `kind` is button, static_select or plain_text_input."""
    chosen = {"selected_option": {"value": value}} if kind == "static_select" else {"value": value}
    action = {"type": kind, "block_id": "b", "action_id": action_id, "action_ts": "1.1"} | chosen
    view_payload = {
        "id": "V1",
        "type": view,
        "hash": "1.aa",
        "private_metadata": private_metadata,
        "state": {"values": {}},
    }
    return {
        "type": "block_actions",
        "team": {"id": team},
        "user": {"id": "U0MEI", "team_id": team},
        "api_app_id": "A1",
        "trigger_id": "33.44.bb",
        "container": {"type": "view", "view_id": "V1"},
        "view": view_payload,
        "actions": [action],
    }


def reaction_event(name: str, *, added: bool = True, person: str = "U0MEI") -> dict[str, Any]:
    return _event_callback(
        {
            "type": "reaction_added" if added else "reaction_removed",
            "user": person,
            "reaction": name,
            "item": {"type": "message", "channel": "C1", "ts": "1764000000.000100"},
            "event_ts": "1764000002.000300",
        }
    )


def mention_event(
    text: str,
    *,
    thread_ts: str | None = None,
    event_id: str = "Ev1",
    team: str = "T1",
    ts: str = "1764000003.0001",
    **more: Any,
) -> dict[str, Any]:
    """A message that mentions the bot; `more` are further fields of the event, None for those it does not have."""
    event = {"type": "app_mention", "user": "U0MEI", "text": text, "ts": ts, "channel": "C1", "event_ts": ts}
    event |= ({"thread_ts": thread_ts} if thread_ts else {}) | more
    event = {name: value for name, value in event.items() if value is not None}
    return _event_callback(event) | {"event_id": event_id, "team_id": team}


def form_submission(
    private_metadata: str, team: str = "T1", person: str = "U0LEAD", **extra_fields: dict[str, Any]
) -> dict[str, Any]:
    """A submitted round form with every kind of field."""
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
        **extra_fields,
    }
    values = {f"cast_{name}": {f"cast_{name}": entry} for name, entry in fields.items()}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "form",
        "private_metadata": private_metadata,
        "state": {"values": values},
    }
    sender = {"team": {"id": team}, "user": {"id": person, "team_id": team}}
    payload: dict[str, Any] = {
        "type": "view_submission",
        "trigger_id": "33.44.bb",
        "response_urls": [],
        "enterprise": None,
    }
    return {**payload, **sender, "view": view}


def home_opened(tab: str) -> dict[str, Any]:
    return _event_callback({"type": "app_home_opened", "user": "U0MEI", "channel": "D1", "tab": tab, "event_ts": "1.1"})


def _event_callback(event: dict[str, Any]) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": event}


def view_submission(callback_id: str, private_metadata: str, *, team: str = "T1", **inputs: str) -> dict[str, Any]:
    """A submitted modal with text in its fields."""
    values = {field: {"chosen": {"type": "plain_text_input", "value": value}} for field, value in inputs.items()}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": private_metadata,
        "state": {"values": values},
    }
    return {"type": "view_submission", "team": {"id": team}, "user": {"id": "U0LEAD", "team_id": team}, "view": view}


def modal_choice(action_id: str, private_metadata: str, **chosen: list[str]) -> dict[str, Any]:
    """A choice of several options in an open modal."""
    entries = {
        field: {"type": "multi_static_select", "selected_options": [{"value": value} for value in values]}
        for field, values in chosen.items()
    }
    values = {field: {field: entry} for field, entry in entries.items()}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "look",
        "private_metadata": private_metadata,
        "state": {"values": values},
    }
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U0MEI", "team_id": "T1"},
        "trigger_id": "33.44.bb",
        "container": {"type": "view", "view_id": "V1"},
        "view": view | {"hash": "1.a"},
        "actions": [entries[action_id] | {"block_id": action_id, "action_id": action_id, "action_ts": "1764000001.5"}],
    }
