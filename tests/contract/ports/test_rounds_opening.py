"""Opening a round, and its reservation."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from bot.domain.brief import Brief
from bot.domain.budget import Caps, budget_day
from bot.domain.catalogue import Look, Size
from bot.domain.errors import AlreadyCast, AlreadyCasting, OverBudget, RoundClosed
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RoundState
from bot.ports.rounds import RoundDraft, StartResult
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NOW, PLACE, make_round, open_closed_round, open_locked_round

clock, storage = storage_builders.clock, storage_builders.storage
TODAY = budget_day(NOW)


async def committed_today(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, TODAY)


async def test_new_round_is_stored_as_opened(storage: Storage) -> None:
    brief = Brief(
        "Søren Ωmega 李", "line\nbreak, ☔", ("recraft",), 2, "9:16", Look.SKIN, timedelta(minutes=5), Size.FOUR_K
    )
    opened = await storage.rounds.open(replace(make_round(), brief=brief), CAPS, recast=False)
    assert opened.created
    assert opened.round.character_id
    assert await storage.rounds.get("r1") == opened.round


async def test_one_round_is_read_in_one_statement(storage: Storage) -> None:
    opened = (await storage.rounds.open(make_round(slots=3), CAPS, recast=False)).round
    await storage.rounds.set_message("r1", "1.1")
    statements: list[str] = []
    for engine in storage.database.engines:
        event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert (await storage.rounds.get("r1")).slots == opened.slots
    assert (await storage.rounds.by_slot(opened.slots[2].id)).slots == opened.slots
    found = await storage.rounds.by_message(PLACE, "1.1")
    assert found and found.slots == opened.slots
    assert [statement.split()[0] for statement in statements] == ["SELECT"] * 3


async def test_price_of_all_slots_is_reserved(storage: Storage) -> None:
    await storage.rounds.open(make_round(price=Decimal("0.004")), CAPS, recast=False)
    assert await committed_today(storage) == Decimal("0.016")


async def test_one_command_delivered_many_times_opens_one_round(storage: Storage) -> None:
    answers = await asyncio.gather(*(storage.rounds.open(make_round(), CAPS, recast=False) for _ in range(8)))
    assert [answer.created for answer in answers].count(True) == 1
    assert {answer.round.id for answer in answers} == {"r1"}
    assert await committed_today(storage) == Decimal("0.20")


async def test_a_command_delivered_again_after_the_lock_finds_its_round(storage: Storage) -> None:
    await open_locked_round(storage, make_round())
    again = await storage.rounds.open(make_round(), CAPS, recast=False)
    assert not again.created
    assert again.round.state is RoundState.LOCKED


async def test_second_brief_for_a_character_refers_to_the_open_round(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1", "José"), CAPS, recast=False)
    with pytest.raises(AlreadyCasting) as refused:
        await storage.rounds.open(make_round("r2", "JOSE"), CAPS, recast=True)
    assert refused.value.round_id == "r1"
    assert await committed_today(storage) == Decimal("0.20")


async def test_closed_round_still_blocks_its_character(storage: Storage) -> None:
    await open_closed_round(storage, make_round("r1"))
    with pytest.raises(AlreadyCasting):
        await storage.rounds.open(make_round("r2"), CAPS, recast=True)


async def test_concurrent_briefs_for_one_character_open_one_round(storage: Storage) -> None:
    attempts = (storage.rounds.open(make_round(f"r{n}"), CAPS, recast=False) for n in range(8))
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(answer, StartResult) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyCasting) for answer in answers) == 7


async def test_the_same_name_in_another_channel_is_another_character(storage: Storage) -> None:
    here = await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    there = await storage.rounds.open(make_round("r2", place=ChannelRef("T1", "C2")), CAPS, recast=False)
    assert here.round.character_id != there.round.character_id


async def test_void_round_frees_its_character(storage: Storage) -> None:
    first = await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    await storage.rounds.void("r1", "cancelled")
    second = await storage.rounds.open(make_round("r2"), CAPS, recast=False)
    assert second.round.character_id == first.round.character_id


async def test_recast_needs_confirmation(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    before = await committed_today(storage)
    with pytest.raises(AlreadyCast) as refused:
        await storage.rounds.open(make_round("r2"), CAPS, recast=False)
    assert (refused.value.draft_id, refused.value.price) == ("", Decimal("0.20"))
    assert await committed_today(storage) == before
    assert (await storage.rounds.open(make_round("r2"), CAPS, recast=True)).created


async def test_a_round_over_its_own_cap_leaves_nothing_behind(storage: Storage) -> None:
    with pytest.raises(OverBudget) as refused:
        await storage.rounds.open(make_round(price=Decimal("0.51")), CAPS, recast=False)
    assert refused.value.cap == "round"
    assert await committed_today(storage) == 0
    with pytest.raises(KeyError):
        await storage.rounds.get("r1")


async def test_round_over_the_daily_cap_reports_the_rest(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.30"))
    await storage.rounds.open(make_round("r1"), caps, recast=False)
    with pytest.raises(OverBudget) as refused:
        await storage.rounds.open(make_round("r2", "Juan"), caps, recast=False)
    assert (refused.value.cap, refused.value.limit, refused.value.remaining) == ("day", caps.per_day, Decimal("0.10"))
    assert await committed_today(storage) == Decimal("0.20")
    assert [r.id for r in await storage.rounds.list_unfinished()] == ["r1"]


async def test_round_that_uses_the_whole_cap_is_accepted(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.20"))
    assert (await storage.rounds.open(make_round(), caps, recast=False)).created


async def test_concurrent_rounds_never_exceed_the_cap(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.70"))
    attempts = (storage.rounds.open(make_round(f"r{n}", f"Maya {n}"), caps, recast=False) for n in range(10))
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(answer, StartResult) for answer in answers) == 3
    assert sum(isinstance(answer, OverBudget) for answer in answers) == 7
    assert await committed_today(storage) == Decimal("0.60")


async def test_each_day_and_workspace_has_its_own_budget(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.20"))
    await storage.rounds.open(make_round("r1"), caps, recast=False)
    tomorrow = make_round("r2", "Juan", opened_at=NOW + timedelta(days=1))
    elsewhere = make_round("r3", place=ChannelRef("T2", "C1"))
    assert (await storage.rounds.open(tomorrow, caps, recast=False)).created
    assert (await storage.rounds.open(elsewhere, caps, recast=False)).created


async def test_child_voids_its_parent(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    child = await storage.rounds.open(make_round("r2", parent="r1"), CAPS, recast=True)
    parent = await storage.rounds.get("r1")
    assert (parent.state, parent.void_reason) == (RoundState.VOID, "rerolled")
    assert (child.round.parent, child.round.character_id) == ("r1", parent.character_id)


async def test_void_reason_of_the_parent_is_the_childs_origin(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    await storage.rounds.open(replace(make_round("r2", parent="r1"), origin="refined"), CAPS, recast=True)
    assert (await storage.rounds.get("r1")).void_reason == "refined"
    assert (await storage.rounds.get("r2")).origin == "refined"


async def test_child_over_budget_leaves_its_parent_open(storage: Storage) -> None:
    caps = Caps(Decimal("2.00"), Decimal("0.30"))
    await storage.rounds.open(make_round("r1"), caps, recast=False)
    with pytest.raises(OverBudget):
        await storage.rounds.open(make_round("r2", parent="r1"), caps, recast=True)
    assert (await storage.rounds.get("r1")).state is RoundState.DRAWING


async def test_child_of_a_void_round_keeps_its_void_reason(storage: Storage) -> None:
    await storage.rounds.open(make_round("r1"), CAPS, recast=False)
    await storage.rounds.void("r1", "cancelled")
    assert (await storage.rounds.open(make_round("r2", parent="r1"), CAPS, recast=True)).created
    assert (await storage.rounds.get("r1")).void_reason == "cancelled"


async def test_a_locked_round_has_no_child(storage: Storage) -> None:
    await open_locked_round(storage, make_round("r1"))
    with pytest.raises(RoundClosed) as refused:
        await storage.rounds.open(make_round("r2", parent="r1"), CAPS, recast=True)
    assert refused.value.state is RoundState.LOCKED


async def test_draft_is_stored_once(storage: Storage) -> None:
    draft = RoundDraft("w1", PLACE, "U1", Brief("Maya", "a fisherwoman", look=Look.LITERAL))
    await storage.drafts.save(draft)
    await storage.drafts.save(replace(draft, person="U2"))
    assert await storage.drafts.get("w1") == draft
    assert await storage.drafts.get("w2") is None
