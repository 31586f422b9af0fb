"""Presses with something in them that no button of ours carries, and modals that Slack does not open."""

import asyncio
import json
from decimal import Decimal

import pytest

from bot.looking import Closer
from bot.refining import Refinement
from bot.round import State
from handlers.words import errors
from tests.unit.handlers.envelopes import press, touch
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import a_play
from tests.unit.handlers.stories import closed, voting

LOCKED = closed({1: 3, 2: 1}, 4, state=State.LOCKED, locked_slot="r1-0", record_file="F0RECORDRECORD")


@pytest.mark.parametrize("value", [" ", "r1 \ud800"], ids=["no id", "half a sign"])
@pytest.mark.parametrize("action", ["facts", "full", "share", "recall:1"])
async def test_a_press_that_cannot_be_read_is_answered_and_breaks_nothing(
    action: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_play(Memory(LOCKED)) as play:
        await play.send(press(action, value))
        (answer,) = play.slack.responses
    assert answer["response_type"] == "ephemeral"
    assert play.script.asked == []
    assert not [record for record in caplog.records if record.levelname == "ERROR" and record.name != "root"]


@pytest.mark.parametrize("value", ["r1", "r1 x up", "r1 1 up more"])
async def test_a_finish_that_no_button_offers_is_not_begun(value: str) -> None:
    async with a_play(Memory(LOCKED)) as play:
        await play.send(press("finish", value))
    assert play.script.asked == []


@pytest.mark.parametrize("value", ["r1 extend", "r1 extend x", "r1 extend 99999999999999"])
async def test_a_menu_line_that_none_of_ours_carries_prolongs_nothing(value: str) -> None:
    async with a_play(Memory(voting())) as play:
        await play.send(press("more", value))
    assert play.script.asked == []


async def test_a_press_without_a_way_back_is_only_logged() -> None:
    body = press("facts", "r9")
    del body["response_url"]
    async with a_play(Memory(LOCKED)) as play:
        await play.send(body)
        assert play.slack.responses == []


@pytest.mark.parametrize("action", ["look", "refine"])
async def test_a_modal_that_slack_does_not_open_is_told(action: str) -> None:
    begun = Refinement(voting(), Decimal("0.15"), {})
    closer = Closer(voting(), voting().candidates[:2])
    async with a_play(Memory(voting()), refining__begin=begun, looking__begin=closer) as play:
        play.slack.says["views.open"] = [{"error": "expired_trigger_id"}]
        await play.send(press(action, "r1"))
        (answer,) = play.slack.responses
    assert errors.UNEXPECTED not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize("action", ["look_at", "version_left", "cast_look"])
async def test_a_choice_that_cannot_be_read_is_acknowledged_all_the_same(action: str) -> None:
    """Nobody could be told, and Slack would show a warning after three seconds and send it again."""
    body = touch(action, "skin", kind="static_select", view="modal")
    body["view"]["state"] = None
    async with a_play(Memory(voting())) as play:
        async with asyncio.timeout(2):
            response = await play.send(body)
        assert response.status == 200
        assert play.script.asked == []
