"""Presses in a home: where they lead, what travels with them, and what Slack or another workspace may do to them."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bot.errors import NotHere
from bot.face import Place
from bot.home import Browsing, HomeView
from bot.ports import Shelf
from bot.recall import Recalled
from tests.unit.handlers.envelopes import touch, visit
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import Play, a_play
from tests.unit.handlers.stories import PLACE, a_character, a_face, closed

KEPT = msgspec.json.encode(Browsing("may", "p1", 3)).decode()
ROUNDS = Memory(closed({1: 1}, 1, id="r3", record_file="F0RECORDRECORD"))
CHARACTERS = tuple(a_character("Maya", n, a_face(round_id="r3")) for n in range(3))
SEEN = HomeView((), CHARACTERS, Decimal(0), Decimal(20), 40, Browsing("may", "", 2), (Shelf("p1", "Harbour", PLACE),))
FACE = Recalled("face", "Maya", CHARACTERS[:1], (a_face(),))


def asked(play: Play) -> Any:
    """Where the home was asked to look."""
    return next(rest[-1] for name, *rest in play.script.asked if name == "home.home")


def told(modal: dict[str, Any]) -> str:
    return json.dumps(modal["view"]["blocks"], ensure_ascii=False)


@pytest.mark.parametrize(
    ("action", "value", "kind", "leads_to"),
    [
        ("search may", "otto", "plain_text_input", Browsing("otto", "p1", 1)),
        ("search", "x" * 200, "plain_text_input", Browsing("x" * 80, "p1", 1)),
        ("search may", "", "plain_text_input", Browsing("", "p1", 1)),
        ("production p1", "p2", "static_select", Browsing("may", "p2", 1)),
        ("production p1", "all", "static_select", Browsing("may", "", 1)),
        ("page:next", "4", "button", Browsing("may", "p1", 4)),
        ("page:back", "2", "button", Browsing("may", "p1", 2)),
        ("everyone", "all", "button", Browsing()),
    ],
)
async def test_a_press_moves_on_from_where_the_home_was(action: str, value: str, kind: str, leads_to: Browsing) -> None:
    async with a_play(ROUNDS, home__home=SEEN) as play:
        await play.send(touch(action, value, kept=KEPT, kind=kind))
        (sent,) = play.slack.called("views.publish")
    assert asked(play) == leads_to
    assert (sent["user_id"], sent["hash"]) == ("U0MEI", "1.aa")
    assert msgspec.json.decode(sent["view"]["private_metadata"], type=Browsing) == SEEN.looking


@pytest.mark.parametrize("kept", ["", "{}", "nonsense", '{"page": "many"}'])
async def test_a_home_of_an_older_day_is_begun_anew(kept: str) -> None:
    async with a_play(ROUNDS, home__home=SEEN) as play:
        await play.send(touch("search", "otto", kept=kept, kind="plain_text_input"))
    assert asked(play) == Browsing("otto")


async def test_a_press_that_another_one_overtook_is_in_vain_and_any_other_refusal_is_told() -> None:
    async with a_play(ROUNDS, home__home=SEEN) as play:
        play.slack.says["views.publish"] = [{"error": "hash_conflict"}]
        await play.send(touch("page:next", "2"))
        assert play.slack.called("views.open") == []
        play.slack.says["views.publish"] = [{"error": "internal_error"}]
        await play.send(touch("page:next", "2"))
        (modal,) = play.slack.called("views.open")
    assert "nothing was changed" in told(modal)


async def test_of_many_portraits_only_the_one_slack_does_not_show_is_left_out() -> None:
    at = 8  # heading, line, divider, heading, search, count, [show everyone], production, and the first card
    refusal = {"error": "invalid_arguments", "response_metadata": {"messages": [f"[json-pointer:/view/blocks/{at}/x]"]}}
    async with a_play(ROUNDS, home__home=SEEN) as play:
        play.slack.says["views.publish"] = [refusal, {}]
        await play.send(visit("home"))
        first, second = [sent["view"]["blocks"] for sent in play.slack.called("views.publish")]
    assert "accessory" in first[at]
    assert second == [{k: v for k, v in b.items() if n != at or k != "accessory"} for n, b in enumerate(first)]


async def test_where_slack_does_not_say_which_portrait_the_home_is_shown_without_any() -> None:
    refusal = {"error": "invalid_arguments", "response_metadata": {"messages": []}}
    async with a_play(ROUNDS, home__home=SEEN) as play:
        play.slack.says["views.publish"] = [refusal, {}]
        await play.send(visit("home"))
        _, second = [sent["view"]["blocks"] for sent in play.slack.called("views.publish")]
    assert not any("accessory" in block for block in second)


async def test_a_card_opens_a_face_whose_presses_stay_in_modals() -> None:
    async with a_play(ROUNDS, recall__show=FACE, recall__face=a_face()) as play:
        await play.send(touch("card:0", "c1"))
        (modal,) = play.slack.called("views.open")
        play.slack.says["views.push"] = [{"view": {"id": "V2"}}]
        await play.send(touch("card_facts", "r3", view="modal"))
        (above,) = play.slack.called("views.push")
    assert "F0RECORDRECORD" in told(modal)
    assert "card_take" in told(modal)
    assert "SHA-256" in told(above)


async def test_a_card_of_what_the_person_may_not_see_any_more_says_so() -> None:
    async with a_play(ROUNDS, recall__show=Recalled("nothing", "")) as play:
        await play.send(touch("card:0", "c1"))
        (modal,) = play.slack.called("views.open")
    assert "I have no face here that you may see" in told(modal)


async def test_a_card_of_another_workspace_is_gone() -> None:
    stranger = replace(a_character(face=a_face()), place=Place("T2", "C1"))
    async with a_play(ROUNDS, recall__show=Recalled("face", "Maya", (stranger,))) as play:
        await play.send(touch("card:0", "c1"))
        (modal,) = play.slack.called("views.open")
        await play.send(touch("card_full", "r3", team="T2", view="modal"))
    assert "This is no longer here" in told(modal)
    assert not [name for name, *_ in play.script.asked if name == "recall.face"]


async def test_a_face_is_handed_over_from_a_modal_and_a_refusal_stands_there() -> None:
    async with a_play(ROUNDS, recall__face=a_face(), taking__parcel=NotHere("unknown")) as play:
        play.slack.says["views.push"] = [{"view": {"id": "V2"}}]
        await play.send(touch("card_take", "r3", view="modal"))
        (above,) = play.slack.called("views.push")
        (instead,) = play.slack.called("views.update")
    assert "Packing the face" in told(above)
    assert instead["view_id"] == "V2"
    assert "I have no face here that you may see" in told(instead)


@pytest.mark.parametrize("action", ["card_full", "card_facts", "card_take"])
async def test_a_face_that_is_not_to_be_seen_any_more_is_told_above_its_modal_and_breaks_nothing(
    action: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_play(ROUNDS, recall__face=NotHere("unknown")) as play:
        play.slack.says["views.push"] = [{"view": {"id": "V2"}}]
        await play.send(touch(action, "r3", view="modal"))
        (above,) = play.slack.called("views.push")
    assert "I have no face here that you may see" in told(above)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("page", ["", "-1", "٣", "9" * 20])
async def test_a_page_that_no_button_leads_to_is_told_as_a_mishap(page: str) -> None:
    async with a_play(ROUNDS, home__home=SEEN) as play:
        await play.send(touch("page:next", page))
        assert play.slack.called("views.publish") == []
