"""The port Rounds: every cap that a reservation must fit, and what is said where one does not."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.budget import Caps, Spender, purse_day
from bot.errors import OverBudget, Overspent
from bot.face import Place
from bot.ports import Opened
from bot.round import Round
from storage import Storage
from tests.unit.storage import stories
from tests.unit.storage.stories import CAPS, NOW, PLACE, Clock, a_landing, a_round

clock, storage = stories.clock, stories.storage
ROOMY = Decimal(20)
TOMORROW = datetime(2026, 11, 25, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
ELSEWHERE = Place("T1", "C2")


def led(round_id: str, lead: str = "U1", place: Place = PLACE, opened_at: datetime = NOW) -> Round:
    """A round of four portraits, $0.20 in all."""
    return replace(a_round(round_id, f"Maya {round_id}", place=place, opened_at=opened_at), lead=lead)


def caps(**limits: str) -> Caps:
    given: dict[str, Any] = {name: Decimal(limit) for name, limit in limits.items()}
    return Caps(Decimal(2), ROOMY, **given)


@pytest.mark.parametrize(
    ("cap", "limits", "second", "resets_at"),
    [
        ("person_day", caps(per_person_day="0.30"), led("r2", place=ELSEWHERE), TOMORROW),
        ("production_month", caps(per_production_month="0.30"), led("r2", "U2"), DECEMBER),
        ("workspace_month", caps(per_workspace_month="0.30"), led("r2", "U2", ELSEWHERE), DECEMBER),
        ("day", Caps(Decimal(2), Decimal("0.30")), led("r2", "U2", ELSEWHERE), TOMORROW),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_cap_says_which_it_is_what_is_left_and_when_it_begins_anew(
    storage: Storage, cap: str, limits: Caps, second: Round, resets_at: datetime
) -> None:
    await storage.rounds.open(led("r1"), limits, recast=False)
    before = await storage.ledger.held(Spender(second.place, second.lead, purse_day(NOW)))
    with pytest.raises(OverBudget) as refused:
        await storage.rounds.open(second, limits, recast=False)
    error = refused.value
    assert (error.cap, error.limit, error.left) == (cap, Decimal("0.30"), Decimal("0.10"))
    assert error.resets_at == resets_at
    assert await storage.ledger.held(Spender(second.place, second.lead, purse_day(NOW))) == before, "all or nothing"


@pytest.mark.parametrize(
    ("limits", "second"),
    [
        (caps(per_person_day="0.20"), led("r2", "U2")),
        (caps(per_person_day="0.20"), led("r2", opened_at=NOW + timedelta(days=1))),
        (caps(per_production_month="0.20"), led("r2", place=ELSEWHERE)),
        (caps(per_production_month="0.20", per_workspace_month="0.20"), led("r2", opened_at=DECEMBER)),
        (caps(per_workspace_month="0.20"), led("r2", place=Place("T2", "C1"))),
    ],
    ids=["another person", "tomorrow", "another production", "next month", "another workspace"],
)
async def test_a_cap_holds_down_only_its_own(storage: Storage, limits: Caps, second: Round) -> None:
    await storage.rounds.open(led("r1"), limits, recast=False)
    assert (await storage.rounds.open(second, limits, recast=False)).fresh


async def test_people_racing_for_a_productions_last_dollars_never_pass_it_together(storage: Storage) -> None:
    limits = caps(per_production_month="0.70")
    tries = (storage.rounds.open(led(f"r{n}", f"U{n}"), limits, recast=False) for n in range(8))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Opened) for answer in answers) == 3
    spender = Spender(PLACE, "U1", purse_day(NOW))
    held = {purse.cap: sum_ for purse, sum_ in (await storage.ledger.held(spender)).items()}
    assert (held["production_month"], held["workspace_month"]) == (Decimal("0.60"), Decimal("0.60"))


async def test_a_slot_settles_in_every_purse_of_the_day_it_was_reserved(storage: Storage, clock: Clock) -> None:
    await storage.rounds.open(led("r1"), CAPS, recast=False)
    clock.now = DECEMBER
    await storage.rounds.land(a_landing("r1-0", "0.01"), frozenset())
    then, now = Spender(PLACE, "U1", purse_day(NOW)), Spender(PLACE, "U1", purse_day(DECEMBER))
    assert set((await storage.ledger.held(then)).values()) == {Decimal("0.16")}
    assert set((await storage.ledger.held(now)).values()) == {Decimal(0)}


async def test_a_charge_above_its_reservation_is_kept_and_blocks_its_workspace_until_it_is_seen(
    storage: Storage,
) -> None:
    await storage.rounds.open(led("r1"), CAPS, recast=False)
    await storage.rounds.land(a_landing("r1-0", "0.09"), frozenset())
    assert (await storage.ledger.charged("r1"))["r1-0"].usd == Decimal("0.09")
    with pytest.raises(Overspent) as refused:
        await storage.rounds.open(led("r2", "U2"), CAPS, recast=False)
    assert (refused.value.above, refused.value.may) == (Decimal("0.04"), ("U1",))
    with pytest.raises(Overspent):
        await storage.rounds.add_slot(replace(led("r1").slots[1], id="r1-x"), CAPS)
    assert (await storage.rounds.open(led("r3", place=Place("T2", "C1")), CAPS, recast=False)).fresh
    assert await storage.ledger.see("r1-0", "U1")
    assert (await storage.rounds.open(led("r2", "U2"), CAPS, recast=False)).fresh


async def test_portraits_under_way_still_land_while_their_workspace_is_blocked(storage: Storage) -> None:
    await storage.rounds.open(led("r1"), CAPS, recast=False)
    for n in range(4):
        await storage.rounds.land(a_landing(f"r1-{n}", "0.09"), frozenset())
    spender = Spender(PLACE, "U1", purse_day(NOW))
    assert set((await storage.ledger.held(spender)).values()) == {Decimal("0.36")}
