"""Whatever happens in whatever order, the purses are the sum of what is reserved, settled and unknown.

A state machine over rounds that open, land, miss and are drawn again, over questions answered and days that pass; its
model is a list of what each item should hold. No reservation passes a cap, only a charge that came dearer may.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.budget import Caps, Charge, Purse, Spender, purse_day
from bot.errors import CastingError, OverBudget, Overspent, Paid, RoundClosed
from bot.face import Place
from bot.ports import Opened
from bot.round import Round, State
from bot.slot import Miss, Slot
from storage import Storage, open_storage
from tests.unit.storage.stories import Clock, a_landing, a_round, at, fresh_sqlite

CAPS = Caps(
    per_round=Decimal("0.40"),
    per_day=Decimal("0.60"),
    per_person_day=Decimal("0.45"),
    per_production_month=Decimal("0.90"),
    per_workspace_month=Decimal("1.30"),
)
START = datetime(2026, 11, 29, 12, tzinfo=UTC)
PEOPLE, PLACES = ("U1", "U2"), (Place("T1", "C1"), Place("T1", "C2"))
CENT = Decimal("0.01")

prices = st.integers(min_value=1, max_value=12).map(lambda cents: cents * CENT)
# A ten-thousandth of a cent besides: what is smaller than the smallest unit kept must not get lost either.
costs = st.integers(min_value=0, max_value=1500).map(lambda n: n * Decimal("0.0001")) | st.just(Decimal("0.01234567"))


@dataclass
class Held:
    """What one item holds in the purses of its spender."""

    spender: Spender
    round_id: str
    price: Decimal
    usd: Decimal
    state: Literal["reserved", "settled", "unknown"] = "reserved"
    unseen: bool = False


class Money(RuleBasedStateMachine):
    """Storage under rules; each step is done in the database and in `items`."""

    @initialize()
    def open_storage(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        self.clock = Clock()
        self.clock.now = START
        self.items: dict[str, Held] = {}
        self.rounds: list[str] = []
        self.storage: Storage = self.run(self._fresh())

    async def _fresh(self) -> Storage:
        return await open_storage(at(await fresh_sqlite(Path(self.folder.name))), self.clock)

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.run(self.storage.close())
            self.runner.close()
            self.folder.cleanup()

    # What people and models do.

    @rule(price=prices, slots=st.integers(1, 4), who=st.sampled_from(PEOPLE), where=st.sampled_from(PLACES))
    def a_round_opens(self, price: Decimal, slots: int, who: str, where: Place) -> None:
        self._open([(price, slots, who, where)])

    @rule(
        wishes=st.lists(
            st.tuples(prices, st.integers(1, 4), st.sampled_from(PEOPLE), st.sampled_from(PLACES)),
            min_size=2,
            max_size=4,
        )
    )
    def rounds_race_for_the_last_dollars(self, wishes: list[tuple[Decimal, int, str, Place]]) -> None:
        self._open(wishes)

    @precondition(lambda self: any(i.state == "reserved" for i in self.items.values()))
    @rule(data=st.data(), cost=costs, source=st.sampled_from(["exact", "listed"]))
    def a_portrait_lands(self, data: st.DataObject, cost: Decimal, source: str) -> None:
        slot_id = self._one(data, "reserved")
        self.run(self.storage.rounds.land(a_landing(slot_id, str(cost), source), frozenset()))
        self._settled(slot_id, cost)

    @precondition(lambda self: any(i.state == "reserved" for i in self.items.values()))
    @rule(data=st.data(), paid=st.sampled_from(["no", "maybe", "yes"]))
    def a_slot_is_missed(self, data: st.DataObject, paid: Paid) -> None:
        slot_id = self._one(data, "reserved")
        price = self.items[slot_id].price
        charge = {"no": None, "maybe": Charge(price, "unknown"), "yes": Charge(price, "listed")}[paid]
        self.run(self.storage.rounds.miss(slot_id, Miss("down", paid=paid), charge, 1.0))
        self._settled(slot_id, charge.usd if charge else Decimal(0), unknown=paid == "maybe")

    @precondition(lambda self: any(i.state != "reserved" for i in self.items.values()))
    @rule(data=st.data(), cost=costs)
    def an_answer_comes_once_more(self, data: st.DataObject, cost: Decimal) -> None:
        """A replay after a crash changes nothing."""
        slot_id = data.draw(st.sampled_from(sorted(i for i, held in self.items.items() if held.state != "reserved")))
        self.run(self.storage.rounds.land(a_landing(slot_id, str(cost)), frozenset()))

    @precondition(lambda self: bool(self.rounds))
    @rule(data=st.data(), price=prices)
    def a_portrait_is_drawn_again(self, data: st.DataObject, price: Decimal) -> None:
        round_id = data.draw(st.sampled_from(self.rounds))
        round_ = self.run(self.storage.rounds.get(round_id))
        slot = Slot(f"{round_id}-x{len(self.items)}", round_id, 9, "maker:model-1", price, seed=1)
        refused = self._fits(round_.place, round_.lead, price)
        try:
            self.run(self.storage.rounds.add_slot(slot, CAPS))
        except (RoundClosed, OverBudget, Overspent) as error:
            held = sum(i.usd for i in self.items.values() if i.round_id == round_id)
            assert refused or round_.state is State.VOID or held + price > CAPS.per_round, error
            return
        assert not refused
        self._reserve(slot.id, round_.place, round_.lead, price, round_id)

    @precondition(lambda self: bool(self.rounds))
    @rule(data=st.data())
    def a_round_is_called_off(self, data: st.DataObject) -> None:
        self.run(self.storage.rounds.void(data.draw(st.sampled_from(self.rounds)), "cancelled"))

    @precondition(lambda self: any(i.state == "unknown" for i in self.items.values()))
    @rule(data=st.data(), charged=st.booleans())
    def somebody_settles_an_unknown_charge(self, data: st.DataObject, *, charged: bool) -> None:
        item_id = self._one(data, "unknown")
        both = self.run(self._twice(item_id, charged=charged))
        assert sorted(both) == [False, True], "it is settled once"
        held = self.items[item_id]
        held.state, held.usd = "settled", held.usd if charged else Decimal(0)

    @precondition(lambda self: any(i.unseen for i in self.items.values()))
    @rule(data=st.data())
    def somebody_sees_a_charge_above_its_reservation(self, data: st.DataObject) -> None:
        item_id = data.draw(st.sampled_from(sorted(i for i, held in self.items.items() if held.unseen)))
        assert self.run(self.storage.ledger.see(item_id, "U1"))
        assert not self.run(self.storage.ledger.see(item_id, "U2"))
        self.items[item_id].unseen = False

    @rule(hours=st.sampled_from([1, 13, 24]))
    def time_passes(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)

    # What always holds.

    @invariant()
    def purses_are_the_sum_of_their_items(self) -> None:
        if not hasattr(self, "storage"):
            return
        for spender in {i.spender for i in self.items.values()}:
            assert dict(self.run(self.storage.ledger.held(spender))) == {p: self._sum(p) for p in spender.purses}

    @invariant()
    def what_waits_for_a_person_is_asked(self) -> None:
        if hasattr(self, "storage"):
            asked = {e.id for e in self.run(self.storage.ledger.questions("T1"))}
            assert asked == {i for i, held in self.items.items() if held.unseen or held.state == "unknown"}

    # Private.

    def _open(self, wishes: list[tuple[Decimal, int, str, Place]]) -> None:
        """All at once; together they never pass what one of them alone could not have passed."""
        before = {p: self._sum(p) for p in self._purses(wishes)}
        blocked = any(i.unseen for i in self.items.values())
        new: list[tuple[Round, Decimal, str, Place]] = []
        for price, slots, who, where in wishes:
            name = f"r{len(self.rounds) + len(new)}-{len(self.items)}"
            round_ = a_round(name, f"Maya {name}", place=where, slots=slots, price=price, opened_at=self.clock.now)
            new.append((replace(round_, lead=who), price, who, where))
        answers = self.run(self._together([n[0] for n in new]))
        for (round_, price, who, where), answer in zip(new, answers, strict=True):
            if isinstance(answer, Opened):
                assert not blocked
                self.rounds.append(round_.id)
                for slot in round_.slots:
                    self._reserve(slot.id, where, who, price, round_.id)
            else:
                assert isinstance(answer, OverBudget | Overspent), answer
        for purse, held in before.items():
            after, limit = self._sum(purse), CAPS.of(purse)
            assert after == held or limit is None or after <= limit, f"{purse} was passed"
        if len(wishes) == 1 and not blocked:
            total = sum((s.price for s in new[0][0].slots), Decimal(0))
            fits = all(held + total <= (CAPS.of(p) or total) for p, held in before.items()) and total <= CAPS.per_round
            assert isinstance(answers[0], Opened) == fits

    async def _together(self, rounds: list[Any]) -> list[Opened | BaseException]:
        tries = (self.storage.rounds.open(new, CAPS, recast=False) for new in rounds)
        return list(await asyncio.gather(*tries, return_exceptions=True))

    async def _twice(self, item_id: str, *, charged: bool) -> list[bool]:
        tries = (self.storage.ledger.settle(item_id, who, charged=charged) for who in PEOPLE)
        return list(await asyncio.gather(*tries))

    def _fits(self, place: Place, person: str, price: Decimal) -> type[CastingError] | None:
        """The kind a reservation is refused with, by the model."""
        if any(i.unseen for i in self.items.values()):
            return Overspent
        purses = Spender(place, person, purse_day(self.clock.now)).purses
        passed = any(self._sum(p) + price > (CAPS.of(p) or price) for p in purses)
        return OverBudget if passed else None

    def _purses(self, wishes: list[tuple[Decimal, int, str, Place]]) -> set[Purse]:
        day = purse_day(self.clock.now)
        return {purse for _, _, who, where in wishes for purse in Spender(where, who, day).purses}

    def _reserve(self, item_id: str, place: Place, person: str, price: Decimal, round_id: str) -> None:
        self.items[item_id] = Held(Spender(place, person, purse_day(self.clock.now)), round_id, price, price)

    def _settled(self, item_id: str, cost: Decimal, *, unknown: bool = False) -> None:
        held = self.items[item_id]
        kept = cost.quantize(Decimal("0.000001"), "ROUND_CEILING")
        held.usd, held.state, held.unseen = kept, "unknown" if unknown else "settled", kept > held.price

    def _sum(self, purse: Purse) -> Decimal:
        return sum((i.usd for i in self.items.values() if purse in i.spender.purses), Decimal(0))

    def _one(self, data: st.DataObject, state: str) -> str:
        return data.draw(st.sampled_from(sorted(i for i, held in self.items.items() if held.state == state)))


# Without shrinking: each of its hundreds of tries makes a database of its own.
Money.TestCase.settings = settings(
    phases=(Phase.explicit, Phase.generate),
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestMoney = Money.TestCase
