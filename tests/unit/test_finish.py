"""How a face is finished: what is chosen, at what price, and what is told of its size."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.budget import Charge
from bot.catalogue import Catalogue, ModelFacts, Size
from bot.face import Face, Portrait
from bot.finish import Finish, FinishState, FinishWay, kept, newest, plan_of
from bot.slot import Miss
from providers.registry import MODELS, UPSCALERS
from tests.unit.handlers.stories import NOW, a_face

TODAY = date(2026, 11, 24)
EVERYBODY = frozenset({"recraft", "openai", "gemini"})
BY_ID = {model.id: model for model in MODELS}


def catalogue(*configured: str) -> Catalogue:
    return Catalogue(MODELS, frozenset(configured), UPSCALERS)


def drawn_by(model: str, long_side: int = 1216) -> Face:
    picture = Portrait("k", "image/png", long_side * 3 // 4, long_side, 1, "ab" * 32)
    return a_face(model=model, portrait=picture)


@pytest.mark.parametrize(("long_side", "is_4k"), [(4096, True), (3840, True), (3839, False), (2432, False)])
def test_4k_is_a_long_side_of_3840_pixels(long_side: int, is_4k: bool) -> None:
    assert drawn_by("openai:gpt-image-2", long_side).portrait.is_4k is is_4k
    assert (plan_of(drawn_by("openai:gpt-image-2", long_side), catalogue(*EVERYBODY), TODAY) is None) is is_4k


def test_an_upscaler_goes_before_every_model_since_it_keeps_the_face() -> None:
    plan = plan_of(drawn_by("gemini:gemini-3-pro-image"), catalogue(*EVERYBODY), TODAY)
    assert plan
    assert (plan.way, plan.model, plan.price) == (FinishWay.UPSCALE, "recraft:crispUpscale", Decimal("0.004"))


@pytest.mark.parametrize(
    ("drew", "accounts", "finishes", "reaches_4k"),
    [
        ("gemini:gemini-nano-banana-2.1", ("gemini", "openai"), "gemini:gemini-nano-banana-2.1", True),
        ("openai:gpt-image-2", ("gemini", "openai"), "gemini:gemini-3-pro-image", True),
        ("openai:gpt-image-2", ("openai",), "openai:gpt-image-2", False),
        ("recraft:recraftv4_1", ("gemini",), "gemini:gemini-3-pro-image", True),
    ],
)
def test_without_one_the_model_that_drew_goes_first_and_what_reaches_4k_before_what_does_not(
    drew: str, accounts: tuple[str, ...], finishes: str, reaches_4k: bool
) -> None:
    plan = plan_of(drawn_by(drew), catalogue(*accounts), TODAY)
    assert plan
    assert (plan.way, plan.model, plan.reaches_4k) == (FinishWay.REDRAW, finishes, reaches_4k)
    assert plan.price == BY_ID[finishes].price(Size.FOUR_K, references=1)


def test_nothing_is_planned_where_no_account_makes_the_face_larger() -> None:
    deaf: tuple[ModelFacts, ...] = tuple(replace(model, references=0) for model in MODELS)
    assert plan_of(drawn_by("openai:gpt-image-2"), Catalogue(deaf, EVERYBODY), TODAY) is None
    assert plan_of(drawn_by("openai:gpt-image-2", 3264), catalogue("openai"), TODAY) is None
    assert plan_of(drawn_by("openai:gpt-image-2"), catalogue(), TODAY) is None


def test_a_retired_model_finishes_nothing() -> None:
    known = catalogue("gemini")
    known.learn({model.id: TODAY for model in MODELS if model.id != "gemini:gemini-nano-banana-2.1"})
    plan = plan_of(drawn_by("gemini:gemini-3-pro-image"), known, TODAY)
    assert plan
    assert plan.model == "gemini:gemini-nano-banana-2.1"


def a_finish(attempt: int = 1, way: FinishWay = FinishWay.UPSCALE) -> Finish:
    return Finish(f"r1-f{attempt}", "r1", attempt, way, "m:x", Decimal("0.2"), "ab", "", None, "U1", NOW)


def test_what_an_upscaler_made_is_kept_and_what_a_model_drew_is_offered() -> None:
    picture = drawn_by("m:x", 4096).portrait
    charge = Charge(Decimal("0.19"), "exact")
    assert a_finish().landed(picture, charge, 1).state is FinishState.KEPT
    assert a_finish(way=FinishWay.REDRAW).landed(picture, charge, 1).state is FinishState.OFFERED


def test_what_may_have_been_charged_counts_as_charged() -> None:
    costs = [
        (f.cost, f.cost_source) for f in (a_finish().missed(Miss("down", paid=paid)) for paid in ("no", "maybe", "yes"))
    ]
    assert costs == [(Decimal(0), ""), (Decimal("0.2"), "unknown"), (Decimal("0.2"), "listed")]


def test_the_newest_attempt_tells_how_things_stand() -> None:
    missed, landed = a_finish(1).missed(Miss("down")), replace(a_finish(2), state=FinishState.KEPT)
    assert newest((landed, missed)) is landed
    assert kept((missed, landed)) is landed
    assert newest(()) is kept((missed,)) is None
