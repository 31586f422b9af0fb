"""Slots: requested once, completed or failed once, with their effect on budgets and ledger."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.budget import Caps, Charge, budget_day
from bot.domain.errors import OverBudget, RoundClosed
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot, SlotFailure, SlotState
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
    open_closed_round,
    open_generated_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage

TODAY = budget_day(NOW)
NUMBERED_STATES = frozenset({RoundState.VOTING, RoundState.CLOSED})
REFUSED_FAILURE = SlotFailure("refused", "blood")
TIMEOUT_FAILURE = SlotFailure("timed_out", paid="maybe")


async def open_round(storage: Storage, slots: int = 4) -> None:
    await storage.rounds.open(make_round(slots=slots), CAPS, recast=False)


async def get_slot(storage: Storage, slot_id: str) -> Slot:
    return next(s for s in (await storage.rounds.by_slot(slot_id)).slots if s.id == slot_id)


async def committed_today(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, TODAY)


def reroll_slot(slot_id: str, for_: str, price: Decimal = NICKEL) -> Slot:
    return Slot(slot_id, "r1", 4, "maker:model-0", price, seed=9, rerolls_slot_id=for_)


async def test_slot_is_marked_requested_once(storage: Storage) -> None:
    await open_round(storage)
    answers = await asyncio.gather(*(storage.slots.mark_requested("r1-0", NOW) for _ in range(8)))
    assert answers.count(True) == 1
    requested = await get_slot(storage, "r1-0")
    assert (requested.state, requested.requested_at) == (SlotState.REQUESTED, NOW)


async def test_final_slot_is_not_requested_again(storage: Storage) -> None:
    await open_generated_round(storage, make_round(), completed=1)
    await storage.slots.record_failure("r1-1", REFUSED_FAILURE, None, None)
    assert not await storage.slots.mark_requested("r1-0", NOW)
    assert not await storage.slots.mark_requested("r1-1", NOW)


async def test_paused_slot_can_be_requested_again(storage: Storage) -> None:
    await open_round(storage)
    await storage.slots.mark_requested("r1-0", NOW)
    wait_until = NOW + timedelta(seconds=20)
    await storage.slots.set_wait_until("r1-0", wait_until)
    paused = await get_slot(storage, "r1-0")
    assert (paused.state, paused.wait_until) == (SlotState.PAUSED, wait_until)
    assert await storage.slots.mark_requested("r1-0", wait_until)
    requested = await get_slot(storage, "r1-0")
    assert (requested.state, requested.requested_at, requested.wait_until) == (SlotState.REQUESTED, wait_until, None)


async def test_slot_is_requested_again_after_its_wait(storage: Storage) -> None:
    await open_round(storage)
    await storage.slots.mark_requested("r1-0", NOW)
    await storage.slots.set_wait_until("r1-0", NOW + timedelta(seconds=20))
    await storage.slots.set_wait_until("r1-0", None)
    assert (await get_slot(storage, "r1-0")).state is SlotState.REQUESTED
    assert not await storage.slots.mark_requested("r1-0", NOW)


async def test_portrait_becomes_an_unnumbered_candidate_while_drawing(storage: Storage) -> None:
    await open_round(storage)
    completed = await storage.slots.record_portrait(
        make_generated_portrait("r1-0", "0.04", "exact", seed=77), NUMBERED_STATES
    )
    assert completed == await get_slot(storage, "r1-0")
    assert (completed.state, completed.number, completed.seed) == (SlotState.CANDIDATE, None, 77)
    assert (completed.cost, completed.cost_source, completed.request_id) == (Decimal("0.04"), "exact", "req-r1-0")
    assert completed.portrait == make_generated_portrait("r1-0").portrait


async def test_slot_seed_is_kept_for_models_without_seeds(storage: Storage) -> None:
    await open_round(storage)
    assert (await storage.slots.record_portrait(make_generated_portrait("r1-3", seed=None), NUMBERED_STATES)).seed == 3
    assert (await storage.slots.record_portrait(make_generated_portrait("r1-2", seed=0), NUMBERED_STATES)).seed == 0


async def test_actual_cost_replaces_the_reservation(storage: Storage) -> None:
    await open_round(storage)
    await storage.slots.record_portrait(make_generated_portrait("r1-0", "0.0412345"), NUMBERED_STATES)
    await storage.slots.record_portrait(make_generated_portrait("r1-1", "0.07", "listed"), NUMBERED_STATES)
    assert await committed_today(storage) == Decimal("0.20") - 2 * NICKEL + Decimal("0.041235") + Decimal("0.07")
    assert await list_charges(storage, "r1") == {
        "r1-0": Charge(Decimal("0.041235"), "exact"),
        "r1-1": Charge(Decimal("0.07"), "listed"),
    }


async def test_one_portrait_reported_many_times_is_charged_once(storage: Storage) -> None:
    await open_round(storage)
    slots = await asyncio.gather(
        *(storage.slots.record_portrait(make_generated_portrait("r1-0", "0.04"), NUMBERED_STATES) for _ in range(8))
    )
    assert all(s == slots[0] for s in slots)
    assert await committed_today(storage) == Decimal("0.19")


async def test_cost_above_the_cap_is_counted_in_full(storage: Storage) -> None:
    await storage.rounds.open(make_round(), Caps(Decimal("0.20"), Decimal("0.20")), recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r1-0", "0.30"), NUMBERED_STATES)
    assert await committed_today(storage) == Decimal("0.45")


async def test_slot_settles_in_the_budget_of_its_reservation_day(storage: Storage, clock: FakeClock) -> None:
    await open_round(storage)
    clock.now += timedelta(days=1)
    await storage.slots.record_portrait(make_generated_portrait("r1-0", "0.01"), NUMBERED_STATES)
    assert await committed_today(storage) == Decimal("0.16")
    assert await storage.ledger.committed(PLACE.team, budget_day(clock.now)) == 0


async def test_free_failure_releases_its_price_once(storage: Storage) -> None:
    await open_round(storage)
    failed_slot = await storage.slots.record_failure("r1-0", REFUSED_FAILURE, None, 1.5)
    assert await storage.slots.record_failure("r1-0", REFUSED_FAILURE, None, 1.5) == failed_slot
    assert (failed_slot.state, failed_slot.failure, failed_slot.cost, failed_slot.seconds) == (
        SlotState.FAILED,
        REFUSED_FAILURE,
        Decimal(0),
        1.5,
    )
    assert await committed_today(storage) == Decimal("0.15")
    assert await list_charges(storage, "r1") == {}


async def test_failure_with_an_unknown_charge_keeps_its_price(storage: Storage) -> None:
    await open_round(storage)
    failed_slot = await storage.slots.record_failure("r1-0", TIMEOUT_FAILURE, None, None)
    assert (failed_slot.cost, failed_slot.cost_source) == (NICKEL, "unknown")
    assert await committed_today(storage) == Decimal("0.20")
    assert await list_charges(storage, "r1") == {"r1-0": Charge(NICKEL, "unknown")}


async def test_charged_failure_costs_its_charge(storage: Storage) -> None:
    await open_round(storage)
    await storage.slots.record_failure(
        "r1-0", SlotFailure("invalid_image", paid="yes"), Charge(Decimal("0.02"), "exact"), 3.0
    )
    await storage.slots.record_failure("r1-1", SlotFailure("invalid_image", paid="yes"), None, 3.0)
    assert await committed_today(storage) == Decimal("0.17")
    assert (await list_charges(storage, "r1"))["r1-1"] == Charge(NICKEL, "listed")


async def test_first_outcome_of_a_slot_is_final(storage: Storage) -> None:
    await open_round(storage)
    completed = await storage.slots.record_portrait(make_generated_portrait("r1-0"), NUMBERED_STATES)
    failed_slot = await storage.slots.record_failure("r1-1", TIMEOUT_FAILURE, None, None)
    assert await storage.slots.record_failure("r1-0", TIMEOUT_FAILURE, None, None) == completed
    assert await storage.slots.record_portrait(make_generated_portrait("r1-1"), NUMBERED_STATES) == failed_slot
    assert await committed_today(storage) == Decimal("0.20")


async def test_concurrent_portrait_and_failure_settle_a_slot_once(storage: Storage) -> None:
    await open_round(storage)
    completion = storage.slots.record_portrait(make_generated_portrait("r1-0", "0.04"), NUMBERED_STATES)
    first, second = await asyncio.gather(completion, storage.slots.record_failure("r1-0", REFUSED_FAILURE, None, None))
    assert first == second
    assert await committed_today(storage) in (Decimal("0.19"), Decimal("0.15"))


async def test_unknown_slot_cannot_be_completed_or_failed(storage: Storage) -> None:
    with pytest.raises(KeyError):
        await storage.slots.record_portrait(make_generated_portrait("r9-0"), NUMBERED_STATES)
    with pytest.raises(KeyError):
        await storage.slots.record_failure("r9-0", REFUSED_FAILURE, None, None)


async def test_late_portrait_stays_unnumbered(storage: Storage) -> None:
    await open_voting_round(storage, make_round(), completed=3)
    assert (
        await storage.slots.record_portrait(make_generated_portrait("r1-3"), frozenset({RoundState.CLOSED}))
    ).number is None
    assert [s.id for s in (await storage.rounds.get("r1")).late] == ["r1-3"]


async def test_portrait_after_the_close_is_numbered_at_once(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round(slots=4))
    assert len(round_.candidates) == 4
    await storage.ballots.extend("r1", NOW + timedelta(days=2))
    await storage.slots.add(reroll_slot("r1-x", "r1-0"), CAPS)
    reopened = await storage.rounds.get("r1")
    await storage.ballots.close("r1", await storage_builders.count_votes(storage, reopened), reopened.ballot_version)
    assert (await storage.slots.record_portrait(make_generated_portrait("r1-x"), NUMBERED_STATES)).number == 5


async def test_concurrent_rerolls_get_the_next_numbers_up_to_eight(storage: Storage) -> None:
    round_ = await open_voting_round(storage, make_round(slots=6))
    for n in range(2):
        await storage.slots.add(reroll_slot(f"x{n}", "r1-0"), CAPS)
    with pytest.raises(RoundClosed) as refused:
        await storage.slots.add(reroll_slot("x2", "r1-0"), CAPS)
    assert refused.value.state == "full", "nothing is paid for that no message could show"
    slots = await asyncio.gather(
        *(storage.slots.record_portrait(make_generated_portrait(f"x{n}"), NUMBERED_STATES) for n in range(2))
    )
    assert sorted(s.number or 0 for s in slots) == [7, 8]
    assert (await storage.rounds.get("r1")).ballot_version == round_.ballot_version + 2


async def test_reroll_is_appended_and_reserved_once(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    new_slot = replace(reroll_slot("r1-x", "r1-0", Decimal("0.11")), position=0)
    added = await asyncio.gather(*(storage.slots.add(new_slot, CAPS) for _ in range(4)))
    assert set(added) == {replace(new_slot, position=4)}
    assert await committed_today(storage) == Decimal("0.31")
    assert (await storage.rounds.get("r1")).slots[-1] == added[0]


async def test_concurrent_rerolls_get_consecutive_positions(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    added = await asyncio.gather(*(storage.slots.add(reroll_slot(f"x{n}", "r1-0"), CAPS) for n in range(4)))
    assert sorted(s.position for s in added) == [4, 5, 6, 7]


async def test_reroll_is_paid_from_the_budget_of_its_day(storage: Storage, clock: FakeClock) -> None:
    await open_voting_round(storage, make_round())
    clock.now += timedelta(days=1)
    await storage.slots.add(reroll_slot("r1-x", "r1-0"), CAPS)
    assert await storage.ledger.committed(PLACE.team, budget_day(clock.now)) == NICKEL
    await storage.slots.record_failure("r1-x", REFUSED_FAILURE, None, None)
    assert await storage.ledger.committed(PLACE.team, budget_day(clock.now)) == 0
    assert await committed_today(storage) == Decimal("0.20")


async def test_a_reroll_over_either_cap_adds_nothing(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    for caps, cap in ((Caps(Decimal("0.24"), Decimal(9)), "round"), (Caps(Decimal(9), Decimal("0.24")), "day")):
        with pytest.raises(OverBudget) as refused:
            await storage.slots.add(reroll_slot("r1-x", "r1-0"), caps)
        assert (refused.value.cap, refused.value.remaining) == (cap, Decimal("0.04"))
    assert len((await storage.rounds.get("r1")).slots) == 4
    assert await committed_today(storage) == Decimal("0.20")


async def test_concurrent_rerolls_never_exceed_the_round_cap(storage: Storage) -> None:
    await open_voting_round(storage, make_round())
    caps = Caps(Decimal("0.32"), Decimal("20.00"))
    attempts = (storage.slots.add(reroll_slot(f"x{n}", "r1-0"), caps) for n in range(6))
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(answer, Slot) for answer in answers) == 2
    assert (await storage.rounds.get("r1")).price == Decimal("0.30")


async def test_closed_round_accepts_a_late_candidate(storage: Storage) -> None:
    round_ = await open_closed_round(storage, make_round())
    await storage.slots.add(reroll_slot("r1-x", "r1-0"), CAPS)
    new = await storage.slots.record_portrait(make_generated_portrait("r1-x"), NUMBERED_STATES)
    after = await storage.rounds.get("r1")
    assert (new.number, after.tally, after.ballot_version) == (5, round_.tally, round_.ballot_version)
    assert after.arrived_after_vote(new)


async def test_locked_round_cannot_be_rerolled(storage: Storage) -> None:
    await storage_builders.open_locked_round(storage, make_round("r1"))
    with pytest.raises(RoundClosed) as refused:
        await storage.slots.add(reroll_slot("r1-x", "r1-0"), CAPS)
    assert (refused.value.action, refused.value.state) == ("reroll", RoundState.LOCKED)


async def test_duplicate_picture_is_a_paid_failure(
    storage: Storage,
) -> None:
    await open_round(storage)
    first, second = (make_generated_portrait(f"r1-{n}", cost="0.04") for n in (0, 1))
    second = replace(second, portrait=replace(second.portrait, sha256=first.portrait.sha256))
    slots = await asyncio.gather(
        *(storage.slots.record_portrait(generated, NUMBERED_STATES) for generated in (first, second))
    )
    states = sorted(slot.state for slot in slots)
    assert states == [SlotState.CANDIDATE, SlotState.FAILED]
    duplicate = next(slot for slot in slots if slot.failure)
    assert duplicate.failure == SlotFailure("duplicate", paid="yes")
    assert (duplicate.cost, duplicate.cost_source, duplicate.number) == (Decimal("0.04"), "exact", None)
    assert duplicate.portrait, "it was paid for and is kept"
    assert await storage.slots.record_portrait(make_generated_portrait(duplicate.id), NUMBERED_STATES) == duplicate
