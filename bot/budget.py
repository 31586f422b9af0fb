"""Money: what a round may cost, and the caps it must fit. All sums are dollars as Decimal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.catalogue import ModelFacts, Size
from bot.errors import OverBudget


@dataclass(frozen=True)
class Caps:
    """The most a round, and a workspace in one UTC day, may cost."""

    per_round: Decimal
    per_day: Decimal

    def allow_round(self, price: Decimal, already: Decimal = Decimal(0)) -> None:
        """Raise OverBudget when `price` on top of what the round `already` holds passes its cap."""
        if already + price > self.per_round:
            raise OverBudget("round", price, self.per_round, self.per_round - already)


@dataclass(frozen=True)
class Charge:
    """What one slot cost; `source` is exact (the vendor said), listed (its price list) or unknown (maybe charged)."""

    usd: Decimal
    source: str


def estimate(models: Sequence[ModelFacts], size: Size, references: int = 0) -> Decimal:
    """The price of one portrait from each of `models` (repeated for several) at `size`, each with those references."""
    return sum((m.price(size, references) for m in models), Decimal(0))


def purse_day(at: datetime) -> date:
    """The UTC day whose cap counts a spending at `at`."""
    return at.astimezone(UTC).date()
