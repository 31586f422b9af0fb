"""Money: estimates, caps and charges. All amounts are dollars as Decimal.

Before a model is called, the highest listed price of its answer is reserved, references included. One call is billed at
most once: clients retry only unbilled failures (connection refused, rate limit, rejected field), so retries reserve
nothing. tests/contract/providers/test_charges.py checks that no client repeats a billed call.
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

_MAX_CHARGE = Decimal(1_000_000)


@dataclass(frozen=True)
class BudgetPeriod:
    """The period one cap applies to, from the UTC day `starts_on`.

    `cap` is day, person_day, production_month or workspace_month. `owner` is the user id, the production's home
    channel, or empty for the workspace.
    """

    team: str
    cap: str
    owner: str
    starts_on: date

    @property
    def resets_at(self) -> datetime:
        """When the next period begins."""
        if self.cap.endswith("month"):
            return datetime.combine((self.starts_on + timedelta(days=31)).replace(day=1), time(), UTC)
        return datetime.combine(self.starts_on + timedelta(days=1), time(), UTC)


@dataclass(frozen=True)
class Payer:
    """Who spends, where, on which UTC day. `home_channel` is the production's, empty where it is `place`'s."""

    place: ChannelRef
    person: str
    day: date
    home_channel: str = ""

    @property
    def budget_periods(self) -> tuple[BudgetPeriod, ...]:
        """Every period that is charged, in a fixed order so that concurrent updates cannot deadlock."""
        team, month = self.place.team, self.day.replace(day=1)
        return (
            BudgetPeriod(team, "workspace_month", "", month),
            BudgetPeriod(team, "day", "", self.day),
            BudgetPeriod(team, "production_month", self.home_channel or self.place.channel, month),
            BudgetPeriod(team, "person_day", self.person, self.day),
        )


@dataclass(frozen=True)
class Caps:
    """The most that may be spent on a round, in one UTC day, and in one calendar month; None means no cap.

    `production_caps` names the caps (round, production_month) that come from the production's settings.
    """

    per_round: Decimal
    per_day: Decimal
    per_person_day: Decimal | None = None
    per_production_month: Decimal | None = None
    per_workspace_month: Decimal | None = None
    production_caps: frozenset[str] = frozenset()

    def tightened_by(self, settings: ProductionSettings) -> Self:
        """Return these caps with the production's caps where those are lower."""
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
        """Raise OverBudget when `price` plus what the round has `committed` exceeds the round cap."""
        if committed + price > self.per_round:
            is_production_cap = "round" in self.production_caps
            raise OverBudget(
                "round", price, self.per_round, self.per_round - committed, is_production_cap=is_production_cap
            )

    def limit_for(self, period: BudgetPeriod) -> Decimal | None:
        limits = {
            "day": self.per_day,
            "person_day": self.per_person_day,
            "production_month": self.per_production_month,
            "workspace_month": self.per_workspace_month,
        }
        return limits[period.cap]


@dataclass(frozen=True)
class Charge:
    """The cost of one answer.

    `source` is exact (reported by the provider), listed (from its price list), unknown (possibly charged), or confirmed
    (was unknown until a user confirmed it).
    """

    usd: Decimal
    source: str

    @property
    def reported_cost(self) -> Decimal | None:
        """The cost reported by the provider, in dollars; None if only its price list is known."""
        return self.usd if self.source == "exact" else None

    @property
    def is_recordable(self) -> bool:
        """Whether the amount is a number that a database can hold and that a picture could cost."""
        return is_recordable(self.usd)


@dataclass(frozen=True)
class BilledItem:
    """Something paid for: `kind` is slot, upscale or sheet_view, `id` is unique among all, `reserved` in dollars."""

    kind: str
    id: str
    round_id: str
    model: str
    reserved: Decimal


def is_recordable(usd: Decimal) -> bool:
    """Return whether `usd` is a number that a database can hold and that a picture could cost."""
    return usd.is_finite() and 0 <= usd <= _MAX_CHARGE


def estimate(models: Sequence[ModelSpec], size: Size, reference_count: int = 0) -> Decimal:
    """Return the price of one portrait from each of `models` (repeated for several) at `size`."""
    return sum((m.price(size, reference_count) for m in models), Decimal(0))


def budget_day(at: datetime) -> date:
    """Return the UTC day whose caps count a charge made at `at`."""
    return at.astimezone(UTC).date()
