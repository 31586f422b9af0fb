"""Image models: what each can do and costs. The rows are in providers/registry.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

# How long before its retirement a model is reported as retiring.
_RETIREMENT_NOTICE = timedelta(days=30)


class Look(StrEnum):
    """The quality the team wants most in a face."""

    SKIN = "skin"
    LITERAL = "literal"
    BALANCED = "balanced"


class Size(StrEnum):
    """`draft` is about 1K on the long side, `2k` twice that; `4k` is the model's largest size."""

    DRAFT = "draft"
    TWO_K = "2k"
    FOUR_K = "4k"


@dataclass(frozen=True)
class ModelSpec:
    """One image model. `name` is what people type, `wire_id` the provider's id; prices in dollars per image.

    `family` groups the same model across providers, named after its maker's row; by default the model's own name.
    """

    provider: str
    name: str
    wire_id: str
    title: str
    strength: str
    prices: Mapping[Size, Decimal]
    pixels: Mapping[Size, str]
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
        """`provider:wire_id`, the exact id recorded with every candidate."""
        return f"{self.provider}:{self.wire_id}"

    def price(self, size: Size, reference_count: int = 0) -> Decimal:
        """Return the most one portrait costs, in dollars, with this many reference pictures."""
        return self.prices[size] + reference_count * self.price_per_reference


@dataclass(frozen=True)
class UpscalerSpec:
    """A service that enlarges a portrait without changing its content; `price` in dollars per picture."""

    provider: str
    wire_id: str
    title: str
    price: Decimal

    @property
    def id(self) -> str:
        return f"{self.provider}:{self.wire_id}"


# The makers' own accounts rank 0.
_RESELLER_RANK = {"fal": 1, "own": 2}


@dataclass(frozen=True)
class Retirement:
    """A model that is not served from the day `retires_on`; `successor` is its replacement in the catalogue.

    With `is_replaced` the vendor named a successor on that day, and no day without the model.
    """

    model: ModelSpec
    retires_on: date
    is_retired: bool
    successor: ModelSpec | None
    is_replaced: bool = False


@dataclass(frozen=True)
class Catalogue:
    """All known models and the configured providers; `upscalers` in order of preference.

    `vendor_dates` is the only mutable part: retirement dates from the providers, set by `update_retirements`.
    `images_per_minute` are rate limits by provider.
    """

    models: tuple[ModelSpec, ...]
    configured_providers: frozenset[str]
    upscalers: tuple[UpscalerSpec, ...] = ()
    vendor_dates: dict[str, date] = field(default_factory=dict, compare=False)
    images_per_minute: Mapping[str, int] = field(default_factory=dict)

    def by_name(self, name: str) -> ModelSpec | None:
        """Return the model with this short name, wire id or exact id."""
        key = name.casefold()
        return next((m for m in self.models if key in (m.name, m.wire_id, m.id)), None)

    def models_in_family(self, name: str) -> tuple[ModelSpec, ...]:
        """Return one model across providers: the maker's account first, then fal, then self-hosted."""
        models = (m for m in self.models if m.family == name)
        return tuple(sorted(models, key=lambda m: _RESELLER_RANK.get(m.provider, 0)))

    def by_id(self, model_id: str) -> ModelSpec:
        """Return the model with this exact id; raises KeyError."""
        return {model.id: model for model in self.models}[model_id]

    def is_available(self, model: ModelSpec, today: date) -> bool:
        retires_on = self.retirement_date(model)
        return model.provider in self.configured_providers and not (retires_on and retires_on <= today)

    def retirement_date(self, model: ModelSpec) -> date | None:
        """Return the first day without this model: the provider's date, else the catalogue's."""
        return self.vendor_dates.get(model.id, model.retires_on)

    def update_retirements(self, dates: Mapping[str, date | None]) -> None:
        """Store the providers' dates by exact id; None removes an earlier date."""
        for model_id, retires_on in dates.items():
            if retires_on:
                self.vendor_dates[model_id] = retires_on
            else:
                self.vendor_dates.pop(model_id, None)

    def retirements(self, today: date) -> tuple[Retirement, ...]:
        """Return models of configured providers that are retired or will be within thirty days."""
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

    def replacements(self, today: date) -> tuple[Retirement, ...]:
        """Return models of configured providers that are served, and that their vendor has replaced."""
        ending = {retirement.model.id for retirement in self.retirements(today)}
        return tuple(
            Retirement(m, m.deprecated_on, False, self.by_name(m.successor), is_replaced=True)
            for m in self.models
            if m.provider in self.configured_providers and m.id not in ending
            if m.successor and m.deprecated_on and m.deprecated_on <= today
        )

    @property
    def upscaler(self) -> UpscalerSpec | None:
        """The preferred upscaler of a configured provider."""
        return next((u for u in self.upscalers if u.provider in self.configured_providers), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Names people may type: the makers' models, and others with a configured provider."""
        return tuple(m.name for m in self.models if m.family == m.name or m.provider in self.configured_providers)
