"""Stateful test of the ledger: budget periods hold the sum of reserved, settled and unknown amounts.

Rules open rounds, complete, fail and re-roll slots, confirm charges and advance the day. The model is a list of items
with the amount of each. No reservation exceeds a cap; only a charge above its reservation may.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.budget import BudgetPeriod, Caps, Charge, Payer, budget_day
from bot.domain.errors import CastingError, OverBudget, RoundClosed, UnacknowledgedOverspend
from bot.domain.ids import ChannelRef
from bot.domain.model_errors import PaidStatus
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot, SlotFailure
from bot.ports.rounds import StartResult
from storage import Storage, open_storage
from tests.support.postgres_server import require_postgres
from tests.support.storage_builders import FakeClock, fresh_database, make_generated_portrait, make_round, make_settings

CAPS = Caps(
    per_round=Decimal("0.40"),
    per_day=Decimal("0.60"),
    per_person_day=Decimal("0.45"),
    per_production_month=Decimal("0.90"),
    per_workspace_month=Decimal("1.30"),
)
START = datetime(2026, 11, 29, 12, tzinfo=UTC)
PEOPLE, PLACES = ("U1", "U2"), (ChannelRef("T1", "C1"), ChannelRef("T1", "C2"))
CENT = Decimal("0.01")

prices = st.integers(min_value=1, max_value=12).map(lambda cents: cents * CENT)
# Also an amount below a micro-dollar, the smallest stored unit: it must not get lost.
costs = st.integers(min_value=0, max_value=1500).map(lambda n: n * Decimal("0.0001")) | st.just(Decimal("0.01234567"))


@dataclass
class LedgerItem:
    """The amount that one item reserves or spends in its payer's budget periods."""

    payer: Payer
    round_id: str
    price: Decimal
    usd: Decimal
    state: Literal["reserved", "settled", "unknown"] = "reserved"
    is_unacknowledged: bool = False


