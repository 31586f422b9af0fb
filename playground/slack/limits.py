"""Block Kit's limits as a table: what Slack takes, block by block and element by element.

Numbers from docs.slack.dev, "Block Kit reference", and the models of slack_sdk 3.47; card and carousel from the
changelog of 2026-04-16. What Slack has beside these (video, plan, data_table, ...) is refused here as unsupported.
Unknown fields are refused too ("invalid additional property"): seen in grafana/oncall pull request 702.
"""

from dataclasses import replace

from playground.slack.rules import Anything, Choice, Copy, Flag, Piece, Rule, Several, Shape, SlackFile, Whole, Words

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
# Over all markdown blocks of a message.
LONGEST_MARKDOWN = 12_000
MOST_TABLES = 1

Fields = dict[str, Rule]

_PLAIN = ("plain_text",)
_NAME = Words(255, 1)
_LINK = Words(3000, 1)
_MANY = 100
_NO_LIMIT = 1_000_000

_CONFIRM = Shape(
    {
        "title": Copy(100, _PLAIN),
        "text": Copy(300),
        "confirm": Copy(30, _PLAIN),
        "deny": Copy(30, _PLAIN),
        "style": Choice(("primary", "danger")),
    },
    needs=("title", "text", "confirm", "deny"),
)
_OPTION = Shape(
    {"text": Copy(75), "value": Words(150, 1), "description": Copy(75), "url": _LINK},
    needs=("text", "value"),
)
_PLAIN_OPTION = Shape(
    {"text": Copy(75, _PLAIN), "value": Words(150, 1), "description": Copy(75, _PLAIN), "url": _LINK},
    needs=("text", "value"),
)
_OPTION_GROUP = Shape(
    {"label": Copy(75, _PLAIN), "options": Several(_PLAIN_OPTION, _MANY)},
    needs=("label", "options"),
)
_PICTURE = Shape(
    {"image_url": _LINK, "slack_file": SlackFile(), "alt_text": Words(2000, 1)},
    needs=("alt_text",),
    one_of=("image_url", "slack_file"),
)
_ACTING: Fields = {"action_id": _NAME, "confirm": _CONFIRM, "focus_on_load": Flag()}
_MENU: Fields = {**_ACTING, "placeholder": Copy(150, _PLAIN)}
_SEVERAL: Fields = {**_MENU, "max_selected_items": Whole(1, _NO_LIMIT)}
_LISTED: Fields = {"options": Several(_PLAIN_OPTION, _MANY), "option_groups": Several(_OPTION_GROUP, _MANY)}
# What an app answers to a block_suggestion; nothing found is no mistake.
OFFERED = Several(_PLAIN_OPTION, _MANY, 0)
_CHOSEN = Several(_PLAIN_OPTION, _MANY)
_DISPATCH = Shape(
    {"trigger_actions_on": Several(Choice(("on_enter_pressed", "on_character_entered")), 2)},
    needs=("trigger_actions_on",),
)
_TYPED: Fields = {**_ACTING, "placeholder": Copy(150, _PLAIN), "dispatch_action_config": _DISPATCH}
_FILTER = Shape(
    {
        "include": Several(Choice(("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    any_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
_THUMB = Shape(
    {"text": Copy(75, _PLAIN), "value": Words(2000, 1), "accessibility_label": Words(75)},
    needs=("text", "value"),
)

ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        {
            **_ACTING,
            "text": Copy(75, _PLAIN),
            "url": _LINK,
            "value": Words(2000),
            "style": Choice(("primary", "danger")),
            "accessibility_label": Words(75),
            "visible_to_user_ids": Several(_NAME, _NO_LIMIT),
            "agent_prompt": Words(4000),
            "agent_prompt_display": Anything(),
        },
        needs=("text",),
    ),
    "image": _PICTURE,
    "static_select": Shape({**_MENU, **_LISTED, "initial_option": _PLAIN_OPTION}, one_of=("options", "option_groups")),
    "multi_static_select": Shape(
        {**_SEVERAL, **_LISTED, "initial_options": _CHOSEN}, one_of=("options", "option_groups")
    ),
    "external_select": Shape({**_MENU, "min_query_length": Whole(0, _NO_LIMIT), "initial_option": _PLAIN_OPTION}),
    "multi_external_select": Shape({**_SEVERAL, "min_query_length": Whole(0, _NO_LIMIT), "initial_options": _CHOSEN}),
    "users_select": Shape({**_MENU, "initial_user": _NAME}),
    "multi_users_select": Shape({**_SEVERAL, "initial_users": Several(_NAME, _NO_LIMIT)}),
    "channels_select": Shape({**_MENU, "initial_channel": _NAME, "response_url_enabled": Flag()}),
    "multi_channels_select": Shape({**_SEVERAL, "initial_channels": Several(_NAME, _NO_LIMIT)}),
    "conversations_select": Shape(
        {
            **_MENU,
            "initial_conversation": _NAME,
            "default_to_current_conversation": Flag(),
            "response_url_enabled": Flag(),
            "filter": _FILTER,
        }
    ),
    "multi_conversations_select": Shape(
        {
            **_SEVERAL,
            "initial_conversations": Several(_NAME, _NO_LIMIT),
            "default_to_current_conversation": Flag(),
            "filter": _FILTER,
        }
    ),
    "overflow": Shape({**_ACTING, "options": Several(_PLAIN_OPTION, 5, 2)}, needs=("options",)),
    "radio_buttons": Shape(
        {**_ACTING, "options": Several(_OPTION, 10), "initial_option": _OPTION},
        needs=("options",),
    ),
    "checkboxes": Shape(
        {**_ACTING, "options": Several(_OPTION, 10), "initial_options": Several(_OPTION, 10)},
        needs=("options",),
    ),
    "plain_text_input": Shape(
        {
            **_TYPED,
            "initial_value": Words(3000),
            "multiline": Flag(),
            "min_length": Whole(0, 3000),
            "max_length": Whole(1, 3000),
        }
    ),
    "number_input": Shape(
        {
            **_TYPED,
            "is_decimal_allowed": Flag(),
            "initial_value": Words(255),
            "min_value": Words(255),
            "max_value": Words(255),
        },
        needs=("is_decimal_allowed",),
    ),
    "email_text_input": Shape({**_TYPED, "initial_value": Words(255)}),
    "url_text_input": Shape({**_TYPED, "initial_value": Words(3000)}),
    "rich_text_input": Shape(
        {**_TYPED, "initial_value": Piece(("rich_text",)), "min_lines": Whole(1, 100), "max_lines": Whole(1, 100)}
    ),
    "file_input": Shape(
        {"action_id": _NAME, "filetypes": Several(Words(50, 1), _NO_LIMIT), "max_files": Whole(1, 10)},
    ),
    "datepicker": Shape({**_MENU, "initial_date": Words(10, 10, r"\d{4}-\d{2}-\d{2}")}),
    "timepicker": Shape({**_MENU, "initial_time": Words(5, 5, r"[0-2]\d:[0-5]\d"), "timezone": _NAME}),
    "datetimepicker": Shape({**_ACTING, "initial_date_time": Whole(1_000_000_000, 9_999_999_999)}),
    "feedback_buttons": Shape(
        {"action_id": _NAME, "positive_button": _THUMB, "negative_button": _THUMB},
        needs=("positive_button", "negative_button"),
    ),
    "icon_button": Shape(
        {
            **_ACTING,
            "icon": Choice(("trash",)),
            "text": Copy(75, _PLAIN),
            "value": Words(2000),
            "accessibility_label": Words(75),
            "visible_to_user_ids": Several(_NAME, _NO_LIMIT),
        },
        needs=("icon", "text"),
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

_STYLE = Shape(
    {
        name: Flag()
        for name in ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
    }
)
_RUNS: dict[str, Shape] = {
    "text": Shape({"text": Words(_NO_LIMIT, 1), "style": _STYLE}, needs=("text",)),
    "link": Shape({"url": _LINK, "text": Words(_NO_LIMIT), "unsafe": Flag(), "style": _STYLE}, needs=("url",)),
    "user": Shape({"user_id": _NAME, "style": _STYLE}, needs=("user_id",)),
    "usergroup": Shape({"usergroup_id": _NAME, "style": _STYLE}, needs=("usergroup_id",)),
    "channel": Shape({"channel_id": _NAME, "style": _STYLE}, needs=("channel_id",)),
    "emoji": Shape({"name": _NAME, "unicode": _NAME, "skin_tone": Whole(2, 6), "style": _STYLE}, needs=("name",)),
    "broadcast": Shape({"range": Choice(("here", "channel", "everyone"))}, needs=("range",)),
    "color": Shape({"value": _NAME}, needs=("value",)),
    "date": Shape(
        {"timestamp": Whole(0, 9_999_999_999), "format": Words(3000, 1), "url": _LINK, "fallback": Words(3000)},
        needs=("timestamp", "format"),
    ),
}
_LINE: Fields = {"elements": Several(Piece(tuple(_RUNS)), _NO_LIMIT, 0)}
_PARAGRAPHS: dict[str, Shape] = {
    "rich_text_section": Shape(_LINE, needs=("elements",)),
    "rich_text_preformatted": Shape({**_LINE, "border": Whole(0, 1)}, needs=("elements",)),
    "rich_text_quote": Shape({**_LINE, "border": Whole(0, 1)}, needs=("elements",)),
    "rich_text_list": Shape(
        {
            "style": Choice(("bullet", "ordered")),
            "elements": Several(Piece(("rich_text_section",)), _NO_LIMIT),
            "indent": Whole(0, 8),
            "offset": Whole(0, _NO_LIMIT),
            "border": Whole(0, 1),
        },
        needs=("style", "elements"),
    ),
}

_CARD_LINE = Copy(150)
_CELL = ("raw_text", "rich_text")
BLOCKS: dict[str, Shape] = {
    "section": Shape(
        {"text": Copy(3000), "fields": Several(Copy(2000), 10), "accessory": Piece(IN_SECTION), "expand": Flag()},
        any_of=("text", "fields"),
    ),
    "context": Shape({"elements": Several(Piece(("plain_text", "mrkdwn", "image")), 10)}, needs=("elements",)),
    "actions": Shape({"elements": Several(Piece(IN_ACTIONS), 25)}, needs=("elements",)),
    "context_actions": Shape({"elements": Several(Piece(("feedback_buttons", "icon_button")), 5)}, needs=("elements",)),
    "header": Shape({"text": Copy(150, _PLAIN)}, needs=("text",)),
    "image": Shape({**_PICTURE.fields, "title": Copy(2000, _PLAIN)}, _PICTURE.needs, _PICTURE.one_of),
    "divider": Shape(),
    "input": Shape(
        {
            "label": Copy(2000, _PLAIN),
            "hint": Copy(2000, _PLAIN),
            "element": Piece(IN_INPUT),
            "optional": Flag(),
            "dispatch_action": Flag(),
        },
        needs=("label", "element"),
    ),
    "rich_text": Shape({"elements": Several(Piece(tuple(_PARAGRAPHS)), _NO_LIMIT)}, needs=("elements",)),
    "markdown": Shape({"text": Words(LONGEST_MARKDOWN, 1)}, needs=("text",)),
    "card": Shape(
        {
            "title": _CARD_LINE,
            "subtitle": _CARD_LINE,
            "body": Copy(200),
            "subtext": Copy(200),
            "hero_image": Piece(("image",)),
            "icon": Piece(("image",)),
            "slack_icon": Shape({"type": Choice(("icon",)), "name": _NAME}, needs=("name",)),
            "actions": Several(Piece(("button",)), 3),
        },
        any_of=("hero_image", "title", "actions", "body"),
        not_both=("icon", "slack_icon"),
    ),
    "carousel": Shape({"elements": Several(Piece(("card",)), 10)}, needs=("elements",)),
    "table": Shape(
        {
            "rows": Several(Several(Piece(_CELL), 20), 100),
            "column_settings": Several(Shape({"align": Choice(("left", "center", "right")), "is_wrapped": Flag()}), 20),
        },
        needs=("rows",),
    ),
}

# A block, and nothing inside one, has a block_id.
BLOCKS = {name: replace(shape, fields={**shape.fields, "block_id": Words(255)}) for name, shape in BLOCKS.items()}

_EVERYWHERE = ("section", "context", "actions", "header", "image", "divider", "rich_text")
SURFACES = {
    "message": frozenset({*_EVERYWHERE, "markdown", "card", "carousel", "table", "context_actions"}),
    "modal": frozenset({*_EVERYWHERE, "input"}),
    "home": frozenset({*_EVERYWHERE, "input", "card"}),
}

TEXT_EXTRAS: dict[str, Fields] = {"plain_text": {"emoji": Flag()}, "mrkdwn": {"verbatim": Flag()}}
# Text as an item of a context block or a table's cell.
_TEXTS = {
    "plain_text": Shape({"text": Words(3000, 1), **TEXT_EXTRAS["plain_text"]}, needs=("text",)),
    "mrkdwn": Shape({"text": Words(3000, 1), **TEXT_EXTRAS["mrkdwn"]}, needs=("text",)),
    "raw_text": Shape({"text": Words(3000)}, needs=("text",)),
}
# Everything that can stand inside a block, by its type.
PIECES = {**ELEMENTS, **_RUNS, **_PARAGRAPHS, **_TEXTS, "card": BLOCKS["card"], "rich_text": BLOCKS["rich_text"]}

VIEW = Shape(
    {
        "title": Copy(24, _PLAIN),
        "submit": Copy(24, _PLAIN),
        "close": Copy(24, _PLAIN),
        "private_metadata": Words(3000),
        "callback_id": Words(255),
        "external_id": Words(255),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
        "blocks": Anything(),
    },
    needs=("blocks",),
)
