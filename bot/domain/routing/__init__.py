"""Routing: chooses the models for a brief from the rules, availability and price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bot.domain.brief import Brief
from bot.domain.catalogue import Catalogue, ModelSpec
from bot.domain.errors import BriefError, NoModels, UnavailableModel
from bot.domain.routing.availability import Availability, model_line
from bot.domain.routing.learned import choose_pair
from bot.domain.routing.reason import RoutingReason
from bot.domain.routing.rules import DEFAULT_ORDER, ORDER_BY_LOOK, match_rules, preference_order
from bot.domain.standings.preferences import Preferences

_DEFAULT_MODEL_COUNT = 2
_MAX_REASON_WORDS = 2


@dataclass(frozen=True)
class Route:
    """The chosen models, one entry per slot, and the reason.

    `needs_confirmation`: a substitute costs more or was not requested. `without_substitutes` is then the alternative,
    one entry per model.
    """

    models: tuple[ModelSpec, ...]
    reason: RoutingReason
    needs_confirmation: bool = False
    without_substitutes: tuple[ModelSpec, ...] = ()

    @property
    def distinct(self) -> tuple[ModelSpec, ...]:
        """Each model once."""
        return tuple({m.id: m for m in self.models}.values())


def assume_all_up(_: str) -> bool:
    return True


def route(
    brief: Brief,
    catalogue: Catalogue,
    today: date,
    is_up: Callable[[str], bool] = assume_all_up,
    max_price: Decimal | None = None,
    preferences: Preferences | None = None,
) -> Route:
    """Choose models for `brief`. `is_up` tells for an exact id whether it answers; `max_price` in dollars per round.

    `preferences` are what the production's votes taught; models named by a person or by the settings stay above them.

    Raises BriefError for an unknown name, too many slots or an unsupported reference; NoModels if no account serves it.
    """
    availability = Availability(brief, catalogue, today, is_up)
    return _route_named(availability) if brief.models else _route_by_rules(availability, max_price, preferences)


def _route_named(availability: Availability) -> Route:
    found = {name: _resolve_name(name, availability) for name in availability.brief.models}
    if unknown := [name for name, model in found.items() if model is None]:
        raise BriefError("models", "unknown", ", ".join(unknown), availability.catalogue.names)
    requested = [model for model in found.values() if model]
    without_reference = [
        UnavailableModel(m.title, "no_reference")
        for m in requested
        if availability.unavailable_reason(m) == "no_reference"
    ]
    requested = [m for m in requested if availability.unavailable_reason(m) != "no_reference"]
    if not requested:
        raise _no_reference_model(without_reference, availability)
    chosen, unavailable = _with_substitutes(requested, DEFAULT_ORDER, availability)
    if not any(a.substitute for a in unavailable) and unavailable:
        raise NoModels(tuple(m.name for m in requested if availability.unavailable_reason(m)), availability.names)
    return _require_confirmation(
        Route(availability.slots(chosen), RoutingReason("named", unavailable=(*without_reference, *unavailable))),
        requested,
        availability,
    )


def _resolve_name(name: str, availability: Availability) -> ModelSpec | None:
    """Return the model of a short name, through any configured account, or of an exact id."""
    model = availability.catalogue.by_name(name)
    return (
        availability.preferred_account(model.family)
        if model and model.name == name and availability.unavailable_reason(model) == "no_key"
        else model
    )


def _route_by_rules(availability: Availability, max_price: Decimal | None, preferences: Preferences | None) -> Route:
    brief = availability.brief
    matches = () if brief.look else match_rules(brief.text)
    families = preference_order([ORDER_BY_LOOK[brief.look]] if brief.look else [h.rule.family_order for h in matches])
    requested, without_reference = _default_models(families, availability)
    words = tuple((h.rule.name, h.words[:_MAX_REASON_WORDS]) for h in matches)
    reason = RoutingReason("", brief.look.value if brief.look else "", words)
    if preferences and (
        pair := choose_pair(preferences, reason.context, families, requested, availability, has_words=bool(matches))
    ):
        requested = list(pair.models)
        reason = replace(reason, learned=pair.choices, table_models=pair.table)
    chosen, unavailable = _with_substitutes(requested, families, availability)
    if not chosen:
        raise (
            _no_reference_model(without_reference, availability)
            if brief.reference
            else NoModels(tuple(m.name for m in requested), availability.names)
        )
    if max_price is not None and availability.total(chosen) > max_price:
        chosen, unavailable = _fit_price(chosen, unavailable, families, availability, max_price)
    kind = (
        "only_one"
        if len(chosen) < len(requested) or len(requested) < _DEFAULT_MODEL_COUNT
        else "words"
        if words
        else "look"
    )
    reason = replace(reason, kind=kind, unavailable=(*without_reference, *unavailable))
    return _require_confirmation(Route(availability.slots(chosen), reason), requested, availability)


def _default_models(
    families: Sequence[str], availability: Availability
) -> tuple[list[ModelSpec], list[UnavailableModel]]:
    """Return the first two models of different lines; models before them that take no reference are reported."""
    requested: list[ModelSpec] = []
    without_reference: list[UnavailableModel] = []
    for family in families:
        model = availability.preferred_account(family)
        if (
            model is None
            or len(requested) == _DEFAULT_MODEL_COUNT
            or model_line(model) in {model_line(m) for m in requested}
        ):
            continue
        if model.max_references < availability.brief.reference_count:
            without_reference.append(UnavailableModel(model.title, "no_reference"))
        else:
            requested.append(model)
    if not requested:
        raise _no_reference_model(without_reference, availability)
    return requested, without_reference


def _with_substitutes(
    requested: Sequence[ModelSpec], families: Sequence[str], availability: Availability
) -> tuple[list[ModelSpec], tuple[UnavailableModel, ...]]:
    """Replace each unavailable model by the next in the table; without a substitute it is left out."""
    chosen = [m for m in requested if not availability.unavailable_reason(m)]
    unavailable = []
    for model in requested:
        if reason := availability.unavailable_reason(model):
            substitute = availability.substitute(model, families, chosen)
            unavailable.append(_unavailable_model(model, reason, substitute, availability))
            chosen += [substitute] if substitute else []
    return chosen, tuple(unavailable)


def _fit_price(
    chosen: list[ModelSpec],
    unavailable: tuple[UnavailableModel, ...],
    families: Sequence[str],
    availability: Availability,
    max_price: Decimal,
) -> tuple[list[ModelSpec], tuple[UnavailableModel, ...]]:
    """Replace the most expensive model possible so that the round fits the price; unchanged if none fits."""
    for expensive in sorted(chosen, key=availability.price, reverse=True):
        for family in families:
            model = availability.preferred_account(family)
            if (
                model is None
                or availability.unavailable_reason(model)
                or model_line(model) in {model_line(m) for m in chosen if m is not expensive}
            ):
                continue
            replaced = [model if m is expensive else m for m in chosen]
            if availability.price(model) < availability.price(expensive) and availability.total(replaced) <= max_price:
                return replaced, (*unavailable, _unavailable_model(expensive, "budget", model, availability))
    return chosen, unavailable


def _require_confirmation(found: Route, requested: Sequence[ModelSpec], availability: Availability) -> Route:
    """Ask for confirmation if a substitute raises the price, or models were named and no price was accepted."""
    if not any(a.substitute and a.reason != "budget" for a in found.reason.unavailable):
        return found
    models = found.distinct
    total, agreed_price = availability.total(models), availability.brief.agreed_price
    is_confirmed = (
        total <= agreed_price
        if agreed_price is not None
        else total <= availability.total(requested) and not availability.brief.models
    )
    if is_confirmed:
        return found
    return Route(found.models, found.reason, True, tuple(m for m in models if m in requested))


def _no_reference_model(without_reference: Sequence[UnavailableModel], availability: Availability) -> BriefError:
    """Return the error for a brief whose models take no reference; it lists the models that do."""
    problem = "no_model" if availability.names else "no_reference_model"
    return BriefError("like", problem, ", ".join(a.title for a in without_reference), availability.names)


def _unavailable_model(
    model: ModelSpec, reason: str, substitute: ModelSpec | None, availability: Availability
) -> UnavailableModel:
    if substitute is None:
        return UnavailableModel(model.title, reason, availability.price(model))
    return UnavailableModel(
        model.title, reason, availability.price(model), substitute.title, availability.price(substitute)
    )
