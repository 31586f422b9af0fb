"""Callbacks and re-auditions in the database: beside their parent, one at a time, out of every list of castings."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.errors import AlreadyCasting, RoundClosed
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import CALLBACK, REAUDITION, RoundState
from bot.domain.slot import Slot
from bot.ports.messaging import Recipient
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NICKEL,
    NOW,
    assert_roster_status_is_current,
    count_votes,
    make_generated_portrait,
    make_round,
    open_closed_round,
    open_locked_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage
PLACE = storage_builders.PLACE


def make_callback(parent: Round, id_: str = "c1", origin: str = CALLBACK) -> Round:
    """Two copied originals, and one view of each."""
    originals = [
        Slot(f"{id_}-{n}", id_, n, s.model, Decimal(0), n, copy_of_slot_id=s.id) for n, s in enumerate(parent.slots[:2])
    ]
    views = [
        Slot(f"{id_}-{n}", id_, n, "maker:views", NICKEL, n, variation_of_slot_id=original.id, situation="wide")
        for n, original in enumerate(originals, start=2)
    ]
    return replace(make_round(id_), origin=origin, parent=parent.id, slots=(*originals, *views))


async def draw(storage: Storage, callback: Round) -> Round:
    """Open the ballot over the originals."""
    for slot in callback.slots:
        generated = make_generated_portrait(slot.id)
        charge = None if slot.copy_of_slot_id else generated.charge
        await storage.slots.record_portrait(replace(generated, charge=charge), frozenset())
    drawn = await storage.rounds.get(callback.id)
    assert await storage.ballots.open(callback.id, drawn.assign_numbers(), NOW + timedelta(hours=1))
    return await storage.rounds.get(callback.id)


async def close(storage: Storage, round_: Round) -> Round:
    tally = await count_votes(storage, round_)
    assert await storage.ballots.close(round_.id, tally, round_.ballot_version)
    return await storage.rounds.get(round_.id)


async def test_a_callback_runs_beside_its_open_parent(storage: Storage) -> None:
    parent = await open_closed_round(storage, make_round())
    result = await storage.rounds.open(make_callback(parent), CAPS, recast=True)
    assert (result.created, result.round.character_id) == (True, parent.character_id)
    assert (await storage.rounds.get("r1")).state is RoundState.CLOSED
    assert not (await storage.rounds.open(make_callback(parent), CAPS, recast=True)).created
    character = await storage.roster.get(parent.character_id)
    assert character
    assert character.open_round_id == "r1", "the character is cast in its own round"
    assert len(await storage.roster.by_name("T1", "Maya")) == 1, "one row, with two open rounds"
    await assert_roster_status_is_current(storage)
    with pytest.raises(AlreadyCasting) as caught:
        await storage.rounds.open(make_round("r2"), CAPS, recast=False)
    assert caught.value.round_id == "r1"


async def test_one_callback_of_a_round_runs_at_a_time(storage: Storage) -> None:
    parent = await open_closed_round(storage, make_round())
    first = (await storage.rounds.open(make_callback(parent), CAPS, recast=True)).round
    with pytest.raises(RoundClosed) as caught:
        await storage.rounds.open(make_callback(parent, "c2"), CAPS, recast=True)
    assert caught.value.state == "callback_runs"
    await close(storage, await draw(storage, first))
    assert (await storage.rounds.open(make_callback(parent, "c2"), CAPS, recast=True)).created
    assert [one.id for one in await storage.rounds.list_follow_ups("r1")] == ["c1", "c2"]


async def test_a_parent_without_a_result_has_no_callback(storage: Storage) -> None:
    parent = await open_voting_round(storage, make_round())
    with pytest.raises(RoundClosed) as caught:
        await storage.rounds.open(make_callback(parent), CAPS, recast=True)
    assert caught.value.state is RoundState.VOTING
    await storage.rounds.void("r1", "dropped")
    with pytest.raises(RoundClosed):
        await storage.rounds.open(make_callback(parent), CAPS, recast=True)


async def test_views_have_no_number_and_copies_cost_nothing(storage: Storage) -> None:
    parent = await open_closed_round(storage, make_round())
    callback = await draw(storage, (await storage.rounds.open(make_callback(parent), CAPS, recast=True)).round)
    closed = await close(storage, callback)
    assert {s.number for s in closed.slots if s.situation} == {None}
    assert sorted(s.number or 0 for s in closed.slots if s.copy_of_slot_id) == [1, 2]
    charges = await storage_builders.list_charges(storage, "c1")
    assert set(charges) == {"c1-2", "c1-3"}, "the ledger knows the drawn ones alone"


async def test_a_closed_callback_is_over(storage: Storage) -> None:
    parent = await open_closed_round(storage, make_round())
    callback = await draw(storage, (await storage.rounds.open(make_callback(parent), CAPS, recast=True)).round)
    assert "c1" in await storage.rounds.list_open("T1")
    await close(storage, callback)
    lead = parent.lead
    assert await storage.rounds.list_open("T1") == ["r1"]
    assert await storage.rounds.list_open_started_by(lead, "T1") == ["r1"]
    assert [one.id for one in await storage.rounds.list_open_led_by(lead, "T1")] == ["r1"]
    assert "c1" not in await storage.rounds.list_to_redraw(NOW + timedelta(days=2))
    assert [one.round.id for one in await storage.ballots.list_finished("T1", 10)] == ["r1"]
    assert await storage.rounds.count_free_portraits(lead, "T1", NOW - timedelta(days=1)) == 0


async def test_a_callback_of_a_locked_face_leaves_the_roster_alone(storage: Storage) -> None:
    parent = await open_locked_round(storage, make_round())
    callback = make_callback(parent, origin=REAUDITION)
    await draw(storage, (await storage.rounds.open(callback, CAPS, recast=True)).round)
    character = await storage.roster.get(parent.character_id)
    assert character
    assert (character.face and character.face.round_id, character.open_round_id) == ("r1", None)
    await assert_roster_status_is_current(storage)


async def test_pictures_of_views_that_slack_lacks_are_found(storage: Storage) -> None:
    parent = await open_closed_round(storage, make_round())
    callback = await draw(storage, (await storage.rounds.open(make_callback(parent), CAPS, recast=True)).round)
    later = NOW + timedelta(minutes=5)
    await storage.slots.set_files({slot.id: f"F-{slot.id}" for slot in callback.slots if not slot.situation})
    assert "c1" in await storage.rounds.list_missing_pictures(later)
    await storage.slots.set_files({slot.id: f"F-{slot.id}" for slot in callback.slots})
    assert "c1" not in await storage.rounds.list_missing_pictures(later)


async def test_faces_of_a_model_are_listed_with_their_present_leads(storage: Storage) -> None:
    first = await open_locked_round(storage, make_round())
    await open_locked_round(storage, make_round("r2", "Ada", place=ChannelRef("T1", "C2")), number=2)
    assert await storage.rounds.change_lead("r1", first.lead, "U-new")
    found = await storage.retirement_notices.list_faces("maker:model-0")
    assert [(recipient, face.round_id) for recipient, face in found] == [(Recipient("T1", "U-new"), "r1")]
    assert await storage.retirement_notices.list_faces("maker:unknown") == []
    again = replace(make_round("r3"), parent="r1", origin="recast")
    await open_locked_round(storage, again, number=2)
    assert await storage.retirement_notices.list_faces("maker:model-0") == [], "a newer face took its place"
