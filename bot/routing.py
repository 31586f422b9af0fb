"""Which models draw a brief, and why: the table in `bot.rules`, what can be asked now, and what a round may cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.brief import Brief
from bot.catalogue import Catalogue, ModelFacts
from bot.errors import Absent, BriefError, NoModels
from bot.market import Market, house
from bot.round import Reason
from bot.rules import BY_LOOK, USUAL, heard, order

_PAIR = 2
_WORDS_TOLD = 2


@dataclass(frozen=True)
class Route:
    """The models asked, one entry a slot, and the reason told to the team.

    `asks`: somebody has to say yes first, since a stand-in costs more or was not asked for; `only` is then what is left
    without any stand-in, one model an entry.
    """

    models: tuple[ModelFacts, ...]
    reason: Reason
    asks: bool = False
    only: tuple[ModelFacts, ...] = ()

    @property
    def distinct(self) -> tuple[ModelFacts, ...]:
        """Each model once."""
        return tuple({m.id: m for m in self.models}.values())


def everything_up(_: str) -> bool:
    return True


def route(
    brief: Brief,
    catalogue: Catalogue,
    today: date,
    up: Callable[[str], bool] = everything_up,
    most: Decimal | None = None,
) -> Route:
    """Models for `brief`; `up` says of an exact id whether it answers, `most` is what a round may cost in dollars.

    Raises BriefError for an unknown name, too many slots or a reference nobody takes, NoModels when no account serves.
    """
    market = Market(brief, catalogue, today, up)
    return _named(market) if brief.models else _by_table(market, most)


def _named(market: Market) -> Route:
    found = {name: _meant(name, market) for name in market.brief.models}
    if unknown := [name for name, model in found.items() if model is None]:
        raise BriefError("models", "unknown", ", ".join(unknown), market.catalogue.names)
    wanted = [model for model in found.values() if model]
    silent = [Absent(m.title, "no_reference") for m in wanted if market.lack(m) == "no_reference"]
    wanted = [m for m in wanted if market.lack(m) != "no_reference"]
    if not wanted:
        raise _nobody(silent, market)
    chosen, absent = _filled(wanted, USUAL, market)
    if not any(a.instead for a in absent) and absent:
        raise NoModels(tuple(m.name for m in wanted if market.lack(m)), market.names)
    return _agreed(Route(market.slots(chosen), Reason("named", absent=(*silent, *absent))), wanted, market)


def _meant(name: str, market: Market) -> ModelFacts | None:
    """A short name means the model through whichever account is here; an exact id means that one."""
    model = market.catalogue.named(name)
    return market.preferred(model.family) if model and model.name == name and market.lack(model) == "no_key" else model


def _by_table(market: Market, most: Decimal | None) -> Route:
    brief = market.brief
    spoken = () if brief.look else heard(brief.text)
    families = order([BY_LOOK[brief.look]] if brief.look else [h.rule.order for h in spoken])
    wanted, silent = _pair(families, market)
    chosen, absent = _filled(wanted, families, market)
    if not chosen:
        raise _nobody(silent, market) if brief.like else NoModels(tuple(m.name for m in wanted), market.names)
    if most is not None and market.total(chosen) > most:
        chosen, absent = _cheaper(chosen, absent, families, market, most)
    words = tuple((h.rule.name, h.words[:_WORDS_TOLD]) for h in spoken)
    kind = "only_one" if len(chosen) < len(wanted) or len(wanted) < _PAIR else "words" if words else "look"
    reason = Reason(kind, brief.look.value if brief.look else "", words, (*silent, *absent))
    return _agreed(Route(market.slots(chosen), reason), wanted, market)


def _pair(families: Sequence[str], market: Market) -> tuple[list[ModelFacts], list[Absent]]:
    """The first two of the table, from two houses; before them whoever takes no reference is left out with a word."""
    wanted: list[ModelFacts] = []
    silent: list[Absent] = []
    for family in families:
        model = market.preferred(family)
        if model is None or len(wanted) == _PAIR or house(model) in {house(m) for m in wanted}:
            continue
        if model.references < market.brief.references:
            silent.append(Absent(model.title, "no_reference"))
        else:
            wanted.append(model)
    if not wanted:
        raise _nobody(silent, market)
    return wanted, silent


def _filled(
    wanted: Sequence[ModelFacts], families: Sequence[str], market: Market
) -> tuple[list[ModelFacts], tuple[Absent, ...]]:
    """`wanted`, each that cannot be had replaced by the next in the table; what nobody stands in for is left out."""
    chosen = [m for m in wanted if not market.lack(m)]
    absent = []
    for model in wanted:
        if lack := market.lack(model):
            instead = market.stand_in(model, families, chosen)
            absent.append(_absent(model, lack, instead, market))
            chosen += [instead] if instead else []
    return chosen, tuple(absent)


def _cheaper(
    chosen: list[ModelFacts], absent: tuple[Absent, ...], families: Sequence[str], market: Market, most: Decimal
) -> tuple[list[ModelFacts], tuple[Absent, ...]]:
    """The dearest that can be is replaced by what makes the round fit; nothing is where nothing does."""
    for dear in sorted(chosen, key=market.price, reverse=True):
        for family in families:
            model = market.preferred(family)
            if model is None or market.lack(model) or house(model) in {house(m) for m in chosen if m is not dear}:
                continue
            tried = [model if m is dear else m for m in chosen]
            if market.price(model) < market.price(dear) and market.total(tried) <= most:
                return tried, (*absent, _absent(dear, "budget", model, market))
    return chosen, absent


def _agreed(found: Route, wanted: Sequence[ModelFacts], market: Market) -> Route:
    """Ask where a stand-in makes the round dearer, or other models were named, and nobody has agreed to the price."""
    if not any(a.instead and a.why != "budget" for a in found.reason.absent):
        return found
    models = found.distinct
    total, agreed = market.total(models), market.brief.agreed
    settled = total <= agreed if agreed is not None else total <= market.total(wanted) and not market.brief.models
    if settled:
        return found
    return Route(found.models, found.reason, True, tuple(m for m in models if m in wanted))


def _nobody(silent: Sequence[Absent], market: Market) -> BriefError:
    """Nobody who was asked takes a reference; the error names those who would."""
    problem = "no_model" if market.names else "nobody"
    return BriefError("like", problem, ", ".join(a.title for a in silent), market.names)


def _absent(model: ModelFacts, why: str, instead: ModelFacts | None, market: Market) -> Absent:
    if instead is None:
        return Absent(model.title, why, market.price(model))
    return Absent(model.title, why, market.price(model), instead.title, market.price(instead))
