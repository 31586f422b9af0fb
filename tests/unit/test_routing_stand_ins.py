"""What draws in place of a model that is not to be had, and when somebody has to say yes first."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from bot.brief import Brief
from bot.catalogue import Catalogue, ModelFacts, Size
from bot.errors import BriefError, NoModels
from bot.routing import Route, route

TODAY = date(2026, 11, 24)
PIXELS = {Size.DRAFT: "896x1216", Size.FOUR_K: "3584x4800"}


def model(provider: str, name: str, price: str, family: str = "", references: int = 0) -> ModelFacts:
    prices = {Size.DRAFT: Decimal(price), Size.FOUR_K: Decimal(price) * 4}
    return ModelFacts(
        provider, name, f"{name}-wire", name.title(), "", prices, PIXELS, True, references, Decimal("0.01"),
        family=family,
    )  # fmt: skip


RECRAFT = model("recraft", "recraft", "0.035")
LITERAL = model("openai", "gpt-image-2", "0.07", references=16)
BANANA = model("gemini", "nano-banana", "0.045", references=14)
PRO = model("gemini", "nano-banana-pro", "0.15", references=14)
FAL = model("fal", "fal:recraft", "0.04", "recraft")
OWN = model("own", "own:recraft", "0.00", "recraft")
ALL = (OWN, FAL, RECRAFT, LITERAL, BANANA, PRO)


def cast(
    line: str,
    *providers: str,
    down: tuple[ModelFacts, ...] = (),
    most: str | None = None,
    agreed: str | None = None,
) -> Route:
    brief = Brief.of(f"Maya: {line}")
    if agreed:
        brief = Brief(brief.name, brief.text, brief.models, brief.each, agreed=Decimal(agreed))
    keys = frozenset(providers or ("recraft", "openai", "gemini"))
    up: Callable[[str], bool] = lambda id_: id_ not in {m.id for m in down}  # noqa: E731
    return route(brief, Catalogue(ALL, keys), TODAY, up, Decimal(most) if most else None)


def names(found: Route) -> list[str]:
    return list(dict.fromkeys(m.name for m in found.models))


def absent(found: Route) -> list[tuple[str, str, str]]:
    return [(a.title, a.why, a.instead) for a in found.reason.absent]


def test_a_cheaper_stand_in_draws_without_a_question_and_is_told() -> None:
    found = cast("x", "recraft", "gemini")
    assert (names(found), found.asks) == (["recraft", "nano-banana"], False)
    assert absent(found) == [("Gpt-Image-2", "no_key", "Nano-Banana")]


def test_a_dearer_stand_in_waits_for_a_yes_and_offers_the_rest_alone() -> None:
    found = cast("x", "openai", "gemini")
    assert (names(found), found.asks, [m.name for m in found.only]) == (
        ["gpt-image-2", "nano-banana"],
        True,
        ["gpt-image-2"],
    )
    assert not cast("x", "openai", "gemini", agreed="0.23").asks
    assert cast("x", "openai", "gemini", agreed="0.22").asks, "agreed to less than it costs by now"


def test_a_model_that_is_down_is_replaced_like_one_without_a_key() -> None:
    assert absent(cast("x", down=(LITERAL,))) == [("Gpt-Image-2", "down", "Nano-Banana")]


def test_one_model_through_another_account_is_no_stand_in_where_its_maker_has_no_key() -> None:
    found = cast("x", "fal", "openai")
    assert (names(found), found.asks, absent(found)) == (["fal:recraft", "gpt-image-2"], False, [])


def test_an_account_that_is_down_is_replaced_by_another_of_the_family_first() -> None:
    found = cast("x", "recraft", "own", "openai", "gemini", down=(RECRAFT,))
    assert (names(found), found.asks) == (["gpt-image-2", "own:recraft"], False)
    dearer = cast("x", "recraft", "fal", "openai", down=(RECRAFT,))
    assert (names(dearer), dearer.asks) == (["gpt-image-2", "fal:recraft"], True)


def test_a_named_model_is_never_replaced_without_a_yes_even_by_a_cheaper_one() -> None:
    found = cast("x --models gpt-image-2", "recraft")
    assert (names(found), found.asks, found.only) == (["recraft"], True, ())
    assert absent(found) == [("Gpt-Image-2", "no_key", "Recraft")]


def test_named_models_keep_what_can_be_had_as_the_other_offer() -> None:
    found = cast("x --models recraft,gpt-image-2", down=(LITERAL, BANANA))
    assert (names(found), found.asks, [m.name for m in found.only]) == (
        ["recraft", "nano-banana-pro"],
        True,
        ["recraft"],
    )


def test_two_of_one_house_never_stand_side_by_side() -> None:
    found = cast("x", "gemini")
    assert (names(found), found.reason.kind, found.asks) == (["nano-banana"], "only_one", False)


def test_a_round_over_its_cap_takes_a_cheaper_member_of_the_table_and_says_so() -> None:
    found = cast("x", most="0.17")
    assert (names(found), found.asks) == (["recraft", "nano-banana"], False)
    assert absent(found) == [("Gpt-Image-2", "budget", "Nano-Banana")]


def test_where_nothing_cheaper_fits_the_models_stay_and_the_cap_decides() -> None:
    assert (names(cast("x", most="0.10")), absent(cast("x", most="0.10"))) == (["recraft", "gpt-image-2"], [])


def test_named_models_are_not_swapped_for_the_cap() -> None:
    assert names(cast("x --models nano-banana-pro", most="0.20")) == ["nano-banana-pro"]


def test_who_takes_no_reference_is_left_out_with_a_word_and_nobody_has_to_agree() -> None:
    found = cast("x --like Maya")
    assert (names(found), found.asks) == (["gpt-image-2", "nano-banana"], False)
    assert absent(found) == [("Recraft", "no_reference", "")]


def test_a_named_model_without_references_is_left_out_and_if_none_is_left_the_line_is_refused() -> None:
    found = cast("x --like Maya --models recraft,nano-banana")
    assert (names(found), absent(found)) == (["nano-banana"], [("Recraft", "no_reference", "")])
    with pytest.raises(BriefError) as caught:
        cast("x --like Maya --models recraft")
    assert (caught.value.field, caught.value.got) == ("like", "Recraft")
    assert caught.value.known == ("gpt-image-2", "nano-banana", "nano-banana-pro")


def test_a_reference_counts_when_prices_are_compared() -> None:
    assert cast("x --like Maya", "gemini").models[0].price(Size.DRAFT, 1) == Decimal("0.055")


def test_without_a_stand_in_a_named_model_is_only_told_to_be_missing() -> None:
    with pytest.raises(NoModels) as caught:
        cast("x --models recraft,recraft", "recraft", down=(RECRAFT,))
    assert caught.value.wanted == ("recraft",)
