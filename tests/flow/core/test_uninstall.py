"""A workspace that removes the app in the middle of a round."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import StorageUnavailable
from bot.domain.ids import ChannelRef
from bot.domain.round import RoundState
from bot.usecases.retries import RetryDelays
from storage.installations.repository import SqlInstallations
from tests.support.casting_harness import FILM, LEAD, CastingHarness, casting_harness

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
