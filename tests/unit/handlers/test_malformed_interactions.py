"""Presses with values that no button of the bot carries, and modals that Slack does not open."""

import asyncio
import json
from decimal import Decimal

import pytest

from bot.domain.round_state import RoundState
from bot.usecases.compare import ComparisonResult
from bot.usecases.refine import RefineForm
from handlers.text import errors
from tests.support.builders import make_closed_round, make_voting_round
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import message_press, view_action
from tests.support.time_factor import scaled

LOCKED_ROUND = make_closed_round(
    {1: 3, 2: 1}, 4, state=RoundState.LOCKED, locked_slot="r1-0", record_file="F0RECORDRECORD"
)


@pytest.mark.parametrize("value", [" ", "r1 \ud800"], ids=["no id", "half a sign"])
@pytest.mark.parametrize("action", ["facts", "full", "share", "recall:1"])
async def test_unreadable_press_gets_an_error_reply(action: str, value: str, caplog: pytest.LogCaptureFixture) -> None:
    async with listener_harness(InMemoryRepositories(LOCKED_ROUND)) as harness:
        await harness.send(message_press(action, value))
        (reply,) = harness.slack.responses
    assert reply["response_type"] == "ephemeral"
    assert harness.use_cases.calls == []
    assert not [record for record in caplog.records if record.levelname == "ERROR" and record.name != "root"]


@pytest.mark.parametrize("value", ["r1", "r1 x up", "r1 1 up more"])
async def test_malformed_upscale_value_starts_nothing(value: str) -> None:
    async with listener_harness(InMemoryRepositories(LOCKED_ROUND)) as harness:
        await harness.send(message_press("finish", value))
    assert harness.use_cases.calls == []


@pytest.mark.parametrize("value", ["r1 extend", "r1 extend x", "r1 extend 99999999999999"])
async def test_malformed_menu_value_extends_nothing(value: str) -> None:
    async with listener_harness(InMemoryRepositories(make_voting_round())) as harness:
        await harness.send(message_press("more", value))
    assert harness.use_cases.calls == []


async def test_press_without_response_url_gets_no_reply() -> None:
    body = message_press("facts", "r9")
    del body["response_url"]
    async with listener_harness(InMemoryRepositories(LOCKED_ROUND)) as harness:
        await harness.send(body)
        assert harness.slack.responses == []


@pytest.mark.parametrize("action", ["look", "refine"])
async def test_modal_that_slack_rejects_is_reported_to_the_user(action: str) -> None:
    refine_form = RefineForm(make_voting_round(), Decimal("0.15"), {})
    comparison = ComparisonResult(make_voting_round(), make_voting_round().candidates[:2])
    async with listener_harness(
        InMemoryRepositories(make_voting_round()), refine__form=refine_form, comparison__compare_first_two=comparison
    ) as harness:
        harness.slack.replies["views.open"] = [{"error": "expired_trigger_id"}]
        await harness.send(message_press(action, "r1"))
        (reply,) = harness.slack.responses
    assert errors.UNEXPECTED not in json.dumps(reply, ensure_ascii=False)


@pytest.mark.parametrize("action", ["look_at", "version_left", "cast_look"])
async def test_unreadable_choice_is_acknowledged(action: str) -> None:
    """The bot has no user to answer; without an ack Slack would show a warning and send the payload again."""
    body = view_action(action, "skin", kind="static_select", view="modal")
    body["view"]["state"] = None
    async with listener_harness(InMemoryRepositories(make_voting_round())) as harness:
        async with asyncio.timeout(scaled(2)):
            response = await harness.send(body)
        assert response.status == 200
        assert harness.use_cases.calls == []
