"""What remains of a message if Slack rejects parts of it, and the length limit of messages."""

import pytest

from handlers.slack.fallback_blocks import FULL, degrade, text_only, unwrap_menu_buttons, without_extras
from handlers.text.format import strip_mrkdwn, truncate_mrkdwn
from handlers.views.builder import (
    CHARACTER_BUDGET,
    Block,
    View,
    actions,
    button,
    confirm,
    context,
    fit,
    header,
    image,
    quote,
    section,
    static_select,
    view,
)
from tests.support.slack_limits import iter_objects

CONFIRM = confirm("Lock 1 as Maya?", "3 of 4 people voted for it.", "Lock 1")
FULL_VIEW = view(
    "Casting Maya. No votes yet",
    header("Casting Maya"),
    image("F0SHEET00", "four portraits"),
    quote("a fisherwoman, <b>60</b>", 100),
    section("*1* by <@U0LENAORTIZ>", button("reroll_one:1", "Re-roll it", "slot-3")),
    actions(
        [
            button(
                "lock",
                "Lock 1 ...",
                "round slot-1",
                confirm=CONFIRM,
                style="primary",
                accessibility_label="Lock candidate 1",
            ),
            static_select("decide", "Decide", [("1 Recraft", "slot-1"), ("2 GPT-Image-2", "slot-2")]),
        ]
    ),
    context("closes <!date^1764000000^{time}|24 Nov 16:00 UTC>"),
    image_placeholder="The sheet is in the thread.",
)


def block_types(rendered: View) -> list[str]:
    return [block["type"] for block in rendered.blocks]


def count_characters(rendered: View) -> int:
    texts = [part.get(key) for part in iter_objects(rendered) for key in ("text", "alt_text")]
    return sum(len(text) for text in texts if isinstance(text, str))


def button_values(rendered: View) -> dict[str, str]:
    elements: list[Block] = [e for b in rendered.blocks for e in (*b.get("elements", ()), b.get("accessory") or {})]
    return {e["action_id"]: e["value"] for e in elements if e.get("type") == "button"}


def test_rejected_header_degrades_only_the_header() -> None:
    degraded = degrade(FULL_VIEW, FULL.without({"header"})).view
    assert block_types(degraded) == ["section", *block_types(FULL_VIEW)[1:]]
    assert degraded.blocks[1:] == FULL_VIEW.blocks[1:]


def test_without_extras_leaves_sections_and_plain_buttons() -> None:
    degraded = without_extras(FULL_VIEW)
    assert set(block_types(degraded)) == {"section", "actions"}
    assert "The sheet is in the thread." in [b["text"]["text"] for b in degraded.blocks if b["type"] == "section"]
    allowed = {"type", "action_id", "text", "value"}
    assert all(set(e) == allowed for b in degraded.blocks if b["type"] == "actions" for e in b["elements"])
    assert not any("expand" in block or "verbatim" in block.get("text", {}) for block in degraded.blocks)


def test_fallback_levels_keep_every_button() -> None:
    expected = {"slot-3", "round slot-1", "slot-1", "slot-2"}
    for steps in (1, 2):
        level = FULL
        for _ in range(steps):
            level = level.without({"section", "actions"})
        assert set(button_values(degrade(FULL_VIEW, level).view).values()) == expected, steps


def test_button_replacing_a_menu_option_acts_as_the_menu() -> None:
    (second,) = [name for name, value in button_values(without_extras(FULL_VIEW)).items() if value == "slot-2"]
    body = {"actions": [{"action_id": second, "value": "slot-2"}]}
    unwrap_menu_buttons(body)
    assert body["actions"][0]["action_id"] == "decide"
    other = {"actions": [{"action_id": "vote:1"}]}
    unwrap_menu_buttons(other)
    assert other["actions"][0]["action_id"] == "vote:1"


def test_text_only_contains_everything_and_explains_emoji_votes() -> None:
    degraded = text_only(FULL_VIEW)
    assert degraded.blocks == ()
    assert "a fisherwoman" in degraded.text
    assert "the vote counts number emoji" in degraded.text
    assert len(degraded.text) < 4000


@pytest.mark.parametrize("steps", range(1, 5))
def test_fallback_never_reveals_alt_text_or_file_ids(steps: int) -> None:
    level = FULL
    for _ in range(steps):
        level = level.without(set(block_types(FULL_VIEW)))
    degraded = degrade(FULL_VIEW, level).view
    assert "four portraits" not in str(degraded.blocks) + degraded.text
    assert "F0SHEET00" not in str(degraded.blocks) + degraded.text


def test_strip_mrkdwn_removes_markup() -> None:
    assert strip_mrkdwn("*2* of <@U0MEI>, <https://a.example|voting record>, &lt;3") == "2 of @U0MEI, voting record, <3"


def test_truncate_mrkdwn_never_splits_a_mention_or_entity() -> None:
    text = "voted: <@U0LENAORTIZ> &amp; all"
    for limit in range(8, len(text)):
        truncated = truncate_mrkdwn(text, limit).rstrip("…")
        assert len(truncate_mrkdwn(text, limit)) <= limit
        assert truncated.count("<") == truncated.count(">")
        assert "&" not in truncated or "&amp;" in truncated


def test_fit_truncates_the_longest_texts_first() -> None:
    long = view("t" * 9000, header("Casting Maya"), *(section("漁" * 2900) for _ in range(8)), context("closes soon"))
    fitting = fit(long)
    assert count_characters(fitting) <= CHARACTER_BUDGET
    assert len(fitting.text) <= 3000
    assert [fitting.blocks[0], fitting.blocks[-1]] == [long.blocks[0], long.blocks[-1]]
    assert len({len(b["text"]["text"]) for b in fitting.blocks[1:-1]}) == 1
    assert fit(FULL_VIEW).blocks == FULL_VIEW.blocks
