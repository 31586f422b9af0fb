"""Block Kit's limits as a table, by block and element.

Numbers from docs.slack.dev, "Block Kit reference", and the models of slack_sdk 3.47; card and carousel from the
changelog of 2026-04-16, data_visualization from that of 2026-06-16. Other blocks of Slack (video, plan, data_table,
...) are refused here as unsupported. So are unknown fields ("invalid additional property"), as seen in grafana/oncall
pull request 702.
"""

from dataclasses import replace

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

MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
# For all markdown blocks of a message together.
MAX_MARKDOWN_LENGTH = 12_000
MAX_TABLES = 1

Fields = dict[str, Rule]

_PLAIN_TEXT = ("plain_text",)
_ID = StringRule(255, 1)
_URL = StringRule(3000, 1)
_MAX_OPTIONS = 100
_NO_LIMIT = 1_000_000

_CONFIRM = ObjectRule(
    {
        "title": TextObjectRule(100, _PLAIN_TEXT),
        "text": TextObjectRule(300),
        "confirm": TextObjectRule(30, _PLAIN_TEXT),
        "deny": TextObjectRule(30, _PLAIN_TEXT),
        "style": EnumRule(("primary", "danger")),
    },
    required=("title", "text", "confirm", "deny"),
)
_OPTION = ObjectRule(
    {"text": TextObjectRule(75), "value": StringRule(150, 1), "description": TextObjectRule(75), "url": _URL},
    required=("text", "value"),
)
_PLAIN_OPTION = ObjectRule(
    {
        "text": TextObjectRule(75, _PLAIN_TEXT),
        "value": StringRule(150, 1),
        "description": TextObjectRule(75, _PLAIN_TEXT),
        "url": _URL,
    },
    required=("text", "value"),
)
_OPTION_GROUP = ObjectRule(
    {"label": TextObjectRule(75, _PLAIN_TEXT), "options": ListRule(_PLAIN_OPTION, _MAX_OPTIONS)},
    required=("label", "options"),
)
_IMAGE = ObjectRule(
    {"image_url": _URL, "slack_file": SlackFileRule(), "alt_text": StringRule(2000, 1)},
    required=("alt_text",),
    one_of=("image_url", "slack_file"),
)
_INTERACTIVE_FIELDS: Fields = {"action_id": _ID, "confirm": _CONFIRM, "focus_on_load": BooleanRule()}
_SELECT_FIELDS: Fields = {**_INTERACTIVE_FIELDS, "placeholder": TextObjectRule(150, _PLAIN_TEXT)}
_MULTI_SELECT_FIELDS: Fields = {**_SELECT_FIELDS, "max_selected_items": IntegerRule(1, _NO_LIMIT)}
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
    "placeholder": TextObjectRule(150, _PLAIN_TEXT),
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
    {"text": TextObjectRule(75, _PLAIN_TEXT), "value": StringRule(2000, 1), "accessibility_label": StringRule(75)},
    required=("text", "value"),
)

