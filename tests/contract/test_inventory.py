"""The port Inventory: which stored pictures the database speaks of."""

from dataclasses import replace
from decimal import Decimal

from bot.brief import Brief, Like
from bot.budget import Charge
from bot.face import Portrait
from bot.ports import Named, Wanted
from bot.slot import Miss, SlotState
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NICKEL, NOW, PLACE, a_landing, a_round

clock, storage = stories.clock, stories.storage

PICTURE = Portrait("r1/r1-1/original", "image/png", 768, 1024, 1_000, "ab" * 32)


def like(key: str, name: str = "Maya") -> Brief:
    return Brief(name, "a fisherwoman", like=Like("photo", key=key, sha256="ab"))


async def test_slots_are_told_by_how_they_ended_and_unknown_ids_are_left_out(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.land(a_landing("r1-0"), frozenset())
    await storage.rounds.intend("r1-1", NOW)
    await storage.rounds.miss("r1-1", Miss("unknown", paid="maybe"), None, None)
    await storage.rounds.miss("r1-2", Miss("bad_picture", paid="yes"), None, None)
    told = await storage.inventory.items(["r1-0", "r1-1", "r1-2", "r1-3", "r9-0"])
    assert told == {
        "r1-0": Named(final=True, key="r/r1-0/original"),
        "r1-1": Named(final=True, perhaps=True),
        "r1-2": Named(final=True),
        "r1-3": Named(final=False),
    }


async def test_references_of_rounds_and_wishes_are_known(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.open(replace(a_round("r2"), brief=like("r2/reference/a", "Ben")), CAPS, recast=False)
    await storage.rounds.keep_wish(Wanted("w1", PLACE, "U1", like("r3/reference/b")))
    await storage.rounds.keep_wish(Wanted("w2", PLACE, "U1", Brief("Cy", "a cook")))
    assert await storage.inventory.references() == {"r2/reference/a", "r3/reference/b"}
    assert await storage.inventory.rounds(["r1", "r2", "r3"]) == {"r1", "r2"}
    assert sorted(await storage.inventory.wishes()) == [("T1", "w1"), ("T1", "w2")]


async def test_a_portrait_that_was_perhaps_paid_for_gets_its_row_and_its_price_once(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.intend("r1-1", NOW)
    await storage.rounds.miss("r1-1", Miss("unknown", paid="maybe"), None, None)
    before = await storage.ledger.committed("T1", NOW.date())
    assert await storage.inventory.adopt("r1-1", PICTURE)
    slot = (await storage.rounds.get("r1")).slots[1]
    assert (slot.state, slot.portrait, slot.cost, slot.cost_source) == (SlotState.MISS, PICTURE, NICKEL, "listed")
    assert slot.miss == Miss("unknown", paid="yes")
    assert (await storage.ledger.charged("r1"))["r1-1"] == Charge(NICKEL, "listed")
    assert await storage.ledger.committed("T1", NOW.date()) == before
    assert not await storage.ledger.questions("T1"), "nobody is asked any more whether it was charged"
    assert not await storage.inventory.adopt("r1-1", replace(PICTURE, key="another"))


async def test_what_a_person_said_of_the_charge_stands(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.intend("r1-1", NOW)
    await storage.rounds.miss("r1-1", Miss("unknown", paid="maybe"), None, None)
    assert await storage.ledger.settle("r1-1", "U-lead", charged=False)
    assert (await storage.inventory.items(["r1-1"]))["r1-1"].perhaps
    assert await storage.inventory.adopt("r1-1", PICTURE)
    slot = (await storage.rounds.get("r1")).slots[1]
    assert (slot.portrait, slot.cost, slot.cost_source) == (PICTURE, Decimal(0), "told")


async def test_what_arrived_or_is_under_way_is_not_adopted(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.land(a_landing("r1-0"), frozenset())
    assert not await storage.inventory.adopt("r1-0", PICTURE)
    assert not await storage.inventory.adopt("r1-1", PICTURE)
    assert not await storage.inventory.adopt("r9-9", PICTURE)
