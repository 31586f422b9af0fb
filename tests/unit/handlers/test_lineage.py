"""The round before and the round after in each other's messages, and which candidate varies which."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import structlog

from bot.ballot import Tally
from bot.brief import Brief, Secrecy
from bot.opening import child_id
from bot.rerolling import Choice, Offer
from bot.round import Round, State
from handlers.blocks.reroll import reroll
from handlers.blocks.rounds import message
from handlers.blocks.shown import Kin
from handlers.stage import SlackStage
from handlers.visibility import SlackVisibility
from handlers.words import lineage, rounds
from tests.unit.handlers.limits import parts
from tests.unit.handlers.little_slack import little_slack
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.stories import CATALOGUE, TITLES, a_candidate, a_miss, a_round, a_slot, closed, shown, voting

LINK = "https://harbour.slack.com/archives/C1/p1764000000000100"
AHEAD, TIE, NOBODY = {1: 1, 2: 3}, {1: 2, 2: 2}, {1: 0, 2: 0}


@pytest.mark.parametrize(
    ("votes", "voters", "said"),
    [
        (AHEAD, 4, "2 led with 3 of 4 votes"),
        (TIE, 3, "1 and 2 were level with 2 votes each"),
        (NOBODY, 0, "nobody had voted"),
    ],
)
def test_who_was_in_front_is_told_of_the_round_before(votes: dict[int, int], voters: int, said: str) -> None:
    assert lineage.led(voting(2), Tally(votes, voters)) == said


def test_a_round_that_never_voted_had_nobody_in_front() -> None:
    assert lineage.led(a_round(), Tally({}, 0)) == ""


def test_sealed_ballots_that_nobody_opened_stay_sealed_in_the_round_after() -> None:
    sealed = voting(2, brief=Brief("Maya", "x", ballot=Secrecy.SEALED), state=State.VOID, why_void="refined")
    seen = sealed.shown(Tally(AHEAD, 4))
    assert seen.votes == {1: 0, 2: 0}
    assert lineage.led(sealed, seen) == "4 sealed ballots that nobody opened"


def test_the_child_quotes_what_was_asked_before_and_links_there() -> None:
    parent = Kin(voting(2, text="a *bold* fisherwoman " + "x" * 400), Tally(AHEAD, 4), LINK)
    view = message(replace(shown(voting(origin="refined", parent="r0")), parent=parent))
    said = json.dumps(view.blocks, ensure_ascii=False)
    assert f"Refined from <{LINK}|the round before>: “a ∗bold∗ fisherwoman x" in said
    assert "x" * 201 not in said
    assert "…” · 2 led with 3 of 4 votes" in said


@pytest.mark.parametrize("link", [LINK, ""])
def test_a_refined_round_shows_its_sheet_and_the_way_to_the_new_one(link: str) -> None:
    ended = closed(AHEAD, 4, state=State.VOID, why_void="refined")
    view = message(replace(shown(ended), child=Kin(a_round(id="r2"), Tally({}, 0), link)))
    said = json.dumps(view.blocks, ensure_ascii=False)
    assert ("<" + LINK + "|the new round is here>" in said) is bool(link)
    assert "The lead refined the brief" in said
    assert [b["slack_file"]["id"] for b in view.blocks if b["type"] == "image"] == ["F0SHEETSHEET"]
    assert "*2* · Easel Four · 3 votes" in said, "what was known after the close stays known"


async def test_slack_is_asked_once_for_an_address_and_a_silence_costs_only_the_link() -> None:
    ended = voting(state=State.VOID, why_void="rerolled")
    child = a_round(id=child_id(ended), parent="r1", origin="rerolled", message_ts="1764000001.000100")
    async with little_slack() as slack:
        clients, memory = slack.clients, Memory(ended, child)
        stage = SlackStage(clients, memory.rounds, memory.roster, memory.finishes, CATALOGUE, SlackVisibility(clients))
        slack.says["chat.getPermalink"] = [{"error": "internal_error"}, {"permalink": LINK}]
        with structlog.testing.capture_logs():
            for _ in range(3):
                await stage.show("r1")
        await stage.close()
        asked, drawn = slack.called("chat.getPermalink"), slack.called("chat.update")
    assert len(asked) == 2
    assert ["the new round is here" in json.dumps(one["blocks"]) for one in drawn] == [False, True, True]


def varied() -> Round:
    """Candidate 3 varies 2; another variation of 1 is being drawn, and one of 2 was refused."""
    three = replace(a_candidate(2, 3), vary_of="r1-1", prompt="p", price=Decimal("0.09"))
    under_way = a_slot(3, vary_of="r1-0", prompt="p", price=Decimal("0.09"))
    missed = replace(a_miss(4, paid="maybe"), vary_of="r1-1", prompt="p", price=Decimal("0.09"))
    return voting(slots=(a_candidate(0, 1), a_candidate(1, 2), three, under_way, missed))


def test_the_message_says_what_varies_what_and_what_is_still_drawn() -> None:
    said = json.dumps(message(shown(varied())).blocks, ensure_ascii=False)
    assert "3 varies 2 · a variation of 1 being drawn" in said
    assert "The variation of 2 is missing: a model declined the brief" in said
    assert "up to $0.09" in said


def test_variations_change_neither_the_price_of_a_re_roll_nor_that_of_another_round() -> None:
    round_ = varied()
    assert (round_.dearest, round_.another, round_.wanted) == (Decimal("0.0401"), Decimal("0.0802"), 2)
    assert not round_.blind, "one model drew what the round began with"


def test_a_missed_variation_is_offered_by_its_own_name_and_price() -> None:
    missed = varied().misses[0]
    offer = Offer(varied(), Decimal("0.2"), (), (Choice(missed, missed.price),), (), 5)
    view = reroll(offer, TITLES)
    said = json.dumps(view.blocks, ensure_ascii=False)
    assert "*The variation of 2 that did not come*" in said
    press = next(p for p in parts(view) if p.get("action_id") == "reroll_one:1")
    assert press["text"]["text"] == "Again · up to $0.09"


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        (Offer(voting(8), Decimal("0.2"), (), (), (), None), "This round holds 8 candidates"),
        (Offer(voting(), Decimal("0.2"), (), (), (), 5, "no_model"), "so no candidate can be varied"),
    ],
)
def test_what_is_not_offered_is_explained(offer: Offer, said: str) -> None:
    assert said in json.dumps(reroll(offer, TITLES).blocks)


@pytest.mark.parametrize(("state", "said"), [(State.VOTING, "after the close"), (State.LOCKED, "had ended")])
def test_a_late_portrait_is_told_of_as_what_can_still_be_done_with_it(state: State, said: str) -> None:
    assert said in rounds.late(voting(state=state))
