"""A workspace that removes the app in the middle of a round."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.cli.keys import new_key
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RoundState
from bot.domain.service_errors import StorageUnavailable
from bot.usecases.retries import RetryDelays
from storage.db.tables import metadata
from storage.erasure.columns import in_workspace, is_of_workspaces
from storage.installations.repository import SqlInstallations
from storage.installations.token_cipher import TokenCipher
from tests.contract.ports.test_installations import INSTALLATION
from tests.support.casting_harness import FILM, LEAD, CastingHarness, casting_harness
from tests.support.personal_data import columns_with

OTHER = ChannelRef("T2", "C9")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, waits=RetryDelays(storage=(0.01,))) as opened:
        yield opened


async def test_its_open_rounds_end_without_a_word_to_slack(harness: CastingHarness) -> None:
    opened = await harness.run_to_voting()
    elsewhere = await harness.start_round("Ines: a lighthouse keeper", LEAD, OTHER)
    harness.publisher.events.clear()
    await harness.casting.uninstall.remove(FILM.team)
    ended = await harness.storage.rounds.get(opened.id)
    assert (ended.state, ended.void_reason) == (RoundState.VOID, "uninstalled")
    assert (await harness.storage.rounds.get(elsewhere)).state is RoundState.DRAWING
    harness.advance(days=2)
    await harness.casting.run_due()
    assert not [event for event in harness.publisher.events if opened.id in event]
    assert [key for _, key in harness.started_jobs if opened.id in key and key != opened.id] == []


async def test_the_removal_waits_for_the_database(harness: CastingHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    delete, errors = SqlInstallations.delete, [StorageUnavailable("database", "locked")] * 2
    deleted: list[str] = []

    async def fail_first(self: SqlInstallations, installation_id: str) -> bool:
        if errors:
            raise errors.pop()
        deleted.append(installation_id)
        return await delete(self, installation_id)

    monkeypatch.setattr(SqlInstallations, "delete", fail_first)
    await harness.casting.uninstall.remove(FILM.team)
    assert deleted == [FILM.team]


async def workspace_rows(harness: CastingHarness, team: str) -> dict[str, int]:
    """Count the rows of each table that belong to a workspace."""
    counts = {}
    async with harness.storage.database.snapshot() as connection:
        for table in metadata.sorted_tables:
            if is_of_workspaces(table):
                query = select(func.count()).select_from(table).where(in_workspace(table, team))
                if count := await connection.scalar(query):
                    counts[table.name] = count
    return counts


async def test_after_the_grace_period_nothing_of_the_workspace_is_left(harness: CastingHarness) -> None:
    locked = await harness.run_to_lock("Maya: a fisherwoman")
    opened = await harness.run_to_voting("Tomas: a pilot")
    other = await harness.audition(await harness.start_round("Ines: a keeper", LEAD, OTHER))
    before = await workspace_rows(harness, "T2")
    await harness.casting.uninstall.remove("T1")
    harness.advance(days=29)
    assert (await harness.casting.retention.run()).workspaces == 0
    assert (await harness.storage.rounds.get(locked)).state is RoundState.LOCKED
    harness.advance(days=2)
    assert (await harness.casting.retention.run()).workspaces == 1
    assert await workspace_rows(harness, "T1") == {}
    for round_id in (locked, opened.id):
        assert await harness.storage.portraits.list_keys(f"{round_id}/") == []
        assert await columns_with(harness.storage, round_id) == set()
    assert await workspace_rows(harness, "T2") == before
    assert await harness.storage.portraits.list_keys(f"{other.id}/")
    (erasure,) = await harness.storage.erasure_log.list_all()
    assert (erasure.kind, erasure.subject) == ("workspace", "T1")


async def test_an_installation_within_the_grace_period_brings_everything_back(harness: CastingHarness) -> None:
    locked = await harness.run_to_lock("Maya: a fisherwoman")
    await harness.casting.uninstall.remove("T1")
    harness.advance(days=20)
    cipher = TokenCipher([new_key()])
    await SqlInstallations(harness.storage.database, cipher, None).add(replace(INSTALLATION, team="T1"))
    harness.advance(days=20)
    assert (await harness.casting.retention.run()).workspaces == 0
    assert (await harness.storage.rounds.get(locked)).state is RoundState.LOCKED
    assert (await harness.casting.recall.recall("Maya", LEAD, FILM)).kind == "face"
