"""The port `UpscaleRepository`: started, requested, settled and decided once, with the effect on budgets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.budget import Caps, Charge, budget_day
from bot.domain.errors import OverBudget
from bot.domain.face import Portrait
from bot.domain.slot import SlotFailure
from bot.domain.upscale import Upscale, UpscaleMethod, UpscaleState
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NOW, PLACE, make_round, open_locked_round

clock = storage_builders.clock
storage = storage_builders.storage

PRICE = Decimal("0.25")
LARGE = Portrait("r1/r1-f1/original", "image/png", 3072, 4096, 9_000, "cd" * 32)
ROUND_COST = Decimal("0.20")


def make_upscale(attempt: int = 1, method: UpscaleMethod = UpscaleMethod.REDRAW) -> Upscale:
    return Upscale(f"r1-f{attempt}", "r1", attempt, method, "maker:pro", PRICE, "ab" * 32, "Again.", 7, "U-any", NOW)


@pytest.fixture
async def storage_with_face(storage: Storage) -> AsyncIterator[Storage]:
    """A storage with one locked face."""
    await open_locked_round(storage, make_round())
    yield storage


async def reserved_for_upscales(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, budget_day(NOW)) - ROUND_COST


async def request_upscale(storage: Storage, upscale: Upscale) -> Upscale:
    started = await storage.upscales.start(upscale, CAPS)
    assert await storage.upscales.mark_requested(upscale.id, NOW)
    return started.upscale


async def test_concurrent_presses_start_and_reserve_one_upscale(storage_with_face: Storage) -> None:
    started = await asyncio.gather(*(storage_with_face.upscales.start(make_upscale(), CAPS) for _ in range(8)))
    assert [b.created for b in started].count(True) == 1
    assert await storage_with_face.upscales.list_for_face("r1") == (make_upscale(),)
    assert await reserved_for_upscales(storage_with_face) == PRICE


async def test_no_second_attempt_starts_while_one_is_running(storage_with_face: Storage) -> None:
    await storage_with_face.upscales.start(make_upscale(1), CAPS)
    second = await storage_with_face.upscales.start(make_upscale(2), CAPS)
    assert (second.created, second.upscale.id) == (False, "r1-f1")
    assert await reserved_for_upscales(storage_with_face) == PRICE


async def test_upscale_over_a_cap_is_not_stored(storage_with_face: Storage) -> None:
    caps = Caps(Decimal(2), ROUND_COST + PRICE - Decimal("0.01"))
    with pytest.raises(OverBudget):
        await storage_with_face.upscales.start(make_upscale(), caps)
    assert await storage_with_face.upscales.list_for_face("r1") == ()
    assert await reserved_for_upscales(storage_with_face) == 0


async def test_upscale_is_marked_requested_once(storage_with_face: Storage) -> None:
    await storage_with_face.upscales.start(make_upscale(), CAPS)
    answers = await asyncio.gather(*(storage_with_face.upscales.mark_requested("r1-f1", NOW) for _ in range(4)))
    assert answers.count(True) == 1


async def test_completed_upscale_costs_its_charge_and_stays_final(storage_with_face: Storage) -> None:
    upscale = await request_upscale(storage_with_face, make_upscale())
    completed = await storage_with_face.upscales.record_result(
        upscale.with_portrait(LARGE, Charge(Decimal("0.24"), "exact"), 9.5, "req-1")
    )
    assert (completed.state, completed.portrait, completed.cost) == (UpscaleState.OFFERED, LARGE, Decimal("0.24"))
    assert completed.requested_at == NOW
    assert await reserved_for_upscales(storage_with_face) == Decimal("0.24")
    again = await storage_with_face.upscales.record_result(upscale.with_failure(SlotFailure("down")))
    assert again == completed
    assert await reserved_for_upscales(storage_with_face) == Decimal("0.24")


async def test_free_failure_is_released_and_unknown_charge_stays_reserved(storage_with_face: Storage) -> None:
    refused = await request_upscale(storage_with_face, make_upscale(1))
    await storage_with_face.upscales.record_result(refused.with_failure(SlotFailure("refused", "blood")))
    assert await reserved_for_upscales(storage_with_face) == 0
    unknown = await request_upscale(storage_with_face, make_upscale(2))
    settled = await storage_with_face.upscales.record_result(unknown.with_failure(SlotFailure("unknown", paid="maybe")))
    assert (settled.cost, settled.cost_source) == (PRICE, "unknown")
    assert await reserved_for_upscales(storage_with_face) == PRICE


async def test_offered_upscale_is_decided_once(storage_with_face: Storage) -> None:
    upscale = await request_upscale(storage_with_face, make_upscale())
    assert not await storage_with_face.upscales.decide("r1-f1", "U-lead", NOW, keep=True)
    await storage_with_face.upscales.record_result(upscale.with_portrait(LARGE, Charge(PRICE, "listed"), 1))
    assert await storage_with_face.upscales.decide("r1-f1", "U-lead", NOW, keep=False)
    assert not await storage_with_face.upscales.decide("r1-f1", "U-lead", NOW, keep=True)
    decided = await storage_with_face.upscales.get("r1-f1")
    assert (decided.state, decided.decided_by, decided.decided_at) == (UpscaleState.DECLINED, "U-lead", NOW)
    assert (await storage_with_face.upscales.start(make_upscale(2), CAPS)).created


async def test_running_and_unpublished_upscales_are_listed(storage_with_face: Storage) -> None:
    since = NOW - timedelta(days=1)
    upscale = await request_upscale(storage_with_face, make_upscale(method=UpscaleMethod.UPSCALER))
    assert await storage_with_face.upscales.list_unfinished(since) == ["r1-f1"]
    await storage_with_face.upscales.record_result(upscale.with_portrait(LARGE, Charge(PRICE, "listed"), 1))
    assert await storage_with_face.upscales.list_unfinished(since) == ["r1-f1"]
    assert await storage_with_face.upscales.list_unfinished(NOW + timedelta(days=1)) == []
    await storage_with_face.upscales.set_files("r1-f1", None, "F1")
    assert await storage_with_face.upscales.list_unfinished(since) == []
    assert (await storage_with_face.upscales.get("r1-f1")).file_id == "F1"


async def test_unknown_upscale_is_not_found(storage_with_face: Storage) -> None:
    with pytest.raises(KeyError):
        await storage_with_face.upscales.get("r9-f1")


async def test_attempts_are_listed_in_order(storage_with_face: Storage) -> None:
    for attempt in (1, 2):
        upscale = await request_upscale(storage_with_face, make_upscale(attempt))
        await storage_with_face.upscales.record_result(upscale.with_failure(SlotFailure("down")))
    assert [f.attempt for f in await storage_with_face.upscales.list_for_face("r1")] == [1, 2]
    assert (await storage_with_face.upscales.list_for_face("r1"))[0] == replace(
        make_upscale(1),
        state=UpscaleState.FAILED,
        requested_at=NOW,
        cost=Decimal(0),
        failure=SlotFailure("down"),
    )
