"""Slack's events that the app was removed or its token revoked."""

from typing import Any

import pytest

from tests.support.listener_harness import listener_harness

EVENT = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event_time": 1_764_000_000}
UNINSTALLED = {"event": {"type": "app_uninstalled"}}
REVOKED = {"event": {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}}
ORGANIZATION = {"authorizations": [{"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}]}


@pytest.mark.parametrize("event", [UNINSTALLED, REVOKED])
async def test_a_removed_app_loses_its_installation(event: dict[str, Any]) -> None:
    async with listener_harness() as harness:
        await harness.send(EVENT | event)
        assert harness.use_cases.calls[-1] == ("uninstall.remove", "T1")
        assert harness.slack.calls == [], "the token is not used"
        await harness.send(EVENT | event | {"event_id": "Ev2"})
        assert harness.use_cases.calls[-1] == ("uninstall.remove", "T1"), "also where it is removed already"


async def test_a_removed_organization_is_named_by_its_own_id() -> None:
    async with listener_harness() as harness:
        await harness.send(EVENT | UNINSTALLED | ORGANIZATION)
    assert harness.use_cases.calls[-1] == ("uninstall.remove", "E1")


async def test_a_revoked_token_of_a_user_changes_nothing() -> None:
    async with listener_harness() as harness:
        await harness.send(EVENT | {"event": {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}})
    assert harness.use_cases.calls == []
