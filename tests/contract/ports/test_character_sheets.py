"""The port `SheetRepository`: attempts started together, requested and settled once, kept and judged, with budgets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.budget import Caps, Charge, budget_day
from bot.domain.catalogue import Size
from bot.domain.character_sheet import Angle, Expression, Opinions, SheetView, SheetViewState, View, attempt_id
from bot.domain.errors import OverBudget
from bot.domain.face import Portrait
from bot.domain.slot import SlotFailure
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import CAPS, NOW, PLACE, make_round, open_locked_round

clock = storage_builders.clock
storage = storage_builders.storage

PRICE = Decimal("0.25")
ROUND_COST = Decimal("0.20")
FRONT, PROFILE, SMILE = View(Angle.FRONT), View(Angle.PROFILE), View(Angle.FRONT, Expression.SMILE)
PICTURE = Portrait("r1/r1-sheet-front-1/original", "image/png", 1792, 2400, 9_000, "cd" * 32)


def make_attempt(view: View = FRONT, attempt: int = 1) -> SheetView:
    id_ = attempt_id("r1", view, attempt)
    return SheetView(id_, "r1", view, attempt, "maker:pro", Size.TWO_K, PRICE, "ab" * 32, "Again.", 7, "U-any", NOW)


@pytest.fixture
async def storage_with_face(storage: Storage) -> AsyncIterator[Storage]:
    """A storage with one locked face."""
    await open_locked_round(storage, make_round())
    yield storage


async def reserved_for_sheets(storage: Storage) -> Decimal:
    return await storage.ledger.committed(PLACE.team, budget_day(NOW)) - ROUND_COST


async def draw(storage: Storage, view: View = FRONT, attempt: int = 1) -> SheetView:
    """Start an attempt and record a picture for it."""
    new = make_attempt(view, attempt)
    await storage.sheets.start([new], CAPS)
    assert await storage.sheets.mark_requested(new.id, NOW, "p1:1")
    return await storage.sheets.record_result(new.with_portrait(PICTURE, Charge(Decimal("0.24"), "exact"), 9.5, "req"))


async def test_an_attempt_reads_back_as_it_was_stored(storage_with_face: Storage) -> None:
    new = [make_attempt(FRONT), make_attempt(PROFILE), make_attempt(View(Angle.CLOSE_UP, Expression.FEAR))]
    assert (await storage_with_face.sheets.start(new, CAPS)).created == tuple(new)
    assert set((await storage_with_face.sheets.load("r1")).attempts) == set(new)
    with pytest.raises(KeyError):
        await storage_with_face.sheets.get("another")


async def test_concurrent_submissions_reserve_each_view_once(storage_with_face: Storage) -> None:
    new = [make_attempt(FRONT), make_attempt(PROFILE)]
    started = await asyncio.gather(*(storage_with_face.sheets.start(new, CAPS) for _ in range(6)))
    assert sorted(len(start.created) for start in started) == [0, 0, 0, 0, 0, 2]
    assert await reserved_for_sheets(storage_with_face) == 2 * PRICE


async def test_overlapping_orders_start_only_what_is_missing(storage_with_face: Storage) -> None:
    await storage_with_face.sheets.start([make_attempt(FRONT)], CAPS)
    second = await storage_with_face.sheets.start([make_attempt(FRONT, 2), make_attempt(SMILE)], CAPS)
    assert [attempt.view for attempt in second.created] == [SMILE]
    assert second.existing == ("r1-sheet-front-1",)
    assert await reserved_for_sheets(storage_with_face) == 2 * PRICE


async def test_an_order_over_a_cap_stores_none_of_its_views(storage_with_face: Storage) -> None:
    caps = Caps(Decimal(2), ROUND_COST + 2 * PRICE - Decimal("0.01"))
    with pytest.raises(OverBudget):
        await storage_with_face.sheets.start([make_attempt(FRONT), make_attempt(PROFILE)], caps)
    assert (await storage_with_face.sheets.load("r1")).attempts == ()
    assert await reserved_for_sheets(storage_with_face) == 0


async def test_an_attempt_is_requested_by_one_call_and_may_wait_again(storage_with_face: Storage) -> None:
    sheets = storage_with_face.sheets
    await sheets.start([make_attempt()], CAPS)
    id_ = make_attempt().id
    answers = await asyncio.gather(*(sheets.mark_requested(id_, NOW, f"p{n}:1") for n in range(4)))
    assert answers.count(True) == 1
    winner = (await sheets.get(id_)).asked_by
    assert await sheets.mark_requested(id_, NOW, winner), "idempotent for the same call"
    await sheets.mark_waiting(id_)
    assert (await sheets.get(id_)).state is SheetViewState.WAITING
    assert await sheets.mark_requested(id_, NOW, "p9:1")
    await sheets.set_provider_job(id_, "job-1")
    assert (await sheets.get(id_)).provider_job_id == "job-1"


async def test_a_picture_costs_its_charge_once_and_stays_final(storage_with_face: Storage) -> None:
    drawn = await draw(storage_with_face)
    assert (drawn.state, drawn.portrait, drawn.cost) == (SheetViewState.DRAWN, PICTURE, Decimal("0.24"))
    assert await reserved_for_sheets(storage_with_face) == Decimal("0.24")
    again = make_attempt().with_failure(SlotFailure("timed_out", paid="maybe"))
    assert await storage_with_face.sheets.record_result(again) == drawn
    await storage_with_face.sheets.mark_waiting(drawn.id)
    assert await storage_with_face.sheets.get(drawn.id) == drawn
    assert not await storage_with_face.sheets.mark_requested(drawn.id, NOW, "p2:1")
    entry = await storage_with_face.ledger.get_entry(drawn.id)
    assert (entry.kind, entry.usd) == ("sheet_view", Decimal("0.24"))


async def test_a_refusal_releases_its_price(storage_with_face: Storage) -> None:
    await storage_with_face.sheets.start([make_attempt(FRONT), make_attempt(PROFILE)], CAPS)
    await storage_with_face.sheets.record_result(make_attempt(PROFILE).with_failure(SlotFailure("refused")))
    assert await reserved_for_sheets(storage_with_face) == PRICE


async def test_one_attempt_of_a_view_is_kept(storage_with_face: Storage) -> None:
    sheets = storage_with_face.sheets
    first, second, other = [await draw(storage_with_face, *which) for which in ((FRONT,), (FRONT, 2), (PROFILE,))]
    await sheets.start([make_attempt(SMILE)], CAPS)
    assert not await sheets.keep(make_attempt(SMILE).id, "U1", NOW), "not drawn yet"
    assert not await sheets.keep("another", "U1", NOW)
    for id_ in (first.id, other.id, second.id):
        assert await sheets.keep(id_, "U1", NOW)
    assert not await sheets.keep(second.id, "U2", NOW), "kept already"
    kept = {attempt.id: attempt.kept_by for attempt in (await sheets.load("r1")).attempts if attempt.kept_by}
    assert kept == {second.id: "U1", other.id: "U1"}


async def test_the_newest_opinion_of_each_person_counts(storage_with_face: Storage) -> None:
    sheets = storage_with_face.sheets
    drawn = await draw(storage_with_face)
    assert await sheets.set_opinion(drawn.id, "U1", 20, same=True)
    assert not await sheets.set_opinion(drawn.id, "U1", 20, same=True), "the same press again"
    assert not await sheets.set_opinion(drawn.id, "U1", 10, same=False), "an older press"
    assert await sheets.set_opinion(drawn.id, "U2", 5, same=True)
    assert (await sheets.load("r1")).opinions_on(drawn) == Opinions(2, 0)
    assert await sheets.set_opinion(drawn.id, "U1", 21, same=False)
    assert (await sheets.load("r1")).opinions_on(drawn) == Opinions(1, 1)
    await sheets.start([make_attempt(SMILE)], CAPS)
    assert not await sheets.set_opinion(make_attempt(SMILE).id, "U1", 30, same=True), "there is nothing to see"


async def test_unfinished_are_those_in_progress_or_not_shown(storage_with_face: Storage) -> None:
    sheets = storage_with_face.sheets
    drawn = await draw(storage_with_face)
    await sheets.start([make_attempt(PROFILE)], CAPS)
    assert set(await sheets.list_unfinished(NOW - timedelta(days=1))) == {drawn.id, make_attempt(PROFILE).id}
    await sheets.set_file(drawn.id, "F1")
    await sheets.set_message(drawn.id, "1700000000.1", "abc")
    stored = await sheets.get(drawn.id)
    assert (stored.file_id, stored.message_ts, stored.digest) == ("F1", "1700000000.1", "abc")
    assert await sheets.list_unfinished(NOW - timedelta(days=1)) == [make_attempt(PROFILE).id]
    await sheets.record_result(replace(make_attempt(PROFILE)).with_failure(SlotFailure("refused")))
    assert await sheets.list_unfinished(NOW + timedelta(days=1)) == [], "too old to show"
