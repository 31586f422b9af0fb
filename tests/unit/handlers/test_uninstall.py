"""Slack's events that the app was removed or its token revoked."""

import asyncio
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.features.uninstall import UninstallListeners
from handlers.slack.clients import Clients
from handlers.slack.payloads.values import AppRemoval
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


async def test_the_event_is_acknowledged_after_the_removal() -> None:
    async with listener_harness() as harness:
        request = AsyncBoltRequest(mode="socket_mode", body=EVENT | UNINSTALLED)
        response = await harness.app.async_dispatch(request)
        assert response.status == 200
        assert harness.use_cases.calls[-1] == ("uninstall.remove", "T1")
        await asyncio.sleep(0.1)
        assert [name for name, *_ in harness.use_cases.calls].count("uninstall.remove") == 1


async def test_a_slow_removal_goes_on_after_the_ack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.features.uninstall._BEFORE_ACK_SECONDS", 0.05)
    began, removed = 0, asyncio.Event()

    async def slow(self: UninstallListeners, removal: AppRemoval, client: Any) -> None:
        nonlocal began
        began += 1
        await asyncio.sleep(0.2)
        removed.set()

    monkeypatch.setattr(UninstallListeners, "on_removed", slow)
    async with listener_harness() as harness:
        request = AsyncBoltRequest(mode="socket_mode", body=EVENT | UNINSTALLED)
        assert (await harness.app.async_dispatch(request)).status == 200
        assert not removed.is_set()
        async with asyncio.timeout(5):
            await removed.wait()
    assert began == 2


async def test_an_organization_takes_the_app_out_of_two_workspaces() -> None:
    async with listener_harness() as harness:
        event = {"event": {"type": "team_access_revoked", "team_ids": ["T2", "T3"]}, "enterprise_id": "E1"}
        await harness.send(EVENT | event)
    removed = [call for call in harness.use_cases.calls if call[0] == "uninstall.remove"]
    assert removed[-2:] == [("uninstall.remove", "T2"), ("uninstall.remove", "T3")]


async def test_a_granted_workspace_is_served_through_its_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[tuple[str, str]] = []

    async def learn(self: Clients, team: str, enterprise: str) -> bool:
        learned.append((team, enterprise))
        return True

    async with listener_harness() as harness:
        monkeypatch.setattr(Clients, "learn_organization", learn)
        event = {"event": {"type": "team_access_granted", "team_ids": ["T2", "T3"]}, "enterprise_id": "E1"}
        await harness.send(EVENT | event)
    assert learned[-2:] == [("T2", "E1"), ("T3", "E1")]
    assert [name for name, *_ in harness.use_cases.calls if name == "uninstall.remove"] == []
