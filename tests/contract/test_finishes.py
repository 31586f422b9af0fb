"""The port Finishes: begun once, asked once, settled once, decided once, and what that does to the purse."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.budget import Caps, Charge, purse_day
from bot.errors import OverBudget
from bot.face import Portrait
from bot.finish import Finish, FinishState, FinishWay
from bot.slot import Miss
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, PLACE, a_round, locked

clock = stories.clock
storage = stories.storage

PRICE = Decimal("0.25")
LARGE = Portrait("r1/r1-f1/original", "image/png", 3072, 4096, 9_000, "cd" * 32)
SPENT_ON_THE_ROUND = Decimal("0.20")


def a_finish(attempt: int = 1, way: FinishWay = FinishWay.REDRAW) -> Finish:
    return Finish(f"r1-f{attempt}", "r1", attempt, way, "maker:pro", PRICE, "ab" * 32, "Again.", 7, "U-any", NOW)


@pytest.fixture
async def cast(storage: Storage) -> AsyncIterator[Storage]:
    """A storage with one locked face."""
    await locked(storage, a_round())
    yield storage


async def held_back(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, purse_day(NOW)) - SPENT_ON_THE_ROUND


async def asked(storage: Storage, finish: Finish) -> Finish:
    begun = await storage.finishes.begin(finish, CAPS)
    assert await storage.finishes.intend(finish.id, NOW)
    return begun.finish


async def test_many_who_press_at_once_begin_one_finish_and_reserve_once(cast: Storage) -> None:
    begun = await asyncio.gather(*(cast.finishes.begin(a_finish(), CAPS) for _ in range(8)))
    assert [b.fresh for b in begun].count(True) == 1
    assert await cast.finishes.of("r1") == (a_finish(),)
    assert await held_back(cast) == PRICE


async def test_no_second_attempt_begins_while_one_is_live(cast: Storage) -> None:
    await cast.finishes.begin(a_finish(1), CAPS)
    second = await cast.finishes.begin(a_finish(2), CAPS)
    assert (second.fresh, second.finish.id) == (False, "r1-f1")
    assert await held_back(cast) == PRICE


async def test_a_cap_is_not_passed_and_nothing_is_written(cast: Storage) -> None:
    tight = Caps(Decimal(2), SPENT_ON_THE_ROUND + PRICE - Decimal("0.01"))
    with pytest.raises(OverBudget):
        await cast.finishes.begin(a_finish(), tight)
    assert await cast.finishes.of("r1") == ()
    assert await held_back(cast) == 0


async def test_the_intent_is_written_once(cast: Storage) -> None:
    await cast.finishes.begin(a_finish(), CAPS)
    answers = await asyncio.gather(*(cast.finishes.intend("r1-f1", NOW) for _ in range(4)))
    assert answers.count(True) == 1


async def test_a_finish_that_landed_costs_what_it_came_to_and_stays_what_it_is(cast: Storage) -> None:
    finish = await asked(cast, a_finish())
    landed = await cast.finishes.settle(finish.landed(LARGE, Charge(Decimal("0.24"), "exact"), 9.5, "req-1"))
    assert (landed.state, landed.portrait, landed.cost) == (FinishState.OFFERED, LARGE, Decimal("0.24"))
    assert landed.asked_at == NOW
    assert await held_back(cast) == Decimal("0.24")
    again = await cast.finishes.settle(finish.missed(Miss("down")))
    assert again == landed
    assert await held_back(cast) == Decimal("0.24")


async def test_what_cost_nothing_goes_back_and_what_may_have_cost_stays_held(cast: Storage) -> None:
    refused = await asked(cast, a_finish(1))
    await cast.finishes.settle(refused.missed(Miss("refused", "blood")))
    assert await held_back(cast) == 0
    lost = await asked(cast, a_finish(2))
    settled = await cast.finishes.settle(lost.missed(Miss("unknown", paid="maybe")))
    assert (settled.cost, settled.cost_source) == (PRICE, "unknown")
    assert await held_back(cast) == PRICE


async def test_an_offer_is_decided_once(cast: Storage) -> None:
    finish = await asked(cast, a_finish())
    assert not await cast.finishes.decide("r1-f1", "U-lead", NOW, keep=True)
    await cast.finishes.settle(finish.landed(LARGE, Charge(PRICE, "listed"), 1))
    assert await cast.finishes.decide("r1-f1", "U-lead", NOW, keep=False)
    assert not await cast.finishes.decide("r1-f1", "U-lead", NOW, keep=True)
    decided = await cast.finishes.get("r1-f1")
    assert (decided.state, decided.decided_by, decided.decided_at) == (FinishState.DECLINED, "U-lead", NOW)
    assert (await cast.finishes.begin(a_finish(2), CAPS)).fresh


async def test_what_is_under_way_or_not_shown_yet_is_found_again(cast: Storage) -> None:
    since = NOW - timedelta(days=1)
    finish = await asked(cast, a_finish(way=FinishWay.UPSCALE))
    assert await cast.finishes.moving(since) == ["r1-f1"]
    await cast.finishes.settle(finish.landed(LARGE, Charge(PRICE, "listed"), 1))
    assert await cast.finishes.moving(since) == ["r1-f1"]
    assert await cast.finishes.moving(NOW + timedelta(days=1)) == []
    await cast.finishes.set_files("r1-f1", None, "F1")
    assert await cast.finishes.moving(since) == []
    assert (await cast.finishes.get("r1-f1")).file_id == "F1"


async def test_a_finish_nobody_began_is_not_there(cast: Storage) -> None:
    with pytest.raises(KeyError):
        await cast.finishes.get("r9-f1")


async def test_attempts_come_in_order(cast: Storage) -> None:
    for attempt in (1, 2):
        finish = await asked(cast, a_finish(attempt))
        await cast.finishes.settle(finish.missed(Miss("down")))
    assert [f.attempt for f in await cast.finishes.of("r1")] == [1, 2]
    assert (await cast.finishes.of("r1"))[0] == replace(
        a_finish(1),
        state=FinishState.MISS,
        asked_at=NOW,
        cost=Decimal(0),
        miss=Miss("down"),
    )
