"""The port Rounds: how a round ends, and what can be read of it along the way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from bot.face import Place
from bot.round import Round, State
from bot.slot import Miss
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import (
    CAPS,
    NOW,
    PLACE,
    a_face,
    a_mark,
    a_round,
    closed,
    drawn,
    locked,
    voting,
)

clock, storage = stories.clock, stories.storage

Reach = Callable[[Storage, Round], Awaitable[Round]]


async def test_a_lock_pressed_by_many_yields_one_face(storage: Storage) -> None:
    round_ = await closed(storage, a_round())
    pressed = [storage.rounds.lock("r1", a_face(round_, number)) for number in (1, 2, 3, 4) * 3]
    answers = await asyncio.gather(*pressed)
    assert answers.count(True) == 1
    faces = await storage.roster.history(round_.character_id)
    assert len(faces) == 1
    assert (await storage.rounds.get("r1")).locked_slot == faces[0].slot_id


@pytest.mark.parametrize("reach", [drawn, voting, locked])
async def test_only_a_closed_round_locks(storage: Storage, reach: Reach) -> None:
    round_ = await reach(storage, a_round())
    before = await storage.rounds.get("r1")
    face = a_face(await closed(storage, a_round("r2", "Juan")))
    assert not await storage.rounds.lock("r1", replace(face, round_id="r1", character_id=round_.character_id))
    assert await storage.rounds.get("r1") == before


async def test_a_lock_that_cannot_be_written_leaves_the_round_closed(storage: Storage) -> None:
    round_ = await closed(storage, a_round())
    with pytest.raises(IntegrityError):
        await storage.rounds.lock("r1", replace(a_face(round_), character_id="nobody"))
    assert (await storage.rounds.get("r1")).state is State.CLOSED
    assert await storage.roster.face("r1") is None


async def test_any_open_round_can_be_given_up_once(storage: Storage) -> None:
    await drawn(storage, a_round("r1"))
    await voting(storage, a_round("r2", "Juan"))
    await closed(storage, a_round("r3", "Ada"))
    for id_ in ("r1", "r2", "r3"):
        assert await storage.rounds.void(id_, "dropped")
        assert not await storage.rounds.void(id_, "again")
        round_ = await storage.rounds.get(id_)
        assert (round_.state, round_.why_void) == (State.VOID, "dropped")


async def test_a_locked_round_cannot_be_given_up(storage: Storage) -> None:
    await locked(storage, a_round())
    assert not await storage.rounds.void("r1", "dropped")


async def test_a_void_round_gives_back_what_its_slots_reserved_as_they_end(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.void("r1", "cancelled")
    for slot in a_round().slots:
        await storage.rounds.miss(slot.id, Miss("cancelled"), None, None)
    assert await storage.ledger.committed(PLACE.team, NOW.date()) == Decimal(0)


async def test_a_round_is_found_by_its_message(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    assert await storage.rounds.by_message(PLACE, "1.5") is None
    await storage.rounds.set_message("r1", "1.5")
    found = await storage.rounds.by_message(PLACE, "1.5")
    assert found
    assert found.id == "r1"
    assert len(found.slots) == 4
    assert await storage.rounds.by_message(Place("T1", "C2"), "1.5") is None


async def test_a_round_is_found_by_any_of_its_slots(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    await storage.rounds.open(a_round("r2", "Juan"), CAPS, recast=False)
    assert await storage.rounds.by_slot("r2-3") == await storage.rounds.get("r2")


async def test_ids_nobody_gave_are_not_found(storage: Storage) -> None:
    with pytest.raises(KeyError):
        await storage.rounds.get("r9")
    with pytest.raises(KeyError):
        await storage.rounds.by_slot("r9-0")


async def test_where_a_round_is_shown_is_kept(storage: Storage) -> None:
    await storage.rounds.open(a_round(), CAPS, recast=False)
    await storage.rounds.set_message("r1", "1.5")
    await storage.rounds.set_sheet("r1", "F-sheet", 3)
    await storage.rounds.set_record("r1", "F-record")
    await storage.rounds.set_files({"r1-2": "F-large"})
    await storage.rounds.set_originals({"r1-2": "F-original"})
    round_ = await storage.rounds.get("r1")
    assert (round_.message_ts, round_.record_file) == ("1.5", "F-record")
    assert (round_.sheet_file, round_.sheet_shows) == ("F-sheet", 3)
    assert (round_.slots[2].file_id, round_.slots[2].original_file) == ("F-large", "F-original")
    assert round_.slots[1].file_id is None


async def test_rounds_that_draw_or_have_a_slot_under_way_are_moving(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1", "Draws"), CAPS, recast=False)
    await drawn(storage, a_round("r2", "Drawn, ballot not open", opened_at=NOW + timedelta(seconds=1)))
    await voting(storage, a_round("r3", "One is late", opened_at=NOW + timedelta(seconds=2)), landed=3)
    await voting(storage, a_round("r4", "Only votes"))
    await storage.rounds.open(
        a_round("r5", "Called off while drawing", opened_at=NOW + timedelta(seconds=3)), CAPS, recast=False
    )
    await storage.rounds.void("r5", "cancelled")
    await locked(storage, a_round("r6", "Done"))
    moving = await storage.rounds.moving()
    assert [r.id for r in moving] == ["r1", "r2", "r3", "r5"]
    assert [len(r.slots) for r in moving] == [4, 4, 4, 4]


async def test_open_rounds_and_those_of_the_last_day_may_show_less_than_is_stored(storage: Storage) -> None:
    before = NOW - timedelta(days=2)
    for round_id, opened_at in (("r1", NOW), ("r2", before), ("r3", NOW + timedelta(seconds=1))):
        await storage.rounds.open(a_round(round_id, f"Name {round_id}", opened_at=opened_at), CAPS, recast=False)
        await storage.rounds.set_message(round_id, f"{round_id}.1")
    await storage.rounds.open(a_round("r4", "Not posted"), CAPS, recast=False)
    await storage.rounds.void("r3", "cancelled")
    assert list(await storage.rounds.on_show(NOW)) == ["r3", "r1", "r2"]
    await storage.rounds.void("r2", "cancelled")
    assert list(await storage.rounds.on_show(NOW)) == ["r3", "r1"]


async def test_a_round_waits_for_a_person_until_they_vote_and_again_when_they_take_it_back(storage: Storage) -> None:
    late = await voting(storage, a_round("r1", "Late"), hours=5)
    await voting(storage, a_round("r2", "Soon"), hours=1)
    await voting(storage, a_round("r3", place=Place("T2", "C1")), hours=1)
    await closed(storage, a_round("r4", "Closed"))

    async def waiting() -> list[str]:
        return [r.id for r in await storage.rounds.waiting_for("U1", "T1")]

    assert await waiting() == ["r2", "r1"]
    await storage.rounds.mark(a_mark(late, 0, "U1", 1))
    await storage.rounds.mark(a_mark(late, 1, "U2", 1))
    assert await waiting() == ["r2"]
    await storage.rounds.mark(a_mark(late, 0, "U1", 2, on=False))
    assert await waiting() == ["r2", "r1"]


async def test_why_a_sheet_does_not_hang_is_noted_once_and_undone_by_the_next_that_does(storage: Storage) -> None:
    await voting(storage, a_round())
    assert await storage.rounds.refuse_sheet("r1", "file_uploads_disabled")
    assert not await storage.rounds.refuse_sheet("r1", "storage_limit_reached")
    assert (await storage.rounds.get("r1")).sheet_refused == "file_uploads_disabled"
    await storage.rounds.set_sheet("r1", "F-sheet", 4)
    assert (await storage.rounds.get("r1")).sheet_refused == ""
