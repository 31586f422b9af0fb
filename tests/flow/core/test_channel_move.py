"""A channel whose id changes in the middle of a round."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.domain.errors import AlreadyCasting
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.production_settings import as_text
from bot.domain.service_errors import StorageUnavailable
from bot.usecases.retries import RetryDelays
from storage.productions.repository import SqlProductions
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness

NEW = ChannelRef(FILM.team, "C0NEW")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, waits=RetryDelays(storage=(0.01,))) as opened:
        yield opened


async def test_an_open_round_continues_under_the_new_id(harness: CastingHarness) -> None:
    opened = await harness.run_to_voting()
    harness.publisher.events.clear()
    await harness.casting.channel_move.move(FILM, NEW.channel)
    assert [event for event in harness.publisher.events if opened.id in event]
    with pytest.raises(AlreadyCasting):
        await harness.start_round("Maya: another face", LEAD, NEW)
    voted_for = opened.candidate_by_number(1)
    assert (await harness.casting.voting.react(NEW, opened.message_ts or "", 1, DIRECTOR, True, 1)) is None
    await harness.casting.close_vote.close_ballot(opened.id, reconcile=False)
    face = await harness.casting.lock_face.lock(opened.id, voted_for.id, LEAD)
    assert face.place == NEW
    assert (await harness.casting.recall.recall("Maya", LEAD, NEW)).kind == "face"


async def test_a_settings_form_that_was_open_saves_for_the_new_id(harness: CastingHarness) -> None:
    await harness.run_to_voting()
    editor = harness.casting.production_settings_editor
    await harness.casting.channel_move.move(FILM, NEW.channel)
    digest = (await harness.storage.productions.get(NEW)).digest
    fields = as_text("", ProductionSettings()) | {"style": "north light"}
    await editor.save(FILM, LEAD, digest, {field: (text,) if text else () for field, text in fields.items()})
    assert (await harness.storage.productions.get(NEW)).settings.style == "north light"
    assert (await harness.storage.productions.get(FILM)).id == ""


async def test_the_move_waits_for_the_database(harness: CastingHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    await harness.run_to_voting()
    move_channel, errors = SqlProductions.move_channel, [StorageUnavailable("database", "locked")] * 2

    async def fail_first(self: SqlProductions, place: ChannelRef, channel: str) -> Sequence[str]:
        if errors:
            raise errors.pop()
        return await move_channel(self, place, channel)

    monkeypatch.setattr(SqlProductions, "move_channel", fail_first)
    await harness.casting.channel_move.move(FILM, NEW.channel)
    assert (await harness.casting.recall.recall("Maya", LEAD, NEW)).kind == "casting"
