"""Work that another process has in its hands: its paid call is awaited, and only one process does what one should."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.budget import Charge
from bot.domain.catalogue import Size
from bot.domain.slot import Slot, SlotState
from bot.usecases.retries import RetryDelays
from storage import open_storage
from storage.replicas.single_process import SingleProcess
from tests.support.casting_harness import LEAD, CastingHarness
from tests.support.scripted_models import SKIN, make_portrait
from tests.support.storage_builders import fresh_sqlite, make_generated_portrait, make_settings

OTHER = "other-process"


class SeveralProcesses(SingleProcess):
    """This process among others, of which `running` are alive."""

    are_several = True

    def __init__(self) -> None:
        super().__init__("this")
        self.running = {OTHER}
        self.leads = True

    async def is_running(self, instance: str) -> bool:
        return instance in self.running or await super().is_running(instance)

    async def is_leader(self) -> bool:
        return self.leads


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    storage = await open_storage(make_settings(await fresh_sqlite(tmp_path)))
    shared = replace(storage, replicas=SeveralProcesses())
    yield CastingHarness(shared, waits=RetryDelays(other_call=0.01))
    await storage.close()


def processes_of(harness: CastingHarness) -> SeveralProcesses:
    assert isinstance(harness.storage.replicas, SeveralProcesses)
    return harness.storage.replicas


async def request_elsewhere(harness: CastingHarness) -> Slot:
    """Start a round whose first slot another process has requested."""
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    assert await harness.storage.slots.mark_requested(slot_id, harness.now, f"{OTHER}:1")
    return (await harness.get_round(round_id)).slots[0]


async def get_slot(harness: CastingHarness, slot: Slot) -> Slot:
    return (await harness.get_round(slot.round_id)).slots[0]


async def test_the_result_of_another_process_is_awaited(harness: CastingHarness) -> None:
    slot = await request_elsewhere(harness)
    generating = asyncio.create_task(harness.casting.audition.generate_slot(slot.id))
    await asyncio.sleep(0.1)
    assert not generating.done()
    generated = replace(make_generated_portrait(slot.id), charge=Charge(Decimal("0.031"), "exact"))
    await harness.storage.slots.record_portrait(generated, frozenset())
    await generating
    stored = await get_slot(harness, slot)
    assert (stored.state, stored.cost, stored.cost_source) == (SlotState.CANDIDATE, Decimal("0.031"), "exact")
    assert harness.fake_models.call_count == 0


async def test_a_call_of_a_process_that_is_away_for_seconds_is_not_lost(harness: CastingHarness) -> None:
    slot = await request_elsewhere(harness)
    processes = processes_of(harness)
    processes.running = set()
    generating = asyncio.create_task(harness.casting.audition.generate_slot(slot.id))
    for _ in range(3):
        harness.advance(seconds=4)
        await asyncio.sleep(0.05)
        processes.running = {OTHER}
        await asyncio.sleep(0.05)
        processes.running = set()
    assert not generating.done()
    harness.advance(seconds=11)
    await generating
    failure = (await get_slot(harness, slot)).failure
    assert failure
    assert (failure.kind, failure.paid) == ("unknown", "maybe")


async def test_stored_bytes_of_a_process_that_ended_become_a_candidate(harness: CastingHarness) -> None:
    slot = await request_elsewhere(harness)
    processes_of(harness).running = set()
    await harness.storage.portraits.put(f"{slot.round_id}/{slot.id}/original", make_portrait(7))
    generating = asyncio.create_task(harness.casting.audition.generate_slot(slot.id))
    await asyncio.sleep(0.05)
    harness.advance(seconds=11)
    await generating
    assert (await get_slot(harness, slot)).state is SlotState.CANDIDATE
    assert harness.fake_models.call_count == 0


async def test_a_process_that_runs_is_awaited_no_longer_than_a_call_takes(harness: CastingHarness) -> None:
    slot = await request_elsewhere(harness)
    harness.advance(seconds=harness.fake_models.longest_call(SKIN.id, Size.DRAFT) + 1)
    await harness.casting.audition.generate_slot(slot.id)
    assert (await get_slot(harness, slot)).state is SlotState.FAILED


async def test_who_loses_the_race_for_a_call_waits_for_the_winner(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    mark_requested = harness.storage.slots.mark_requested

    async def lose_race(slot_id: str, at: object, asked_by: str = "") -> bool:
        assert await mark_requested(slot_id, harness.now, f"{OTHER}:1")
        return await mark_requested(slot_id, harness.now, asked_by)

    monkeypatch.setattr(harness.storage.slots, "mark_requested", lose_race)
    generating = asyncio.create_task(harness.casting.audition.generate_slot(slot_id))
    await asyncio.sleep(0.1)
    assert not generating.done()
    await harness.storage.slots.record_portrait(make_generated_portrait(slot_id), frozenset())
    await generating
    assert harness.fake_models.call_count == 0


async def test_a_mark_that_is_repeated_after_a_lost_answer_is_this_call(
    harness: CastingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = await harness.start_round()
    slot_id = (await harness.casting.audition.slot_ids(round_id))[0]
    mark_requested = harness.storage.slots.mark_requested

    async def mark_twice(slot_id: str, at: object, asked_by: str = "") -> bool:
        await mark_requested(slot_id, harness.now, asked_by)
        return await mark_requested(slot_id, harness.now, asked_by)

    monkeypatch.setattr(harness.storage.slots, "mark_requested", mark_twice)
    await harness.casting.audition.generate_slot(slot_id)
    assert harness.fake_models.call_count == 1


async def test_a_call_of_a_voided_round_that_a_crash_cut_off_may_be_charged(harness: CastingHarness) -> None:
    slot = await request_elsewhere(harness)
    processes_of(harness).running = set()
    await harness.casting.audition.cancel(slot.round_id, LEAD)
    generating = asyncio.create_task(harness.casting.audition.generate_slot(slot.id))
    await asyncio.sleep(0.05)
    harness.advance(seconds=11)
    await generating
    failure = (await get_slot(harness, slot)).failure
    assert failure
    assert (failure.kind, failure.paid) == ("unknown", "maybe")


async def test_only_the_leader_asks_the_providers_and_the_others_read_its_answer(harness: CastingHarness) -> None:
    processes = processes_of(harness)
    processes.leads = False
    await harness.casting.retirement_watcher.check()
    assert harness.fake_models.retirement_checks == 0
    processes.leads = True
    harness.fake_models.retirement_by_model = {SKIN.id: date(2026, 12, 1)}
    await harness.casting.retirement_watcher.check()
    assert harness.fake_models.retirement_checks == 1
    harness.fake_models.catalogue.vendor_dates.clear()
    processes.leads = False
    await harness.casting.retirement_watcher.check()
    assert harness.fake_models.catalogue.vendor_dates == {SKIN.id: date(2026, 12, 1)}


async def test_only_the_leader_cleans_up_and_redraws_at_the_start(harness: CastingHarness) -> None:
    processes = processes_of(harness)
    round_id = await harness.start_round()
    await harness.audition(round_id)
    before = len(harness.publisher.events)
    processes.leads = False
    await harness.storage.handled_events.add("T1", "Ev1")
    harness.advance(days=2)
    await harness.casting.orphan_cleanup.run()
    await harness.casting.refresh_messages()
    assert len(harness.publisher.events) == before
    processes.leads = True
    await harness.casting.refresh_messages()
    assert len(harness.publisher.events) > before
