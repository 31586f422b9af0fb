"""The port Ledger: what is committed on a day and what each slot came to; slots settle in the rounds' own suite."""

from datetime import timedelta
from decimal import Decimal

from bot.budget import Charge, purse_day
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, PLACE, a_landing, a_round

clock, storage = stories.clock, stories.storage


async def test_a_day_nobody_spent_on_has_nothing_committed(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    assert await storage.ledger.committed(PLACE.team, purse_day(NOW - timedelta(days=1))) == 0
    assert await storage.ledger.committed("T2", purse_day(NOW)) == 0


async def test_a_round_nobody_drew_for_has_no_charges(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    assert await storage.ledger.charged("r1") == {}


async def test_charges_far_below_a_cent_add_up_exactly(storage: Storage) -> None:
    for n in range(10):
        await storage.rounds.open(a_round(f"r{n}", f"Maya {n}", price=Decimal("0.0042")), CAPS, recast=False)
        for slot in a_round(f"r{n}").slots:
            await storage.rounds.land(a_landing(slot.id, "0.000001"), frozenset())
    assert await storage.ledger.committed(PLACE.team, purse_day(NOW)) == Decimal("0.00004")
    assert await storage.ledger.charged("r9") == {f"r9-{n}": Charge(Decimal("0.000001"), "exact") for n in range(4)}
