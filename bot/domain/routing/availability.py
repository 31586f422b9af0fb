"""What can be had for one brief today: which models can draw it, for how much, and what stands in for the others."""

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
    """What can be had for one brief."""

    brief: Brief
    catalogue: Catalogue
    today: date
    is_up: Callable[[str], bool]

    def unavailable_reason(self, model: ModelSpec) -> str:
        """Why the model cannot draw this; empty when it can."""
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
        """The account a family would be drawn by: its first one with a key, else its first; None if nobody knows it."""
        accounts = self.catalogue.models_in_family(family)
        return next(
            (m for m in accounts if m.provider in self.catalogue.configured_providers),
            accounts[0] if accounts else None,
        )

    def substitute(
        self, requested: ModelSpec, families: Sequence[str], chosen: Sequence[ModelSpec]
    ) -> ModelSpec | None:
        """The next in the table that costs no more than `wanted`, else the next; never twice from one house."""
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
        """What can be asked for this brief, as people type it."""
        return tuple(m.name for m in self.catalogue.models if not self.unavailable_reason(m))


def model_line(model: ModelSpec) -> str:
    """Two models of one house are too alike to vote on."""
    return model.family.removesuffix("-pro")
