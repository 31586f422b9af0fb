"""Substitutes for unavailable models, and when they need confirmation."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.brief import Brief
from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.command import parse_brief
from bot.domain.errors import BriefError, NoModels
from bot.domain.routing import Route, route

TODAY = date(2026, 11, 24)
PIXELS = {Size.DRAFT: "896x1216", Size.FOUR_K: "3584x4800"}


def make_model(provider: str, name: str, price: str, family: str = "", references: int = 0) -> ModelSpec:
    prices = {Size.DRAFT: Decimal(price), Size.FOUR_K: Decimal(price) * 4}
    return ModelSpec(
        provider, name, f"{name}-wire", name.title(), "", prices, PIXELS, references, Decimal("0.01"),
        family=family,
    )  # fmt: skip


RECRAFT = make_model("recraft", "recraft", "0.035")
LITERAL = make_model("openai", "gpt-image-2", "0.07", references=16)
BANANA = make_model("gemini", "nano-banana", "0.045", references=14)
PRO = make_model("gemini", "nano-banana-pro", "0.15", references=14)
FAL = make_model("fal", "fal:recraft", "0.04", "recraft")
OWN = make_model("own", "own:recraft", "0.00", "recraft")
ALL_MODELS = (OWN, FAL, RECRAFT, LITERAL, BANANA, PRO)


def route_brief(
    brief_text: str,
    *providers: str,
    unavailable: tuple[ModelSpec, ...] = (),
    max_price: str | None = None,
    agreed_price: str | None = None,
) -> Route:
    brief = parse_brief(f"Maya: {brief_text}")
    if agreed_price:
        brief = Brief(brief.name, brief.text, brief.models, brief.per_model, agreed_price=Decimal(agreed_price))
    keys = frozenset(providers or ("recraft", "openai", "gemini"))
    is_up: Callable[[str], bool] = lambda id_: id_ not in {m.id for m in unavailable}  # noqa: E731
    return route(brief, Catalogue(ALL_MODELS, keys), TODAY, is_up, Decimal(max_price) if max_price else None)


def names(found: Route) -> list[str]:
    return list(dict.fromkeys(m.name for m in found.models))


def unavailable_models(found: Route) -> list[tuple[str, str, str]]:
    return [(a.title, a.reason, a.substitute) for a in found.reason.unavailable]


def test_cheaper_substitute_needs_no_confirmation() -> None:
    found = route_brief("x", "recraft", "gemini")
    assert (names(found), found.needs_confirmation) == (["recraft", "nano-banana"], False)
    assert unavailable_models(found) == [("Gpt-Image-2", "no_key", "Nano-Banana")]


def test_dearer_substitute_needs_confirmation() -> None:
    found = route_brief("x", "openai", "gemini")
    assert (names(found), found.needs_confirmation, [m.name for m in found.without_substitutes]) == (
        ["gpt-image-2", "nano-banana"],
        True,
        ["gpt-image-2"],
    )
    assert not route_brief("x", "openai", "gemini", agreed_price="0.23").needs_confirmation
    assert route_brief("x", "openai", "gemini", agreed_price="0.22").needs_confirmation, (
        "agreed to less than it costs by now"
    )


def test_model_that_is_down_is_substituted() -> None:
    assert unavailable_models(route_brief("x", unavailable=(LITERAL,))) == [("Gpt-Image-2", "down", "Nano-Banana")]


def test_same_model_of_another_provider_is_not_a_substitute() -> None:
    found = route_brief("x", "fal", "openai")
    assert (names(found), found.needs_confirmation, unavailable_models(found)) == (
        ["fal:recraft", "gpt-image-2"],
        False,
        [],
    )


def test_provider_that_is_down_is_replaced_within_its_family_first() -> None:
    found = route_brief("x", "recraft", "own", "openai", "gemini", unavailable=(RECRAFT,))
    assert (names(found), found.needs_confirmation) == (["gpt-image-2", "own:recraft"], False)
    dearer = route_brief("x", "recraft", "fal", "openai", unavailable=(RECRAFT,))
    assert (names(dearer), dearer.needs_confirmation) == (["gpt-image-2", "fal:recraft"], True)


def test_substituting_a_named_model_always_needs_confirmation() -> None:
    found = route_brief("x --models gpt-image-2", "recraft")
    assert (names(found), found.needs_confirmation, found.without_substitutes) == (["recraft"], True, ())
    assert unavailable_models(found) == [("Gpt-Image-2", "no_key", "Recraft")]


def test_available_named_models_are_the_alternative_offer() -> None:
    found = route_brief("x --models recraft,gpt-image-2", unavailable=(LITERAL, BANANA))
    assert (names(found), found.needs_confirmation, [m.name for m in found.without_substitutes]) == (
        ["recraft", "nano-banana-pro"],
        True,
        ["recraft"],
    )


def test_two_models_of_one_line_are_never_combined() -> None:
    found = route_brief("x", "gemini")
    assert (names(found), found.reason.kind, found.needs_confirmation) == (["nano-banana"], "only_one", False)


def test_round_over_its_cap_uses_a_cheaper_model() -> None:
    found = route_brief("x", max_price="0.17")
    assert (names(found), found.needs_confirmation) == (["recraft", "nano-banana"], False)
    assert unavailable_models(found) == [("Gpt-Image-2", "budget", "Nano-Banana")]


def test_models_stay_if_no_cheaper_model_fits_the_cap() -> None:
    assert (names(route_brief("x", max_price="0.10")), unavailable_models(route_brief("x", max_price="0.10"))) == (
        ["recraft", "gpt-image-2"],
        [],
    )


def test_named_models_are_not_substituted_for_the_cap() -> None:
    assert names(route_brief("x --models nano-banana-pro", max_price="0.20")) == ["nano-banana-pro"]


def test_model_without_references_is_dropped_without_confirmation() -> None:
    found = route_brief("x --like Maya")
    assert (names(found), found.needs_confirmation) == (["gpt-image-2", "nano-banana"], False)
    assert unavailable_models(found) == [("Recraft", "no_reference", "")]


def test_named_models_without_references_are_dropped_or_an_error() -> None:
    found = route_brief("x --like Maya --models recraft,nano-banana")
    assert (names(found), unavailable_models(found)) == (["nano-banana"], [("Recraft", "no_reference", "")])
    with pytest.raises(BriefError) as caught:
        route_brief("x --like Maya --models recraft")
    assert (caught.value.field, caught.value.got) == ("like", "Recraft")
    assert caught.value.allowed == ("gpt-image-2", "nano-banana", "nano-banana-pro")


def test_price_includes_the_reference() -> None:
    assert route_brief("x --like Maya", "gemini").models[0].price(Size.DRAFT, 1) == Decimal("0.055")


def test_named_model_without_substitute_raises_no_models() -> None:
    with pytest.raises(NoModels) as caught:
        route_brief("x --models recraft,recraft", "recraft", unavailable=(RECRAFT,))
    assert caught.value.requested == ("recraft",)
