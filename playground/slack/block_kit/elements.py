"""Interactive elements: where they are, and how Slack describes their values."""

from collections.abc import Iterator

from playground.slack.core.errors import ControlError
from playground.slack.core.store import Json

# Element type: the key of its value, the key of its initial value.
STATE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
INTERACTIVE_TYPES = frozenset(STATE_KEYS) | {"button", "icon_button", "feedback_buttons"}
_STATELESS = frozenset({"overflow"})


def interactive_elements(part: object, block: str = "") -> Iterator[tuple[str, Json]]:
    """Yield (block_id, element) for every interactive element at any depth."""
    if isinstance(part, list):
        for item in part:
            yield from interactive_elements(item, block)
    elif isinstance(part, dict):
        block = part.get("block_id") or block
        if str(part.get("type")) in INTERACTIVE_TYPES and "action_id" in part:
            yield block, part
        for value in part.values():
            yield from interactive_elements(value, block)


def initial_state(blocks: list[Json]) -> Json:
    """Return `state.values` of an untouched view."""
    values: Json = {}
    for block, element in interactive_elements(blocks):
        kind = element["type"]
        if kind in STATE_KEYS and kind not in _STATELESS:
            field, initial = STATE_KEYS[kind]
            empty: object = [] if field in ("files", "selected_options") else None
            values.setdefault(block, {})[element["action_id"]] = {"type": kind, field: element.get(initial, empty)}
    return values


def element_value(element: Json, value: object) -> Json:
    """Return Slack's description of a value; raises ControlError `no_such_option`."""
    kind = element["type"]
    if kind not in STATE_KEYS:
        button_value = element.get("value", value)
        return {"type": kind} if button_value is None else {"type": kind, "value": button_value}
    field = STATE_KEYS[kind][0]
    if field == "selected_option":
        return {"type": kind, field: _find_option(element, value)}
    if field == "selected_options":
        return {"type": kind, field: [_find_option(element, item) for item in _as_list(value)]}
    if field in ("value", "selected_date", "selected_time"):
        return {"type": kind, field: None if value in (None, "") else str(value)}
    if field == "selected_date_time":
        return {"type": kind, field: int(str(value)) if value else None}
    return {"type": kind, field: _as_list(value) if field.endswith("s") else value}


def with_values(view: Json, values: Json) -> Json:
    """Return the view with these values, by BLOCK or BLOCK/ACTION, in its state; raises ControlError for an unknown
    input.
    """
    state = {block: dict(actions) for block, actions in view["state"]["values"].items()}
    known = set()
    for block, element in interactive_elements(view["blocks"]):
        for key in (block, f"{block}/{element['action_id']}"):
            if key in values and element["action_id"] in state.get(block, {}):
                state[block][element["action_id"]] = element_value(element, values[key])
                known.add(key)
    if unknown := set(values) - known:
        raise ControlError("no_such_element", f"this view has no input {', '.join(sorted(unknown))}", 404)
    return {**view, "state": {"values": state}}


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _find_option(element: Json, value: object) -> Json | None:
    if value is None:
        return None
    if isinstance(value, dict):
        value = value.get("value")
    groups = element.get("option_groups", [])
    options = element.get("options", []) + [option for group in groups for option in group["options"]]
    for option in options:
        if option["value"] == value:
            return dict(option)
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}
    raise ControlError("no_such_option", f"{element['action_id']} has no option {value!r}", 404)
