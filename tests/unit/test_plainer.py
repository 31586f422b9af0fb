"""What is left of a message when Slack refuses parts of it, and how much of it is sent at all."""

import pytest

from handlers.blocks.fit import BUDGET, counted, fit
from handlers.blocks.plainer import AS_MEANT, alone, bare, drawn
from handlers.blocks.view import (
    Block,
    View,
    actions,
    button,
    context,
    header,
    image,
    question,
    quote,
    section,
    select,
    view,
)
from handlers.payloads import unwrapped
from handlers.words.text import cut_marked, unmarked

SURE = question("Lock 1 as Maya?", "3 of 4 people voted for it.", "Lock 1")
MEANT = view(
    "Casting Maya. Nobody has voted yet",
    header("Casting Maya"),
    image("F0SHEET00", "four portraits"),
    quote("a fisherwoman, <b>60</b>", 100),
    section("*1* by <@U0LENAORTIZ>", button("reroll_one:1", "Re-roll it", "slot-3")),
    actions(
        [
            button("lock", "Lock 1 ...", "round slot-1", ask=SURE, style="primary", aloud="Lock candidate 1"),
            select("decide", "Decide", [("1 Recraft", "slot-1"), ("2 GPT-Image-2", "slot-2")]),
        ]
    ),
    context("closes <!date^1764000000^{time}|24 Nov 16:00 UTC>"),
    instead="The sheet is in the thread.",
)


def kinds(shown: View) -> list[str]:
    return [block["type"] for block in shown.blocks]


def pressed(shown: View) -> dict[str, str]:
    elements: list[Block] = [e for b in shown.blocks for e in (*b.get("elements", ()), b.get("accessory") or {})]
    return {e["action_id"]: e["value"] for e in elements if e.get("type") == "button"}


def test_a_refused_header_costs_the_header_alone() -> None:
    plain = drawn(MEANT, AS_MEANT.without({"header"})).view
    assert kinds(plain) == ["section", *kinds(MEANT)[1:]]
    assert plain.blocks[1:] == MEANT.blocks[1:]


def test_bare_is_words_and_buttons_without_anything_slack_may_refuse_besides() -> None:
    shown = bare(MEANT)
    assert set(kinds(shown)) == {"section", "actions"}
    assert "The sheet is in the thread." in [b["text"]["text"] for b in shown.blocks if b["type"] == "section"]
    allowed = {"type", "action_id", "text", "value"}
    assert all(set(e) == allowed for b in shown.blocks if b["type"] == "actions" for e in b["elements"])
    assert not any("expand" in block or "verbatim" in block.get("text", {}) for block in shown.blocks)


def test_every_step_down_keeps_every_press_until_no_button_is_taken_at_all() -> None:
    wanted = {"slot-3", "round slot-1", "slot-1", "slot-2"}
    for steps in (1, 2):
        plainness = AS_MEANT
        for _ in range(steps):
            plainness = plainness.without({"section", "actions"})
        assert set(pressed(drawn(MEANT, plainness).view).values()) == wanted, steps


def test_a_button_in_the_place_of_a_menus_line_is_heard_as_the_menu() -> None:
    (second,) = [name for name, value in pressed(bare(MEANT)).items() if value == "slot-2"]
    body = {"actions": [{"action_id": second, "value": "slot-2"}]}
    unwrapped(body)
    assert body["actions"][0]["action_id"] == "decide"
    other = {"actions": [{"action_id": "vote:1"}]}
    unwrapped(other)
    assert other["actions"][0]["action_id"] == "vote:1"


def test_alone_says_everything_and_what_works_without_buttons() -> None:
    told = alone(MEANT)
    assert told.blocks == ()
    assert "a fisherwoman" in told.text
    assert "the vote counts number emoji" in told.text
    assert len(told.text) < 4000


@pytest.mark.parametrize("steps", range(1, 5))
def test_no_step_says_what_a_picture_shows_or_where_it_is(steps: int) -> None:
    plainness = AS_MEANT
    for _ in range(steps):
        plainness = plainness.without(set(kinds(MEANT)))
    shown = drawn(MEANT, plainness).view
    assert "four portraits" not in str(shown.blocks) + shown.text
    assert "F0SHEET00" not in str(shown.blocks) + shown.text


def test_where_slack_shows_no_markup_words_are_told_without_it() -> None:
    assert unmarked("*2* of <@U0MEI>, <https://a.example|its round>, &lt;3") == "2 of @U0MEI, its round, <3"


def test_a_cut_never_leaves_half_a_mention_or_half_an_entity() -> None:
    text = "voted: <@U0LENAORTIZ> &amp; all"
    for limit in range(8, len(text)):
        kept = cut_marked(text, limit).rstrip("…")
        assert len(cut_marked(text, limit)) <= limit
        assert kept.count("<") == kept.count(">")
        assert "&" not in kept or "&amp;" in kept


def test_the_longest_texts_of_a_message_are_cut_until_all_fit_and_the_short_ones_stay() -> None:
    long = view("t" * 9000, header("Casting Maya"), *(section("漁" * 2900) for _ in range(8)), context("closes soon"))
    fitting = fit(long)
    assert counted(fitting) <= BUDGET
    assert len(fitting.text) <= 3000
    assert [fitting.blocks[0], fitting.blocks[-1]] == [long.blocks[0], long.blocks[-1]]
    assert len({len(b["text"]["text"]) for b in fitting.blocks[1:-1]}) == 1
    assert fit(MEANT).blocks == MEANT.blocks
