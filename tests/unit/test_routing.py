"""Which models draw a brief, and why."""

from datetime import date
from decimal import Decimal

import pytest

from bot.brief import Brief
from bot.catalogue import Catalogue, ModelFacts, Size
from bot.errors import BriefError, NoModels
from bot.routing import route

TODAY = date(2026, 11, 24)
PRICES = {Size.DRAFT: Decimal("0.04"), Size.FOUR_K: Decimal("0.2")}
PIXELS = {Size.DRAFT: "896x1216", Size.FOUR_K: "3584x4800"}


def model(provider: str, name: str, retires: date | None = None) -> ModelFacts:
    return ModelFacts(provider, name, f"{name}-wire", name.title(), "", PRICES, PIXELS, seeds=True, retires=retires)


ALL = (
    model("recraft", "recraft"),
    model("openai", "gpt-image-2"),
    model("gemini", "nano-banana"),
    model("gemini", "nano-banana-pro"),
)
EVERYONE = Catalogue(ALL, frozenset({"recraft", "openai", "gemini"}))


def names(brief: str, catalogue: Catalogue = EVERYONE) -> tuple[list[str], str]:
    chosen = route(Brief.of(brief), catalogue, TODAY)
    return [m.name for m in chosen.models], chosen.reason.kind


def test_without_a_wish_recraft_and_gpt_image_draw_two_each() -> None:
    assert names("Maya: x") == (["recraft", "recraft", "gpt-image-2", "gpt-image-2"], "look")


@pytest.mark.parametrize(
    ("look", "first"), [("skin", "recraft"), ("literal", "gpt-image-2"), ("balanced", "nano-banana")]
)
def test_the_look_says_who_comes_first(look: str, first: str) -> None:
    assert names(f"Maya: x --look {look}")[0][0] == first


def test_named_models_are_taken_as_named() -> None:
    assert names("Maya: x --models nano-banana-pro --each 1") == (["nano-banana-pro"], "named")
    assert len(names("Maya: x --models recraft,gpt-image-2,nano-banana")[0]) == 3


def test_one_account_draws_all_four_and_the_reason_says_so() -> None:
    assert names("Maya: x", Catalogue(ALL, frozenset({"openai"}))) == (["gpt-image-2"] * 4, "only_one")


def test_a_missing_account_is_replaced_and_named_and_never_by_the_dearer_pro() -> None:
    chosen = route(Brief.of("Maya: x"), Catalogue(ALL, frozenset({"recraft", "gemini"})), TODAY)
    assert [m.name for m in chosen.models] == ["recraft", "recraft", "nano-banana", "nano-banana"]
    assert [(a.title, a.why, a.instead) for a in chosen.reason.absent] == [("Gpt-Image-2", "no_key", "Nano-Banana")]
    assert not chosen.asks


def test_a_retired_model_is_not_asked() -> None:
    catalogue = Catalogue((*ALL[1:], model("recraft", "recraft", retires=TODAY)), EVERYONE.configured)
    assert "recraft" not in names("Maya: x", catalogue)[0]


def test_an_unknown_name_is_told_with_the_names_we_know() -> None:
    with pytest.raises(BriefError) as caught:
        names("Maya: x --models recraft,unknown-9")
    assert caught.value.got == "unknown-9"
    assert caught.value.known == EVERYONE.names


def test_more_than_eight_portraits_are_refused() -> None:
    with pytest.raises(BriefError) as caught:
        names("Maya: x --models recraft,gpt-image-2,nano-banana --each 3")
    assert (caught.value.field, caught.value.limit) == ("each", 8)


def test_without_any_account_nothing_is_promised() -> None:
    with pytest.raises(NoModels):
        names("Maya: x", Catalogue(ALL, frozenset()))
    with pytest.raises(NoModels) as caught:
        names("Maya: x --models gpt-image-2", Catalogue(ALL, frozenset()))
    assert (caught.value.wanted, caught.value.configured) == (("gpt-image-2",), ())
