"""The port `PassportRepository`: what lacks a passport, and which key the bots of a database sign with."""

from datetime import timedelta

import pytest

from bot.domain.face import Unlock
from bot.domain.passport import OtherPassportKey, SignerCertificate
from bot.domain.upscale import UpscaleState
from storage import Storage
from storage.db.face_tables import faces, upscales
from tests.support import storage_builders
from tests.support.storage_builders import NOW, make_round, open_locked_round
from tests.unit.handlers.test_download import KEPT_UPSCALE

clock = storage_builders.clock
storage = storage_builders.storage

SINCE = NOW - timedelta(days=1)
KEY = SignerCertificate("Harbour Film", "leaf-1", "root-1", NOW, NOW + timedelta(days=900))


async def lock(storage: Storage, round_id: str, name: str) -> str:
    """Lock a face; return the id of its slot."""
    await open_locked_round(storage, make_round(round_id, name))
    face = await storage.roster.get_face(round_id)
    assert face
    return face.slot_id


async def add_finish(storage: Storage, round_id: str, state: UpscaleState) -> str:
    row = {"id": f"{round_id}-f1", "round_id": round_id, "attempt": 1, "method": KEPT_UPSCALE.method, "model": "m"}
    row |= {"price": KEPT_UPSCALE.price, "reserved_on": NOW.date(), "original_sha256": "b", "opened_at": NOW}
    row |= {"requested_by": "U1", "decided_by": "", "prompt": "", "cost_source": "", "request_id": "", "state": state}
    async with storage.database.transaction() as connection:
        await connection.execute(upscales.insert().values(row))
    return f"{round_id}-f1"


async def test_locked_face_is_unsigned_until_its_passport_is_recorded(storage: Storage) -> None:
    slot_id = await lock(storage, "r1", "Maya")
    assert await storage.passports.list_unsigned(SINCE, 9) == ["r1"]
    assert await storage.passports.key_of(slot_id) is None
    await storage.passports.add(slot_id, "r1", "leaf-1", NOW)
    assert await storage.passports.list_unsigned(SINCE, 9) == []
    assert await storage.passports.key_of(slot_id) == "leaf-1"


async def test_later_passport_replaces_the_first(storage: Storage) -> None:
    slot_id = await lock(storage, "r1", "Maya")
    await storage.passports.add(slot_id, "r1", "leaf-1", NOW)
    await storage.passports.add(slot_id, "r1", "leaf-2", NOW + timedelta(days=1))
    assert await storage.passports.key_of(slot_id) == "leaf-2"


@pytest.mark.parametrize(("state", "is_listed"), [(UpscaleState.KEPT, True), (UpscaleState.OFFERED, False)])
async def test_kept_finish_needs_a_passport_of_its_own(storage: Storage, state: UpscaleState, is_listed: bool) -> None:
    await storage.passports.add(await lock(storage, "r1", "Maya"), "r1", "leaf-1", NOW)
    finish = await add_finish(storage, "r1", state)
    assert await storage.passports.list_unsigned(SINCE, 9) == (["r1"] if is_listed else [])
    await storage.passports.add(finish, "r1", "leaf-1", NOW)
    assert await storage.passports.list_unsigned(SINCE, 9) == []


async def test_unlocked_withdrawn_and_earlier_faces_are_left_out(storage: Storage) -> None:
    for round_id, name in (("r1", "Maya"), ("r2", "Ben"), ("r3", "Ines")):
        await lock(storage, round_id, name)
    await storage.roster.unlock("r1", Unlock("U1", NOW, "no"))
    is_withdrawn = faces.update().where(faces.c.round_id == "r2").values(consent_withdrawn_at=NOW)
    await storage.database.execute(is_withdrawn)
    assert await storage.passports.list_unsigned(SINCE, 9) == ["r3"]
    assert await storage.passports.list_unsigned(NOW + timedelta(days=1), 9) == []
    assert await storage.passports.list_unsigned(SINCE, 0) == []


async def test_passports_of_other_keys_are_listed_page_by_page(storage: Storage) -> None:
    for number, leaf in enumerate(("leaf-1", "leaf-1", "leaf-2"), start=1):
        await storage.passports.add(await lock(storage, f"r{number}", f"Maya {number}"), f"r{number}", leaf, NOW)
    assert await storage.passports.list_of_other_keys("leaf-2", 1) == ["r1"]
    assert await storage.passports.list_of_other_keys("leaf-2", 1, "r1") == ["r2"]
    assert await storage.passports.list_of_other_keys("leaf-2", 1, "r2") == []
    await storage.passports.delete(["r1", "r2"])
    assert await storage.passports.list_of_other_keys("leaf-2", 9) == []


async def test_same_key_is_accepted_and_a_later_leaf_of_the_root_is_a_rotation(storage: Storage) -> None:
    rotated = SignerCertificate("Harbour Film", "leaf-2", "root-1", NOW + timedelta(days=1), KEY.valid_until)
    for certificate in (None, KEY, KEY, rotated, rotated):
        await storage.passports.require_same_key(certificate, NOW)
    with pytest.raises(OtherPassportKey) as raised:
        await storage.passports.require_same_key(KEY, NOW)
    assert (raised.value.expected, raised.value.found) == ("leaf-2", "leaf-1")


@pytest.mark.parametrize(
    "other",
    [
        None,
        SignerCertificate("Harbour Film", "leaf-2", "root-2", NOW + timedelta(days=1), KEY.valid_until),
        SignerCertificate("Harbour Film", "leaf-2", "root-1", NOW - timedelta(days=1), KEY.valid_until),
    ],
)
async def test_bot_without_the_key_or_with_another_is_refused_until_it_is_adopted(
    storage: Storage, other: SignerCertificate | None
) -> None:
    await storage.passports.require_same_key(KEY, NOW)
    with pytest.raises(OtherPassportKey):
        await storage.passports.require_same_key(other, NOW)
    if other:
        await storage.passports.replace_key(other, NOW)
        await storage.passports.require_same_key(other, NOW)
