"""How rounds show their predecessor and successor, and which candidates are variations."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import structlog

from bot.domain.ballot import Tally
from bot.domain.brief import BallotMode, Brief
from bot.domain.ids import child_round_id
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.usecases.reroll import RerollOption, RerollOptions
from handlers.slack.directory import SlackDirectory
from handlers.slack.round_publisher import SlackRoundPublisher
from handlers.text import lineage
from handlers.text import round as round_text
from handlers.views.reroll import reroll
from handlers.views.round import round_message
from handlers.views.round.shared import RelatedRound
from tests.support.builders import (
    CATALOGUE,
    TITLES,
    make_candidate,
    make_closed_round,
    make_failed_slot,
    make_round,
    make_slot,
    make_view_data,
    make_voting_round,
)
from tests.support.fake_slack_server import fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.slack_limits import iter_objects

LINK = "https://harbour.slack.com/archives/C1/p1764000000000100"
LEADING_VOTES, TIED_VOTES, NO_VOTES = {1: 1, 2: 3}, {1: 2, 2: 2}, {1: 0, 2: 0}


@pytest.mark.parametrize(
    ("votes", "voters", "text"),
    [
        (LEADING_VOTES, 4, "2 led with 3 of 4 votes"),
        (TIED_VOTES, 3, "1 and 2 were tied with 2 votes each"),
        (NO_VOTES, 0, "there were no votes"),
    ],
)
def test_previous_round_summary_names_the_leader(votes: dict[int, int], voters: int, text: str) -> None:
    assert lineage.leader_summary(make_voting_round(2), Tally(votes, voters)) == text


def test_previous_round_without_voting_has_no_summary() -> None:
    assert lineage.leader_summary(make_round(), Tally({}, 0)) == ""


def test_unopened_sealed_ballots_stay_hidden_in_the_next_round() -> None:
    sealed = make_voting_round(
        2, brief=Brief("Maya", "x", ballot=BallotMode.SEALED), state=RoundState.VOID, void_reason="refined"
    )
    visible_tally = sealed.visible_tally(Tally(LEADING_VOTES, 4))
    assert visible_tally.votes == {1: 0, 2: 0}
    assert lineage.leader_summary(sealed, visible_tally) == "4 sealed ballots that were not counted"


def test_refined_round_quotes_and_links_the_previous_brief() -> None:
    parent = RelatedRound(make_voting_round(2, text="a *bold* fisherwoman " + "x" * 400), Tally(LEADING_VOTES, 4), LINK)
    view = round_message(replace(make_view_data(make_voting_round(origin="refined", parent="r0")), parent=parent))
    text = json.dumps(view.blocks, ensure_ascii=False)
    assert f"Refined from <{LINK}|the round before>: “a ∗bold∗ fisherwoman x" in text
    assert "x" * 201 not in text
    assert "…” · 2 led with 3 of 4 votes" in text


@pytest.mark.parametrize("link", [LINK, ""])
def test_replaced_round_shows_its_sheet_and_links_the_new_round(link: str) -> None:
    ended = make_closed_round(LEADING_VOTES, 4, state=RoundState.VOID, void_reason="refined")
    view = round_message(replace(make_view_data(ended), child=RelatedRound(make_round(id="r2"), Tally({}, 0), link)))
    text = json.dumps(view.blocks, ensure_ascii=False)
    assert ("<" + LINK + "|the new round is here>" in text) is bool(link)
    assert "The lead refined the brief" in text
    assert [b["slack_file"]["id"] for b in view.blocks if b["type"] == "image"] == ["F0SHEETSHEET"]
    assert "*2* · Easel Four · 3 votes" in text, "the results stay visible"


async def test_permalink_is_cached_and_a_failure_only_omits_the_link() -> None:
    ended = make_voting_round(state=RoundState.VOID, void_reason="rerolled")
    child = make_round(
        id=child_round_id(ended.place.team, ended.id), parent="r1", origin="rerolled", message_ts="1764000001.000100"
    )
    async with fake_slack_server() as slack:
        clients, repositories = slack.clients, InMemoryRepositories(ended, child)
        publisher = SlackRoundPublisher(clients, repositories.storage, CATALOGUE, SlackDirectory(clients))
        slack.replies["chat.getPermalink"] = [{"error": "internal_error"}, {"permalink": LINK}]
        with structlog.testing.capture_logs():
            for _ in range(3):
                await publisher.redraw_now("r1")
        await publisher.close()
        permalink_calls, updates = slack.calls_to("chat.getPermalink"), slack.calls_to("chat.update")
    assert len(permalink_calls) == 2
    assert ["the new round is here" in json.dumps(update["blocks"]) for update in updates] == [False, True, True]


def make_round_with_variations() -> Round:
    """Candidate 3 varies 2; another variation of 1 is being drawn, and one of 2 failed."""
    third_candidate = replace(make_candidate(2, 3), variation_of_slot_id="r1-1", prompt="p", price=Decimal("0.09"))
    unfinished_slot = make_slot(3, variation_of_slot_id="r1-0", prompt="p", price=Decimal("0.09"))
    failed_slot = replace(
        make_failed_slot(4, paid="maybe"), variation_of_slot_id="r1-1", prompt="p", price=Decimal("0.09")
    )
    return make_voting_round(
        slots=(make_candidate(0, 1), make_candidate(1, 2), third_candidate, unfinished_slot, failed_slot)
    )


def test_message_lists_variations_and_pending_ones() -> None:
    text = json.dumps(round_message(make_view_data(make_round_with_variations())).blocks, ensure_ascii=False)
    assert "3 varies 2 · a variation of 1 being drawn" in text
    assert "The variation of 2 is missing: a model declined the brief" in text
    assert "up to $0.09" in text


def test_variations_do_not_change_reroll_prices() -> None:
    round_ = make_round_with_variations()
    assert (round_.max_slot_price, round_.repeat_price, round_.requested_count) == (
        Decimal("0.0401"),
        Decimal("0.0802"),
        2,
    )
    assert not round_.is_blind, "one model drew the first slots"


def test_failed_variation_is_offered_with_its_own_price() -> None:
    failed_slot = make_round_with_variations().failures[0]
    options = RerollOptions(
        make_round_with_variations(), Decimal("0.2"), (), (RerollOption(failed_slot, failed_slot.price),), (), 5
    )
    view = reroll(options, TITLES)
    text = json.dumps(view.blocks, ensure_ascii=False)
    assert "*The variation of 2 that failed*" in text
    press = next(p for p in iter_objects(view) if p.get("action_id") == "reroll_one:1")
    assert press["text"]["text"] == "Again · up to $0.09"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (RerollOptions(make_voting_round(8), Decimal("0.2"), (), (), (), None), "This round holds 8 candidates"),
        (
            RerollOptions(make_voting_round(), Decimal("0.2"), (), (), (), 5, "no_model"),
            "so no candidate can be varied",
        ),
    ],
)
def test_unavailable_reroll_options_are_explained(options: RerollOptions, text: str) -> None:
    assert text in json.dumps(reroll(options, TITLES).blocks)


@pytest.mark.parametrize(("state", "text"), [(RoundState.VOTING, "after the close"), (RoundState.LOCKED, "had ended")])
def test_late_portrait_note_depends_on_the_round_state(state: RoundState, text: str) -> None:
    assert text in round_text.late_portrait(make_voting_round(state=state))