ELEMENTS: dict[str, ObjectRule] = {
    "button": ObjectRule(
        {
            **_INTERACTIVE_FIELDS,
            "text": TextObjectRule(75, _PLAIN_TEXT),
            "url": _URL,
            "value": StringRule(2000),
            "style": EnumRule(("primary", "danger")),
            "accessibility_label": StringRule(75),
            "visible_to_user_ids": ListRule(_ID, _NO_LIMIT),
            "agent_prompt": StringRule(4000),
            "agent_prompt_display": AnyRule(),
        },
        required=("text",),
    ),
    "image": _IMAGE,
    "static_select": ObjectRule(
        {**_SELECT_FIELDS, **_STATIC_OPTION_FIELDS, "initial_option": _PLAIN_OPTION},
        one_of=("options", "option_groups"),
    ),
    "multi_static_select": ObjectRule(
        {**_MULTI_SELECT_FIELDS, **_STATIC_OPTION_FIELDS, "initial_options": _INITIAL_OPTIONS},
        one_of=("options", "option_groups"),
    ),
    "external_select": ObjectRule(
        {**_SELECT_FIELDS, "min_query_length": IntegerRule(0, _NO_LIMIT), "initial_option": _PLAIN_OPTION}
    ),
    "multi_external_select": ObjectRule(
        {**_MULTI_SELECT_FIELDS, "min_query_length": IntegerRule(0, _NO_LIMIT), "initial_options": _INITIAL_OPTIONS}
    ),
    "users_select": ObjectRule({**_SELECT_FIELDS, "initial_user": _ID}),
    "multi_users_select": ObjectRule({**_MULTI_SELECT_FIELDS, "initial_users": ListRule(_ID, _NO_LIMIT)}),
    "channels_select": ObjectRule({**_SELECT_FIELDS, "initial_channel": _ID, "response_url_enabled": BooleanRule()}),
    "multi_channels_select": ObjectRule({**_MULTI_SELECT_FIELDS, "initial_channels": ListRule(_ID, _NO_LIMIT)}),
    "conversations_select": ObjectRule(
        {
            **_SELECT_FIELDS,
            "initial_conversation": _ID,
            "default_to_current_conversation": BooleanRule(),
            "response_url_enabled": BooleanRule(),
            "filter": _CONVERSATION_FILTER,
        }
    ),
    "multi_conversations_select": ObjectRule(
        {
            **_MULTI_SELECT_FIELDS,
            "initial_conversations": ListRule(_ID, _NO_LIMIT),
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
        {"action_id": _ID, "filetypes": ListRule(StringRule(50, 1), _NO_LIMIT), "max_files": IntegerRule(1, 10)},
    ),
    "datepicker": ObjectRule({**_SELECT_FIELDS, "initial_date": StringRule(10, 10, r"\d{4}-\d{2}-\d{2}")}),
    "timepicker": ObjectRule({**_SELECT_FIELDS, "initial_time": StringRule(5, 5, r"[0-2]\d:[0-5]\d"), "timezone": _ID}),
    "datetimepicker": ObjectRule(
        {**_INTERACTIVE_FIELDS, "initial_date_time": IntegerRule(1_000_000_000, 9_999_999_999)}
    ),
    "feedback_buttons": ObjectRule(
        {"action_id": _ID, "positive_button": _FEEDBACK_BUTTON, "negative_button": _FEEDBACK_BUTTON},
        required=("positive_button", "negative_button"),
    ),
    "icon_button": ObjectRule(
        {
            **_INTERACTIVE_FIELDS,
            "icon": EnumRule(("trash",)),
            "text": TextObjectRule(75, _PLAIN_TEXT),
            "value": StringRule(2000),
            "accessibility_label": StringRule(75),
            "visible_to_user_ids": ListRule(_ID, _NO_LIMIT),
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

_STYLE = ObjectRule(
    {
        name: BooleanRule()
        for name in ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
    }
)
_INLINE_ELEMENTS: dict[str, ObjectRule] = {
    "text": ObjectRule({"text": StringRule(_NO_LIMIT, 1), "style": _STYLE}, required=("text",)),
    "link": ObjectRule(
        {"url": _URL, "text": StringRule(_NO_LIMIT), "unsafe": BooleanRule(), "style": _STYLE}, required=("url",)
    ),
    "user": ObjectRule({"user_id": _ID, "style": _STYLE}, required=("user_id",)),
    "usergroup": ObjectRule({"usergroup_id": _ID, "style": _STYLE}, required=("usergroup_id",)),
    "channel": ObjectRule({"channel_id": _ID, "style": _STYLE}, required=("channel_id",)),
    "emoji": ObjectRule(
        {"name": _ID, "unicode": _ID, "skin_tone": IntegerRule(2, 6), "style": _STYLE}, required=("name",)
    ),
    "broadcast": ObjectRule({"range": EnumRule(("here", "channel", "everyone"))}, required=("range",)),
    "color": ObjectRule({"value": _ID}, required=("value",)),
    "date": ObjectRule(
        {
            "timestamp": IntegerRule(0, 9_999_999_999),
            "format": StringRule(3000, 1),
            "url": _URL,
            "fallback": StringRule(3000),
        },
        required=("timestamp", "format"),
    ),
}
_INLINE_FIELDS: Fields = {"elements": ListRule(TypedObjectRule(tuple(_INLINE_ELEMENTS)), _NO_LIMIT, 0)}
_RICH_TEXT_ELEMENTS: dict[str, ObjectRule] = {
    "rich_text_section": ObjectRule(_INLINE_FIELDS, required=("elements",)),
    "rich_text_preformatted": ObjectRule({**_INLINE_FIELDS, "border": IntegerRule(0, 1)}, required=("elements",)),
    "rich_text_quote": ObjectRule({**_INLINE_FIELDS, "border": IntegerRule(0, 1)}, required=("elements",)),
    "rich_text_list": ObjectRule(
        {
            "style": EnumRule(("bullet", "ordered")),
            "elements": ListRule(TypedObjectRule(("rich_text_section",)), _NO_LIMIT),
            "indent": IntegerRule(0, 8),
            "offset": IntegerRule(0, _NO_LIMIT),
            "border": IntegerRule(0, 1),
        },
        required=("style", "elements"),
    ),
}

_CARD_TEXT = TextObjectRule(150)
_CELL = ("raw_text", "rich_text")
BLOCKS: dict[str, ObjectRule] = {
    "section": ObjectRule(
        {
            "text": TextObjectRule(3000),
            "fields": ListRule(TextObjectRule(2000), 10),
            "accessory": TypedObjectRule(IN_SECTION),
            "expand": BooleanRule(),
        },
        any_of=("text", "fields"),
    ),
    "context": ObjectRule(
        {"elements": ListRule(TypedObjectRule(("plain_text", "mrkdwn", "image")), 10)}, required=("elements",)
    ),
    "actions": ObjectRule({"elements": ListRule(TypedObjectRule(IN_ACTIONS), 25)}, required=("elements",)),
    "context_actions": ObjectRule(
        {"elements": ListRule(TypedObjectRule(("feedback_buttons", "icon_button")), 5)}, required=("elements",)
    ),
    "header": ObjectRule({"text": TextObjectRule(150, _PLAIN_TEXT)}, required=("text",)),
    "image": ObjectRule({**_IMAGE.fields, "title": TextObjectRule(2000, _PLAIN_TEXT)}, _IMAGE.required, _IMAGE.one_of),
    "divider": ObjectRule(),
    "input": ObjectRule(
        {
            "label": TextObjectRule(2000, _PLAIN_TEXT),
            "hint": TextObjectRule(2000, _PLAIN_TEXT),
            "element": TypedObjectRule(IN_INPUT),
            "optional": BooleanRule(),
            "dispatch_action": BooleanRule(),
        },
        required=("label", "element"),
    ),
    "rich_text": ObjectRule(
        {"elements": ListRule(TypedObjectRule(tuple(_RICH_TEXT_ELEMENTS)), _NO_LIMIT)}, required=("elements",)
    ),
    "markdown": ObjectRule({"text": StringRule(MAX_MARKDOWN_LENGTH, 1)}, required=("text",)),
    "card": ObjectRule(
        {
            "title": _CARD_TEXT,
            "subtitle": _CARD_TEXT,
            "body": TextObjectRule(200),
            "subtext": TextObjectRule(200),
            "hero_image": TypedObjectRule(("image",)),
            "icon": TypedObjectRule(("image",)),
            "slack_icon": ObjectRule({"type": EnumRule(("icon",)), "name": _ID}, required=("name",)),
            "actions": ListRule(TypedObjectRule(("button",)), 3),
        },
        any_of=("hero_image", "title", "actions", "body"),
        not_both=("icon", "slack_icon"),
    ),
    "carousel": ObjectRule({"elements": ListRule(TypedObjectRule(("card",)), 10)}, required=("elements",)),
    "data_visualization": ObjectRule(
        {"title": StringRule(50, 1), "chart": TypedObjectRule(("bar",))}, required=("title", "chart")
    ),
    "table": ObjectRule(
        {
            "rows": ListRule(ListRule(TypedObjectRule(_CELL), 20), 100),
            "column_settings": ListRule(
                ObjectRule({"align": EnumRule(("left", "center", "right")), "is_wrapped": BooleanRule()}), 20
            ),
        },
        required=("rows",),
    ),
}

_CHART_LABEL = StringRule(20, 1)
# Of the charts only bars: the bot draws no others.
_CHARTS = {
    "bar": ObjectRule(
        {
            "series": ListRule(
                ObjectRule(
                    {
                        "name": _CHART_LABEL,
                        "data": ListRule(ObjectRule({"label": _CHART_LABEL, "value": IntegerRule(0, _NO_LIMIT)}), 20),
                    },
                    required=("name", "data"),
                ),
                12,
            ),
            "axis_config": ObjectRule(
                {
                    "categories": ListRule(_CHART_LABEL, 20),
                    "x_label": StringRule(50, 1),
                    "y_label": StringRule(50, 1),
                },
                required=("categories",),
            ),
        },
        required=("series", "axis_config"),
    )
}

# Only a top-level block has a block_id.
BLOCKS = {name: replace(shape, fields={**shape.fields, "block_id": StringRule(255)}) for name, shape in BLOCKS.items()}

_COMMON_BLOCKS = ("section", "context", "actions", "header", "image", "divider", "rich_text")
SURFACES = {
    "message": frozenset(
        {*_COMMON_BLOCKS, "markdown", "card", "carousel", "table", "data_visualization", "context_actions"}
    ),
    "modal": frozenset({*_COMMON_BLOCKS, "input"}),
    "home": frozenset({*_COMMON_BLOCKS, "input", "card"}),
}

TEXT_EXTRAS: dict[str, Fields] = {"plain_text": {"emoji": BooleanRule()}, "mrkdwn": {"verbatim": BooleanRule()}}
# Text as an item of a context block or a table cell.
_TEXT_OBJECTS = {
    "plain_text": ObjectRule({"text": StringRule(3000, 1), **TEXT_EXTRAS["plain_text"]}, required=("text",)),
    "mrkdwn": ObjectRule({"text": StringRule(3000, 1), **TEXT_EXTRAS["mrkdwn"]}, required=("text",)),
    "raw_text": ObjectRule({"text": StringRule(3000)}, required=("text",)),
}
# Everything inside a block, by type.
NESTED_OBJECTS = {
    **ELEMENTS,
    **_INLINE_ELEMENTS,
    **_RICH_TEXT_ELEMENTS,
    **_TEXT_OBJECTS,
    **_CHARTS,
    "card": BLOCKS["card"],
    "rich_text": BLOCKS["rich_text"],
}

VIEW = ObjectRule(
    {
        "title": TextObjectRule(24, _PLAIN_TEXT),
        "submit": TextObjectRule(24, _PLAIN_TEXT),
        "close": TextObjectRule(24, _PLAIN_TEXT),
        "private_metadata": StringRule(3000),
        "callback_id": StringRule(255),
        "external_id": StringRule(255),
        "clear_on_close": BooleanRule(),
        "notify_on_close": BooleanRule(),
        "submit_disabled": BooleanRule(),
        "blocks": AnyRule(),
    },
    required=("blocks",),
)
