"""The port `PictureIndex`: which stored pictures the database references."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.brief import Brief, Reference
from bot.domain.budget import Charge
from bot.domain.face import Portrait
from bot.domain.slot import SlotFailure, SlotState
from bot.ports.rounds import RoundDraft
from bot.ports.storage import PictureOwner
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NICKEL, NOW, PLACE, list_charges, make_generated_portrait, make_round

clock, storage = storage_builders.clock, storage_builders.storage

PICTURE = Portrait("r1/r1-1/original", "image/png", 768, 1024, 1_000, "ab" * 32)


def brief_with_reference(key: str, name: str = "Maya") -> Brief:
    return Brief(name, "a fisherwoman", reference=Reference("photo", key=key, sha256="ab"))


async def test_items_describe_known_slots_and_omit_unknown_ids(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r1-0"), frozenset())
    await storage.slots.mark_requested("r1-1", NOW)
    await storage.slots.record_failure("r1-1", SlotFailure("unknown", paid="maybe"), None, None)
    await storage.slots.record_failure("r1-2", SlotFailure("invalid_image", paid="yes"), None, None)
    owners = await storage.picture_index.owners(["r1-0", "r1-1", "r1-2", "r1-3", "r9-0"])
    assert owners == {
        "r1-0": PictureOwner(is_final=True, key="r/r1-0/original"),
        "r1-1": PictureOwner(is_final=True, may_be_paid=True),
        "r1-2": PictureOwner(is_final=True),
        "r1-3": PictureOwner(is_final=False),
    }


async def test_references_of_rounds_and_drafts_are_listed(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.rounds.open(
        replace(make_round("r2"), brief=brief_with_reference("r2/reference/a", "Ben")), CAPS, recast=False
    )
    await storage.drafts.save(RoundDraft("w1", PLACE, "U1", brief_with_reference("r3/reference/b")))
    await storage.drafts.save(RoundDraft("w2", PLACE, "U1", Brief("Cy", "a cook")))
    assert await storage.picture_index.reference_keys() == {"r2/reference/a", "r3/reference/b"}
    assert await storage.picture_index.known_rounds(["r1", "r2", "r3"]) == {"r1", "r2"}
    assert sorted(await storage.picture_index.list_drafts()) == [("T1", "w1"), ("T1", "w2")]


async def test_orphan_portrait_is_attached_and_charged_once(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.slots.mark_requested("r1-1", NOW)
    await storage.slots.record_failure("r1-1", SlotFailure("unknown", paid="maybe"), None, None)
    before = await storage.ledger.committed("T1", NOW.date())
    assert await storage.picture_index.attach_orphan("r1-1", PICTURE)
    slot = (await storage.rounds.get("r1")).slots[1]
    assert (slot.state, slot.portrait, slot.cost, slot.cost_source) == (SlotState.FAILED, PICTURE, NICKEL, "listed")
    assert slot.failure == SlotFailure("unknown", paid="yes")
    assert (await list_charges(storage, "r1"))["r1-1"] == Charge(NICKEL, "listed")
    assert await storage.ledger.committed("T1", NOW.date()) == before
    assert not await storage.ledger.list_pending_charges("T1"), "the charge needs no confirmation any more"
    assert not await storage.picture_index.attach_orphan("r1-1", replace(PICTURE, key="another"))


async def test_confirmed_charge_is_kept_when_an_orphan_is_attached(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.slots.mark_requested("r1-1", NOW)
    await storage.slots.record_failure("r1-1", SlotFailure("unknown", paid="maybe"), None, None)
    assert await storage.ledger.confirm("r1-1", "U-lead", charged=False)
    assert (await storage.picture_index.owners(["r1-1"]))["r1-1"].may_be_paid
    assert await storage.picture_index.attach_orphan("r1-1", PICTURE)
    slot = (await storage.rounds.get("r1")).slots[1]
    assert (slot.portrait, slot.cost, slot.cost_source) == (PICTURE, Decimal(0), "confirmed")


async def test_completed_or_running_slots_get_no_orphan(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r1-0"), frozenset())
    assert not await storage.picture_index.attach_orphan("r1-0", PICTURE)
    assert not await storage.picture_index.attach_orphan("r1-1", PICTURE)
    assert not await storage.picture_index.attach_orphan("r9-9", PICTURE)