class LedgerMachine(RuleBasedStateMachine):
    """Rules over storage; each step changes the database and the model, `items`."""

    database = "sqlite"

    @initialize()
    def set_up(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        self.clock = FakeClock()
        self.clock.now = START
        self.items: dict[str, LedgerItem] = {}
        self.rounds: list[str] = []
        self.storage: Storage = self.run(self._open_fresh_storage())

    async def _open_fresh_storage(self) -> Storage:
        return await open_storage(
            make_settings(await fresh_database(self.database, Path(self.folder.name))), self.clock
        )

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.run(self.storage.close())
            self.runner.close()
            self.folder.cleanup()

    @rule(price=prices, slots=st.integers(1, 4), who=st.sampled_from(PEOPLE), where=st.sampled_from(PLACES))
    def start_round(self, price: Decimal, slots: int, who: str, where: ChannelRef) -> None:
        self._start_rounds([(price, slots, who, where)])

    @rule(
        drafts=st.lists(
            st.tuples(prices, st.integers(1, 4), st.sampled_from(PEOPLE), st.sampled_from(PLACES)),
            min_size=2,
            max_size=4,
        )
    )
    def start_rounds_concurrently(self, drafts: list[tuple[Decimal, int, str, ChannelRef]]) -> None:
        self._start_rounds(drafts)

    @precondition(lambda self: any(i.state == "reserved" for i in self.items.values()))
    @rule(data=st.data(), cost=costs, source=st.sampled_from(["exact", "listed"]))
    def record_portrait(self, data: st.DataObject, cost: Decimal, source: str) -> None:
        slot_id = self._pick_item(data, "reserved")
        self.run(self.storage.slots.record_portrait(make_generated_portrait(slot_id, str(cost), source), frozenset()))
        self._settle_item(slot_id, cost)

    @precondition(lambda self: any(i.state == "reserved" for i in self.items.values()))
    @rule(data=st.data(), paid=st.sampled_from(["no", "maybe", "yes"]))
    def record_failure(self, data: st.DataObject, paid: PaidStatus) -> None:
        slot_id = self._pick_item(data, "reserved")
        price = self.items[slot_id].price
        charge = {"no": None, "maybe": Charge(price, "unknown"), "yes": Charge(price, "listed")}[paid]
        self.run(self.storage.slots.record_failure(slot_id, SlotFailure("provider_down", paid=paid), charge, 1.0))
        self._settle_item(slot_id, charge.usd if charge else Decimal(0), unknown=paid == "maybe")

    @precondition(lambda self: any(i.state != "reserved" for i in self.items.values()))
    @rule(data=st.data(), cost=costs)
    def replay_portrait(self, data: st.DataObject, cost: Decimal) -> None:
        """Replay a step as after a crash: nothing changes."""
        slot_id = data.draw(st.sampled_from(sorted(i for i, item in self.items.items() if item.state != "reserved")))
        self.run(self.storage.slots.record_portrait(make_generated_portrait(slot_id, str(cost)), frozenset()))

    @precondition(lambda self: bool(self.rounds))
    @rule(data=st.data(), price=prices)
    def reroll_portrait(self, data: st.DataObject, price: Decimal) -> None:
        round_id = data.draw(st.sampled_from(self.rounds))
        round_ = self.run(self.storage.rounds.get(round_id))
        slot = Slot(f"{round_id}-x{len(self.items)}", round_id, 9, "maker:model-1", price, seed=1)
        expected_error = self._expected_error(round_.place, round_.lead, price)
        try:
            self.run(self.storage.slots.add(slot, CAPS))
        except (RoundClosed, OverBudget, UnacknowledgedOverspend) as error:
            held = sum(i.usd for i in self.items.values() if i.round_id == round_id)
            assert expected_error or round_.state is RoundState.VOID or held + price > CAPS.per_round, error
            return
        assert not expected_error
        self._reserve(slot.id, round_.place, round_.lead, price, round_id)

    @precondition(lambda self: bool(self.rounds))
    @rule(data=st.data())
    def void_round(self, data: st.DataObject) -> None:
        self.run(self.storage.rounds.void(data.draw(st.sampled_from(self.rounds)), "cancelled"))

    @precondition(lambda self: any(i.state == "unknown" for i in self.items.values()))
    @rule(data=st.data(), charged=st.booleans())
    def confirm_unknown_charge(self, data: st.DataObject, *, charged: bool) -> None:
        item_id = self._pick_item(data, "unknown")
        outcomes = self.run(self._confirm_twice(item_id, charged=charged))
        assert sorted(outcomes) == [False, True], "it is settled once"
        item = self.items[item_id]
        item.state, item.usd = "settled", item.usd if charged else Decimal(0)

    @precondition(lambda self: any(i.is_unacknowledged for i in self.items.values()))
    @rule(data=st.data())
    def acknowledge_overspend(self, data: st.DataObject) -> None:
        item_id = data.draw(st.sampled_from(sorted(i for i, item in self.items.items() if item.is_unacknowledged)))
        assert self.run(self.storage.ledger.acknowledge(item_id, "U1"))
        assert not self.run(self.storage.ledger.acknowledge(item_id, "U2"))
        self.items[item_id].is_unacknowledged = False

    @rule(hours=st.sampled_from([1, 13, 24]))
    def advance_time(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)

    @invariant()
    def budgets_are_the_sum_of_their_items(self) -> None:
        if not hasattr(self, "storage"):
            return
        for payer in {i.payer for i in self.items.values()}:
            assert dict(self.run(self.storage.ledger.committed_by_period(payer))) == {
                p: self._held_amount(p) for p in payer.budget_periods
            }

    @invariant()
    def pending_charges_are_listed(self) -> None:
        if hasattr(self, "storage"):
            listed = {e.id for e in self.run(self.storage.ledger.list_pending_charges("T1"))}
            assert listed == {i for i, item in self.items.items() if item.is_unacknowledged or item.state == "unknown"}

    def _start_rounds(self, drafts: list[tuple[Decimal, int, str, ChannelRef]]) -> None:
        """Start rounds concurrently: together they never exceed a cap."""
        before = {p: self._held_amount(p) for p in self._budget_periods(drafts)}
        blocked = any(i.is_unacknowledged for i in self.items.values())
        new: list[tuple[Round, Decimal, str, ChannelRef]] = []
        for price, slots, user, channel in drafts:
            name = f"r{len(self.rounds) + len(new)}-{len(self.items)}"
            round_ = make_round(name, f"Maya {name}", place=channel, slots=slots, price=price, opened_at=self.clock.now)
            new.append((replace(round_, lead=user), price, user, channel))
        answers = self.run(self._start_concurrently([n[0] for n in new]))
        for (round_, price, user, channel), answer in zip(new, answers, strict=True):
            if isinstance(answer, StartResult):
                assert not blocked
                self.rounds.append(round_.id)
                for slot in round_.slots:
                    self._reserve(slot.id, channel, user, price, round_.id)
            else:
                assert isinstance(answer, OverBudget | UnacknowledgedOverspend), answer
        for period, held_before in before.items():
            after, limit = self._held_amount(period), CAPS.limit_for(period)
            assert after == held_before or limit is None or after <= limit, f"{period} was passed"
        if len(drafts) == 1 and not blocked:
            total = sum((s.price for s in new[0][0].slots), Decimal(0))
            fits = (
                all(held_before + total <= (CAPS.limit_for(p) or total) for p, held_before in before.items())
                and total <= CAPS.per_round
            )
            assert isinstance(answers[0], StartResult) == fits

    async def _start_concurrently(self, rounds: list[Any]) -> list[StartResult | BaseException]:
        attempts = (self.storage.rounds.open(new, CAPS, recast=False) for new in rounds)
        return list(await asyncio.gather(*attempts, return_exceptions=True))

    async def _confirm_twice(self, item_id: str, *, charged: bool) -> list[bool]:
        attempts = (self.storage.ledger.confirm(item_id, user, charged=charged) for user in PEOPLE)
        return list(await asyncio.gather(*attempts))

    def _expected_error(self, place: ChannelRef, person: str, price: Decimal) -> type[CastingError] | None:
        """Return the error that the model expects for a reservation."""
        if any(i.is_unacknowledged for i in self.items.values()):
            return UnacknowledgedOverspend
        periods = Payer(place, person, budget_day(self.clock.now)).budget_periods
        is_exceeded = any(self._held_amount(p) + price > (CAPS.limit_for(p) or price) for p in periods)
        return OverBudget if is_exceeded else None

    def _budget_periods(self, drafts: list[tuple[Decimal, int, str, ChannelRef]]) -> set[BudgetPeriod]:
        day = budget_day(self.clock.now)
        return {period for _, _, user, channel in drafts for period in Payer(channel, user, day).budget_periods}

    def _reserve(self, item_id: str, place: ChannelRef, person: str, price: Decimal, round_id: str) -> None:
        self.items[item_id] = LedgerItem(Payer(place, person, budget_day(self.clock.now)), round_id, price, price)

    def _settle_item(self, item_id: str, cost: Decimal, *, unknown: bool = False) -> None:
        item = self.items[item_id]
        stored_cost = cost.quantize(Decimal("0.000001"), "ROUND_CEILING")
        item.usd, item.state, item.is_unacknowledged = (
            stored_cost,
            "unknown" if unknown else "settled",
            stored_cost > item.price,
        )

    def _held_amount(self, period: BudgetPeriod) -> Decimal:
        return sum((i.usd for i in self.items.values() if period in i.payer.budget_periods), Decimal(0))

    def _pick_item(self, data: st.DataObject, state: str) -> str:
        return data.draw(st.sampled_from(sorted(i for i, item in self.items.items() if item.state == state)))


def machine_settings(examples: int) -> settings:
    """Without shrinking, which makes hundreds of attempts, each with a new database."""
    return settings(
        phases=(Phase.explicit, Phase.generate),
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


class TestLedger(LedgerMachine.TestCase):  # type: ignore[misc, valid-type] # made at run time
    settings = machine_settings(8)


@pytest.mark.heavy
class TestLedgerAtFullSize(LedgerMachine.TestCase):  # type: ignore[misc, valid-type] # made at run time
    settings = machine_settings(20)


class PostgresLedgerMachine(LedgerMachine):
    """The same on PostgreSQL."""

    database = "postgresql"


class TestLedgerOnPostgres(PostgresLedgerMachine.TestCase):  # type: ignore[misc, valid-type] # made at run time
    settings = machine_settings(4)

    def setUp(self) -> None:
        require_postgres()
        super().setUp()
