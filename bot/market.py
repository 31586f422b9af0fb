"""What can be had for one brief today: which models can draw it, for how much, and what stands in for the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.brief import SLOT_LIMIT, Brief
from bot.catalogue import Catalogue, ModelFacts
from bot.errors import BriefError

_OPTIONS_PER_FACE = 4


@dataclass(frozen=True)
class Market:
    """What can be had for one brief."""

    brief: Brief
    catalogue: Catalogue
    today: date
    up: Callable[[str], bool]

    def lack(self, model: ModelFacts) -> str:
        """Why the model cannot draw this; empty when it can."""
        if model.provider not in self.catalogue.configured:
            return "no_key"
        if (end := self.catalogue.end(model)) and end <= self.today:
            return "retired"
        if model.references < self.brief.references:
            return "no_reference"
        return "" if self.up(model.id) else "down"

    def price(self, model: ModelFacts) -> Decimal:
        return model.price(self.brief.size, self.brief.references)

    def preferred(self, family: str) -> ModelFacts | None:
        """The account a family would be drawn by: its first one with a key, else its first; None if nobody knows it."""
        served = self.catalogue.family(family)
        return next((m for m in served if m.provider in self.catalogue.configured), served[0] if served else None)

    def stand_in(self, wanted: ModelFacts, families: Sequence[str], taken: Sequence[ModelFacts]) -> ModelFacts | None:
        """The next in the table that costs no more than `wanted`, else the next; never twice from one house."""
        houses = {house(m) for m in taken if m is not wanted}
        same = [m for m in self.catalogue.family(wanted.family) if not self.lack(m)]
        others = [m for f in families if f != wanted.family for m in self.catalogue.family(f) if not self.lack(m)]
        free = [m for m in same + others if house(m) not in houses]
        return next((m for m in free if self.price(m) <= self.price(wanted)), free[0] if free else None)

    def each(self, count: int) -> int:
        return self.brief.each or max(1, _OPTIONS_PER_FACE // count)

    def total(self, models: Sequence[ModelFacts]) -> Decimal:
        return self.each(len(models)) * sum((self.price(m) for m in models), Decimal(0))

    def slots(self, models: Sequence[ModelFacts]) -> tuple[ModelFacts, ...]:
        each = self.each(len(models))
        if len(models) * each > SLOT_LIMIT:
            raise BriefError("each", "too_many", f"{len(models)} x {each}", limit=SLOT_LIMIT)
        return tuple(model for model in models for _ in range(each))

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for this brief, as people type it."""
        return tuple(m.name for m in self.catalogue.models if not self.lack(m))


def house(model: ModelFacts) -> str:
    """Two models of one house are too alike to vote on."""
    return model.family.removesuffix("-pro")
