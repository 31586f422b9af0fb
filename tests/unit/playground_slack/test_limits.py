"""Every limit of Block Kit, with an accepted and a refused sample."""

from typing import Any

import pytest

from playground.slack.block_kit.element_limits import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION
from playground.slack.block_kit.limits import BLOCKS
from playground.slack.block_kit.validator import blocks_length, check_document, check_message, check_view

Json = dict[str, Any]
FILE = {"id": "F0AB12CD34E"}


def plain_text(text: str = "words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "words") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "v") -> Json:
    return {"text": plain_text(), "value": value}


def button(**more: object) -> Json:
    return {"type": "button", "text": plain_text(), "action_id": "a", **more}


def section(**more: object) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def image(**more: object) -> Json:
    return {"type": "image", "alt_text": "a face", **more}


def card(**more: object) -> Json:
    return {"type": "card", "title": plain_text(), **more}


def rich_text(*pieces: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(pieces)}]}


def table(*rows: object, **more: object) -> Json:
    return {"type": "table", "rows": list(rows), **more}


def confirm(**more: object) -> Json:
    return {"title": plain_text(), "text": mrkdwn(), "confirm": plain_text(), "deny": plain_text(), **more}


CELL = {"type": "raw_text", "text": "cell"}
TEXT_75, TEXT_150, TEXT_255 = "x" * 75, "x" * 150, "x" * 255
NUMBERED = [button(action_id=str(number)) for number in range(26)]


def chart(values: list[float], label: str = "Recraft", title: str = "Ticks") -> Json:
    data = [{"label": label, "value": value} for value in values]
    axis = {"categories": [label], "y_label": "Percent"}
    bars = {"type": "bar", "series": [{"name": "Ticks", "data": data}], "axis_config": axis}
    return {"type": "data_visualization", "title": title, "chart": bars}


