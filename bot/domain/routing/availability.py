"""Models available for one brief today, their prices, and substitutes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain.brief import SLOT_LIMIT, Brief
from bot.domain.catalogue import Catalogue, ModelSpec
from bot.domain.errors import BriefError

_DEFAULT_SLOT_COUNT = 4


@dataclass(frozen=True)
class Availability:
    """Models available for one brief."""

    brief: Brief
    catalogue: Catalogue
    today: date
    is_up: Callable[[str], bool]

    def unavailable_reason(self, model: ModelSpec) -> str:
        """Return why the model cannot be used; empty if it can."""
        if model.provider not in self.catalogue.configured_providers:
            return "no_key"
        if (retires_on := self.catalogue.retirement_date(model)) and retires_on <= self.today:
            return "retired"
        if model.max_references < self.brief.reference_count:
            return "no_reference"
        return "" if self.is_up(model.id) else "down"

    def price(self, model: ModelSpec) -> Decimal:
        return model.price(self.brief.size, self.brief.reference_count)

    def preferred_account(self, family: str) -> ModelSpec | None:
        """Return a family's first model with a configured provider, else its first, else None."""
        accounts = self.catalogue.models_in_family(family)
        return next(
            (m for m in accounts if m.provider in self.catalogue.configured_providers),
            accounts[0] if accounts else None,
        )

    def substitute(
        self, requested: ModelSpec, families: Sequence[str], chosen: Sequence[ModelSpec]
    ) -> ModelSpec | None:
        """Return the next model in the table that costs no more, else the next; never two of one line."""
        used_lines = {model_line(m) for m in chosen if m is not requested}
        same = [m for m in self.catalogue.models_in_family(requested.family) if not self.unavailable_reason(m)]
        others = [
            m
            for f in families
            if f != requested.family
            for m in self.catalogue.models_in_family(f)
            if not self.unavailable_reason(m)
        ]
        candidates = [m for m in same + others if model_line(m) not in used_lines]
        return next(
            (m for m in candidates if self.price(m) <= self.price(requested)), candidates[0] if candidates else None
        )

    def per_model(self, count: int) -> int:
        return self.brief.per_model or max(1, _DEFAULT_SLOT_COUNT // count)

    def total(self, models: Sequence[ModelSpec]) -> Decimal:
        return self.per_model(len(models)) * sum((self.price(m) for m in models), Decimal(0))

    def slots(self, models: Sequence[ModelSpec]) -> tuple[ModelSpec, ...]:
        per_model = self.per_model(len(models))
        if len(models) * per_model > SLOT_LIMIT:
            raise BriefError("each", "too_many", f"{len(models)} x {per_model}", limit=SLOT_LIMIT)
        return tuple(model for model in models for _ in range(per_model))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the models that can be used for this brief."""
        return tuple(m.name for m in self.catalogue.models if not self.unavailable_reason(m))


def model_line(model: ModelSpec) -> str:
    """Return the product line of a model; two models of one line look too alike for a vote."""
    return model.family.removesuffix("-pro")
