"""Ways to choose the two models of a round: by chance, by the table, by Thompson sampling, and Castroom's."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from benchmarks.learned_routing.studio import Studio
from bot.domain.brief import Brief
from bot.domain.catalogue import Catalogue
from bot.domain.routing.availability import Availability
from bot.domain.routing.learned import choose_pair
from bot.domain.standings.preferences import TABLE_ADVANTAGE, ContextRound, Preferences, learn

Pair = tuple[str, str]
# Takes the studio, the rounds so far (newest first), and the look of the next one.
Method = Callable[[Studio, Sequence[ContextRound], str], Pair]
_CONTEXT_SPREAD, _MODEL_SPREAD = 0.35, 0.5


def by_chance(studio: Studio, _rounds: Sequence[ContextRound], _look: str) -> Pair:
    first, second = studio.random.sample([model.id for model in studio.models], 2)
    return first, second


def by_table(studio: Studio, _rounds: Sequence[ContextRound], look: str) -> Pair:
    first, second = _table_ids(studio, look)[:2]
    return first, second


def by_castroom(studio: Studio, rounds: Sequence[ContextRound], look: str) -> Pair:
    """Choose as bot/domain/routing/learned.py does for a brief without words of its own."""
    catalogue = Catalogue(tuple(studio.models), frozenset({"studio"}))
    availability = Availability(Brief("Maya", "a face"), catalogue, date(2026, 11, 1), lambda _: True)
    table = [model for name in studio.table[look][:2] if (model := catalogue.by_name(name))]
    pair = choose_pair(_learn(studio, rounds), look, studio.table[look], table, availability, has_words=False)
    return (pair.models[0].id, pair.models[1].id) if pair else by_table(studio, rounds, look)


def by_thompson(studio: Studio, rounds: Sequence[ContextRound], look: str) -> Pair:
    """Draw each model's score from its posterior, with Castroom's prior; take the two highest."""
    preferences = _learn(studio, rounds)
    generator = np.random.default_rng(studio.random.getrandbits(32))

    def draw(model: str) -> float:
        rounds_with = sum(model in one.ballots.models for one in rounds)
        in_look = sum(model in one.ballots.models and one.context == look for one in rounds)
        shared = _MODEL_SPREAD / np.sqrt(1 + rounds_with / 4)
        own = _CONTEXT_SPREAD / np.sqrt(1 + in_look / 8)
        score = preferences.score(model, look, _advantage(studio, model, look))
        return float(score + generator.normal(0, np.hypot(shared, own)))

    scores = {model.id: draw(model.id) for model in studio.models}
    first, second = sorted(scores, key=lambda model: -scores[model])[:2]
    return first, second


def _learn(studio: Studio, rounds: Sequence[ContextRound]) -> Preferences:
    return learn(rounds, lambda model, look: _advantage(studio, model, look))


def _advantage(studio: Studio, model: str, look: str) -> float:
    return TABLE_ADVANTAGE if model in _table_ids(studio, look)[:2] else 0.0


def _table_ids(studio: Studio, look: str) -> list[str]:
    ids = {model.name: model.id for model in studio.models}
    return [ids[name] for name in studio.table[look]]
