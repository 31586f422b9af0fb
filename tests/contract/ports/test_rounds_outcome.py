"""The end of a round, and the queries for rounds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.ballot import BallotStage, BallotSubmission
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import SlotFailure
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NOW,
    PLACE,
    make_face,
    make_round,
    make_vote_input,
    open_closed_round,
    open_generated_round,
    open_locked_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage

RoundSetup = Callable[[Storage, Round], Awaitable[Round]]


async def test_concurrent_locks_create_one_face(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round())
    attempts = [storage.rounds.lock("r1", make_face(round_, number)) for number in (1, 2, 3, 4) * 3]
    answers = await asyncio.gather(*attempts)
    assert answers.count(True) == 1
    faces = await storage.roster.list_faces(round_.character_id)
    assert len(faces) == 1
    assert (await storage.rounds.get("r1")).locked_slot == faces[0].slot_id


@pytest.mark.parametrize("reach", [open_generated_round, open_voting_round, open_locked_round])
async def test_only_a_closed_round_can_be_locked(storage: Storage, reach: RoundSetup) -> None:
    round_ = await reach(storage, make_round())
    before = await storage.rounds.get("r1")
    face = make_face(await open_closed_round(storage, make_round("r2", "Juan")))
    assert not await storage.rounds.lock("r1", replace(face, round_id="r1", character_id=round_.character_id))
    assert await storage.rounds.get("r1") == before


async def test_failed_lock_leaves_the_round_closed(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round())
    with pytest.raises(IntegrityError):
        await storage.rounds.lock("r1", replace(make_face(round_), character_id="unknown"))
    assert (await storage.rounds.get("r1")).state is RoundState.CLOSED
    assert await storage.roster.get_face("r1") is None


async def test_open_round_can_be_voided_once(storage: Storage) -> None:
    await open_generated_round(storage, make_round("r1"))
    await open_voting_round(storage, make_round("r2", "Juan"))
    await open_closed_round(storage, make_round("r3", "Ada"))
    for id_ in ("r1", "r2", "r3"):
        assert await storage.rounds.void(id_, "dropped")
        assert not await storage.rounds.void(id_, "again")
        round_ = await storage.rounds.get(id_)
        assert (round_.state, round_.void_reason) == (RoundState.VOID, "dropped")


async def test_locked_round_cannot_be_voided(storage: Storage) -> None:
    await open_locked_round(storage, make_round())
    assert not await storage.rounds.void("r1", "dropped")


async def test_void_round_releases_reservations_as_slots_end(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.rounds.void("r1", "cancelled")
    for slot in make_round().slots:
        await storage.slots.record_failure(slot.id, SlotFailure("cancelled"), None, None)
    assert await storage.ledger.committed(PLACE.team, NOW.date()) == Decimal(0)


async def test_a_round_is_found_by_its_message(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    assert await storage.rounds.by_message(PLACE, "1.5") is None
    await storage.rounds.set_message("r1", "1.5")
    found = await storage.rounds.by_message(PLACE, "1.5")
    assert found
    assert found.id == "r1"
    assert len(found.slots) == 4
    assert await storage.rounds.by_message(ChannelRef("T1", "C2"), "1.5") is None


async def test_a_round_is_found_by_any_of_its_slots(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    await storage.rounds.open(make_round("r2", "Juan"), CAPS, recast=False)
    assert await storage.rounds.by_slot("r2-3") == await storage.rounds.get("r2")


async def test_unknown_ids_are_not_found(storage: Storage) -> None:
    with pytest.raises(KeyError):
        await storage.rounds.get("r9")
    with pytest.raises(KeyError):
        await storage.rounds.by_slot("r9-0")


async def test_slack_locations_of_a_round_are_stored(storage: Storage) -> None:
    await storage.rounds.open(make_round(), CAPS, recast=False)
    await storage.rounds.set_message("r1", "1.5")
    await storage.rounds.set_sheet("r1", "F-sheet", 3)
    await storage.rounds.set_record("r1", "F-record")
    await storage.slots.set_files({"r1-2": "F-large"})
    await storage.slots.set_originals({"r1-2": "F-original"})
    round_ = await storage.rounds.get("r1")
    assert (round_.message_ts, round_.record_file) == ("1.5", "F-record")
    assert (round_.sheet_file, round_.sheet_candidate_count) == ("F-sheet", 3)
    assert (round_.slots[2].file_id, round_.slots[2].original_file) == ("F-large", "F-original")
    assert round_.slots[1].file_id is None


async def test_drawing_rounds_and_running_slots_are_listed_as_moving(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1", "Draws"), CAPS, recast=False)
    await open_generated_round(
        storage, make_round("r2", "Drawn, ballot not open", opened_at=NOW + timedelta(seconds=1))
    )
    await open_voting_round(storage, make_round("r3", "One is late", opened_at=NOW + timedelta(seconds=2)), completed=3)
    await open_voting_round(storage, make_round("r4", "Only votes"))
    await storage.rounds.open(
        make_round("r5", "Called off while drawing", opened_at=NOW + timedelta(seconds=3)), CAPS, recast=False
    )
    await storage.rounds.void("r5", "cancelled")
    await open_locked_round(storage, make_round("r6", "Done"))
    moving = await storage.rounds.list_unfinished()
    assert [r.id for r in moving] == ["r1", "r2", "r3", "r5"]
    assert [len(r.slots) for r in moving] == [4, 4, 4, 4]


async def test_open_and_recent_rounds_are_listed_for_redraw(storage: Storage) -> None:
    before = NOW - timedelta(days=2)
    for round_id, opened_at in (("r1", NOW), ("r2", before), ("r3", NOW + timedelta(seconds=1))):
        await storage.rounds.open(make_round(round_id, f"Name {round_id}", opened_at=opened_at), CAPS, recast=False)
        await storage.rounds.set_message(round_id, f"{round_id}.1")
    await storage.rounds.open(make_round("r4", "Not posted"), CAPS, recast=False)
    await storage.rounds.void("r3", "cancelled")
    assert list(await storage.rounds.list_to_redraw(NOW)) == ["r3", "r1", "r2"]
    await storage.rounds.void("r2", "cancelled")
    assert list(await storage.rounds.list_to_redraw(NOW)) == ["r3", "r1"]


async def test_open_rounds_are_listed_for_their_lead(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1", "Drawing"), CAPS, recast=False)
    await open_closed_round(storage, make_round("r2", "Closed", opened_at=NOW + timedelta(seconds=1)))
    await storage.rounds.open(make_round("r3", place=ChannelRef("T2", "C1")), CAPS, recast=False)
    await open_locked_round(storage, make_round("r4", "Locked"))
    await storage.rounds.open(make_round("r5", "Void"), CAPS, recast=False)
    await storage.rounds.void("r5", "cancelled")
    lead = (await storage.rounds.get("r1")).lead
    assert [r.id for r in await storage.rounds.list_open_led_by(lead, "T1")] == ["r1", "r2"]
    assert await storage.rounds.list_open_led_by("U9", "T1") == []


async def test_round_is_pending_for_a_user_until_they_vote(storage: Storage) -> None:
    late_round = await open_voting_round(storage, make_round("r1", "Late"), hours=5)
    await open_voting_round(storage, make_round("r2", "Soon"), hours=1)
    await open_voting_round(storage, make_round("r3", place=ChannelRef("T2", "C1")), hours=1)
    await open_closed_round(storage, make_round("r4", "Closed"))

    async def pending_round_ids() -> list[str]:
        return [r.id for r in await storage.ballots.list_without_vote("U1", "T1")]

    assert await pending_round_ids() == ["r2", "r1"]
    await storage.ballots.record_vote(make_vote_input(late_round, 0, "U1", 1))
    await storage.ballots.record_vote(make_vote_input(late_round, 1, "U2", 1))
    assert await pending_round_ids() == ["r2"]
    await storage.ballots.record_vote(make_vote_input(late_round, 0, "U1", 2, on=False))
    assert await pending_round_ids() == ["r2", "r1"]


async def test_sheet_refusal_is_stored_until_a_sheet_is_uploaded(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    assert await storage.rounds.set_sheet_refused("r1", "file_uploads_disabled")
    assert not await storage.rounds.set_sheet_refused("r1", "storage_limit_reached")
    assert (await storage.rounds.get("r1")).sheet_refused == "file_uploads_disabled"
    await storage.rounds.set_sheet("r1", "F-sheet", 4)
    assert (await storage.rounds.get("r1")).sheet_refused == ""


async def test_none_of_these_is_not_replaced_by_a_vote_in_another_round(storage: Storage) -> None:
    for round_id, name in (("r1", "Maya"), ("r2", "Juan")):
        await open_voting_round(storage, make_round(round_id, name))
    none = BallotSubmission("r1", "U1", BallotStage.FIRST, frozenset(), frozenset(), {}, 5)
    assert await storage.ballots.record_submission(none)
    await storage.ballots.record_vote(make_vote_input(await storage.rounds.get("r2"), 1, "U1", 9))
    assert not await storage.ballots.list_without_vote("U1", "T1")
