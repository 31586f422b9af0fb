"""Money: what a round may cost, the caps it must fit, and what it came to. All sums are dollars as Decimal.

Before a model is asked the worst listed price of its answer is reserved: explicit size and quality, references as well.
One answer is all that can be billed: clients ask again only where nothing was (not reached, "too many requests", a
field spelt otherwise), so the retry they are permitted reserves nothing. A client that repeated a billed call would
have to reserve it too; tests/contract/providers/test_charges.py holds that none does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Self

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.errors import OverBudget
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings


@dataclass(frozen=True)
class BudgetPeriod:
    """What one cap counts from the UTC day `since` on: `cap` is day, person_day, production_month or workspace_month.

    `owner` is the person, the home channel of the production, or empty for the whole workspace `team`.
    """

    team: str
    cap: str
    owner: str
    starts_on: date

    @property
    def resets_at(self) -> datetime:
        """When the next purse begins."""
        if self.cap.endswith("month"):
            return datetime.combine((self.starts_on + timedelta(days=31)).replace(day=1), time(), UTC)
        return datetime.combine(self.starts_on + timedelta(days=1), time(), UTC)


@dataclass(frozen=True)
class Payer:
    """Who spends, where, on which UTC day; `home` is its production's home channel, empty where that is `place`'s."""

    place: ChannelRef
    person: str
    day: date
    home_channel: str = ""

    @property
    def budget_periods(self) -> tuple[BudgetPeriod, ...]:
        """Every purse that pays for it, always in the same order, so that two who change them cannot wait in a ring."""
        team, month = self.place.team, self.day.replace(day=1)
        return (
            BudgetPeriod(team, "workspace_month", "", month),
            BudgetPeriod(team, "day", "", self.day),
            BudgetPeriod(team, "production_month", self.home_channel or self.place.channel, month),
            BudgetPeriod(team, "person_day", self.person, self.day),
        )


@dataclass(frozen=True)
class Caps:
    """The most that may be spent on a round, in one UTC day, and in one calendar month; None is no cap.

    `own` names those of them (round, production_month) that are the production's own.
    """

    per_round: Decimal
    per_day: Decimal
    per_person_day: Decimal | None = None
    per_production_month: Decimal | None = None
    per_workspace_month: Decimal | None = None
    production_caps: frozenset[str] = frozenset()

    def tightened_by(self, settings: ProductionSettings) -> Self:
        """These caps with a production's own, where they are lower."""
        tightened, month = self, self.per_production_month
        if settings.per_round is not None and settings.per_round < self.per_round:
            tightened = replace(
                tightened, per_round=settings.per_round, production_caps=tightened.production_caps | {"round"}
            )
        if settings.per_month is not None and (month is None or settings.per_month < month):
            tightened = replace(
                tightened,
                per_production_month=settings.per_month,
                production_caps=tightened.production_caps | {"production_month"},
            )
        return tightened

    def check_round(self, price: Decimal, committed: Decimal = Decimal(0)) -> None:
        """Raise OverBudget when `price` on top of what the round `already` holds passes its cap."""
        if committed + price > self.per_round:
            is_production_cap = "round" in self.production_caps
            raise OverBudget(
                "round", price, self.per_round, self.per_round - committed, is_production_cap=is_production_cap
            )

    def limit_for(self, period: BudgetPeriod) -> Decimal | None:
        """The most that `purse` may hold."""
        limits = {
            "day": self.per_day,
            "person_day": self.per_person_day,
            "production_month": self.per_production_month,
            "workspace_month": self.per_workspace_month,
        }
        return limits[period.cap]


@dataclass(frozen=True)
class Charge:
    """What one answer cost; `source` is exact (the vendor said), listed (its price list), unknown (maybe charged), or
    told (unknown, until a person said whether it was)."""

    usd: Decimal
    source: str


@dataclass(frozen=True)
class BilledItem:
    """Something paid for: `kind` is slot or finish, `id` is unique among both, `reserved` the dollars held back."""

    kind: str
    id: str
    round_id: str
    model: str
    reserved: Decimal


def estimate(models: Sequence[ModelSpec], size: Size, reference_count: int = 0) -> Decimal:
    """The price of one portrait from each of `models` (repeated for several) at `size`, each with those references."""
    return sum((m.price(size, reference_count) for m in models), Decimal(0))


def budget_day(at: datetime) -> date:
    """The UTC day whose caps count a spending at `at`."""
    return at.astimezone(UTC).date()
