"""Block Kit's limits as a table, by block and element.

Numbers from docs.slack.dev, "Block Kit reference", and the models of slack_sdk 3.47; card and carousel from the
changelog of 2026-04-16, data_visualization from that of 2026-06-16. Other blocks of Slack (video, plan, data_table,
...) are refused here as unsupported. So are unknown fields ("invalid additional property"), as seen in grafana/oncall
pull request 702.
"""

from dataclasses import replace

from playground.slack.block_kit.element_limits import (
    ELEMENTS,
    ID,
    IMAGE,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    NO_LIMIT,
    PLAIN_TEXT,
    URL,
    Fields,
)
from playground.slack.block_kit.rules import (
    AnyRule,
    BooleanRule,
    EnumRule,
    IntegerRule,
    ListRule,
    ObjectRule,
    StringRule,
    TextObjectRule,
    TypedObjectRule,
)

MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
# For all markdown blocks of a message together.
MAX_MARKDOWN_LENGTH = 12_000
MAX_TABLES = 1

_STYLE = ObjectRule(
    {
        name: BooleanRule()
        for name in ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
    }
)
_INLINE_ELEMENTS: dict[str, ObjectRule] = {
    "text": ObjectRule({"text": StringRule(NO_LIMIT, 1), "style": _STYLE}, required=("text",)),
    "link": ObjectRule(
        {"url": URL, "text": StringRule(NO_LIMIT), "unsafe": BooleanRule(), "style": _STYLE}, required=("url",)
    ),
    "user": ObjectRule({"user_id": ID, "style": _STYLE}, required=("user_id",)),
    "usergroup": ObjectRule({"usergroup_id": ID, "style": _STYLE}, required=("usergroup_id",)),
    "channel": ObjectRule({"channel_id": ID, "style": _STYLE}, required=("channel_id",)),
    "emoji": ObjectRule(
        {"name": ID, "unicode": ID, "skin_tone": IntegerRule(2, 6), "style": _STYLE}, required=("name",)
    ),
    "broadcast": ObjectRule({"range": EnumRule(("here", "channel", "everyone"))}, required=("range",)),
    "color": ObjectRule({"value": ID}, required=("value",)),
    "date": ObjectRule(
        {
            "timestamp": IntegerRule(0, 9_999_999_999),
            "format": StringRule(3000, 1),
            "url": URL,
            "fallback": StringRule(3000),
        },
        required=("timestamp", "format"),
    ),
}
_INLINE_FIELDS: Fields = {"elements": ListRule(TypedObjectRule(tuple(_INLINE_ELEMENTS)), NO_LIMIT, 0)}
_RICH_TEXT_ELEMENTS: dict[str, ObjectRule] = {
    "rich_text_section": ObjectRule(_INLINE_FIELDS, required=("elements",)),
    "rich_text_preformatted": ObjectRule({**_INLINE_FIELDS, "border": IntegerRule(0, 1)}, required=("elements",)),
    "rich_text_quote": ObjectRule({**_INLINE_FIELDS, "border": IntegerRule(0, 1)}, required=("elements",)),
    "rich_text_list": ObjectRule(
        {
            "style": EnumRule(("bullet", "ordered")),
            "elements": ListRule(TypedObjectRule(("rich_text_section",)), NO_LIMIT),
            "indent": IntegerRule(0, 8),
            "offset": IntegerRule(0, NO_LIMIT),
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
    "header": ObjectRule({"text": TextObjectRule(150, PLAIN_TEXT)}, required=("text",)),
    "image": ObjectRule({**IMAGE.fields, "title": TextObjectRule(2000, PLAIN_TEXT)}, IMAGE.required, IMAGE.one_of),
    "divider": ObjectRule(),
    "input": ObjectRule(
        {
            "label": TextObjectRule(2000, PLAIN_TEXT),
            "hint": TextObjectRule(2000, PLAIN_TEXT),
            "element": TypedObjectRule(IN_INPUT),
            "optional": BooleanRule(),
            "dispatch_action": BooleanRule(),
        },
        required=("label", "element"),
    ),
    "rich_text": ObjectRule(
        {"elements": ListRule(TypedObjectRule(tuple(_RICH_TEXT_ELEMENTS)), NO_LIMIT)}, required=("elements",)
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
            "slack_icon": ObjectRule({"type": EnumRule(("icon",)), "name": ID}, required=("name",)),
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
                        "data": ListRule(ObjectRule({"label": _CHART_LABEL, "value": IntegerRule(0, NO_LIMIT)}), 20),
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
        "title": TextObjectRule(24, PLAIN_TEXT),
        "submit": TextObjectRule(24, PLAIN_TEXT),
        "close": TextObjectRule(24, PLAIN_TEXT),
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
