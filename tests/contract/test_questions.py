"""The port Ledger: charges that only a person can answer for, and sums of a month."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.budget import Charge, Spender, purse_day
from bot.face import Place
from bot.slot import Miss
from bot.statement import Spent, Veiled
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NICKEL, NOW, PLACE, Clock, a_landing, a_round, locked, voting

clock, storage = stories.clock, stories.storage
TODAY = purse_day(NOW)
LEAD = Spender(PLACE, "U-lead", TODAY)
MAYBE = Miss("timed_out", paid="maybe")


async def unknown(storage: Storage) -> None:
    """A round that was called off, of whose first slot nobody knows whether it was charged."""
    await storage.rounds.open(a_round(slots=1), CAPS, recast=False)
    await storage.rounds.miss("r1-0", MAYBE, Charge(NICKEL, "unknown"), 1.0)
    await storage.rounds.void("r1", "cancelled")


@pytest.mark.parametrize(("charged", "left"), [(True, NICKEL), (False, Decimal(0))])
async def test_an_unknown_charge_stays_reserved_until_somebody_says(
    storage: Storage, charged: bool, left: Decimal
) -> None:
    await unknown(storage)
    assert set((await storage.ledger.held(LEAD)).values()) == {NICKEL}
    (asked,) = await storage.ledger.questions("T1")
    assert (asked.id, asked.character, asked.model, asked.usd) == ("r1-0", "Maya", "maker:model-0", NICKEL)
    assert (asked.person, asked.place, asked.day, asked.hidden) == ("U-lead", PLACE, TODAY, False)
    assert await storage.ledger.settle("r1-0", "U-lead", charged=charged)
    assert await storage.ledger.questions("T1") == []
    assert set((await storage.ledger.held(LEAD)).values()) == {left}
    assert await storage.ledger.charged("r1") == {"r1-0": Charge(left, "told")}
    (slot,) = (await storage.rounds.get("r1")).slots
    assert (slot.cost, slot.cost_source, slot.miss) == (left, "told", replace(MAYBE, paid="yes" if charged else "no"))


async def test_two_people_who_answer_at_once_settle_it_once(storage: Storage) -> None:
    await unknown(storage)
    answers = (storage.ledger.settle("r1-0", f"U{n}", charged=False) for n in range(6))
    assert sorted(await asyncio.gather(*answers)) == [False] * 5 + [True]
    assert set((await storage.ledger.held(LEAD)).values()) == {Decimal(0)}


async def test_a_charge_that_is_known_is_not_settled_by_anybody(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.land(a_landing("r1-0"), frozenset())
    assert not await storage.ledger.settle("r1-0", "U1", charged=False)
    assert not await storage.ledger.see("r1-0", "U1")
    with pytest.raises(KeyError):
        await storage.ledger.settle("r9-0", "U1", charged=True)


async def test_whoever_made_a_charge_above_its_reservation_is_told_once(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.land(a_landing("r1-0", "0.07"), frozenset())
    (entry,) = await storage.ledger.untold()
    assert (entry.id, entry.above, entry.hidden) == ("r1-0", Decimal("0.02"), True)
    assert await storage.ledger.take("r1-0", NOW)
    assert not await storage.ledger.take("r1-0", NOW)
    assert await storage.ledger.untold() == []
    await storage.ledger.give_back("r1-0")
    assert len(await storage.ledger.untold()) == 1
    assert await storage.ledger.see("r1-0", "U1")
    assert await storage.ledger.untold() == [], "who has seen it need not be told"


async def test_questions_are_one_workspaces_own(storage: Storage) -> None:
    await unknown(storage)
    assert await storage.ledger.questions("T2") == []


async def test_a_month_is_summed_by_production_person_and_model_once_its_ballots_are_closed(
    storage: Storage, clock: Clock
) -> None:
    await locked(storage, a_round("r1"))
    yesterday = NOW - timedelta(days=1)
    there = replace(a_round("r2", "Ben", place=Place("T1", "C2"), slots=1, opened_at=yesterday), lead="U2")
    await storage.rounds.open(there, CAPS, recast=False)
    await storage.rounds.land(a_landing("r2-0", "0.01"), frozenset())
    await storage.rounds.void("r2", "dropped")
    last_month = a_round("r3", "Old", slots=1, opened_at=NOW - timedelta(days=30))
    await storage.rounds.open(last_month, CAPS, recast=False)
    await storage.rounds.land(a_landing("r3-0"), frozenset())
    await storage.rounds.void("r3", "dropped")
    assert set(await storage.ledger.spent("T1", TODAY)) == {
        Spent(PLACE, "U-lead", "maker:model-0", Decimal("0.10"), Decimal("0.10"), 2),
        Spent(PLACE, "U-lead", "maker:model-1", Decimal("0.10"), Decimal("0.10"), 2),
        Spent(there.place, "U2", "maker:model-0", Decimal(0), Decimal("0.01"), 1),
    }
    assert await storage.ledger.faces("T1", TODAY) == {"C1": 1}
    assert await storage.ledger.veiled("T1", TODAY) == []


async def test_an_open_ballots_charges_are_veiled(storage: Storage) -> None:
    await voting(storage, a_round(slots=3), landed=1)
    assert await storage.ledger.spent("T1", TODAY) == []
    (round_,) = await storage.ledger.veiled("T1", TODAY)
    assert round_ == Veiled(PLACE, "U-lead", Decimal("0.15"), Decimal("0.15"), 3, 3, NICKEL)
    assert await storage.ledger.veiled("T2", TODAY) == []
