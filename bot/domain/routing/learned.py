"""Routing that learns: the two models that a production's votes prefer, with the routing table as prior."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.catalogue import Catalogue, Look, ModelSpec
from bot.domain.routing.availability import Availability, model_line
from bot.domain.routing.reason import LearnedChoice
from bot.domain.routing.rules import DEFAULT_ORDER, ORDER_BY_LOOK, RULES
from bot.domain.standings.preferences import TABLE_ADVANTAGE, Preferences, Prior

# A model that was not drawn for so many rounds gets the second place, so that none is dropped for good.
ROUNDS_WITHOUT = 24
_PAIR = 2


@dataclass(frozen=True)
class LearnedPair:
    """Two models, why each was chosen, and the exact ids of those that the table alone would have chosen."""

    models: tuple[ModelSpec, ...]
    choices: tuple[LearnedChoice, ...]
    table: tuple[str, ...]


def choose_pair(
    preferences: Preferences,
    context: str,
    families: Sequence[str],
    table: Sequence[ModelSpec],
    availability: Availability,
    *,
    has_words: bool,
) -> LearnedPair | None:
    """Return the pair that the votes prefer, or None where the table's pair stays.

    `families` and `table` are the order and the pair of the routing table. Words of the brief keep the first place of
    the table. The pair never costs more than the table's.
    """
    if len(table) < _PAIR or any(map(availability.unavailable_reason, table)):
        return None
    found = (availability.preferred_account(family) for family in families)
    usable = [model for model in found if model and not availability.unavailable_reason(model)]
    advantages = {model.id: TABLE_ADVANTAGE for model in table}
    order = sorted(
        usable, key=lambda m: (-preferences.score(m.id, context, advantages.get(m.id, 0.0)), usable.index(m))
    )
    overdue = _not_drawn(preferences, usable)
    firsts = [table[0]] if has_words else order
    limit = availability.total(table)
    for first in firsts:
        for second in (*overdue, *order):
            if model_line(second) != model_line(first) and availability.total([first, second]) <= limit:
                return _explain(preferences, context, (first, second), table, overdue, has_words=has_words)
    return None


def table_prior(catalogue: Catalogue) -> Prior:
    """Return the table's advantage of a model in a context: that of a look's or a rule's first two families."""
    orders = {look.value: ORDER_BY_LOOK[look] for look in Look} | {rule.name: rule.family_order for rule in RULES}

    def advantage(model_id: str, context: str) -> float:
        try:
            family = catalogue.by_id(model_id).family
        except KeyError:
            return 0.0
        return TABLE_ADVANTAGE if family in orders.get(context, DEFAULT_ORDER)[:_PAIR] else 0.0

    return advantage


def _not_drawn(preferences: Preferences, usable: Sequence[ModelSpec]) -> list[ModelSpec]:
    """Return the models that the newest 24 rounds did not draw; `rounds` has the newest first."""
    newest = preferences.rounds[:ROUNDS_WITHOUT]
    if len(newest) < ROUNDS_WITHOUT:
        return []
    drawn = {model for one in newest for model in one.ballots.models}
    return [model for model in usable if model.id not in drawn]


def _explain(
    preferences: Preferences,
    context: str,
    pair: tuple[ModelSpec, ModelSpec],
    table: Sequence[ModelSpec],
    overdue: Sequence[ModelSpec],
    *,
    has_words: bool,
) -> LearnedPair:
    choices = []
    for place, model in enumerate(pair):
        ticks, possible, rounds = preferences.ticks(model.id, context)
        why = "words" if place == 0 and has_words else "not_drawn" if place == 1 and model in overdue else "votes"
        choices.append(LearnedChoice(model.id, why, ticks, possible, rounds))
    return LearnedPair(pair, tuple(choices), tuple(model.id for model in table[:_PAIR]))
