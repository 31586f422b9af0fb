"""Pictures without a row are cleared away, and none that anybody may still need."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from bot.domain.errors import AlreadyCast, OverBudget
from bot.domain.ids import original_key, preview_key, round_id_for_draft
from bot.domain.slot import SlotFailure, SlotState
from bot.usecases.cleanup import CleanupResult
from tests.support.casting_harness import CastingHarness, casting_harness
from tests.support.scripted_models import make_portrait

KEYS = ("recraft", "openai", "gemini")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=KEYS) as opened:
        yield opened


def stored_keys(data: Path) -> set[str]:
    folder = data / "portraits"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


async def run_cleanup(harness: CastingHarness) -> CleanupResult:
    """As the clock would two days from now."""
    harness.advance(days=2)
    return await harness.casting.orphan_cleanup.run()


async def test_referenced_pictures_are_kept(harness: CastingHarness, tmp_path: Path) -> None:
    await harness.run_to_lock()
    before = stored_keys(tmp_path)
    assert len(before) == 8
    assert await run_cleanup(harness) == CleanupResult()
    assert stored_keys(tmp_path) == before


async def test_invalid_pictures_are_deleted_after_a_day(harness: CastingHarness, tmp_path: Path) -> None:
    harness.fake_models.skin.render = lambda ask: b"not a picture"
    round_ = await harness.run_to_voting()
    (failed_slot, _) = round_.failures
    assert failed_slot.failure
    assert failed_slot.failure.kind == "invalid_image"
    assert await harness.casting.orphan_cleanup.run() == CleanupResult()
    assert original_key(round_.id, failed_slot.id) in stored_keys(tmp_path)
    assert await run_cleanup(harness) == CleanupResult(deleted=2)
    assert stored_keys(tmp_path) == {
        key(round_.id, s.id) for s in round_.candidates for key in (original_key, preview_key)
    }


async def test_portrait_stored_before_a_crash_is_kept_for_the_replay(harness: CastingHarness, tmp_path: Path) -> None:
    round_id = await harness.start_round()
    await harness.casting.round_message.post(round_id)
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    await harness.storage.slots.mark_requested(slot_id, harness.now)
    await harness.storage.portraits.put(original_key(round_id, slot_id), make_portrait(1))
    assert await run_cleanup(harness) == CleanupResult()
    await harness.casting.audition.generate_slot(slot_id)
    assert (await harness.get_round(round_id)).slots[0].state is SlotState.CANDIDATE
    assert harness.fake_models.call_count == 0


async def test_orphan_portrait_is_attached_to_its_failed_slot(harness: CastingHarness, tmp_path: Path) -> None:
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    await harness.storage.slots.mark_requested(slot_id, harness.now)
    await harness.storage.slots.record_failure(slot_id, SlotFailure("unknown", paid="maybe"), None, None)
    await harness.storage.portraits.put(original_key(round_id, slot_id), make_portrait(1))
    await harness.storage.portraits.put(preview_key(round_id, slot_id), b"preview")
    assert await run_cleanup(harness) == CleanupResult(attached=1)
    slot = (await harness.get_round(round_id)).slots[0]
    assert slot.portrait
    assert slot.portrait.key == original_key(round_id, slot_id)
    assert slot.portrait.sha256 == sha256(make_portrait(1)).hexdigest()
    assert not await harness.storage.ledger.list_pending_charges("T1")
    assert await run_cleanup(harness) == CleanupResult()
    assert len(stored_keys(tmp_path)) == 2


async def test_attachment_is_deleted_unless_its_round_was_opened(
    tmp_path: Path,
) -> None:
    async with casting_harness(tmp_path, per_day="0.20", keys=KEYS) as harness:
        await harness.start_round_with_photo("Rich: a captain --like photo --each 1", make_portrait(6))
        referenced = {key for key in stored_keys(tmp_path) if "/reference/" in key}
        with pytest.raises(OverBudget):
            await harness.start_round_with_photo("Poor: a stowaway --like photo --each 4", make_portrait(7))
        assert len(stored_keys(tmp_path)) == 2
        assert await run_cleanup(harness) == CleanupResult(deleted=1)
        assert stored_keys(tmp_path) == referenced


async def test_draft_and_its_attachment_are_deleted_after_a_day(harness: CastingHarness, tmp_path: Path) -> None:
    await harness.run_to_lock("Maya: a fisherwoman")
    before = stored_keys(tmp_path)
    with pytest.raises(AlreadyCast) as already_cast:
        await harness.start_round_with_photo("Maya: a captain --like photo", make_portrait(6))
    assert len(stored_keys(tmp_path)) == len(before) + 1
    assert await harness.casting.orphan_cleanup.run() == CleanupResult()
    assert await harness.storage.drafts.get(already_cast.value.draft_id)
    assert await run_cleanup(harness) == CleanupResult(deleted=1)
    assert stored_keys(tmp_path) == before
    assert await harness.storage.drafts.get(already_cast.value.draft_id) is None


async def test_attachment_of_a_started_round_outlives_its_draft(harness: CastingHarness, tmp_path: Path) -> None:
    await harness.start_round_with_photo("Maya: a captain --like photo --each 1", make_portrait(6))
    before = stored_keys(tmp_path)
    assert await run_cleanup(harness) == CleanupResult()
    assert stored_keys(tmp_path) == before


async def test_pictures_of_unknown_rounds_are_kept(harness: CastingHarness, tmp_path: Path) -> None:
    """An older copy was put back, and the pictures since then may be wanted again."""
    await harness.start_round()
    unknown_keys = (
        "rabc/rabc-0/original",
        "rabc/rabc-0/preview.jpg",
        f"{round_id_for_draft('T1', 'w-unknown')}/reference/{'ab' * 32}",
        "holiday/beach.jpg",
    )
    for key in unknown_keys:
        await harness.storage.portraits.put(key, b"picture")
    assert await run_cleanup(harness) == CleanupResult()
    assert stored_keys(tmp_path) == set(unknown_keys)


async def test_leftover_probe_is_deleted(harness: CastingHarness, tmp_path: Path) -> None:
    await harness.storage.portraits.put(f"probe/{'ab' * 16}", b"probe")
    assert await run_cleanup(harness) == CleanupResult(deleted=1)
    assert stored_keys(tmp_path) == set()
