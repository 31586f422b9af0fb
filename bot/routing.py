"""Which models draw a brief, and why. A table of looks, no hidden magic; the message says the reason."""

from dataclasses import dataclass
from datetime import date

from bot.brief import SLOT_LIMIT, Brief
from bot.catalogue import Catalogue, Look, ModelFacts
from bot.errors import BriefError, NoModels
from bot.round import Reason

# A prior the team's own votes may overrule one day: skin that reads as skin, literal wardrobe and expression, balance.
# Families, so that whichever account here serves one draws it.
_BY_LOOK: dict[Look | None, tuple[str, ...]] = {
    None: ("recraft", "gpt-image-2", "nano-banana"),
    Look.SKIN: ("recraft", "gpt-image-2", "nano-banana"),
    Look.LITERAL: ("gpt-image-2", "recraft", "nano-banana"),
    Look.BALANCED: ("nano-banana", "gpt-image-2", "recraft"),
}
_PAIR = 2
_OPTIONS_PER_FACE = 4


@dataclass(frozen=True)
class Route:
    """The models asked, one entry a slot, and the reason told to the team."""

    models: tuple[ModelFacts, ...]
    reason: Reason


def route(brief: Brief, catalogue: Catalogue, today: date) -> Route:
    """Models for `brief`; raises BriefError for an unknown name or too many slots, NoModels when no account serves."""
    chosen, reason = _named(brief, catalogue, today) if brief.models else _by_look(brief, catalogue, today)
    each = brief.each or max(1, _OPTIONS_PER_FACE // len(chosen))
    if len(chosen) * each > SLOT_LIMIT:
        raise BriefError("each", "too_many", f"{len(chosen)} x {each}", limit=SLOT_LIMIT)
    return Route(tuple(model for model in chosen for _ in range(each)), reason)


def _named(brief: Brief, catalogue: Catalogue, today: date) -> tuple[list[ModelFacts], Reason]:
    found = {name: catalogue.named(name) for name in brief.models}
    if unknown := [name for name, model in found.items() if model is None]:
        raise BriefError("models", "unknown", ", ".join(unknown), catalogue.names)
    wanted = [model for model in found.values() if model]
    chosen = [m for m in wanted if catalogue.available(m, today)]
    missing = tuple(m.name for m in wanted if m not in chosen)
    if missing:
        raise NoModels(missing, _configured(catalogue, today))
    return chosen, Reason("named")


def _by_look(brief: Brief, catalogue: Catalogue, today: date) -> tuple[list[ModelFacts], Reason]:
    table = [model for family in _BY_LOOK[brief.look] if (model := catalogue.family(family, today))]
    available = [m for m in table if catalogue.available(m, today)]
    if not available:
        raise NoModels(tuple(m.name for m in table[:_PAIR]), _configured(catalogue, today))
    chosen = available[:_PAIR]
    missing = tuple(m.title for m in table[:_PAIR] if m not in chosen)
    look = brief.look.value if brief.look else ""
    if len(chosen) == 1:
        return chosen, Reason("only_one", look, missing)
    return chosen, Reason("fallback" if missing else "look", look, missing)


def _configured(catalogue: Catalogue, today: date) -> tuple[str, ...]:
    return tuple(m.name for m in catalogue.models if catalogue.available(m, today))
