"""The port Rounds: slots asked once, landed or missed once, and what that does to the purse and the ledger."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.budget import Caps, Charge, purse_day
from bot.errors import OverBudget, RoundClosed
from bot.round import State
from bot.slot import Miss, Slot, SlotState
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NICKEL, NOW, PLACE, Clock, a_landing, a_round, closed, drawn, voting

clock, storage = stories.clock, stories.storage

TODAY = purse_day(NOW)
AT_ONCE = frozenset({State.VOTING, State.CLOSED})
REFUSED = Miss("refused", "blood")
SILENT = Miss("timed_out", paid="maybe")


async def opened(storage: Storage, slots: int = 4) -> None:
    await storage.rounds.open(a_round(slots=slots), CAPS, recast=False)


async def slot(storage: Storage, slot_id: str) -> Slot:
    return next(s for s in (await storage.rounds.by_slot(slot_id)).slots if s.id == slot_id)


async def held_back(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, TODAY)


def again(slot_id: str, for_: str, price: Decimal = NICKEL) -> Slot:
    return Slot(slot_id, "r1", 4, "maker:model-0", price, seed=9, again_for=for_)


async def test_an_intent_is_written_once_however_many_ask(storage: Storage) -> None:
    await opened(storage)
    answers = await asyncio.gather(*(storage.rounds.intend("r1-0", NOW) for _ in range(8)))
    assert answers.count(True) == 1
    asked = await slot(storage, "r1-0")
    assert (asked.state, asked.asked_at) == (SlotState.ASKING, NOW)


async def test_a_final_slot_is_not_asked_again(storage: Storage) -> None:
    await drawn(storage, a_round(), landed=1)
    await storage.rounds.miss("r1-1", REFUSED, None, None)
    assert not await storage.rounds.intend("r1-0", NOW)
    assert not await storage.rounds.intend("r1-1", NOW)


async def test_a_slot_that_waits_at_the_vendors_wish_may_be_asked_again(storage: Storage) -> None:
    await opened(storage)
    await storage.rounds.intend("r1-0", NOW)
    until = NOW + timedelta(seconds=20)
    await storage.rounds.pause("r1-0", until)
    paused = await slot(storage, "r1-0")
    assert (paused.state, paused.paused_until) == (SlotState.PAUSED, until)
    assert await storage.rounds.intend("r1-0", until)
    asked = await slot(storage, "r1-0")
    assert (asked.state, asked.asked_at, asked.paused_until) == (SlotState.ASKING, until, None)


async def test_after_a_wait_that_is_over_the_intent_stands_again(storage: Storage) -> None:
    await opened(storage)
    await storage.rounds.intend("r1-0", NOW)
    await storage.rounds.pause("r1-0", NOW + timedelta(seconds=20))
    await storage.rounds.pause("r1-0", None)
    assert (await slot(storage, "r1-0")).state is SlotState.ASKING
    assert not await storage.rounds.intend("r1-0", NOW)


async def test_a_portrait_makes_the_slot_a_candidate_without_a_number_while_others_draw(storage: Storage) -> None:
    await opened(storage)
    landed = await storage.rounds.land(a_landing("r1-0", "0.04", "exact", seed=77), AT_ONCE)
    assert landed == await slot(storage, "r1-0")
    assert (landed.state, landed.number, landed.seed) == (SlotState.CANDIDATE, None, 77)
    assert (landed.cost, landed.cost_source, landed.request_id) == (Decimal("0.04"), "exact", "req-r1-0")
    assert landed.portrait == a_landing("r1-0").portrait


async def test_a_model_without_seeds_keeps_the_slots_own(storage: Storage) -> None:
    await opened(storage)
    assert (await storage.rounds.land(a_landing("r1-3", seed=None), AT_ONCE)).seed == 3
    assert (await storage.rounds.land(a_landing("r1-2", seed=0), AT_ONCE)).seed == 0


async def test_what_a_portrait_really_cost_takes_the_place_of_its_reservation(storage: Storage) -> None:
    await opened(storage)
    await storage.rounds.land(a_landing("r1-0", "0.0412345"), AT_ONCE)
    await storage.rounds.land(a_landing("r1-1", "0.07", "listed"), AT_ONCE)
    assert await held_back(storage) == Decimal("0.20") - 2 * NICKEL + Decimal("0.041235") + Decimal("0.07")
    assert await storage.ledger.charged("r1") == {
        "r1-0": Charge(Decimal("0.041235"), "exact"),
        "r1-1": Charge(Decimal("0.07"), "listed"),
    }


async def test_one_portrait_reported_many_times_is_charged_once(storage: Storage) -> None:
    await opened(storage)
    slots = await asyncio.gather(*(storage.rounds.land(a_landing("r1-0", "0.04"), AT_ONCE) for _ in range(8)))
    assert all(s == slots[0] for s in slots)
    assert await held_back(storage) == Decimal("0.19")


async def test_a_cost_that_passes_the_cap_is_counted_in_full(storage: Storage) -> None:
    await storage.rounds.open(a_round(), Caps(Decimal("0.20"), Decimal("0.20")), recast=False)
    await storage.rounds.land(a_landing("r1-0", "0.30"), AT_ONCE)
    assert await held_back(storage) == Decimal("0.45")


async def test_a_slot_is_settled_in_the_purse_of_the_day_it_was_reserved(storage: Storage, clock: Clock) -> None:
    await opened(storage)
    clock.now += timedelta(days=1)
    await storage.rounds.land(a_landing("r1-0", "0.01"), AT_ONCE)
    assert await held_back(storage) == Decimal("0.16")
    assert await storage.ledger.committed(PLACE.team, purse_day(clock.now)) == 0


async def test_a_miss_that_cost_nothing_gives_its_price_back_once(storage: Storage) -> None:
    await opened(storage)
    missed = await storage.rounds.miss("r1-0", REFUSED, None, 1.5)
    assert await storage.rounds.miss("r1-0", REFUSED, None, 1.5) == missed
    assert (missed.state, missed.miss, missed.cost, missed.seconds) == (SlotState.MISS, REFUSED, Decimal(0), 1.5)
    assert await held_back(storage) == Decimal("0.15")
    assert await storage.ledger.charged("r1") == {}


async def test_a_miss_that_may_have_been_charged_keeps_its_price(storage: Storage) -> None:
    await opened(storage)
    missed = await storage.rounds.miss("r1-0", SILENT, None, None)
    assert (missed.cost, missed.cost_source) == (NICKEL, "unknown")
    assert await held_back(storage) == Decimal("0.20")
    assert await storage.ledger.charged("r1") == {"r1-0": Charge(NICKEL, "unknown")}


async def test_a_miss_that_was_charged_costs_what_it_cost(storage: Storage) -> None:
    await opened(storage)
    await storage.rounds.miss("r1-0", Miss("bad_picture", paid="yes"), Charge(Decimal("0.02"), "exact"), 3.0)
    await storage.rounds.miss("r1-1", Miss("bad_picture", paid="yes"), None, 3.0)
    assert await held_back(storage) == Decimal("0.17")
    assert (await storage.ledger.charged("r1"))["r1-1"] == Charge(NICKEL, "listed")


async def test_what_a_slot_became_first_it_stays(storage: Storage) -> None:
    await opened(storage)
    landed = await storage.rounds.land(a_landing("r1-0"), AT_ONCE)
    missed = await storage.rounds.miss("r1-1", SILENT, None, None)
    assert await storage.rounds.miss("r1-0", SILENT, None, None) == landed
    assert await storage.rounds.land(a_landing("r1-1"), AT_ONCE) == missed
    assert await held_back(storage) == Decimal("0.20")


async def test_a_portrait_and_a_miss_racing_for_one_slot_settle_it_once(storage: Storage) -> None:
    await opened(storage)
    land = storage.rounds.land(a_landing("r1-0", "0.04"), AT_ONCE)
    first, second = await asyncio.gather(land, storage.rounds.miss("r1-0", REFUSED, None, None))
    assert first == second
    assert await held_back(storage) in (Decimal("0.19"), Decimal("0.15"))


async def test_nobody_can_land_or_miss_a_slot_that_is_not_there(storage: Storage) -> None:
    with pytest.raises(KeyError):
        await storage.rounds.land(a_landing("r9-0"), AT_ONCE)
    with pytest.raises(KeyError):
        await storage.rounds.miss("r9-0", REFUSED, None, None)


async def test_a_portrait_late_for_the_ballot_waits_for_its_number(storage: Storage) -> None:
    await voting(storage, a_round(), landed=3)
    assert (await storage.rounds.land(a_landing("r1-3"), frozenset({State.CLOSED}))).number is None
    assert [s.id for s in (await storage.rounds.get("r1")).late] == ["r1-3"]


async def test_a_portrait_that_comes_after_the_close_is_numbered_at_once(storage: Storage) -> None:
    round_ = await closed(storage, a_round(slots=4))
    assert len(round_.candidates) == 4
    await storage.rounds.extend("r1", NOW + timedelta(days=2))
    await storage.rounds.add_slot(again("r1-x", "r1-0"), CAPS)
    reopened = await storage.rounds.get("r1")
    await storage.rounds.close("r1", await stories.counted(storage, reopened), reopened.ballot_version)
    assert (await storage.rounds.land(a_landing("r1-x"), AT_ONCE)).number == 5


async def test_rerolled_portraits_landing_together_get_the_next_numbers_up_to_eight(storage: Storage) -> None:
    round_ = await voting(storage, a_round(slots=6))
    for n in range(2):
        await storage.rounds.add_slot(again(f"x{n}", "r1-0"), CAPS)
    with pytest.raises(RoundClosed) as refused:
        await storage.rounds.add_slot(again("x2", "r1-0"), CAPS)
    assert refused.value.state == "full", "nothing is paid for that no message could show"
    slots = await asyncio.gather(*(storage.rounds.land(a_landing(f"x{n}"), AT_ONCE) for n in range(2)))
    assert sorted(s.number or 0 for s in slots) == [7, 8]
    assert (await storage.rounds.get("r1")).ballot_version == round_.ballot_version + 2


async def test_a_reroll_reserves_its_price_behind_the_others_once(storage: Storage) -> None:
    await voting(storage, a_round())
    wanted = replace(again("r1-x", "r1-0", Decimal("0.11")), position=0)
    added = await asyncio.gather(*(storage.rounds.add_slot(wanted, CAPS) for _ in range(4)))
    assert set(added) == {replace(wanted, position=4)}
    assert await held_back(storage) == Decimal("0.31")
    assert (await storage.rounds.get("r1")).slots[-1] == added[0]


async def test_different_rerolls_pressed_together_stand_one_behind_the_other(storage: Storage) -> None:
    await voting(storage, a_round())
    added = await asyncio.gather(*(storage.rounds.add_slot(again(f"x{n}", "r1-0"), CAPS) for n in range(4)))
    assert sorted(s.position for s in added) == [4, 5, 6, 7]


async def test_a_reroll_is_paid_from_the_purse_of_its_own_day(storage: Storage, clock: Clock) -> None:
    await voting(storage, a_round())
    clock.now += timedelta(days=1)
    await storage.rounds.add_slot(again("r1-x", "r1-0"), CAPS)
    assert await storage.ledger.committed(PLACE.team, purse_day(clock.now)) == NICKEL
    await storage.rounds.miss("r1-x", REFUSED, None, None)
    assert await storage.ledger.committed(PLACE.team, purse_day(clock.now)) == 0
    assert await held_back(storage) == Decimal("0.20")


async def test_a_reroll_over_either_cap_adds_nothing(storage: Storage) -> None:
    await voting(storage, a_round())
    for caps, cap in ((Caps(Decimal("0.24"), Decimal(9)), "round"), (Caps(Decimal(9), Decimal("0.24")), "day")):
        with pytest.raises(OverBudget) as refused:
            await storage.rounds.add_slot(again("r1-x", "r1-0"), caps)
        assert (refused.value.cap, refused.value.left) == (cap, Decimal("0.04"))
    assert len((await storage.rounds.get("r1")).slots) == 4
    assert await held_back(storage) == Decimal("0.20")


async def test_rerolls_racing_for_the_rounds_last_dollars_never_pass_its_cap_together(storage: Storage) -> None:
    await voting(storage, a_round())
    caps = Caps(Decimal("0.32"), Decimal("20.00"))
    tries = (storage.rounds.add_slot(again(f"x{n}", "r1-0"), caps) for n in range(6))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Slot) for answer in answers) == 2
    assert (await storage.rounds.get("r1")).price == Decimal("0.30")


async def test_a_closed_round_takes_one_more_that_nobody_voted_for(storage: Storage) -> None:
    round_ = await closed(storage, a_round())
    await storage.rounds.add_slot(again("r1-x", "r1-0"), CAPS)
    new = await storage.rounds.land(a_landing("r1-x"), AT_ONCE)
    after = await storage.rounds.get("r1")
    assert (new.number, after.tally, after.ballot_version) == (5, round_.tally, round_.ballot_version)
    assert after.came_after(new)


async def test_a_locked_round_is_not_rerolled(storage: Storage) -> None:
    await stories.locked(storage, a_round("r1"))
    with pytest.raises(RoundClosed) as refused:
        await storage.rounds.add_slot(again("r1-x", "r1-0"), CAPS)
    assert (refused.value.what, refused.value.state) == ("reroll", State.LOCKED)


async def test_of_two_slots_with_the_same_picture_the_first_is_the_candidate_and_the_other_a_paid_miss(
    storage: Storage,
) -> None:
    await opened(storage)
    first, second = (a_landing(f"r1-{n}", cost="0.04") for n in (0, 1))
    second = replace(second, portrait=replace(second.portrait, sha256=first.portrait.sha256))
    landed = await asyncio.gather(*(storage.rounds.land(landing, AT_ONCE) for landing in (first, second)))
    states = sorted(slot.state for slot in landed)
    assert states == [SlotState.CANDIDATE, SlotState.MISS]
    again = next(slot for slot in landed if slot.miss)
    assert again.miss == Miss("duplicate", paid="yes")
    assert (again.cost, again.cost_source, again.number) == (Decimal("0.04"), "exact", None)
    assert again.portrait, "it was paid for and is kept"
    assert await storage.rounds.land(a_landing(again.id), AT_ONCE) == again
