"""The brief stands below the title in every state; the modal shows all of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.ballot import RunOff, Tally
from bot.domain.brief import BallotMode, IntendedUse, Reference
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from handlers.views import full_brief
from handlers.views.builder import View, view
from handlers.views.round import round_message
from tests.support.builders import (
    make_closed_round,
    make_face,
    make_locked_round,
    make_round,
    make_view_data,
    make_voting_round,
)
from tests.support.rendered_views import actions_by_id, visible_text

VOTES = {1: 3, 2: 1}
LONG = "weathered fisherwoman, " * 40 + "with a scar"
STATES: dict[str, Callable[[], Round]] = {
    "drawing": make_round,
    "voting": make_voting_round,
    "closed": lambda: make_closed_round(VOTES, 4),
    "run-off": lambda: make_voting_round(2, run_off=RunOff((1, 2), Tally(VOTES, 4))),
    "record": lambda: make_locked_round(VOTES),
    "void": lambda: make_round(state=RoundState.VOID, void_reason="cancelled"),
    "refined": lambda: make_voting_round(state=RoundState.VOID, void_reason="refined"),
}


def in_state(state: str, text: str = "a fisherwoman, 60", **brief: object) -> View:
    round_ = STATES[state]()
    changed = replace(round_.brief, text=text, **brief)  # type: ignore[arg-type]
    face = make_face() if round_.state is RoundState.LOCKED else None
    return round_message(make_view_data(replace(round_, brief=changed), face=face))


def quoted(shown: View) -> str:
    (part,) = shown.blocks[1]["elements"]
    assert part["type"] == "rich_text_quote"
    return str(part["elements"][0]["text"])


@pytest.mark.parametrize("state", STATES)
def test_brief_stands_below_the_title(state: str) -> None:
    shown = in_state(state)
    assert shown.blocks[0]["type"] == "header"
    assert quoted(shown) == "a fisherwoman, 60"
    assert full_brief.ACTION_ID not in actions_by_id(shown)


def test_sealed_ballot_shows_the_brief() -> None:
    shown = in_state("voting", ballot=BallotMode.SEALED)
    assert quoted(shown) == "a fisherwoman, 60"


@pytest.mark.parametrize("state", STATES)
def test_use_likeness_and_house_style_follow_the_brief(state: str) -> None:
    shown = in_state(
        state, use=IntendedUse.ADVERTISING, reference=Reference("Old *Maya*", "k", "ab"), style="16 mm, & grain"
    )
    line = shown.blocks[2]["elements"][0]["text"]
    assert line == "for advertising · likeness: Old \u2217Maya\u2217 · House style: 16 mm, &amp; grain"


@pytest.mark.parametrize("state", STATES)
def test_long_brief_is_shortened_with_a_button_for_the_rest(state: str) -> None:
    shown = in_state(state, LONG)
    text = quoted(shown)
    assert len(text) < 260
    assert text.endswith("…")
    assert actions_by_id(shown)[full_brief.ACTION_ID]["value"] == "r1"


def test_brief_of_several_lines_stays_one_quote() -> None:
    assert quoted(in_state("voting", "a fisherwoman\n\n> sixty\nscarred")) == "a fisherwoman > sixty scarred"


def test_modal_shows_the_whole_brief_and_house_style() -> None:
    round_ = make_voting_round()
    brief = replace(round_.brief, text=LONG, style="16 mm " * 100, use=IntendedUse.FILM)
    modal = full_brief.modal(replace(round_, brief=brief))
    text = visible_text(view("", *modal["blocks"]))
    assert LONG in text
    assert "16 mm " * 99 in text
    assert "for film" in text
