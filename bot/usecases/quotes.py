"""Which models would draw a brief in a channel, and for how much."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.brief import Brief
from bot.domain.budget import Caps, estimate
from bot.domain.catalogue import ModelSpec, Size
from bot.domain.errors import CastingError
from bot.domain.ids import ChannelRef
from bot.domain.routing import Route
from bot.domain.routing import route as choose_route
from bot.domain.routing.reason import RoutingReason
from bot.domain.standings.preferences import Preferences
from bot.usecases.learned_routing import LearnedRouting
from bot.usecases.ports import UseCase


@dataclass(frozen=True)
class Quote:
    """The models of a round if it started now (exact ids, one per slot), the reason, and the highest price in dollars.

    `other_size_price` is the price at the other size, None if no model offers that size.
    """

    models: tuple[str, ...]
    reason: RoutingReason
    price: Decimal
    other_size_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Quotes(UseCase):
    """Routes and prices briefs by the catalogue, the accounts' health, and the production's defaults and caps."""

    learned_routing: LearnedRouting

    async def quote(self, brief: Brief, place: ChannelRef) -> Quote:
        """Return the models and the price for `brief` in `place`; raises BriefError, NoModels, OverBudget."""
        brief, caps = await self.apply_settings(brief, place)
        found = await self.route_in(place, brief, caps)
        price = estimate(found.models, brief.size, brief.reference_count)
        caps.check_round(price)
        other_size = Size.DRAFT if brief.size is Size.FOUR_K else Size.FOUR_K
        try:
            other_size_price = self.price_of(replace(brief, size=other_size), caps)
        except CastingError:
            other_size_price = None
        return Quote(tuple(m.id for m in found.models), found.reason, price, other_size_price)

    def price_of(self, brief: Brief, caps: Caps | None = None) -> Decimal:
        """Return today's estimated price in dollars of a round for `brief`; raises BriefError, NoModels."""
        return estimate(self.route(brief, caps).models, brief.size, brief.reference_count)

    def is_available(self, model: ModelSpec) -> bool:
        """Return whether the model is configured, still served, and its account answers."""
        is_served = self.ports.catalogue.is_available(model, self.ports.now().date())
        return is_served and self.ports.model_health.is_available(model.id)

    async def caps_for(self, place: ChannelRef) -> Caps:
        """Return the caps for rounds in `place`: the global ones, or lower ones of its production."""
        return self.ports.caps.tightened_by(await self.settings_of(place))

    async def apply_settings(self, brief: Brief, place: ChannelRef) -> tuple[Brief, Caps]:
        """Return `brief` with the production's defaults filled in, and the caps for `place`."""
        settings = await self.settings_of(place)
        filled = settings.apply_defaults(brief)
        if "models" not in brief.explicit_fields:
            filled = replace(filled, models=self._usable_models(filled))
        return filled, self.ports.caps.tightened_by(settings)

    async def route_in(self, place: ChannelRef, brief: Brief, caps: Caps) -> Route:
        """Choose the models of a round in `place`, also by what the production's votes taught."""
        return self.route(brief, caps, await self.learned_routing.preferences(place))

    def route(self, brief: Brief, caps: Caps | None = None, preferences: Preferences | None = None) -> Route:
        today = self.ports.now().date()
        return choose_route(
            brief,
            self.ports.catalogue,
            today,
            self.ports.model_health.is_available,
            (caps or self.ports.caps).per_round,
            preferences,
        )

    def _usable_models(self, brief: Brief) -> tuple[str, ...]:
        """Return the production's default models that can generate this brief; empty if none can."""
        today, defaults = self.ports.now().date(), [(name, self.ports.catalogue.by_name(name)) for name in brief.models]
        capable = [(name, m) for name, m in defaults if m and m.max_references >= brief.reference_count]
        return tuple(name for name, m in capable if self.ports.catalogue.is_available(m, today))
