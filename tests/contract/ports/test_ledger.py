"""The port `Ledger`: the amount committed on a day, and the charge of each slot."""

from datetime import timedelta
from decimal import Decimal

from bot.domain.budget import Charge, budget_day
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NOW, PLACE, list_charges, make_generated_portrait, make_round

clock, storage = storage_builders.clock, storage_builders.storage


async def test_day_without_spend_has_nothing_committed(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    assert await storage.ledger.committed(PLACE.team, budget_day(NOW - timedelta(days=1))) == 0
    assert await storage.ledger.committed("T2", budget_day(NOW)) == 0


async def test_round_without_generations_has_no_charges(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    assert await list_charges(storage, "r1") == {}


async def test_charges_below_a_cent_are_summed_exactly(storage: Storage) -> None:
    for n in range(10):
        await storage.rounds.open(make_round(f"r{n}", f"Maya {n}", price=Decimal("0.0042")), CAPS, recast=False)
        for slot in make_round(f"r{n}").slots:
            await storage.slots.record_portrait(make_generated_portrait(slot.id, "0.000001"), frozenset())
    assert await storage.ledger.committed(PLACE.team, budget_day(NOW)) == Decimal("0.00004")
    assert await list_charges(storage, "r9") == {f"r9-{n}": Charge(Decimal("0.000001"), "exact") for n in range(4)}
