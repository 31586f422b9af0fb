"""The top of the App Home: casting a face, rounds that wait for a decision, then for a vote."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import NoModels
from bot.domain.lead_decision import LeadDecision
from bot.domain.round_form import Draft
from bot.ports.roster import RosterSection
from bot.usecases.home import HomeView, WaitingDecision
from bot.usecases.round_form import RoundFormState
from handlers.text.format import strip_mrkdwn
from handlers.views import home_cast
from handlers.views.home import MAX_WAITING, home
from handlers.views.recall import Location
from tests.support.builders import (
    CATALOGUE,
    HOSTILE,
    PLACE,
    make_character,
    make_closed_round,
    make_face,
    make_round,
    make_voting_round,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.rendered_views import actions_by_id, visible_text
from tests.support.slack_payloads import home_opened, view_action, view_submission

TIED = make_closed_round({1: 2, 2: 2}, 3)
LINK = "https://harbour.slack.com/archives/C1/p1"


def home_view(**changes: Any) -> HomeView:
    return replace(HomeView((), (), Decimal(0), Decimal(20)), **changes)


def test_decisions_come_before_votes() -> None:
    shown = home(
        home_view(
            decisions=(WaitingDecision(TIED, LeadDecision.TIE),), waiting=(make_voting_round(name="Otto", id="r2"),)
        ),
        {"r1": Location(LINK)},
        {},
    )
    text = strip_mrkdwn(visible_text(shown))
    assert text.index("Waiting for your decision") < text.index("Waiting for your vote") < text.index("Faces")
    assert "Maya · #C1 · 1 and 2 are tied · Decide" in text


@pytest.mark.parametrize(
    ("round_", "decision", "reason"),
    [
        (make_closed_round({1: 3, 2: 0}, 3), LeadDecision.RESULT, "voting is closed, 1 leads"),
        (make_closed_round({1: 0}, 0), LeadDecision.NO_VOTES, "closed without votes"),
        (make_closed_round({1: 1}, 1), LeadDecision.NO_QUORUM, "too few people voted"),
        (make_round(), LeadDecision.UNSURE_CHARGE, "may have been charged"),
    ],
)
def test_decision_says_why_it_waits(round_: Any, decision: LeadDecision, reason: str) -> None:
    shown = home(home_view(decisions=(WaitingDecision(round_, decision),)), {}, {})
    assert reason in visible_text(shown)


def test_home_without_anything_waiting_says_so_and_offers_a_round() -> None:
    shown = home(home_view(), {}, {})
    assert "No decisions or votes waiting." in visible_text(shown)
    assert actions_by_id(shown)[home_cast.ACTION_ID]["text"]["text"] == "Cast a face"


def test_long_list_of_decisions_is_counted() -> None:
    decisions = tuple(WaitingDecision(TIED, LeadDecision.TIE) for _ in range(MAX_WAITING + 3))
    assert "and 3 more" in visible_text(home(home_view(decisions=decisions), {}, {}))


def test_hostile_name_is_escaped_in_a_decision() -> None:
    round_ = make_closed_round({1: 1}, 1)
    hostile = replace(round_, brief=replace(round_.brief, name=HOSTILE))
    text = visible_text(home(home_view(decisions=(WaitingDecision(hostile, LeadDecision.RESULT),)), {}, {}))
    assert "<!channel>" not in text


def test_character_being_cast_links_to_its_round() -> None:
    casting = replace(make_character(), open_round_id="r9", face=None)
    sections = (RosterSection("p1", "Harbour", PLACE),)
    shown = home(home_view(characters=(casting,), total=1, sections=sections), {"r9": Location(LINK)}, {})
    assert f"<{LINK}|Go to the round>" in visible_text(shown)


async def test_opened_home_fetches_one_link_for_each_open_round() -> None:
    recast = replace(make_character(face=make_face(round_id="r3")), open_round_id="r2")
    shown = home_view(
        decisions=(WaitingDecision(TIED, LeadDecision.TIE),),
        characters=(recast,),
        total=1,
        sections=(RosterSection("p1", "Harbour", PLACE),),
    )
    repositories = InMemoryRepositories(
        TIED, make_voting_round(id="r2", message_ts="2.2"), make_closed_round({1: 1}, 1, id="r3")
    )
    async with listener_harness(repositories, home__view=shown) as harness:
        await harness.send(home_opened("home"))
        await harness.send(home_opened("home"))
        assert len(harness.slack.calls_to("chat.getPermalink")) == 2
        published = str(harness.slack.calls_to("views.publish")[-1]["view"]["blocks"])
    assert f"<{LINK}|Decide>" in published
    assert f"<{LINK}|Go to the round>" in published


def channel_chosen(channel: str) -> dict[str, Any]:
    body = view_submission(home_cast.CALLBACK_ID, "")
    chosen = {"chosen": {"type": "conversations_select", "selected_conversation": channel}}
    body["view"]["state"]["values"] = {home_cast.CHANNEL: chosen}
    return body


def form_state() -> RoundFormState:
    return RoundFormState("draft1", PLACE, Draft(), CATALOGUE.models, NoModels((), ()))


async def test_press_asks_for_the_channel_and_the_choice_opens_the_form() -> None:
    async with listener_harness(round_form__create=form_state()) as harness:
        await harness.send(view_action(home_cast.ACTION_ID, "home"))
        (opened,) = harness.slack.calls_to("views.open")
        response = await harness.send(channel_chosen("C1"))
    assert opened["view"]["callback_id"] == home_cast.CALLBACK_ID
    assert '"response_action": "update"' in response.body
    assert "draft1" in response.body


async def test_channel_without_the_bot_is_refused_at_the_field() -> None:
    async with listener_harness(round_form__create=form_state()) as harness:
        harness.slack.replies["conversations.info"] = [{"channel": {"id": "C2", "is_member": False}}]
        response = await harness.send(channel_chosen("C2"))
    assert '"response_action": "errors"' in response.body
    assert "/invite @Castroom" in response.body
    assert harness.use_cases.calls == []


async def test_private_channel_of_other_people_is_refused() -> None:
    async with listener_harness(round_form__create=form_state()) as harness:
        harness.slack.replies["conversations.info"] = [{"channel": {"id": "C3", "is_private": True, "is_member": True}}]
        response = await harness.send(channel_chosen("C3"))
    assert '"response_action": "errors"' in response.body
    assert harness.use_cases.calls == []