BLOCK_CASES = [
    (section(text=mrkdwn("x" * 3000)), section(text=mrkdwn("x" * 3001)), "/text/text"),
    (section(), section(text=mrkdwn("")), "/text/text"),
    ({"type": "section", "fields": [plain_text()]}, {"type": "section"}, ""),
    (section(fields=[mrkdwn("x" * 2000)] * 10), section(fields=[mrkdwn()] * 11), "/fields"),
    (section(fields=[mrkdwn("x" * 2000)]), section(fields=[mrkdwn("x" * 2001)]), "/fields/0/text"),
    (section(expand=True), section(expand="yes"), "/expand"),
    (section(block_id=TEXT_255), section(block_id=TEXT_255 + "x"), "/block_id"),
    (section(accessory=button()), section(accessory={"type": "file_input", "action_id": "a"}), "/accessory/type"),
    (section(text=plain_text()), section(text={"type": "html", "text": "x"}), "/text/type"),
    (section(text=plain_text()), section(text="words"), "/text"),
    (section(), section(unknown="key"), ""),
    (section(), section(text={**mrkdwn(), "emoji": True}), "/text"),
    (section(), {"type": "sectionn", "text": plain_text()}, "/type"),
    (
        {"type": "header", "text": plain_text(TEXT_150)},
        {"type": "header", "text": plain_text(TEXT_150 + "x")},
        "/text/text",
    ),
    ({"type": "header", "text": plain_text()}, {"type": "header", "text": mrkdwn()}, "/text/type"),
    ({"type": "divider"}, {"type": "ruler"}, "/type"),
    ({"type": "context", "elements": [mrkdwn()] * 10}, {"type": "context", "elements": [mrkdwn()] * 11}, "/elements"),
    (
        {"type": "context", "elements": [image(slack_file=FILE)]},
        {"type": "context", "elements": [button()]},
        "/elements/0/type",
    ),
    ({"type": "context", "elements": [plain_text()]}, {"type": "context", "elements": []}, "/elements"),
    (actions(*NUMBERED[:25]), actions(*NUMBERED), "/elements"),
    (actions(button(), button(action_id="b")), actions(button(), button()), ""),
    (actions(button()), actions({"type": "plain_text_input", "action_id": "a"}), "/elements/0/type"),
    (actions(button()), {"type": "actions"}, ""),
    (actions(button()), {"type": "actions", "elements": "button"}, "/elements"),
    (image(image_url="https://example.com/a.png"), image(), ""),
    (image(slack_file=FILE), image(slack_file=FILE, image_url="https://example.com/a.png"), ""),
    (image(slack_file=FILE), {"type": "image", "slack_file": FILE}, ""),
    (image(slack_file=FILE), image(slack_file={"id": "f1"}), "/slack_file/id"),
    (image(slack_file={"url": "https://x"}), image(slack_file={**FILE, "url": "https://x"}), "/slack_file"),
    (image(slack_file=FILE, alt_text="x" * 2000), image(slack_file=FILE, alt_text="x" * 2001), "/alt_text"),
    (image(image_url="x" * 3000), image(image_url="x" * 3001), "/image_url"),
    (
        image(slack_file=FILE, title=plain_text("x" * 2000)),
        image(slack_file=FILE, title=plain_text("x" * 2001)),
        "/title/text",
    ),
    ({"type": "markdown", "text": "x" * 12000}, {"type": "markdown", "text": "x" * 12001}, "/text"),
    (card(), {"type": "card", "subtitle": plain_text()}, ""),
    (card(title=plain_text(TEXT_150)), card(title=plain_text(TEXT_150 + "x")), "/title/text"),
    (card(subtitle=mrkdwn(TEXT_150)), card(subtitle=mrkdwn(TEXT_150 + "x")), "/subtitle/text"),
    (card(body=mrkdwn("x" * 200)), card(body=mrkdwn("x" * 201)), "/body/text"),
    (card(subtext=mrkdwn("x" * 200)), card(subtext=mrkdwn("x" * 201)), "/subtext/text"),
    (card(hero_image=image(slack_file=FILE)), card(hero_image=image()), "/hero_image"),
    (card(icon=image(slack_file=FILE)), card(icon=image(slack_file=FILE), slack_icon={"name": "x"}), ""),
    (card(actions=NUMBERED[:3]), card(actions=NUMBERED[:4]), "/actions"),
    (chart([5]), chart([-1]), "/chart/series/0/data/0/value"),
    (chart([5]), chart([0.5]), "/chart/series/0/data/0/value"),
    (chart([5] * 20), chart([5] * 21), "/chart/series/0/data"),
    (chart([5], label="x" * 20), chart([5], label="x" * 21), "/chart/series/0/data/0/label"),
    (chart([5], title="x" * 50), chart([5], title="x" * 51), "/title"),
    (chart([5]), {"type": "data_visualization", "title": "Ticks"}, ""),
    ({"type": "carousel", "elements": [card()] * 10}, {"type": "carousel", "elements": [card()] * 11}, "/elements"),
    ({"type": "carousel", "elements": [card()]}, {"type": "carousel", "elements": []}, "/elements"),
    ({"type": "carousel", "elements": [card()]}, {"type": "carousel", "elements": [section()]}, "/elements/0/type"),
    (table([CELL] * 20), table([CELL] * 21), "/rows/0"),
    (table(*[[CELL]] * 100), table(*[[CELL]] * 101), "/rows"),
    (table([rich_text(CELL | {"type": "text"})]), table([plain_text()]), "/rows/0/0/type"),
    (
        table([CELL], column_settings=[{"align": "left"}]),
        table([CELL], column_settings=[{"align": "up"}]),
        "/column_settings/0/align",
    ),
    (
        rich_text({"type": "text", "text": "x", "style": {"bold": True}}),
        rich_text({"type": "text"}),
        "/elements/0/elements/0",
    ),
    (
        rich_text({"type": "user", "user_id": "U1"}),
        rich_text({"type": "person", "user_id": "U1"}),
        "/elements/0/elements/0/type",
    ),
    (rich_text({"type": "emoji", "name": "one"}), rich_text({"type": "emoji"}), "/elements/0/elements/0"),
    (
        rich_text({"type": "link", "url": "https://x"}),
        rich_text({"type": "broadcast", "range": "all"}),
        "/elements/0/elements/0/range",
    ),
]

