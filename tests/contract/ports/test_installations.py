"""The ports `Installations` and `OAuthStates`, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import insert, select

from bot.ports.installations import Installation, UnreadableToken
from handlers.slack.clients import Clients, Workspace
from storage import Storage, open_storage
from storage.db.installation_tables import installations, oauth_states
from storage.db.tables import metadata
from tests.support.storage_builders import DATABASES, NOW, FakeClock, fresh_postgres, fresh_sqlite, make_settings
from tests.support.time_factor import scaled

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
INSTALLATION = Installation(
    team="T1",
    enterprise="",
    name="Harbour",
    app_id="A1",
    bot_id="B1",
    bot_user="U0BOT",
    scopes=("commands", "chat:write"),
    installed_by="U1",
    installed_at=NOW,
    token="xoxb-secret-1",
    refresh_token="xoxe-1-refresh",
    expires_at=NOW + timedelta(hours=12),
)


async def open_with_keys(url: str, *keys: str, clock: FakeClock | None = None) -> Storage:
    settings = make_settings(url).model_copy(update={"token_keys": SecretStr(",".join(keys))})
    return await open_storage(settings, clock or FakeClock())


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return await fresh_sqlite(tmp_path) if request.param == "sqlite" else await asyncio.to_thread(fresh_postgres)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def storage(url: str, clock: FakeClock) -> AsyncIterator[Storage]:
    opened = await open_with_keys(url, OLD, clock=clock)
    yield opened
    await opened.close()


async def dump(storage: Storage) -> str:
    """Return every row of every table as text."""
    rows = [await storage.database.fetch_all(select(table)) for table in metadata.sorted_tables]
    return repr(rows)


async def test_an_installation_is_read_as_it_was_added(storage: Storage) -> None:
    await storage.installations.add(INSTALLATION)
    assert await storage.installations.get("T1") == replace(INSTALLATION, version=1)
    assert await storage.installations.get("T2") is None


async def test_no_row_contains_a_token_or_a_state_in_clear(storage: Storage) -> None:
    await storage.installations.add(INSTALLATION)
    state = await storage.oauth_states.issue()
    text = await dump(storage)
    assert "Harbour" in text
    for secret in (INSTALLATION.token, INSTALLATION.refresh_token, state):
        assert secret not in text


async def test_a_second_installation_replaces_the_first(storage: Storage) -> None:
    await storage.installations.add(INSTALLATION)
    await storage.installations.add(replace(INSTALLATION, token="xoxb-secret-2", refresh_token="", expires_at=None))
    found = await storage.installations.get("T1")
    assert found
    assert (found.token, found.refresh_token, found.expires_at, found.version) == ("xoxb-secret-2", "", None, 2)


async def test_a_deleted_installation_is_gone_and_its_workspaces_stay_known(storage: Storage) -> None:
    await storage.installations.add(replace(INSTALLATION, team="", enterprise="E1"))
    await storage.installations.set_organization("T7", "E1")
    assert await storage.installations.get_organization("T7") == "E1"
    assert await storage.installations.delete("E1")
    assert not await storage.installations.delete("E1")
    assert await storage.installations.get("E1") is None
    assert list(await storage.installations.list_teams("E1")) == ["E1", "T7"]
    await storage.installations.add(replace(INSTALLATION, team="T7"))
    assert list(await storage.installations.list_teams("E1")) == ["E1"]


async def test_of_two_refreshes_of_one_version_one_is_stored(storage: Storage) -> None:
    await storage.installations.add(INSTALLATION)
    read = await storage.installations.get("T1")
    assert read
    results = await asyncio.gather(
        *(storage.installations.set_tokens(replace(read, token=f"xoxb-{n}")) for n in range(4))
    )
    assert sorted(results) == [False, False, False, True]


async def test_expiring_installations_are_listed_until_a_refresh_is_refused(storage: Storage) -> None:
    await storage.installations.add(INSTALLATION)
    read = await storage.installations.get("T1")
    assert read
    assert list(await storage.installations.list_expiring(NOW + timedelta(hours=11))) == []
    assert list(await storage.installations.list_expiring(NOW + timedelta(hours=13))) == ["T1"]
    await storage.installations.set_refresh_error(read, "invalid_refresh_token")
    assert list(await storage.installations.list_expiring(NOW + timedelta(hours=13))) == []
    assert [s.refresh_error for s in await storage.installations.list_statuses()] == ["invalid_refresh_token"]
    await storage.installations.add(INSTALLATION)
    assert list(await storage.installations.list_expiring(NOW + timedelta(hours=13))) == ["T1"]


async def test_listeners_hear_of_each_change(storage: Storage) -> None:
    heard: list[str] = []
    storage.installations.listen(heard.append)
    await storage.installations.add(INSTALLATION)
    await storage.installations.delete("T1")
    assert heard == ["T1", "T1"]


async def test_another_process_hears_of_a_change_on_postgresql() -> None:
    url = await asyncio.to_thread(fresh_postgres)
    first, second = await open_with_keys(url, OLD), await open_with_keys(url, OLD)
    heard = asyncio.Event()
    second.installations.listen(lambda installation_id: heard.set() if installation_id == "T1" else None)
    assert second.notifications
    second.notifications.open()
    async with asyncio.timeout(scaled(10)):
        while not heard.is_set():  # the other process may not listen yet
            await first.installations.add(INSTALLATION)
            await asyncio.sleep(0.05)
    await first.close()
    await second.close()


async def test_a_removed_workspace_loses_its_token_of_the_settings_in_every_bot() -> None:
    url = await asyncio.to_thread(fresh_postgres)
    first, second = await open_storage(make_settings(url)), await open_storage(make_settings(url))
    clients = Clients({team: cast("Workspace", object()) for team in ("T1", "T2")})
    second.installations.listen(clients.remove)
    assert second.notifications
    second.notifications.open()
    async with asyncio.timeout(scaled(10)):
        while "T1" in clients.teams:  # the other process may not listen yet
            await first.installations.delete("T1")
            await asyncio.sleep(0.05)
    assert clients.teams == ("T2",)
    await first.close()
    await second.close()


async def test_reencryption_moves_every_row_to_the_newest_key(storage: Storage, url: str) -> None:
    for team in ("T1", "T2", "T3"):
        await storage.installations.add(replace(INSTALLATION, team=team))
    both = await open_with_keys(url, NEW, OLD)
    first = await both.installations.reencrypt()
    second = await both.installations.reencrypt()
    await both.close()
    assert (first.changed, second.changed, second.unreadable) == (3, 0, ())
    assert list(first.key_ids.values()) == [3]
    only_new = await open_with_keys(url, NEW)
    assert await only_new.installations.get("T2") == replace(INSTALLATION, team="T2", version=1)
    await only_new.close()
    with pytest.raises(UnreadableToken, match="T2"):
        await storage.installations.get("T2")


async def test_refreshes_during_reencryption_are_never_lost(storage: Storage, url: str) -> None:
    await storage.installations.add(INSTALLATION)
    both = await open_with_keys(url, NEW, OLD)

    async def refresh() -> str:
        token = INSTALLATION.token
        for number in range(20):
            read = await storage_with_both.installations.get("T1")
            assert read
            assert read.token == token
            token = f"xoxb-refreshed-{number}"
            assert await storage_with_both.installations.set_tokens(replace(read, token=token))
        return token

    storage_with_both = await open_with_keys(url, OLD, NEW)

    async def rotate() -> None:
        for _ in range(20):
            await both.installations.reencrypt()

    last, _ = await asyncio.gather(refresh(), rotate())
    assert sum((await both.installations.reencrypt()).key_ids.values()) == 1
    found = await both.installations.get("T1")
    assert found
    assert found.token == last
    await storage_with_both.close()
    await both.close()


async def test_a_key_that_is_missing_is_named_and_stops_nothing(storage: Storage, url: str) -> None:
    await storage.installations.add(INSTALLATION)
    other = await open_with_keys(url, NEW)
    await other.installations.add(replace(INSTALLATION, team="T2"))
    result = await other.installations.reencrypt()
    await other.close()
    assert result.unreadable == ("T1",)
    assert sorted(result.key_ids.values()) == [1, 1]


async def test_a_token_that_was_copied_to_another_row_is_unreadable(storage: Storage) -> None:
    await storage.installations.add(INSTALLATION)
    (row,) = await storage.database.fetch_all(select(installations))
    await storage.database.execute(insert(installations).values(dict(row._mapping) | {"id": "T2", "team": "T2"}))
    with pytest.raises(UnreadableToken):
        await storage.installations.get("T2")


async def test_without_keys_nothing_is_installed(url: str) -> None:
    opened = await open_storage(make_settings(url))
    assert await opened.installations.get("T1") is None
    assert await opened.installations.get_organization("T1") == ""
    assert not await opened.installations.delete("T1")
    await opened.close()


async def test_a_state_can_be_used_once(storage: Storage) -> None:
    state = await storage.oauth_states.issue()
    results = await asyncio.gather(*(storage.oauth_states.consume(state) for _ in range(5)))
    assert results.count(True) == 1
    assert not await storage.oauth_states.consume("guessed")


async def test_a_state_expires_after_ten_minutes_and_is_purged(storage: Storage, clock: FakeClock) -> None:
    first, second = await storage.oauth_states.issue(), await storage.oauth_states.issue()
    clock.now += timedelta(minutes=9)
    assert await storage.oauth_states.consume(first)
    clock.now += timedelta(minutes=2)
    assert not await storage.oauth_states.consume(second)
    await storage.oauth_states.issue()
    assert len(await storage.database.fetch_all(select(oauth_states))) == 1
