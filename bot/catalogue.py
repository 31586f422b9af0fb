"""Image models as facts: what each can do and costs. The rows live in providers/registry.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

# How long before its end a model is called ending.
_SOON = timedelta(days=30)


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
    """One image model. `name` is what people type, `wire_id` what the vendor is sent, prices in dollars per image.

    `family` is the same model whoever serves it, by the name of its maker's own row; without one it is its own.
    """

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
    family: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "family", self.family or self.name)

    @property
    def id(self) -> str:
        """`provider:wire_id`, the exact id that stands on every candidate."""
        return f"{self.provider}:{self.wire_id}"

    def price(self, size: Size, references: int = 0) -> Decimal:
        """The most one portrait costs, in dollars, with so many reference pictures sent along."""
        return self.prices[size] + references * self.per_reference


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


# Behind the makers' own accounts.
_RESELLERS = {"fal": 1, "own": 2}


@dataclass(frozen=True)
class Ending:
    """A model that is drawn no more from the day `on`; `successor` is what its table names instead."""

    model: ModelFacts
    on: date
    gone: bool
    successor: ModelFacts | None


@dataclass(frozen=True)
class Catalogue:
    """All models we know, and which of them have an account here; `upscalers` in the order they are preferred.

    `said` alone changes: what the vendors' own lists say of an id's first day without it (`learn`).
    """

    models: tuple[ModelFacts, ...]
    configured: frozenset[str]
    upscalers: tuple[UpscalerFacts, ...] = ()
    said: dict[str, date] = field(default_factory=dict, compare=False)

    def named(self, name: str) -> ModelFacts | None:
        """The model a person means by `name`: its short name, its wire id or its exact id."""
        wanted = name.casefold()
        return next((m for m in self.models if wanted in (m.name, m.wire_id, m.id)), None)

    def family(self, name: str) -> tuple[ModelFacts, ...]:
        """One model through its several accounts: its maker's own first, then fal's, then servers of one's own."""
        served = (m for m in self.models if m.family == name)
        return tuple(sorted(served, key=lambda m: _RESELLERS.get(m.provider, 0)))

    def of(self, model_id: str) -> ModelFacts:
        """The facts of an exact id; raises KeyError for one we never knew."""
        for model in self.models:
            if model.id == model_id:
                return model
        raise KeyError(model_id)

    def available(self, model: ModelFacts, today: date) -> bool:
        end = self.end(model)
        return model.provider in self.configured and not (end and end <= today)

    def end(self, model: ModelFacts) -> date | None:
        """The first day without this model, as its vendor says, else as our table does."""
        return self.said.get(model.id, model.retires)

    def learn(self, ends: Mapping[str, date | None]) -> None:
        """Keep what vendors say of their models by exact id; None takes back what was said before."""
        for model_id, end in ends.items():
            if end:
                self.said[model_id] = end
            else:
                self.said.pop(model_id, None)

    def endings(self, today: date) -> tuple[Ending, ...]:
        """The models of configured accounts that are gone or end within thirty days."""
        ends = [(m, end) for m in self.models if m.provider in self.configured and (end := self.end(m))]
        return tuple(
            Ending(model, end, end <= today, self.named(model.successor)) for model, end in ends if end <= today + _SOON
        )

    @property
    def upscaler(self) -> UpscalerFacts | None:
        """The upscaler a face is finished with here, if any account has one."""
        return next((u for u in self.upscalers if u.provider in self.configured), None)

    @property
    def names(self) -> tuple[str, ...]:
        """What people may type: the makers' own models, and others' as far as they have an account here."""
        return tuple(m.name for m in self.models if m.family == m.name or m.provider in self.configured)
