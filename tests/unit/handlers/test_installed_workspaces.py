"""Workspaces that installed the app: found on a miss, cached for seconds, forgotten on a change; tokens refreshed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.ports.installations import Installation
from handlers.slack.clients import Clients
from handlers.slack.installed_workspaces import MAX_AGE_SECONDS, InstalledWorkspaces
from handlers.slack.token_refresh import TokenRefresh
from storage import Storage, open_storage
from storage.installations.repository import SqlInstallations
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server
from tests.support.storage_builders import NOW, FakeClock, fresh_sqlite, make_settings

# slack_sdk passes client id and secret to aiohttp in a deprecated way.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

KEY = Fernet.generate_key().decode()
INSTALLATION = Installation(
    "T7", "", "Lantern", "A1", "B7", "U7BOT", ("commands",), "U1", NOW, "xoxb-lantern", "xoxe-first", None
)
ROTATING = replace(INSTALLATION, expires_at=NOW + timedelta(seconds=30))
REFRESHED = {"access_token": "xoxb-new", "refresh_token": "xoxe-second", "expires_in": 43_200}


@dataclass
class Setting:
    """Two processes on one database, of which the first has the workspaces."""

    slack: FakeSlackServer
    storage: Storage
    other: Storage
    clock: FakeClock
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.token_refresh = TokenRefresh(
            self.storage.installations, self.storage.replicas, self.slack.client(), ("1.2", "secret"), self.clock
        )
        self.workspaces = InstalledWorkspaces(
            self.storage.installations, self._client, self.token_refresh, lambda: self.seconds
        )
        self.clients = Clients({}, self.workspaces)

    def _client(self, token: str, team_id: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{self.slack.base_url}/api/", team_id=team_id or None)


async def open_with_key(url: str, clock: FakeClock, key: str = KEY) -> Storage:
    return await open_storage(make_settings(url).model_copy(update={"token_keys": SecretStr(key)}), clock)


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    url, clock = await fresh_sqlite(tmp_path), FakeClock()
    storage, other = await open_with_key(url, clock), await open_with_key(url, clock)
    async with fake_slack_server() as slack:
        yield Setting(slack, storage, other, clock)
    await storage.close()
    await other.close()


async def test_a_workspace_that_installs_later_is_served_at_once(setting: Setting) -> None:
    assert not await setting.clients.is_installed("T7")
    await setting.storage.installations.add(INSTALLATION)
    assert (await setting.clients.for_team("T7")).token == "xoxb-lantern"
    identity = await setting.clients.identity("T7")
    assert identity
    assert (identity.bot_user_id, identity.bot_id, identity.team_id) == ("U7BOT", "B7", "T7")
    assert setting.slack.calls == []
    await setting.storage.installations.delete("T7")
    assert not await setting.clients.is_installed("T7")


async def test_a_change_without_a_notification_is_seen_after_seconds(setting: Setting) -> None:
    assert not await setting.clients.is_installed("T7")
    await setting.other.installations.add(INSTALLATION)
    setting.seconds += MAX_AGE_SECONDS
    assert await setting.clients.is_installed("T7")
    await setting.other.installations.delete("T7")
    setting.seconds += MAX_AGE_SECONDS
    assert not await setting.clients.is_installed("T7")


async def test_the_database_is_read_once_in_that_time(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    await setting.storage.installations.add(INSTALLATION)
    reads: list[str] = []
    get = SqlInstallations.get

    async def count(self: SqlInstallations, installation_id: str) -> Installation | None:
        reads.append(installation_id)
        return await get(self, installation_id)

    monkeypatch.setattr(SqlInstallations, "get", count)
    for _ in range(10):
        await setting.clients.for_team("T7")
    assert reads == ["T7"]


async def test_while_the_database_is_away_the_last_answer_counts(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setting.storage.installations.add(INSTALLATION)
    await setting.clients.for_team("T7")
    setting.seconds += MAX_AGE_SECONDS

    async def fail(*_: Any) -> None:
        raise StorageUnavailable("database", "away")

    monkeypatch.setattr(SqlInstallations, "get", fail)
    assert (await setting.clients.for_team("T7")).token == "xoxb-lantern"
    with pytest.raises(SlackUnavailable, match="T8"):
        await setting.clients.for_team("T8")


async def test_a_change_during_a_look_up_is_not_overwritten_by_its_older_answer(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setting.storage.installations.add(INSTALLATION)
    get, was_read = SqlInstallations.get, asyncio.Event()

    async def slow(self: SqlInstallations, installation_id: str) -> Installation | None:
        found = await get(self, installation_id)
        was_read.set()
        await asyncio.sleep(0.05)
        return found

    monkeypatch.setattr(SqlInstallations, "get", slow)
    look_up = asyncio.create_task(setting.clients.for_team("T7"))
    await was_read.wait()
    await setting.storage.installations.delete("T7")
    await look_up
    assert not await setting.clients.is_installed("T7")


async def test_an_unreadable_token_is_named_and_stops_nothing(setting: Setting, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'castroom.sqlite'}"
    foreign = await open_with_key(url, setting.clock, Fernet.generate_key().decode())
    await foreign.installations.add(INSTALLATION)
    await foreign.close()
    with structlog.testing.capture_logs() as logged:
        assert not await setting.clients.is_installed("T7")
    assert [line["event"] for line in logged] == ["installation_unreadable"]


async def test_an_organizations_workspace_is_named_in_each_call(setting: Setting) -> None:
    await setting.storage.installations.add(replace(INSTALLATION, team="", enterprise="E1"))
    assert not await setting.clients.is_installed("T7")
    assert await setting.clients.learn_organization("T7", "E1")
    assert not await setting.clients.learn_organization("T8", "E2")
    client = await setting.clients.for_team("T7")
    await client.users_info(user="U1")
    assert setting.slack.calls_to("users.info") == [{"user": "U1", "team_id": "T7"}]
    assert await setting.clients.organization("T7") == {"T7", "E1"}
    await setting.storage.installations.delete("E1")
    assert not await setting.clients.is_installed("T7")


async def test_an_organization_that_serves_a_workspace_replaces_its_own_installation(setting: Setting) -> None:
    await setting.storage.installations.add(INSTALLATION)
    await setting.storage.installations.add(replace(INSTALLATION, team="", enterprise="E1", token="xoxb-studios"))
    assert (await setting.clients.for_team("T7")).token == "xoxb-lantern"
    assert await setting.clients.learn_organization("T7", "E1")
    assert (await setting.clients.for_team("T7")).token == "xoxb-studios"
    assert await setting.storage.installations.get("T7") is None, "an old token does not come back"
    await setting.storage.installations.add(INSTALLATION)
    assert (await setting.clients.for_team("T7")).token == "xoxb-lantern"


async def test_a_late_removal_does_not_remove_a_new_installation(setting: Setting) -> None:
    await setting.storage.installations.add(INSTALLATION)
    assert not await setting.clients.was_installed_again("T7", NOW + timedelta(seconds=1))
    assert not await setting.clients.was_installed_again("T9", NOW)
    assert setting.slack.calls == []
    assert await setting.clients.was_installed_again("T7", NOW - timedelta(minutes=5))
    setting.slack.replies["auth.test"] = [{"error": "token_revoked"}]
    assert not await setting.clients.was_installed_again("T7", NOW - timedelta(minutes=5))


async def test_a_token_that_is_about_to_expire_is_refreshed_before_it_is_used(setting: Setting) -> None:
    await setting.storage.installations.add(ROTATING)
    setting.slack.replies["oauth.v2.access"] = [REFRESHED]
    clients = await asyncio.gather(*(setting.clients.for_team("T7") for _ in range(5)))
    assert {client.token for client in clients} == {"xoxb-new"}
    (call,) = setting.slack.calls_to("oauth.v2.access")
    assert (call["grant_type"], call["refresh_token"]) == ("refresh_token", "xoxe-first")
    stored = await setting.other.installations.get("T7")
    assert stored
    assert (stored.refresh_token, stored.expires_at) == ("xoxe-second", NOW + timedelta(hours=12))


async def test_the_leader_refreshes_two_hours_before_the_end(setting: Setting) -> None:
    await setting.storage.installations.add(replace(INSTALLATION, expires_at=NOW + timedelta(hours=3)))
    setting.slack.replies["oauth.v2.access"] = [REFRESHED]
    await setting.token_refresh.refresh_due()
    assert setting.slack.calls == []
    setting.clock.now += timedelta(hours=1, seconds=1)
    await setting.token_refresh.refresh_due()
    await setting.token_refresh.refresh_due()
    assert len(setting.slack.calls_to("oauth.v2.access")) == 1


async def test_a_refused_refresh_is_recorded_and_not_repeated(setting: Setting) -> None:
    await setting.storage.installations.add(ROTATING)
    setting.slack.replies["oauth.v2.access"] = [{"error": "invalid_refresh_token"}]
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            await setting.token_refresh.refresh_due()
    assert len(setting.slack.calls_to("oauth.v2.access")) == 1
    (status,) = await setting.storage.installations.list_statuses()
    assert status.refresh_error == "invalid_refresh_token"
    assert not [line for line in logged if "xoxe" in str(line)]


async def test_without_an_answer_of_slack_the_token_stays_and_the_refresh_is_repeated(setting: Setting) -> None:
    await setting.storage.installations.add(ROTATING)
    setting.slack.replies["oauth.v2.access"] = [{"error": "internal_error"}, REFRESHED]
    await setting.token_refresh.refresh_due()
    assert (await setting.storage.installations.list_statuses())[0].refresh_error == ""
    await setting.token_refresh.refresh_due()
    stored = await setting.storage.installations.get("T7")
    assert stored
    assert stored.token == "xoxb-new"


async def test_refreshed_tokens_are_stored_once_the_database_can(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setting.storage.installations.add(ROTATING)
    setting.slack.replies["oauth.v2.access"] = [REFRESHED, {"error": "invalid_refresh_token"}]
    set_tokens, errors = SqlInstallations.set_tokens, [StorageUnavailable("database", "away")] * 2

    async def fail_first(self: SqlInstallations, installation: Installation) -> bool:
        if errors:
            raise errors.pop()
        return await set_tokens(self, installation)

    monkeypatch.setattr(SqlInstallations, "set_tokens", fail_first)
    monkeypatch.setattr("handlers.slack.token_refresh._STORE_RETRY_SECONDS", 0.01)
    refreshed = await setting.token_refresh.refresh("T7")
    assert refreshed
    assert (refreshed.token, refreshed.refresh_token) == ("xoxb-new", "xoxe-second")
