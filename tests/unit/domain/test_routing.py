"""The models chosen for a brief, and the reason."""

from datetime import date
from decimal import Decimal

import pytest

from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.command import parse_brief
from bot.domain.errors import BriefError, NoModels
from bot.domain.routing import route

TODAY = date(2026, 11, 24)
PRICES = {Size.DRAFT: Decimal("0.04"), Size.FOUR_K: Decimal("0.2")}
PIXELS = {Size.DRAFT: "896x1216", Size.FOUR_K: "3584x4800"}


def make_model(provider: str, name: str, retires: date | None = None) -> ModelSpec:
    return ModelSpec(provider, name, f"{name}-wire", name.title(), "", PRICES, PIXELS, retires_on=retires)


ALL_MODELS = (
    make_model("recraft", "recraft"),
    make_model("openai", "gpt-image-2"),
    make_model("gemini", "nano-banana"),
    make_model("gemini", "nano-banana-pro"),
)
FULL_CATALOGUE = Catalogue(ALL_MODELS, frozenset({"recraft", "openai", "gemini"}))


def route_names(brief: str, catalogue: Catalogue = FULL_CATALOGUE) -> tuple[list[str], str]:
    chosen = route(parse_brief(brief), catalogue, TODAY)
    return [m.name for m in chosen.models], chosen.reason.kind


def test_default_route_is_two_recraft_and_two_gpt_image() -> None:
    assert route_names("Maya: x") == (["recraft", "recraft", "gpt-image-2", "gpt-image-2"], "look")


@pytest.mark.parametrize(
    ("look", "first"), [("skin", "recraft"), ("literal", "gpt-image-2"), ("balanced", "nano-banana")]
)
def test_look_decides_the_first_model(look: str, first: str) -> None:
    assert route_names(f"Maya: x --look {look}")[0][0] == first


def test_named_models_are_used_as_given() -> None:
    assert route_names("Maya: x --models nano-banana-pro --each 1") == (["nano-banana-pro"], "named")
    assert len(route_names("Maya: x --models recraft,gpt-image-2,nano-banana")[0]) == 3


def test_one_account_draws_all_four_and_the_reason_says_so() -> None:
    assert route_names("Maya: x", Catalogue(ALL_MODELS, frozenset({"openai"}))) == (["gpt-image-2"] * 4, "only_one")


def test_missing_provider_is_replaced_but_not_by_a_dearer_model() -> None:
    chosen = route(parse_brief("Maya: x"), Catalogue(ALL_MODELS, frozenset({"recraft", "gemini"})), TODAY)
    assert [m.name for m in chosen.models] == ["recraft", "recraft", "nano-banana", "nano-banana"]
    assert [(a.title, a.reason, a.substitute) for a in chosen.reason.unavailable] == [
        ("Gpt-Image-2", "no_key", "Nano-Banana")
    ]
    assert not chosen.needs_confirmation


def test_retired_model_is_not_used() -> None:
    catalogue = Catalogue(
        (*ALL_MODELS[1:], make_model("recraft", "recraft", retires=TODAY)), FULL_CATALOGUE.configured_providers
    )
    assert "recraft" not in route_names("Maya: x", catalogue)[0]


def test_unknown_model_error_lists_the_known_names() -> None:
    with pytest.raises(BriefError) as caught:
        route_names("Maya: x --models recraft,unknown-9")
    assert caught.value.got == "unknown-9"
    assert caught.value.allowed == FULL_CATALOGUE.names


def test_more_than_eight_portraits_are_refused() -> None:
    with pytest.raises(BriefError) as caught:
        route_names("Maya: x --models recraft,gpt-image-2,nano-banana --each 3")
    assert (caught.value.field, caught.value.limit) == ("each", 8)


def test_no_configured_provider_raises_no_models() -> None:
    with pytest.raises(NoModels):
        route_names("Maya: x", Catalogue(ALL_MODELS, frozenset()))
    with pytest.raises(NoModels) as caught:
        route_names("Maya: x --models gpt-image-2", Catalogue(ALL_MODELS, frozenset()))
    assert (caught.value.requested, caught.value.configured) == (("gpt-image-2",), ())
