"""Upscales: the chosen method, its price and the resulting size."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.budget import Charge
from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.face import Face, Portrait
from bot.domain.slot import SlotFailure
from bot.domain.upscale import Upscale, UpscaleMethod, UpscaleState, kept_upscale, latest_upscale, plan_upscale
from providers.registry import MODELS, UPSCALERS
from tests.support.builders import NOW, make_face

TODAY = date(2026, 11, 24)
ALL_PROVIDERS = frozenset({"recraft", "openai", "gemini"})
BY_ID = {model.id: model for model in MODELS}


def make_catalogue(*configured: str) -> Catalogue:
    return Catalogue(MODELS, frozenset(configured), UPSCALERS)


def face_by(model: str, long_side: int = 1216) -> Face:
    picture = Portrait("k", "image/png", long_side * 3 // 4, long_side, 1, "ab" * 32)
    return make_face(model=model, portrait=picture)


@pytest.mark.parametrize(("long_side", "is_4k"), [(4096, True), (3840, True), (3839, False), (2432, False)])
def test_4k_is_a_long_side_of_3840_pixels(long_side: int, is_4k: bool) -> None:
    assert face_by("openai:gpt-image-2", long_side).portrait.is_4k is is_4k
    assert (
        plan_upscale(face_by("openai:gpt-image-2", long_side), make_catalogue(*ALL_PROVIDERS), TODAY) is None
    ) is is_4k


def test_plan_prefers_an_upscaler_over_models() -> None:
    plan = plan_upscale(face_by("gemini:gemini-3-pro-image"), make_catalogue(*ALL_PROVIDERS), TODAY)
    assert plan
    assert (plan.method, plan.model, plan.price) == (UpscaleMethod.UPSCALER, "recraft:crispUpscale", Decimal("0.004"))


@pytest.mark.parametrize(
    ("face_model", "accounts", "planned_model", "reaches_4k"),
    [
        ("gemini:gemini-nano-banana-2.1", ("gemini", "openai"), "gemini:gemini-nano-banana-2.1", True),
        ("openai:gpt-image-2", ("gemini", "openai"), "gemini:gemini-3-pro-image", True),
        ("openai:gpt-image-2", ("openai",), "openai:gpt-image-2", False),
        ("recraft:recraftv4_1", ("gemini",), "gemini:gemini-3-pro-image", True),
    ],
)
def test_plan_without_upscaler_prefers_own_model_then_4k_models(
    face_model: str, accounts: tuple[str, ...], planned_model: str, reaches_4k: bool
) -> None:
    plan = plan_upscale(face_by(face_model), make_catalogue(*accounts), TODAY)
    assert plan
    assert (plan.method, plan.model, plan.reaches_4k) == (UpscaleMethod.REDRAW, planned_model, reaches_4k)
    assert plan.price == BY_ID[planned_model].price(Size.FOUR_K, reference_count=1)


def test_no_plan_if_no_provider_enlarges_the_face() -> None:
    without_references: tuple[ModelSpec, ...] = tuple(replace(model, max_references=0) for model in MODELS)
    assert plan_upscale(face_by("openai:gpt-image-2"), Catalogue(without_references, ALL_PROVIDERS), TODAY) is None
    assert plan_upscale(face_by("openai:gpt-image-2", 3264), make_catalogue("openai"), TODAY) is None
    assert plan_upscale(face_by("openai:gpt-image-2"), make_catalogue(), TODAY) is None


def test_plan_skips_retired_models() -> None:
    models = make_catalogue("gemini")
    models.update_retirements({model.id: TODAY for model in MODELS if model.id != "gemini:gemini-nano-banana-2.1"})
    plan = plan_upscale(face_by("gemini:gemini-3-pro-image"), models, TODAY)
    assert plan
    assert plan.model == "gemini:gemini-nano-banana-2.1"


def make_upscale(attempt: int = 1, method: UpscaleMethod = UpscaleMethod.UPSCALER) -> Upscale:
    return Upscale(f"r1-f{attempt}", "r1", attempt, method, "m:x", Decimal("0.2"), "ab", "", None, "U1", NOW)


def test_upscale_is_kept_and_a_redraw_is_offered() -> None:
    picture = face_by("m:x", 4096).portrait
    charge = Charge(Decimal("0.19"), "exact")
    assert make_upscale().with_portrait(picture, charge, 1).state is UpscaleState.KEPT
    assert make_upscale(method=UpscaleMethod.REDRAW).with_portrait(picture, charge, 1).state is UpscaleState.OFFERED


def test_possible_charge_counts_as_charged() -> None:
    costs = [
        (f.cost, f.cost_source)
        for f in (
            make_upscale().with_failure(SlotFailure("provider_down", paid=paid)) for paid in ("no", "maybe", "yes")
        )
    ]
    assert costs == [(Decimal(0), ""), (Decimal("0.2"), "unknown"), (Decimal("0.2"), "listed")]


def test_newest_attempt_decides_the_state() -> None:
    failed, completed = (
        make_upscale(1).with_failure(SlotFailure("provider_down")),
        replace(make_upscale(2), state=UpscaleState.KEPT),
    )
    assert latest_upscale((completed, failed)) is completed
    assert kept_upscale((failed, completed)) is completed
    assert latest_upscale(()) is kept_upscale((failed,)) is None