BUTTON_CASES = [
    ({"text": plain_text(TEXT_75)}, {"text": plain_text(TEXT_75 + "x")}, "/text/text"),
    ({"text": plain_text()}, {"text": mrkdwn()}, "/text/type"),
    ({"value": "x" * 2000}, {"value": "x" * 2001}, "/value"),
    ({"url": "x" * 3000}, {"url": "x" * 3001}, "/url"),
    ({"action_id": TEXT_255}, {"action_id": TEXT_255 + "x"}, "/action_id"),
    ({"style": "primary"}, {"style": "loud"}, "/style"),
    ({"accessibility_label": TEXT_75}, {"accessibility_label": TEXT_75 + "x"}, "/accessibility_label"),
    ({"visible_to_user_ids": ["U1"]}, {"visible_to_user_ids": "U1"}, "/visible_to_user_ids"),
    (
        {"confirm": confirm(title=plain_text("x" * 100))},
        {"confirm": confirm(title=plain_text("x" * 101))},
        "/confirm/title/text",
    ),
    ({"confirm": confirm(text=mrkdwn("x" * 300))}, {"confirm": confirm(text=mrkdwn("x" * 301))}, "/confirm/text/text"),
    (
        {"confirm": confirm(deny=plain_text("x" * 30))},
        {"confirm": confirm(deny=plain_text("x" * 31))},
        "/confirm/deny/text",
    ),
    ({"confirm": confirm()}, {"confirm": {"title": plain_text()}}, "/confirm"),
    ({"confirm": confirm()}, {"confirm": confirm(type="confirm")}, "/confirm"),
    ({"agent_prompt": "x" * 4000}, {"block_id": "b"}, ""),
]

