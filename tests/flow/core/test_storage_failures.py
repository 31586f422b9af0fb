"""A full disk and missing pictures: the lead is notified, no call is wasted, and no paid portrait is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.ids import original_key, preview_key
from bot.domain.round_state import RoundState
from bot.domain.service_errors import PortraitMissing, SlackUnavailable, StorageUnavailable
from bot.domain.slot import SlotState
from bot.domain.upscale import UpscaleState
from bot.usecases.retries import RetryDelays
from storage.pictures.object_store import ObjectStorePortraits
from tests.contract.ports.test_database_errors import fill_database, make_room
from tests.support.casting_harness import LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import TWO_ACCOUNTS, UPSCALER
from tests.support.time_factor import scaled

FULL = StorageUnavailable("portraits", "full")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, waits=RetryDelays(storage=(0.01,))) as opened:
        yield opened


class FullDisk:
    """A portraits store that rejects the given methods while `is_full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *methods: str) -> None:
        self.is_full = True
        self.rejected_calls = 0
        for method in methods:
            monkeypatch.setattr(
                ObjectStorePortraits, method, self._fail_while_full(getattr(ObjectStorePortraits, method))
            )

    def _fail_while_full(self, original: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def guarded(*args: object) -> object:
            if self.is_full:
                self.rejected_calls += 1
                raise FULL
            return await original(*args)

        return guarded


async def wait_until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(scaled(5)):
        while not condition():
            await asyncio.sleep(0.01)


def count_notifications(harness: CastingHarness, kind: str) -> int:
    return sum(event[0] == "notify_lead" and event[2] == kind for event in harness.publisher.events)


async def start_one_slot(harness: CastingHarness) -> tuple[str, str]:
    round_id = await harness.start_round("Maya: a fisherwoman --models recraft --each 1")
    await harness.casting.round_message.post(round_id)
    return round_id, (await harness.casting.audition.slot_ids(round_id))[0]


async def test_full_database_opens_and_reserves_nothing(harness: CastingHarness) -> None:
    await fill_database(harness.storage)
    opened = 0
    with pytest.raises(StorageUnavailable, match="full"):
        while True:
            await harness.start_round(f"Maya {opened}: a fisherwoman")
            opened += 1
    rounds = await harness.storage.rounds.list_unfinished()
    assert len(rounds) == opened
    committed = await harness.storage.ledger.committed("T1", harness.now.date())
    assert committed == sum((round_.price for round_ in rounds), Decimal(0))
    await make_room(harness.storage)
    assert await harness.start_round(f"Maya {opened}: a fisherwoman")


async def test_no_model_is_called_until_portraits_can_be_stored(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch, "check_writable")
    audition = asyncio.create_task(harness.audition(await harness.start_round()))
    await wait_until(lambda: disk.rejected_calls > 20)
    assert harness.fake_models.call_count == 0
    assert count_notifications(harness, "not_kept:full") == 4, "once for each slot; Slack shows it once"
    disk.is_full = False
    round_ = await audition
    assert (round_.state, len(round_.candidates)) == (RoundState.VOTING, 4)


async def test_round_cancelled_while_waiting_for_storage_calls_no_model(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch, "check_writable")
    round_id, slot_id = await start_one_slot(harness)
    generation = asyncio.create_task(harness.casting.audition.generate_slot(slot_id))
    await wait_until(lambda: disk.rejected_calls)
    await harness.casting.audition.cancel(round_id, LEAD)
    disk.is_full = False
    await generation
    (slot,) = (await harness.get_round(round_id)).slots
    assert slot.failure
    assert (slot.failure.kind, harness.fake_models.call_count) == ("cancelled", 0)


async def test_paid_portrait_is_kept_in_memory_until_the_disk_has_room(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch, "put")
    round_id, slot_id = await start_one_slot(harness)
    generation = asyncio.create_task(harness.casting.audition.generate_slot(slot_id))
    await wait_until(lambda: disk.rejected_calls > 5)
    assert (await harness.get_round(round_id)).slots[0].state is SlotState.REQUESTED
    assert harness.casting.generations_in_progress == 1, "so that a stop waits for it"
    disk.is_full = False
    await generation
    (slot,) = (await harness.get_round(round_id)).slots
    assert (slot.state, slot.cost_source, slot.request_id) == (SlotState.CANDIDATE, "exact", "req")
    assert (harness.fake_models.call_count, count_notifications(harness, "not_kept:full")) == (1, 1)


async def test_row_is_written_once_the_database_has_room(harness: CastingHarness) -> None:
    release = asyncio.Event()
    harness.fake_models.skin.script = lambda ask, call: release
    round_id, slot_id = await start_one_slot(harness)
    generation = asyncio.create_task(harness.casting.audition.generate_slot(slot_id))
    await wait_until(lambda: harness.fake_models.call_count)
    async with harness.storage.database.transaction() as connection:
        # All free pages are used, so the portrait's row does not fit.
        await connection.execute(text("CREATE TABLE filler (x)"))
        await connection.execute(text("CREATE TRIGGER full BEFORE UPDATE ON slots BEGIN "
                                      "INSERT INTO filler VALUES (zeroblob(100000)); END"))  # fmt: skip
    await fill_database(harness.storage)
    release.set()
    await wait_until(lambda: count_notifications(harness, "not_kept:full"))
    assert (await harness.get_round(round_id)).slots[0].state is SlotState.REQUESTED
    await make_room(harness.storage)
    await generation
    (slot,) = (await harness.get_round(round_id)).slots
    assert (slot.state, slot.cost_source, harness.fake_models.call_count) == (SlotState.CANDIDATE, "exact", 1)


async def test_storage_wait_continues_while_slack_is_unavailable(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch, "check_writable")

    async def raise_unavailable(round_id: str, word: str) -> None:
        raise SlackUnavailable("chat.postMessage")

    monkeypatch.setattr(harness.publisher, "notify_lead", raise_unavailable)
    _, slot_id = await start_one_slot(harness)
    generation = asyncio.create_task(harness.casting.audition.generate_slot(slot_id))
    await wait_until(lambda: disk.rejected_calls > 2)
    disk.is_full = False
    await generation
    assert harness.fake_models.call_count == 1


# Missing pictures


async def delete_pictures(harness: CastingHarness, *keys: str) -> None:
    for key in keys:
        await harness.storage.portraits.delete(key)


async def test_missing_preview_is_recreated_from_its_original(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    keys = [preview_key(round_.id, slot.id) for slot in round_.candidates]
    await delete_pictures(harness, *keys)
    await harness.vote(round_, U2=1)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    await harness.casting.round_pictures.publish_missing(round_.id)
    assert (await harness.get_round(round_.id)).record_file
    assert await harness.storage.portraits.has(keys[0])


async def test_face_without_its_original_is_not_locked(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    missing = round_.candidate_by_number(1).portrait
    assert missing
    data = await harness.storage.portraits.get(missing.key)
    await delete_pictures(harness, missing.key)
    with pytest.raises(PortraitMissing) as caught:
        await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    assert caught.value.key == missing.key
    assert await harness.storage.roster.get_face(round_.id) is None
    await harness.storage.portraits.put(missing.key, data)
    assert (await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)).portrait == missing


async def test_ballot_does_not_open_with_missing_pictures(harness: CastingHarness) -> None:
    round_id = await harness.start_round()
    await harness.casting.round_message.post(round_id)
    for slot_id in await harness.casting.audition.slot_ids(round_id):
        await harness.casting.audition.generate_slot(slot_id)
    slot = (await harness.get_round(round_id)).slots[0]
    data = await harness.storage.portraits.get(original_key(round_id, slot.id))
    await delete_pictures(harness, original_key(round_id, slot.id), preview_key(round_id, slot.id))
    with pytest.raises(PortraitMissing):
        await harness.casting.audition.open_ballot(round_id)
    assert (await harness.get_round(round_id)).state is RoundState.DRAWING
    await harness.storage.portraits.put(original_key(round_id, slot.id), data)
    await harness.casting.audition.open_ballot(round_id)
    assert (await harness.get_round(round_id)).state is RoundState.VOTING


async def test_model_is_not_called_without_its_reference_picture(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as harness:
        face = await harness.storage.roster.get_face(await harness.run_to_lock())
        assert face
        round_id = await harness.start_round("Ben: her brother --like Maya")
        await delete_pictures(harness, face.portrait.key)
        slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
        await harness.casting.audition.generate_slot(slot_id)
        slot = (await harness.get_round(round_id)).slots[0]
        assert slot.failure
        assert (slot.failure.kind, slot.failure.paid, slot.cost) == ("portrait_missing", "no", Decimal(0))
        assert harness.fake_models.banana.requests == []
        assert count_notifications(harness, "portrait_lost") == 1


async def test_upscale_of_a_missing_original_is_free(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, catalogue=replace(TWO_ACCOUNTS, upscalers=(UPSCALER,))) as harness:
        round_id = await harness.run_to_lock()
        face = await harness.storage.roster.get_face(round_id)
        assert face
        started = await harness.casting.start_upscale.reserve(round_id, 1, UPSCALER.id, LEAD)
        await delete_pictures(harness, face.portrait.key)
        await harness.casting.run_upscale.run(started.upscale.id)
        upscale = await harness.storage.upscales.get(started.upscale.id)
        assert upscale.failure
        assert (upscale.state, upscale.failure.kind, upscale.cost) == (
            UpscaleState.FAILED,
            "portrait_missing",
            Decimal(0),
        )
        assert harness.fake_models.fake_upscaler.requests == []
