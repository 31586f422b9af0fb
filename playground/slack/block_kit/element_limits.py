"""Limits of Block Kit's elements and of the objects in them; sources in limits.py."""

from playground.slack.block_kit.rules import (
    AnyRule,
    BooleanRule,
    EnumRule,
    IntegerRule,
    ListRule,
    ObjectRule,
    Rule,
    SlackFileRule,
    StringRule,
    TextObjectRule,
    TypedObjectRule,
)

Fields = dict[str, Rule]

PLAIN_TEXT = ("plain_text",)
ID = StringRule(255, 1)
URL = StringRule(3000, 1)
_MAX_OPTIONS = 100
NO_LIMIT = 1_000_000

_CONFIRM = ObjectRule(
    {
        "title": TextObjectRule(100, PLAIN_TEXT),
        "text": TextObjectRule(300),
        "confirm": TextObjectRule(30, PLAIN_TEXT),
        "deny": TextObjectRule(30, PLAIN_TEXT),
        "style": EnumRule(("primary", "danger")),
    },
    required=("title", "text", "confirm", "deny"),
)
_OPTION = ObjectRule(
    {"text": TextObjectRule(75), "value": StringRule(150, 1), "description": TextObjectRule(75), "url": URL},
    required=("text", "value"),
)
_PLAIN_OPTION = ObjectRule(
    {
        "text": TextObjectRule(75, PLAIN_TEXT),
        "value": StringRule(150, 1),
        "description": TextObjectRule(75, PLAIN_TEXT),
        "url": URL,
    },
    required=("text", "value"),
)
_OPTION_GROUP = ObjectRule(
    {"label": TextObjectRule(75, PLAIN_TEXT), "options": ListRule(_PLAIN_OPTION, _MAX_OPTIONS)},
    required=("label", "options"),
)
IMAGE = ObjectRule(
    {"image_url": URL, "slack_file": SlackFileRule(), "alt_text": StringRule(2000, 1)},
    required=("alt_text",),
    one_of=("image_url", "slack_file"),
)
_INTERACTIVE_FIELDS: Fields = {"action_id": ID, "confirm": _CONFIRM, "focus_on_load": BooleanRule()}
_SELECT_FIELDS: Fields = {**_INTERACTIVE_FIELDS, "placeholder": TextObjectRule(150, PLAIN_TEXT)}
_MULTI_SELECT_FIELDS: Fields = {**_SELECT_FIELDS, "max_selected_items": IntegerRule(1, NO_LIMIT)}
_STATIC_OPTION_FIELDS: Fields = {
    "options": ListRule(_PLAIN_OPTION, _MAX_OPTIONS),
    "option_groups": ListRule(_OPTION_GROUP, _MAX_OPTIONS),
}
# The app's response to a block_suggestion; an empty list is valid.
SUGGESTED_OPTIONS = ListRule(_PLAIN_OPTION, _MAX_OPTIONS, 0)
_INITIAL_OPTIONS = ListRule(_PLAIN_OPTION, _MAX_OPTIONS)
_DISPATCH_CONFIG = ObjectRule(
    {"trigger_actions_on": ListRule(EnumRule(("on_enter_pressed", "on_character_entered")), 2)},
    required=("trigger_actions_on",),
)
_TEXT_INPUT_FIELDS: Fields = {
    **_INTERACTIVE_FIELDS,
    "placeholder": TextObjectRule(150, PLAIN_TEXT),
    "dispatch_action_config": _DISPATCH_CONFIG,
}
_CONVERSATION_FILTER = ObjectRule(
    {
        "include": ListRule(EnumRule(("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": BooleanRule(),
        "exclude_bot_users": BooleanRule(),
    },
    any_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
_FEEDBACK_BUTTON = ObjectRule(
    {"text": TextObjectRule(75, PLAIN_TEXT), "value": StringRule(2000, 1), "accessibility_label": StringRule(75)},
    required=("text", "value"),
)

ELEMENTS: dict[str, ObjectRule] = {
    "button": ObjectRule(
        {
            **_INTERACTIVE_FIELDS,
            "text": TextObjectRule(75, PLAIN_TEXT),
            "url": URL,
            "value": StringRule(2000),
            "style": EnumRule(("primary", "danger")),
            "accessibility_label": StringRule(75),
            "visible_to_user_ids": ListRule(ID, NO_LIMIT),
            "agent_prompt": StringRule(4000),
            "agent_prompt_display": AnyRule(),
        },
        required=("text",),
    ),
    "image": IMAGE,
    "static_select": ObjectRule(
        {**_SELECT_FIELDS, **_STATIC_OPTION_FIELDS, "initial_option": _PLAIN_OPTION},
        one_of=("options", "option_groups"),
    ),
    "multi_static_select": ObjectRule(
        {**_MULTI_SELECT_FIELDS, **_STATIC_OPTION_FIELDS, "initial_options": _INITIAL_OPTIONS},
        one_of=("options", "option_groups"),
    ),
    "external_select": ObjectRule(
        {**_SELECT_FIELDS, "min_query_length": IntegerRule(0, NO_LIMIT), "initial_option": _PLAIN_OPTION}
    ),
    "multi_external_select": ObjectRule(
        {**_MULTI_SELECT_FIELDS, "min_query_length": IntegerRule(0, NO_LIMIT), "initial_options": _INITIAL_OPTIONS}
    ),
    "users_select": ObjectRule({**_SELECT_FIELDS, "initial_user": ID}),
    "multi_users_select": ObjectRule({**_MULTI_SELECT_FIELDS, "initial_users": ListRule(ID, NO_LIMIT)}),
    "channels_select": ObjectRule({**_SELECT_FIELDS, "initial_channel": ID, "response_url_enabled": BooleanRule()}),
    "multi_channels_select": ObjectRule({**_MULTI_SELECT_FIELDS, "initial_channels": ListRule(ID, NO_LIMIT)}),
    "conversations_select": ObjectRule(
        {
            **_SELECT_FIELDS,
            "initial_conversation": ID,
            "default_to_current_conversation": BooleanRule(),
            "response_url_enabled": BooleanRule(),
            "filter": _CONVERSATION_FILTER,
        }
    ),
    "multi_conversations_select": ObjectRule(
        {
            **_MULTI_SELECT_FIELDS,
            "initial_conversations": ListRule(ID, NO_LIMIT),
            "default_to_current_conversation": BooleanRule(),
            "filter": _CONVERSATION_FILTER,
        }
    ),
    "overflow": ObjectRule({**_INTERACTIVE_FIELDS, "options": ListRule(_PLAIN_OPTION, 5, 2)}, required=("options",)),
    "radio_buttons": ObjectRule(
        {**_INTERACTIVE_FIELDS, "options": ListRule(_OPTION, 10), "initial_option": _OPTION},
        required=("options",),
    ),
    "checkboxes": ObjectRule(
        {**_INTERACTIVE_FIELDS, "options": ListRule(_OPTION, 10), "initial_options": ListRule(_OPTION, 10)},
        required=("options",),
    ),
    "plain_text_input": ObjectRule(
        {
            **_TEXT_INPUT_FIELDS,
            "initial_value": StringRule(3000),
            "multiline": BooleanRule(),
            "min_length": IntegerRule(0, 3000),
            "max_length": IntegerRule(1, 3000),
        }
    ),
    "number_input": ObjectRule(
        {
            **_TEXT_INPUT_FIELDS,
            "is_decimal_allowed": BooleanRule(),
            "initial_value": StringRule(255),
            "min_value": StringRule(255),
            "max_value": StringRule(255),
        },
        required=("is_decimal_allowed",),
    ),
    "email_text_input": ObjectRule({**_TEXT_INPUT_FIELDS, "initial_value": StringRule(255)}),
    "url_text_input": ObjectRule({**_TEXT_INPUT_FIELDS, "initial_value": StringRule(3000)}),
    "rich_text_input": ObjectRule(
        {
            **_TEXT_INPUT_FIELDS,
            "initial_value": TypedObjectRule(("rich_text",)),
            "min_lines": IntegerRule(1, 100),
            "max_lines": IntegerRule(1, 100),
        }
    ),
    "file_input": ObjectRule(
        {"action_id": ID, "filetypes": ListRule(StringRule(50, 1), NO_LIMIT), "max_files": IntegerRule(1, 10)},
    ),
    "datepicker": ObjectRule({**_SELECT_FIELDS, "initial_date": StringRule(10, 10, r"\d{4}-\d{2}-\d{2}")}),
    "timepicker": ObjectRule({**_SELECT_FIELDS, "initial_time": StringRule(5, 5, r"[0-2]\d:[0-5]\d"), "timezone": ID}),
    "datetimepicker": ObjectRule(
        {**_INTERACTIVE_FIELDS, "initial_date_time": IntegerRule(1_000_000_000, 9_999_999_999)}
    ),
    "feedback_buttons": ObjectRule(
        {"action_id": ID, "positive_button": _FEEDBACK_BUTTON, "negative_button": _FEEDBACK_BUTTON},
        required=("positive_button", "negative_button"),
    ),
    "icon_button": ObjectRule(
        {
            **_INTERACTIVE_FIELDS,
            "icon": EnumRule(("trash",)),
            "text": TextObjectRule(75, PLAIN_TEXT),
            "value": StringRule(2000),
            "accessibility_label": StringRule(75),
            "visible_to_user_ids": ListRule(ID, NO_LIMIT),
        },
        required=("icon", "text"),
    ),
}

_SELECTS = ("static_select", "external_select", "users_select", "channels_select", "conversations_select")
_MULTI_SELECTS = tuple(f"multi_{name}" for name in _SELECTS)
_PICKERS = ("datepicker", "timepicker")
_CHOICES = ("radio_buttons", "checkboxes")
_TEXT_INPUTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input")

IN_SECTION = ("button", "image", "overflow", *_SELECTS, *_MULTI_SELECTS, *_PICKERS, *_CHOICES)
IN_ACTIONS = ("button", "overflow", *_SELECTS, *_PICKERS, "datetimepicker", *_CHOICES)
IN_INPUT = (*_TEXT_INPUTS, *_SELECTS, *_MULTI_SELECTS, *_PICKERS, "datetimepicker", *_CHOICES, "file_input")
