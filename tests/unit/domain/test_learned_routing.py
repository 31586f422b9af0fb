"""Routing that learns: the votes' pair, with words, prices, availability and the table above it."""

from datetime import date
from decimal import Decimal
from statistics import fmean

import pytest

from benchmarks.learned_routing import play_history
from bot.domain.brief import Brief
from bot.domain.catalogue import Catalogue, Look, ModelSpec, Size
from bot.domain.routing import Route, route
from bot.domain.routing.learned import ROUNDS_WITHOUT, table_prior
from bot.domain.standings.ballots import BlindRound
from bot.domain.standings.preferences import ContextRound, Preferences, learn

FAMILIES = ("recraft", "gpt-image-2", "nano-banana", "nano-banana-pro")


def make_model(name: str, price: str = "0.05") -> ModelSpec:
    pixels = dict.fromkeys(Size, "1024x1365")
    return ModelSpec("lab", name, name, name.title(), "", dict.fromkeys(Size, Decimal(price)), pixels)


def make_catalogue(**prices: str) -> Catalogue:
    models = tuple(make_model(name, prices.get(name.replace("-", "_"), "0.05")) for name in FAMILIES)
    return Catalogue(models, frozenset({"lab"}))


CATALOGUE = make_catalogue()
SKIN = Brief("Maya", "a fisherwoman", look=Look.SKIN)


def rounds_won_by(winner: str, loser: str, count: int, context: str = "skin") -> list[ContextRound]:
    """Return rounds in which every voter ticks the winner's candidates alone."""
    models = tuple(sorted((f"lab:{winner}", f"lab:{loser}")))
    ticks = tuple(2 if model == f"lab:{winner}" else 0 for model in models)
    return [ContextRound(BlindRound(f"{winner}{n}", models, (2, 2), (ticks,) * 3), context) for n in range(count)]


def learnt(*rounds: ContextRound, catalogue: Catalogue = CATALOGUE) -> Preferences:
    return learn(rounds, table_prior(catalogue))


def choose(brief: Brief, preferences: Preferences | None, catalogue: Catalogue = CATALOGUE, **up: bool) -> Route:
    return route(
        brief, catalogue, date(2026, 11, 1), lambda model: up.get(model.split(":")[1], True), None, preferences
    )


def names(chosen: Route) -> list[str]:
    return [model.name for model in chosen.distinct]


def test_without_votes_the_tables_pair_stays() -> None:
    assert names(choose(SKIN, learnt())) == names(choose(SKIN, None)) == ["recraft", "gpt-image-2"]


def test_votes_replace_the_tables_first_model() -> None:
    preferences = learnt(*rounds_won_by("nano-banana", "recraft", 9), *rounds_won_by("nano-banana", "gpt-image-2", 9))
    chosen = choose(SKIN, preferences)
    assert names(chosen)[0] == "nano-banana"
    assert chosen.reason.table_models == ("lab:recraft", "lab:gpt-image-2")
    first = chosen.reason.learned[0]
    assert (first.why, first.ticks, first.possible, first.rounds) == ("votes", 108, 108, 18)


def test_words_of_the_brief_keep_the_first_place() -> None:
    preferences = learnt(*rounds_won_by("nano-banana", "recraft", 12), *rounds_won_by("nano-banana", "gpt-image-2", 9))
    chosen = choose(Brief("Maya", "weathered skin with deep wrinkles"), preferences)
    assert names(chosen) == ["recraft", "nano-banana"]
    assert [choice.why for choice in chosen.reason.learned] == ["words", "votes"]


def test_named_models_stay_above_the_votes() -> None:
    preferences = learnt(*rounds_won_by("nano-banana", "recraft", 12))
    chosen = choose(Brief("Maya", "a face", models=("recraft", "gpt-image-2")), preferences)
    assert names(chosen) == ["recraft", "gpt-image-2"]
    assert not chosen.reason.learned


def test_the_price_never_rises_by_learning() -> None:
    catalogue = make_catalogue(nano_banana="0.20")
    rounds = [*rounds_won_by("nano-banana", "recraft", 9), *rounds_won_by("nano-banana", "gpt-image-2", 9)]
    chosen = choose(SKIN, learnt(*rounds, catalogue=catalogue), catalogue)
    assert "nano-banana" not in names(chosen)


def test_an_unavailable_model_of_the_table_is_still_reported() -> None:
    preferences = learnt(*rounds_won_by("nano-banana", "gpt-image-2", 12))
    chosen = choose(SKIN, preferences, recraft=False)
    assert [one.title for one in chosen.reason.unavailable] == ["Recraft"]
    assert not chosen.reason.learned


def test_a_model_that_was_not_drawn_for_long_gets_the_second_place() -> None:
    half = ROUNDS_WITHOUT // 2
    even = [*rounds_won_by("recraft", "gpt-image-2", half), *rounds_won_by("gpt-image-2", "recraft", half)]
    chosen = choose(SKIN, learnt(*even))
    assert names(chosen)[1] == "nano-banana"
    assert chosen.reason.learned[1].why == "not_drawn"
    assert set(names(choose(SKIN, learnt(*even[1:])))) == {"recraft", "gpt-image-2"}


def test_the_same_votes_choose_the_same_pair() -> None:
    rounds = [*rounds_won_by("nano-banana", "recraft", 5), *rounds_won_by("gpt-image-2", "nano-banana", 4)]
    assert names(choose(SKIN, learnt(*rounds))) == names(choose(SKIN, learnt(*rounds)))


def test_what_one_look_taught_counts_less_in_another() -> None:
    preferences = learnt(*rounds_won_by("nano-banana", "recraft", 9))
    scores = [preferences.score("lab:nano-banana", context, 0.0) for context in ("skin", "literal")]
    assert scores[0] > scores[1] > 0


@pytest.mark.heavy
def test_a_simulated_studio_is_served_better_than_by_the_table() -> None:
    learned, table = (
        fmean(play_history(name, seed, False)[-1] for seed in range(3)) for name in ("Castroom", "the routing table")
    )
    assert learned < table
