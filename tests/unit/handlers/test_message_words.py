"""The words of messages: shared ones, blocks alone, legacy attachments, and parts of an unexpected form."""

from typing import Any

import pytest

from handlers.slack.markup import to_plain_text
from handlers.slack.payloads.message_words import message_words
from handlers.slack.payloads.parsers import shortcut_from

TEXT = "We need Tomas, a ferry pilot of fifty"


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


SHARED_BLOCKS = {"is_share": True, "message_blocks": [{"message": {"blocks": [rich({"type": "text", "text": TEXT})]}}]}
BULLETS = {
    "type": "rich_text_list",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": word}]} for word in ("tall", "thin")
    ],
}
CARD = {"type": "card", "title": plain("Tomas"), "body": mrkdwn("ferry pilot"), "actions": [{"type": "button"}]}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "Tomas"}, rich({"type": "text", "text": "fifty"})]]}
LINE = rich(
    {"type": "user", "user_id": "U0MEI"},
    {"type": "text", "text": ": a <pilot> & "},
    {"type": "link", "url": "https://a.example", "text": "ferryman"},
    {"type": "text", "text": " "},
    {"type": "emoji", "name": "ship"},
    {"type": "user", "user_id": "> oops"},
)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"text": TEXT}, TEXT),
        ({"text": "", "attachments": [{"is_share": True, "text": TEXT}]}, TEXT),
        ({"text": "", "attachments": [SHARED_BLOCKS]}, TEXT),
        ({"text": "", "attachments": [SHARED_BLOCKS | {"text": TEXT, "fallback": "[date] somebody"}]}, TEXT),
        ({"text": "Look", "attachments": [{"is_msg_unfurl": True, "text": TEXT}]}, f"Look\n{TEXT}"),
        ({"text": "", "attachments": [{"is_share": True, "attachments": [{"text": TEXT}]}]}, TEXT),
        ({"text": "", "attachments": [{"pretext": "New", "title": "Tomas", "text": "pilot"}]}, "New\nTomas\npilot"),
        (
            {"text": "", "attachments": [{"fields": [{"title": "Age", "value": "50"}, {"value": "tall"}]}]},
            "Age: 50\ntall",
        ),
        ({"text": "", "attachments": [{"fallback": TEXT}]}, TEXT),
        ({"text": "", "attachments": [{"text": "one"}, {"text": "two"}]}, "one\ntwo"),
        ({"text": "", "attachments": [{"blocks": [{"type": "section", "text": mrkdwn(TEXT)}]}]}, TEXT),
        ({"text": "See", "attachments": [{"original_url": "https://a.example", "title": "News"}]}, "See"),
        ({"text": "", "blocks": [{"type": "header", "text": plain("Tomas")}, CARD]}, "Tomas\nTomas\nferry pilot"),
        ({"text": "", "blocks": [{"type": "section", "fields": [mrkdwn("Age"), plain("50")]}]}, "Age\n50"),
        ({"text": "", "blocks": [{"type": "context", "elements": [mrkdwn("pilot"), {"type": "image"}]}]}, "pilot"),
        ({"text": "", "blocks": [{"type": "rich_text", "elements": [BULLETS]}, TABLE]}, "tall\nthin\nTomas\nfifty"),
        ({"text": "", "blocks": [{"type": "markdown", "text": "a & b"}]}, "a & b"),
        (
            {"text": "", "blocks": [{"type": "container", "title": plain("Cast"), "child_blocks": [CARD]}]},
            "Cast\nTomas\nferry pilot",
        ),
        ({"text": "", "blocks": [LINE]}, "@Mei: a <pilot> & ferryman :ship:@somebody"),
        ({"text": "New request", "bot_id": "B1", "blocks": [{"type": "section", "text": mrkdwn(TEXT)}]}, TEXT),
        ({"text": TEXT, "blocks": [rich({"type": "text", "text": TEXT})]}, TEXT),
        ({"text": "", "blocks": [{"type": "actions", "elements": [{"type": "button", "text": plain("Go")}]}]}, ""),
        ({}, ""),
    ],
    ids=lambda value: str(value)[:60],
)
def test_all_words_of_a_message_are_read_in_order(message: dict[str, Any], words: str) -> None:
    assert to_plain_text(message_words(message), {"U0MEI": "Mei"}) == words


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [None, 7, "x", []], {"a": 1}, [{"text": 7, "fields": [7], "blocks": "x"}]]
)
def test_parts_of_an_unexpected_form_are_left_out(odd: object) -> None:
    assert message_words({"text": TEXT, "attachments": odd}) == TEXT
    assert message_words({"text": odd if not isinstance(odd, str) else "", "blocks": odd}) == ""
    assert message_words({"attachments": [{"message_blocks": odd, "attachments": odd, "fallback": TEXT}]}) == TEXT


def test_deeply_nested_parts_are_bounded() -> None:
    attachment: dict[str, Any] = {"text": "deep"}
    for _ in range(500):
        attachment = {"attachments": [attachment]}
    block: dict[str, Any] = plain("deep")
    for _ in range(500):
        block = {"type": "container", "child_blocks": [block]}
    assert message_words({"attachments": [attachment], "blocks": [block]}) == ""
    assert len(message_words({"text": "x" * 100_000, "attachments": [{"text": "y" * 100_000}]})) <= 40_000


def test_a_shortcut_on_a_shared_message_has_its_words() -> None:
    message = {"ts": "1.1", "text": "", "attachments": [{"is_share": True, "text": TEXT}]}
    body = {
        "team": {"id": "T1"},
        "user": {"id": "U0MEI"},
        "channel": {"id": "C1"},
        "trigger_id": "t",
        "message": message,
    }
    assert shortcut_from(body).text == TEXT
