"""Image models as facts: what each can do and costs. The rows live in providers/registry.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

# How long before its end a model is called ending.
_RETIREMENT_NOTICE = timedelta(days=30)


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
class ModelSpec:
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
    supports_seed: bool
    max_references: int = 0
    price_per_reference: Decimal = Decimal(0)
    deprecated_on: date | None = None
    retires_on: date | None = None
    successor: str = ""
    family: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "family", self.family or self.name)

    @property
    def id(self) -> str:
        """`provider:wire_id`, the exact id that stands on every candidate."""
        return f"{self.provider}:{self.wire_id}"

    def price(self, size: Size, reference_count: int = 0) -> Decimal:
        """The most one portrait costs, in dollars, with so many reference pictures sent along."""
        return self.prices[size] + reference_count * self.price_per_reference


@dataclass(frozen=True)
class UpscalerSpec:
    """A service that enlarges a portrait and keeps what is in it; `price` in dollars per picture."""

    provider: str
    wire_id: str
    title: str
    price: Decimal

    @property
    def id(self) -> str:
        return f"{self.provider}:{self.wire_id}"


# Behind the makers' own accounts.
_RESELLER_RANK = {"fal": 1, "own": 2}


@dataclass(frozen=True)
class Retirement:
    """A model that is drawn no more from the day `on`; `successor` is what its table names instead."""

    model: ModelSpec
    retires_on: date
    is_retired: bool
    successor: ModelSpec | None


@dataclass(frozen=True)
class Catalogue:
    """All models we know, and which of them have an account here; `upscalers` in the order they are preferred.

    `said` alone changes: what the vendors' own lists say of an id's first day without it (`learn`).
    `per_minute` tells how many images a minute an account may be asked, by provider, where there is a limit.
    """

    models: tuple[ModelSpec, ...]
    configured_providers: frozenset[str]
    upscalers: tuple[UpscalerSpec, ...] = ()
    vendor_dates: dict[str, date] = field(default_factory=dict, compare=False)
    images_per_minute: Mapping[str, int] = field(default_factory=dict)

    def by_name(self, name: str) -> ModelSpec | None:
        """The model a person means by `name`: its short name, its wire id or its exact id."""
        key = name.casefold()
        return next((m for m in self.models if key in (m.name, m.wire_id, m.id)), None)

    def models_in_family(self, name: str) -> tuple[ModelSpec, ...]:
        """One model through its several accounts: its maker's own first, then fal's, then servers of one's own."""
        models = (m for m in self.models if m.family == name)
        return tuple(sorted(models, key=lambda m: _RESELLER_RANK.get(m.provider, 0)))

    def by_id(self, model_id: str) -> ModelSpec:
        """The facts of an exact id; raises KeyError for one we never knew."""
        for model in self.models:
            if model.id == model_id:
                return model
        raise KeyError(model_id)

    def is_available(self, model: ModelSpec, today: date) -> bool:
        retires_on = self.retirement_date(model)
        return model.provider in self.configured_providers and not (retires_on and retires_on <= today)

    def retirement_date(self, model: ModelSpec) -> date | None:
        """The first day without this model, as its vendor says, else as our table does."""
        return self.vendor_dates.get(model.id, model.retires_on)

    def update_retirements(self, dates: Mapping[str, date | None]) -> None:
        """Keep what vendors say of their models by exact id; None takes back what was said before."""
        for model_id, retires_on in dates.items():
            if retires_on:
                self.vendor_dates[model_id] = retires_on
            else:
                self.vendor_dates.pop(model_id, None)

    def retirements(self, today: date) -> tuple[Retirement, ...]:
        """The models of configured accounts that are gone or end within thirty days."""
        dates = [
            (m, retires_on)
            for m in self.models
            if m.provider in self.configured_providers and (retires_on := self.retirement_date(m))
        ]
        return tuple(
            Retirement(model, retires_on, retires_on <= today, self.by_name(model.successor))
            for model, retires_on in dates
            if retires_on <= today + _RETIREMENT_NOTICE
        )

    @property
    def upscaler(self) -> UpscalerSpec | None:
        """The upscaler a face is finished with here, if any account has one."""
        return next((u for u in self.upscalers if u.provider in self.configured_providers), None)

    @property
    def names(self) -> tuple[str, ...]:
        """What people may type: the makers' own models, and others' as far as they have an account here."""
        return tuple(m.name for m in self.models if m.family == m.name or m.provider in self.configured_providers)