GROUP = {"label": plain_text(), "options": [option()]}
ELEMENT_CASES = [
    ("static_select", {"options": [option()] * 100}, {"options": [option()] * 101}, "/options"),
    ("static_select", {"option_groups": [GROUP]}, {"option_groups": [GROUP], "options": [option()]}, ""),
    ("static_select", {"options": [option("x" * 150)]}, {"options": [option("x" * 151)]}, "/options/0/value"),
    ("static_select", {"options": [option()]}, {"options": [{"text": mrkdwn(), "value": "v"}]}, "/options/0/text/type"),
    (
        "static_select",
        {"options": [option()], "placeholder": plain_text(TEXT_150)},
        {"options": [option()], "placeholder": plain_text(TEXT_150 + "x")},
        "/placeholder/text",
    ),
    (
        "multi_static_select",
        {"options": [option()], "max_selected_items": 1},
        {"options": [option()], "max_selected_items": 0},
        "/max_selected_items",
    ),
    ("external_select", {"min_query_length": 0}, {"min_query_length": -1}, "/min_query_length"),
    ("multi_external_select", {"min_query_length": 3}, {"min_query_length": "3"}, "/min_query_length"),
    ("users_select", {"initial_user": "U1"}, {"initial_user": 1}, "/initial_user"),
    ("multi_users_select", {"initial_users": ["U1"]}, {"initial_users": "U1"}, "/initial_users"),
    ("channels_select", {"initial_channel": "C1"}, {"initial_channel": []}, "/initial_channel"),
    ("multi_channels_select", {"initial_channels": ["C1"]}, {"initial_channels": [1]}, "/initial_channels/0"),
    ("conversations_select", {"filter": {"include": ["im"]}}, {"filter": {}}, "/filter"),
    (
        "multi_conversations_select",
        {"filter": {"include": ["public"]}},
        {"filter": {"include": ["secret"]}},
        "/filter/include/0",
    ),
    ("radio_buttons", {"options": [option()] * 10}, {"options": [option()] * 11}, "/options"),
    ("checkboxes", {"options": [option()] * 10}, {"options": []}, "/options"),
    ("plain_text_input", {"initial_value": "x" * 3000}, {"initial_value": "x" * 3001}, "/initial_value"),
    ("plain_text_input", {"max_length": 3000}, {"max_length": 3001}, "/max_length"),
    ("plain_text_input", {"min_length": 0}, {"min_length": -1}, "/min_length"),
    (
        "plain_text_input",
        {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
        {"dispatch_action_config": {"trigger_actions_on": ["always"]}},
        "/dispatch_action_config/trigger_actions_on/0",
    ),
    ("number_input", {"is_decimal_allowed": False}, {}, ""),
    ("email_text_input", {"initial_value": "a@b.c"}, {"initial_value": 1}, "/initial_value"),
    ("url_text_input", {"initial_value": "https://x"}, {"focus_on_load": "yes"}, "/focus_on_load"),
    ("rich_text_input", {"initial_value": rich_text()}, {"initial_value": "x"}, "/initial_value"),
    ("file_input", {"max_files": 10}, {"max_files": 11}, "/max_files"),
    ("file_input", {"filetypes": ["png"]}, {"filetypes": []}, "/filetypes"),
    ("datepicker", {"initial_date": "2026-11-24"}, {"initial_date": "24.11.2026"}, "/initial_date"),
    ("timepicker", {"initial_time": "18:00"}, {"initial_time": "6 pm"}, "/initial_time"),
    ("datetimepicker", {"initial_date_time": 1764000000}, {"initial_date_time": 1764}, "/initial_date_time"),
]


@pytest.mark.parametrize(("good", "bad", "pointer"), BLOCK_CASES)
def test_block_limits(good: Json, bad: Json, pointer: str) -> None:
    assert check_document([good]) == ()
    problems = check_document([bad])
    assert problems
    assert any(problem.endswith(f"[json-pointer:/blocks/0{pointer}]") for problem in problems), problems


@pytest.mark.parametrize(("good", "bad", "pointer"), BUTTON_CASES)
def test_button_limits(good: Json, bad: Json, pointer: str) -> None:
    assert check_document([actions(button(**good))]) == ()
    problems = check_document([actions(button(**bad))])
    assert [problem.rpartition(":")[2] for problem in problems] == [f"/blocks/0/elements/0{pointer}]"] * len(problems)
    assert problems


@pytest.mark.parametrize(("kind", "good", "bad", "pointer"), ELEMENT_CASES)
def test_element_limits(kind: str, good: Json, bad: Json, pointer: str) -> None:
    assert check_document(modal({"type": kind, "action_id": "a", **good})) == ()
    problems = check_document(modal({"type": kind, "action_id": "a", **bad}))
    assert any(problem.endswith(f"[json-pointer:/view/blocks/0/element{pointer}]") for problem in problems), problems


def modal(element: Json, **more: object) -> Json:
    block = {"type": "input", "label": plain_text(), "element": element}
    return {"type": "modal", "title": plain_text(), "submit": plain_text(), "blocks": [block], **more}


@pytest.mark.parametrize("count", [2, 5])
def test_an_overflow_menu_has_two_to_five_options(count: int) -> None:
    menu = {"type": "overflow", "action_id": "a", "options": [option(str(number)) for number in range(count)]}
    assert check_document([actions(menu)]) == ()
    for wrong in (1, 6):
        options = [option(str(number)) for number in range(wrong)]
        assert check_document([actions({**menu, "options": options})])


FIELD = {"type": "plain_text_input", "action_id": "a"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (modal(FIELD, title=plain_text("x" * 24)), modal(FIELD, title=plain_text("x" * 25))),
        (modal(FIELD, submit=plain_text("x" * 24)), modal(FIELD, submit=plain_text("x" * 25))),
        (modal(FIELD, close=plain_text("x" * 24)), modal(FIELD, close=plain_text("x" * 25))),
        (modal(FIELD, private_metadata="x" * 3000), modal(FIELD, private_metadata="x" * 3001)),
        (modal(FIELD, callback_id=TEXT_255), modal(FIELD, callback_id=TEXT_255 + "x")),
        (modal(FIELD, external_id=TEXT_255), modal(FIELD, external_id=TEXT_255 + "x")),
        (modal(FIELD), modal(FIELD, submit=None)),
        (modal(FIELD), modal(FIELD, title=None)),
        (modal(FIELD), modal(button())),
        (modal(FIELD, blocks=[section()] * 100), modal(FIELD, blocks=[section()] * 101)),
        ({"type": "home", "blocks": [section()] * 100}, {"type": "home", "blocks": [section()] * 101}),
        ({"type": "home", "blocks": [section()]}, {"type": "home"}),
        ({"type": "home", "blocks": [section()]}, {"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}),
    ],
)
def test_view_limits(good: Json, bad: Json) -> None:
    assert check_document(good) == ()
    assert check_document(bad)


def test_message_limits() -> None:
    assert check_document([section()] * 50) == ()
    assert check_document([section()] * 51) == ("no more than 50 items allowed [json-pointer:/blocks]",)
    assert check_document([table([CELL]), table([CELL])]) == ("only one table allowed [json-pointer:/blocks]",)
    long = {"type": "markdown", "text": "x" * 7000}
    assert check_document([long]) == ()
    assert check_document([long, long])


def test_block_ids_are_unique_and_action_ids_within_their_block() -> None:
    twice = [section(block_id="b"), section(block_id="b")]
    assert [problem.rpartition(":")[2] for problem in check_document(twice)] == [
        "/blocks/0/block_id]",
        "/blocks/1/block_id]",
    ]
    assert check_document([actions(button()), actions(button())]) == ()
    cards = [card(actions=[button()]), card(actions=[button()])]
    assert check_document([{"type": "carousel", "elements": cards}]) == ()
    assert check_document([{"type": "carousel", "elements": [card(actions=[button(), button()])]}])


def test_blocks_are_allowed_on_their_surfaces_only() -> None:
    field = modal(FIELD)["blocks"][0]
    assert check_document([field])
    carousel = {"type": "carousel", "elements": [card()]}
    assert check_document([carousel]) == ()
    assert check_document({"type": "home", "blocks": [carousel]})


def test_weight_counts_text_and_blocks() -> None:
    assert (
        blocks_length(
            [section(text=plain_text("x" * 100), fields=[plain_text("y" * 10)]), section(text=plain_text("z"))]
        )
        == 111 + 16
    )


def test_file_that_is_not_ready_is_rejected() -> None:
    problems = check_message([image(slack_file=FILE)], lambda _file: False)
    assert problems == ("invalid slack file [json-pointer:/blocks/0/slack_file]",)


def test_modal_is_rejected_as_home_tab() -> None:
    assert check_view(modal(FIELD), "home", lambda _file: True) == ("must be home [json-pointer:/view/type]",)


@pytest.mark.parametrize(
    "document", [[], [1], [{}], [{"type": []}], {"type": "modal", "blocks": 1}, 7, {"blocks": [None]}]
)
def test_any_json_gives_a_list_of_problems(document: object) -> None:
    assert isinstance(check_document(document), tuple)


def test_every_element_is_sampled_and_allowed_in_a_block() -> None:
    placed = {*IN_SECTION, *IN_ACTIONS, *IN_INPUT, "feedback_buttons", "icon_button"}
    assert set(ELEMENTS) == placed
    sampled = {kind for kind, *_ in ELEMENT_CASES} | {"button", "image", "overflow", "feedback_buttons", "icon_button"}
    assert set(ELEMENTS) == sampled
    assert set(BLOCKS) - {"input", "context_actions"} == {good["type"] for good, *_ in BLOCK_CASES}


def test_context_actions_accept_feedback_and_icon_buttons() -> None:
    thumb = {"text": plain_text(), "value": "v"}
    thumbs = {"type": "feedback_buttons", "action_id": "t", "positive_button": thumb, "negative_button": thumb}
    bin_ = {"type": "icon_button", "action_id": "b", "icon": "trash", "text": plain_text()}
    assert check_document([{"type": "context_actions", "elements": [thumbs, bin_]}]) == ()
    assert check_document([{"type": "context_actions", "elements": [{**bin_, "icon": "star"}]}])
    assert check_document([{"type": "context_actions", "elements": [{**thumbs, "positive_button": None}]}])
