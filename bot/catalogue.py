"""Image models as facts: what each can do and costs. The rows live in providers/registry.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Look(StrEnum):
    """What the team cares for most in this face."""

    SKIN = "skin"
    LITERAL = "literal"
    BALANCED = "balanced"


class Size(StrEnum):
    """`draft` is about 1K on the long side; `4k` is the model's largest size."""

    DRAFT = "draft"
    FOUR_K = "4k"


@dataclass(frozen=True)
class ModelFacts:
    """One image model. `name` is what people type, `wire_id` what the vendor is sent, prices in dollars per image."""

    provider: str
    name: str
    wire_id: str
    title: str
    strength: str
    prices: Mapping[Size, Decimal]
    pixels: Mapping[Size, str]
    seeds: bool
    references: int = 0
    per_reference: Decimal = Decimal(0)
    deprecated: date | None = None
    retires: date | None = None
    successor: str = ""

    @property
    def id(self) -> str:
        """`provider:wire_id`, the exact id that stands on every candidate."""
        return f"{self.provider}:{self.wire_id}"

    def price(self, size: Size, references: int = 0) -> Decimal:
        """The most one portrait costs, in dollars, with so many reference pictures sent along."""
        return self.prices[size] + references * self.per_reference

    def retired(self, today: date) -> bool:
        return self.retires is not None and self.retires <= today


@dataclass(frozen=True)
class UpscalerFacts:
    """A service that enlarges a portrait and keeps what is in it; `price` in dollars per picture."""

    provider: str
    wire_id: str
    title: str
    price: Decimal

    @property
    def id(self) -> str:
        return f"{self.provider}:{self.wire_id}"


@dataclass(frozen=True)
class Catalogue:
    """All models we know, and which of them have an account here; `upscalers` in the order they are preferred.

    `per_minute` tells how many images a minute an account may be asked, by provider, where there is a limit.
    """

    models: tuple[ModelFacts, ...]
    configured: frozenset[str]
    upscalers: tuple[UpscalerFacts, ...] = ()
    per_minute: Mapping[str, int] = field(default_factory=dict)

    def named(self, name: str) -> ModelFacts | None:
        """The model a person means by `name`: its short name, its wire id or its exact id."""
        wanted = name.casefold()
        return next((m for m in self.models if wanted in (m.name, m.wire_id, m.id)), None)

    def of(self, model_id: str) -> ModelFacts:
        """The facts of an exact id; raises KeyError for one we never knew."""
        for model in self.models:
            if model.id == model_id:
                return model
        raise KeyError(model_id)

    def available(self, model: ModelFacts, today: date) -> bool:
        return model.provider in self.configured and not model.retired(today)

    @property
    def upscaler(self) -> UpscalerFacts | None:
        """The upscaler a face is finished with here, if any account has one."""
        return next((u for u in self.upscalers if u.provider in self.configured), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(m.name for m in self.models)
