"""The port `Ledger`: charges that need a decision, and the sums of a month."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.budget import Charge, Payer, budget_day
from bot.domain.ids import ChannelRef
from bot.domain.slot import SlotFailure
from bot.domain.spend_report import BlindRoundSpend, SpendTotal
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NICKEL,
    NOW,
    PLACE,
    FakeClock,
    list_charges,
    make_generated_portrait,
    make_round,
    open_locked_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage
TODAY = budget_day(NOW)
LEAD = Payer(PLACE, "U-lead", TODAY)
UNKNOWN_CHARGE = SlotFailure("timed_out", paid="maybe")


async def void_round_with_unknown_charge(storage: Storage) -> None:
    """Void a round whose first slot has an unknown charge."""
    await storage.rounds.open(make_round(slots=1), CAPS, recast=False)
    await storage.slots.record_failure("r1-0", UNKNOWN_CHARGE, Charge(NICKEL, "unknown"), 1.0)
    await storage.rounds.void("r1", "cancelled")


@pytest.mark.parametrize(("charged", "left"), [(True, NICKEL), (False, Decimal(0))])
async def test_unknown_charge_stays_reserved_until_confirmed(storage: Storage, charged: bool, left: Decimal) -> None:
    await void_round_with_unknown_charge(storage)
    assert set((await storage.ledger.committed_by_period(LEAD)).values()) == {NICKEL}
    (pending,) = await storage.ledger.list_pending_charges("T1")
    assert (pending.id, pending.character, pending.model, pending.usd) == ("r1-0", "Maya", "maker:model-0", NICKEL)
    assert (pending.person, pending.place, pending.day, pending.is_hidden) == ("U-lead", PLACE, TODAY, False)
    assert await storage.ledger.confirm("r1-0", "U-lead", charged=charged)
    assert await storage.ledger.list_pending_charges("T1") == []
    assert set((await storage.ledger.committed_by_period(LEAD)).values()) == {left}
    assert await list_charges(storage, "r1") == {"r1-0": Charge(left, "confirmed")}
    (slot,) = (await storage.rounds.get("r1")).slots
    assert (slot.cost, slot.cost_source, slot.failure) == (
        left,
        "confirmed",
        replace(UNKNOWN_CHARGE, paid="yes" if charged else "no"),
    )


async def test_concurrent_confirmations_settle_a_charge_once(storage: Storage) -> None:
    await void_round_with_unknown_charge(storage)
    answers = (storage.ledger.confirm("r1-0", f"U{n}", charged=False) for n in range(6))
    assert sorted(await asyncio.gather(*answers)) == [False] * 5 + [True]
    assert set((await storage.ledger.committed_by_period(LEAD)).values()) == {Decimal(0)}


async def test_known_charge_cannot_be_confirmed(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r1-0"), frozenset())
    assert not await storage.ledger.confirm("r1-0", "U1", charged=False)
    assert not await storage.ledger.acknowledge("r1-0", "U1")
    with pytest.raises(KeyError):
        await storage.ledger.confirm("r9-0", "U1", charged=True)


async def test_overspend_is_notified_once(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r1-0", "0.07"), frozenset())
    (entry,) = await storage.ledger.list_unnotified_overspends()
    assert (entry.id, entry.overspend, entry.is_hidden) == ("r1-0", Decimal("0.02"), True)
    assert await storage.ledger.claim_notification("r1-0", NOW)
    assert not await storage.ledger.claim_notification("r1-0", NOW)
    assert await storage.ledger.list_unnotified_overspends() == []
    await storage.ledger.release_notification("r1-0")
    assert len(await storage.ledger.list_unnotified_overspends()) == 1
    assert await storage.ledger.acknowledge("r1-0", "U1")
    assert await storage.ledger.list_unnotified_overspends() == [], "an acknowledged overspend needs no notification"


async def test_pending_charges_are_per_workspace(storage: Storage) -> None:
    await void_round_with_unknown_charge(storage)
    assert await storage.ledger.list_pending_charges("T2") == []


async def test_month_is_summed_by_production_user_and_model(storage: Storage, clock: FakeClock) -> None:
    await open_locked_round(storage, make_round("r1"))
    yesterday = NOW - timedelta(days=1)
    there = replace(make_round("r2", "Ben", place=ChannelRef("T1", "C2"), slots=1, opened_at=yesterday), lead="U2")
    await storage.rounds.open(there, CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r2-0", "0.01"), frozenset())
    await storage.rounds.void("r2", "dropped")
    last_month = make_round("r3", "Old", slots=1, opened_at=NOW - timedelta(days=30))
    await storage.rounds.open(last_month, CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r3-0"), frozenset())
    await storage.rounds.void("r3", "dropped")
    assert set(await storage.ledger.list_spend_totals("T1", TODAY)) == {
        SpendTotal(PLACE, "U-lead", "maker:model-0", Decimal("0.10"), Decimal("0.10"), 2),
        SpendTotal(PLACE, "U-lead", "maker:model-1", Decimal("0.10"), Decimal("0.10"), 2),
        SpendTotal(there.place, "U2", "maker:model-0", Decimal(0), Decimal("0.01"), 1),
    }
    assert await storage.ledger.count_locked_faces("T1", TODAY) == {"C1": 1}
    assert await storage.ledger.list_blind_round_spends("T1", TODAY) == []


async def test_charges_of_an_open_ballot_are_blind(storage: Storage) -> None:
    await open_voting_round(storage, make_round(slots=3), completed=1)
    assert await storage.ledger.list_spend_totals("T1", TODAY) == []
    (round_,) = await storage.ledger.list_blind_round_spends("T1", TODAY)
    assert round_ == BlindRoundSpend(PLACE, "U-lead", Decimal("0.15"), Decimal("0.15"), 3, 3, NICKEL)
    assert await storage.ledger.list_blind_round_spends("T2", TODAY) == []
