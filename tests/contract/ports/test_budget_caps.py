"""Budget caps: which reservations each cap refuses, and with which error."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.budget import Caps, Payer, budget_day
from bot.domain.errors import OverBudget, UnacknowledgedOverspend
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.ports.rounds import StartResult
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NOW,
    PLACE,
    FakeClock,
    list_charges,
    make_generated_portrait,
    make_round,
)

clock, storage = storage_builders.clock, storage_builders.storage
HIGH_CAP = Decimal(20)
TOMORROW = datetime(2026, 11, 25, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
ELSEWHERE = ChannelRef("T1", "C2")


def priced_round(round_id: str, lead: str = "U1", place: ChannelRef = PLACE, opened_at: datetime = NOW) -> Round:
    """Return a round of four portraits for $0.20."""
    return replace(make_round(round_id, f"Maya {round_id}", place=place, opened_at=opened_at), lead=lead)


def make_caps(**limits: str) -> Caps:
    amounts: dict[str, Any] = {name: Decimal(limit) for name, limit in limits.items()}
    return Caps(Decimal(2), HIGH_CAP, **amounts)


@pytest.mark.parametrize(
    ("cap", "limits", "second", "resets_at"),
    [
        ("person_day", make_caps(per_person_day="0.30"), priced_round("r2", place=ELSEWHERE), TOMORROW),
        ("production_month", make_caps(per_production_month="0.30"), priced_round("r2", "U2"), DECEMBER),
        ("workspace_month", make_caps(per_workspace_month="0.30"), priced_round("r2", "U2", ELSEWHERE), DECEMBER),
        ("day", Caps(Decimal(2), Decimal("0.30")), priced_round("r2", "U2", ELSEWHERE), TOMORROW),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_cap_error_names_the_cap_the_rest_and_the_reset_time(
    storage: Storage, cap: str, limits: Caps, second: Round, resets_at: datetime
) -> None:
    await storage.rounds.open(priced_round("r1"), limits, recast=False)
    before = await storage.ledger.committed_by_period(Payer(second.place, second.lead, budget_day(NOW)))
    with pytest.raises(OverBudget) as refused:
        await storage.rounds.open(second, limits, recast=False)
    error = refused.value
    assert (error.cap, error.limit, error.remaining) == (cap, Decimal("0.30"), Decimal("0.10"))
    assert error.resets_at == resets_at
    assert await storage.ledger.committed_by_period(Payer(second.place, second.lead, budget_day(NOW))) == before, (
        "all or nothing"
    )


@pytest.mark.parametrize(
    ("limits", "second"),
    [
        (make_caps(per_person_day="0.20"), priced_round("r2", "U2")),
        (make_caps(per_person_day="0.20"), priced_round("r2", opened_at=NOW + timedelta(days=1))),
        (make_caps(per_production_month="0.20"), priced_round("r2", place=ELSEWHERE)),
        (make_caps(per_production_month="0.20", per_workspace_month="0.20"), priced_round("r2", opened_at=DECEMBER)),
        (make_caps(per_workspace_month="0.20"), priced_round("r2", place=ChannelRef("T2", "C1"))),
    ],
    ids=["another person", "tomorrow", "another production", "next month", "another workspace"],
)
async def test_cap_applies_only_to_its_own_scope(storage: Storage, limits: Caps, second: Round) -> None:
    await storage.rounds.open(priced_round("r1"), limits, recast=False)
    assert (await storage.rounds.open(second, limits, recast=False)).created


async def test_concurrent_rounds_never_exceed_a_production_cap(storage: Storage) -> None:
    limits = make_caps(per_production_month="0.70")
    attempts = (storage.rounds.open(priced_round(f"r{n}", f"U{n}"), limits, recast=False) for n in range(8))
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(answer, StartResult) for answer in answers) == 3
    payer = Payer(PLACE, "U1", budget_day(NOW))
    held_by_cap = {period.cap: sum_ for period, sum_ in (await storage.ledger.committed_by_period(payer)).items()}
    assert (held_by_cap["production_month"], held_by_cap["workspace_month"]) == (Decimal("0.60"), Decimal("0.60"))


async def test_slot_settles_in_the_budget_periods_of_its_reservation(storage: Storage, clock: FakeClock) -> None:
    await storage.rounds.open(priced_round("r1"), CAPS, recast=False)
    clock.now = DECEMBER
    await storage.slots.record_portrait(make_generated_portrait("r1-0", "0.01"), frozenset())
    then, now = Payer(PLACE, "U1", budget_day(NOW)), Payer(PLACE, "U1", budget_day(DECEMBER))
    assert set((await storage.ledger.committed_by_period(then)).values()) == {Decimal("0.16")}
    assert set((await storage.ledger.committed_by_period(now)).values()) == {Decimal(0)}


async def test_overspend_blocks_its_workspace_until_acknowledged(
    storage: Storage,
) -> None:
    await storage.rounds.open(priced_round("r1"), CAPS, recast=False)
    await storage.slots.record_portrait(make_generated_portrait("r1-0", "0.09"), frozenset())
    assert (await list_charges(storage, "r1"))["r1-0"].usd == Decimal("0.09")
    with pytest.raises(UnacknowledgedOverspend) as refused:
        await storage.rounds.open(priced_round("r2", "U2"), CAPS, recast=False)
    assert (refused.value.overspend, refused.value.allowed_users) == (Decimal("0.04"), ("U1",))
    with pytest.raises(UnacknowledgedOverspend):
        await storage.slots.add(replace(priced_round("r1").slots[1], id="r1-x"), CAPS)
    assert (await storage.rounds.open(priced_round("r3", place=ChannelRef("T2", "C1")), CAPS, recast=False)).created
    assert await storage.ledger.acknowledge("r1-0", "U1")
    assert (await storage.rounds.open(priced_round("r2", "U2"), CAPS, recast=False)).created


async def test_portraits_in_progress_are_recorded_while_blocked(storage: Storage) -> None:
    await storage.rounds.open(priced_round("r1"), CAPS, recast=False)
    for n in range(4):
        await storage.slots.record_portrait(make_generated_portrait(f"r1-{n}", "0.09"), frozenset())
    payer = Payer(PLACE, "U1", budget_day(NOW))
    assert set((await storage.ledger.committed_by_period(payer)).values()) == {Decimal("0.36")}
