"""Standings as a person reads them: sentences, the picture's rows, and the buttons."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.ballot import FlawTag
from bot.domain.standings.report import ModelStanding, SetAside, StandingsReport
from bot.domain.standings.verdicts import Verdict
from bot.domain.standings.weaknesses import ModelWeaknesses, Weakness
from bot.imaging.intervals import interval_chart
from bot.usecases.standings import Standings
from handlers.slack.fallback_blocks import FULL, degrade
from handlers.text import standings as words
from handlers.views.standings import private_buttons, standings_view
from playground.control.client import buttons_of, text_of
from playground.slack.block_kit.validator import check_document
from tests.support.builders import CATALOGUE, TITLES

FIRST, SECOND = (model.id for model in CATALOGUE.models[:2])
AHEAD = Verdict(FIRST, SECOND, 14, (31, 18), (52, 52), 0.7, 0.2, 1.2, True, None)
EARLY = replace(AHEAD, meetings=4, ticks=(9, 7), difference=0.2, low=-1.1, high=1.5, is_ahead=False, further_rounds=23)
REPORT = StandingsReport(
    18,
    (AHEAD,),
    (ModelStanding(FIRST, 40, 31, 52, {"refused": 2, "timed_out": 1}, Decimal("0.08")),),
    {SetAside.NAMED_BY_HAND: 3, SetAside.ONE_MODEL: 1},
    {"skin": (EARLY,)},
)
STANDINGS = Standings("production", "Harbour film", REPORT)


def no_link(_round_id: str) -> str:
    return ""


def test_a_clear_pair_is_one_sentence_with_its_ticks_and_rounds() -> None:
    first, second = TITLES(FIRST), TITLES(SECOND)
    assert words.verdict(AHEAD, TITLES, no_link) == (
        f"*{first} is ahead of {second}*: 31 of 52 ticks against 18 of 52 in the 14 rounds both drew."
    )


def test_an_early_pair_says_how_many_more_rounds() -> None:
    assert "Too early: about 23 more rounds" in words.verdict(EARLY, TITLES, no_link)
    unclear = replace(EARLY, further_rounds=None)
    assert "more than 200 more rounds" in words.verdict(unclear, TITLES, no_link)


def test_a_verdict_that_needs_a_round_links_it() -> None:
    text = words.verdict(replace(AHEAD, flips_without=("r7",)), TITLES, named_link)
    assert text.endswith("Would be too early without one of these rounds (<https://x/r7|Maya>).")
    three = replace(AHEAD, flips_without=("r1", "r2", "r3"))
    assert "without any one of 3 of these rounds." in words.verdict(three, TITLES, no_link)
    linked = words.verdict(three, TITLES, named_link)
    assert linked.endswith("of 3 of these rounds (<https://x/r1|Maya>, <https://x/r2|Maya> and 1 more).")


def named_link(round_id: str) -> str:
    return f"<https://x/{round_id}|Maya>"


def test_the_message_has_slacks_own_chart_of_the_shares_of_ticks_which_a_refusal_removes() -> None:
    models = (*REPORT.models, ModelStanding(SECOND, 40, 18, 52, {}, Decimal(0)))
    shown = standings_view(replace(STANDINGS, report=replace(REPORT, models=models)), TITLES, no_link)
    (chart,) = [block for block in shown.blocks if block["type"] == "data_visualization"]
    assert [bar["value"] for bar in chart["chart"]["series"][0]["data"]] == [60, 35]
    assert not check_document({"blocks": list(shown.blocks)})
    degraded = degrade(shown, FULL.without({"data_visualization"})).view
    assert list(degraded.blocks) == [block for block in shown.blocks if block is not chart]


def test_the_message_says_what_was_not_counted_and_what_was_missed() -> None:
    message = {"blocks": list(standings_view(STANDINGS, TITLES, no_link).blocks)}
    text = text_of(message)
    assert "Standings in Harbour film" in text
    assert "Not counted: 4 rounds. 1 had one model and 3 had models named by hand." in text
    assert "2 declined and 1 timed out, $0.08 paid" in text
    assert "look `skin`" in text
    assert not check_document(message)


def test_the_weakness_map_has_shares_with_their_interval_or_says_that_it_is_too_early() -> None:
    smooth = Weakness(FlawTag.TOO_SMOOTH, 12, 0.3, 0.15, 0.51, False, 0)
    eyes = replace(smooth, tag=FlawTag.EYES, tagged=0, share=0.0, low=0.0, high=0.15)
    early = replace(smooth, tag=FlawTag.LIGHT, tagged=5, is_early=True, further_rounds=7)
    found = (ModelWeaknesses(FIRST, 40, 22, (smooth, early, eyes)),)
    lines = words.weaknesses(found, TITLES).splitlines()
    assert lines[0].endswith(f"`{FIRST}` · 40 portraits in 22 rounds")
    assert lines[1] == "too smooth 12, 30% (15% to 51%) · never eyes (up to 15%)"
    assert lines[2] == "Too early: about 7 more rounds for light 5."
    shown = replace(STANDINGS, report=replace(REPORT, weaknesses=found))
    message = {"blocks": list(standings_view(shown, TITLES, no_link).blocks)}
    assert "What looked artificial" in text_of(message)
    assert not check_document(message)


def test_without_a_counted_round_the_message_says_what_counts() -> None:
    empty = Standings("workspace", "", StandingsReport(0, (), (), {}, {}))
    assert "nothing to compare" in text_of({"blocks": list(standings_view(empty, TITLES, no_link).blocks)})


def test_sharing_is_offered_only_to_who_may_share() -> None:
    shared, private = (
        buttons_of({"blocks": [private_buttons(STANDINGS, "C1", "harbour-film", can_share=can)]})
        for can in (True, False)
    )
    assert shared == {"standings:workspace": "All channels", "share_standings": "Share in #harbour-film"}
    assert private == {"standings:workspace": "All channels"}


def test_the_picture_has_a_row_for_each_pair_with_an_interval() -> None:
    rows = words.rows((AHEAD, EARLY, replace(EARLY, low=None, high=None)), TITLES)
    assert [row.is_sure for row in rows] == [True, False]
    assert rows[1].label.endswith("4 rounds · too early")
    assert interval_chart(rows, words.LEFT_LABEL, words.RIGHT_LABEL).startswith(b"\x89PNG")
