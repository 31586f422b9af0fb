"""The port Rounds: how a round opens, and what it holds back from the purse."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.brief import Brief
from bot.budget import Caps, purse_day
from bot.catalogue import Look, Size
from bot.errors import AlreadyCast, AlreadyCasting, OverBudget, RoundClosed
from bot.face import Place
from bot.ports import Opened, Wanted
from bot.round import State
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, PLACE, a_round, closed, locked

clock, storage = stories.clock, stories.storage
TODAY = purse_day(NOW)


async def held_back(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, TODAY)


async def test_a_new_round_reads_back_as_it_was_opened(storage: Storage) -> None:
    brief = Brief(
        "Søren Ωmega 李", "line\nbreak, ☔", ("recraft",), 2, "9:16", Look.SKIN, timedelta(minutes=5), Size.FOUR_K
    )
    opened = await storage.rounds.open(replace(a_round(), brief=brief), CAPS, recast=False)
    assert opened.fresh
    assert opened.round.character_id
    assert await storage.rounds.get("r1") == opened.round


async def test_the_price_of_all_slots_is_held_back(storage: Storage) -> None:
    await storage.rounds.open(a_round(price=Decimal("0.004")), CAPS, recast=False)
    assert await held_back(storage) == Decimal("0.016")


async def test_one_command_delivered_many_times_opens_one_round(storage: Storage) -> None:
    answers = await asyncio.gather(*(storage.rounds.open(a_round(), CAPS, recast=False) for _ in range(8)))
    assert [answer.fresh for answer in answers].count(True) == 1
    assert {answer.round.id for answer in answers} == {"r1"}
    assert await held_back(storage) == Decimal("0.20")


async def test_a_command_delivered_again_after_the_lock_finds_its_round(storage: Storage) -> None:
    await locked(storage, a_round())
    again = await storage.rounds.open(a_round(), CAPS, recast=False)
    assert not again.fresh
    assert again.round.state is State.LOCKED


async def test_a_second_brief_for_the_same_open_character_is_sent_to_the_open_round(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1", "José"), CAPS, recast=False)
    with pytest.raises(AlreadyCasting) as refused:
        await storage.rounds.open(a_round("r2", "JOSE"), CAPS, recast=True)
    assert refused.value.round_id == "r1"
    assert await held_back(storage) == Decimal("0.20")


async def test_a_closed_round_is_still_in_the_way(storage: Storage) -> None:
    await closed(storage, a_round("r1"))
    with pytest.raises(AlreadyCasting):
        await storage.rounds.open(a_round("r2"), CAPS, recast=True)


async def test_briefs_racing_for_one_character_open_one_round(storage: Storage) -> None:
    tries = (storage.rounds.open(a_round(f"r{n}"), CAPS, recast=False) for n in range(8))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Opened) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyCasting) for answer in answers) == 7


async def test_the_same_name_in_another_channel_is_another_character(storage: Storage) -> None:
    here = await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    there = await storage.rounds.open(a_round("r2", place=Place("T1", "C2")), CAPS, recast=False)
    assert here.round.character_id != there.round.character_id


async def test_a_void_round_makes_room_for_the_same_character(storage: Storage) -> None:
    first = await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    await storage.rounds.void("r1", "cancelled")
    second = await storage.rounds.open(a_round("r2"), CAPS, recast=False)
    assert second.round.character_id == first.round.character_id


async def test_a_character_with_a_face_is_cast_again_only_on_a_yes(storage: Storage) -> None:
    await locked(storage, a_round("r1"))
    before = await held_back(storage)
    with pytest.raises(AlreadyCast) as asked:
        await storage.rounds.open(a_round("r2"), CAPS, recast=False)
    assert (asked.value.wish_id, asked.value.price) == ("", Decimal("0.20"))
    assert await held_back(storage) == before
    assert (await storage.rounds.open(a_round("r2"), CAPS, recast=True)).fresh


async def test_a_round_over_its_own_cap_leaves_nothing_behind(storage: Storage) -> None:
    with pytest.raises(OverBudget) as refused:
        await storage.rounds.open(a_round(price=Decimal("0.51")), CAPS, recast=False)
    assert refused.value.cap == "round"
    assert await held_back(storage) == 0
    with pytest.raises(KeyError):
        await storage.rounds.get("r1")


async def test_a_round_over_the_days_cap_says_what_is_left(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.30"))
    await storage.rounds.open(a_round("r1"), caps, recast=False)
    with pytest.raises(OverBudget) as refused:
        await storage.rounds.open(a_round("r2", "Juan"), caps, recast=False)
    assert (refused.value.cap, refused.value.limit, refused.value.left) == ("day", caps.per_day, Decimal("0.10"))
    assert await held_back(storage) == Decimal("0.20")
    assert [r.id for r in await storage.rounds.moving()] == ["r1"]


async def test_a_round_that_takes_the_last_cent_fits(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.20"))
    assert (await storage.rounds.open(a_round(), caps, recast=False)).fresh


async def test_rounds_racing_for_the_last_dollars_never_pass_the_cap_together(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.70"))
    tries = (storage.rounds.open(a_round(f"r{n}", f"Maya {n}"), caps, recast=False) for n in range(10))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Opened) for answer in answers) == 3
    assert sum(isinstance(answer, OverBudget) for answer in answers) == 7
    assert await held_back(storage) == Decimal("0.60")


async def test_each_day_and_each_workspace_has_a_purse_of_its_own(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.20"))
    await storage.rounds.open(a_round("r1"), caps, recast=False)
    tomorrow = a_round("r2", "Juan", opened_at=NOW + timedelta(days=1))
    elsewhere = a_round("r3", place=Place("T2", "C1"))
    assert (await storage.rounds.open(tomorrow, caps, recast=False)).fresh
    assert (await storage.rounds.open(elsewhere, caps, recast=False)).fresh


async def test_a_child_takes_its_parents_place(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    child = await storage.rounds.open(a_round("r2", parent="r1"), CAPS, recast=True)
    parent = await storage.rounds.get("r1")
    assert (parent.state, parent.why_void) == (State.VOID, "rerolled")
    assert (child.round.parent, child.round.character_id) == ("r1", parent.character_id)


async def test_why_a_round_ended_is_how_its_child_came_of_it(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    await storage.rounds.open(replace(a_round("r2", parent="r1"), origin="refined"), CAPS, recast=True)
    assert (await storage.rounds.get("r1")).why_void == "refined"
    assert (await storage.rounds.get("r2")).origin == "refined"


async def test_a_child_that_cannot_be_paid_leaves_its_parent_open(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.30"))
    await storage.rounds.open(a_round("r1"), caps, recast=False)
    with pytest.raises(OverBudget):
        await storage.rounds.open(a_round("r2", parent="r1"), caps, recast=True)
    assert (await storage.rounds.get("r1")).state is State.DRAWING


async def test_a_child_of_a_round_called_off_keeps_why_it_was(storage: Storage) -> None:
    await storage.rounds.open(a_round("r1"), CAPS, recast=False)
    await storage.rounds.void("r1", "cancelled")
    assert (await storage.rounds.open(a_round("r2", parent="r1"), CAPS, recast=True)).fresh
    assert (await storage.rounds.get("r1")).why_void == "cancelled"


async def test_a_locked_round_has_no_child(storage: Storage) -> None:
    await locked(storage, a_round("r1"))
    with pytest.raises(RoundClosed) as refused:
        await storage.rounds.open(a_round("r2", parent="r1"), CAPS, recast=True)
    assert refused.value.state is State.LOCKED


async def test_a_wish_is_kept_once_until_somebody_says_yes(storage: Storage) -> None:
    wish = Wanted("w1", PLACE, "U1", Brief("Maya", "a fisherwoman", look=Look.LITERAL))
    await storage.rounds.keep_wish(wish)
    await storage.rounds.keep_wish(replace(wish, person="U2"))
    assert await storage.rounds.wish("w1") == wish
    assert await storage.rounds.wish("w2") is None
