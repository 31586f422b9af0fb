"""Views, presets and sheets: which views an order has, which picture stands for a view, which models may draw."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.character_sheet import (
    ALL_VIEWS,
    Angle,
    Expression,
    Sheet,
    SheetView,
    SheetViewState,
    View,
    attempt_id,
    available_sheet_models,
    redraw_model,
    view_price,
    views_of,
)
from bot.domain.face import Portrait
from bot.domain.ids import round_id_of_key
from bot.domain.prompt import sheet_prompt
from bot.domain.sheet_presets import PRESETS, TOOLS, pictures_for, preset_by_id
from bot.domain.slot import SlotFailure
from providers.registry import MODELS

NOW = datetime(2026, 11, 29, tzinfo=UTC)
FRONT, PROFILE, SMILE = View(Angle.FRONT), View(Angle.PROFILE), View(Angle.FRONT, Expression.SMILE)
PICTURE = Portrait("k", "image/png", 1792, 2400, 9, "ab" * 32)


def make_attempt(view: View = FRONT, attempt: int = 1, **changes: object) -> SheetView:
    id_ = attempt_id("r1", view, attempt)
    made = SheetView(id_, "r1", view, attempt, "m:pro", Size.TWO_K, Decimal("0.1"), "ab", "p", 1, "U1", NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def make_drawn(view: View = FRONT, attempt: int = 1, **changes: object) -> SheetView:
    return make_attempt(view, attempt, state=SheetViewState.DRAWN, portrait=PICTURE, **changes)


def make_failed(view: View = FRONT, attempt: int = 1) -> SheetView:
    return make_attempt(view, attempt).with_failure(SlotFailure("refused"))


def test_every_view_has_its_own_key_title_and_prompt() -> None:
    assert len(ALL_VIEWS) == len(Angle) * len(Expression)
    assert len({view.title for view in ALL_VIEWS.values()}) == len(ALL_VIEWS)
    prompts = {sheet_prompt("a fisherwoman", view) for view in ALL_VIEWS.values()}
    assert len(prompts) == len(ALL_VIEWS)
    assert all("same person" in prompt and prompt.endswith("a fisherwoman") for prompt in prompts)


def test_an_attempt_id_begins_with_the_round_that_its_files_are_deleted_with() -> None:
    assert {round_id_of_key(attempt_id("r1", view, 2)) for view in ALL_VIEWS.values()} == {"r1"}


def test_expressions_are_drawn_from_the_front_or_in_every_chosen_angle() -> None:
    front_only = views_of([Angle.FRONT, Angle.PROFILE], [Expression.SMILE], in_every_angle=False)
    assert [view.key for view in front_only] == ["front", "profile", "smile"]
    every = views_of([Angle.FRONT, Angle.PROFILE], [Expression.SMILE], in_every_angle=True)
    assert [view.key for view in every] == ["front", "profile", "smile", "profile-smile"]
    assert [view.key for view in views_of([], [Expression.SMILE], in_every_angle=True)] == ["smile"]


@pytest.mark.parametrize("preset", TOOLS, ids=lambda preset: preset.id)
def test_a_preset_has_as_many_views_as_its_tool_takes(preset: object) -> None:
    tool = preset_by_id(preset.id)  # type: ignore[attr-defined]
    assert tool
    assert tool.fewest <= len(tool.views) <= (tool.most or len(ALL_VIEWS))
    assert tool.source.startswith("https://")
    if tool.has_frontal:
        assert tool.views[0] == FRONT


def test_the_usual_sheet_has_the_five_angles_neutral_and_three_more_expressions() -> None:
    keys = [view.key for view in PRESETS[0].views]
    assert keys[:5] == [angle.value for angle in Angle]
    assert keys[5:] == ["neutral", "smile", "anger", "fear"]


def test_the_kept_attempt_stands_for_its_view_else_the_newest_drawn_one() -> None:
    first, second, refused = make_drawn(), make_drawn(attempt=2), make_failed(attempt=3)
    assert Sheet((first, second, refused)).chosen == (second,)
    kept = replace(first, kept_by="U1")
    assert Sheet((kept, second, refused)).chosen == (kept,)
    assert Sheet((kept, second, refused)).missing == (), "the view has a picture"
    assert Sheet((refused, make_drawn(PROFILE))).missing == (refused,)
    assert Sheet((first, make_attempt(attempt=2))).is_drawing


def test_a_tool_gets_only_its_own_views_and_no_more_than_it_takes() -> None:
    chosen = [make_drawn(view) for view in ALL_VIEWS.values()]
    for tool in TOOLS:
        keys = [attempt.view for attempt in pictures_for(tool, chosen)]
        assert keys == list(tool.views)[: tool.most]
    runway = preset_by_id("runway")
    assert runway
    assert [a.view.key for a in pictures_for(runway, [make_drawn(PROFILE), make_drawn(SMILE)])] == ["profile"]


def test_a_possible_charge_counts_as_charged() -> None:
    for paid, source, cost in (("no", "", "0"), ("maybe", "unknown", "0.1"), ("yes", "listed", "0.1")):
        failed = make_attempt().with_failure(SlotFailure("x", paid=paid))  # type: ignore[arg-type]
        assert (failed.cost_source, failed.cost) == (source, Decimal(cost))
    reported = make_attempt().with_failure(SlotFailure("x", paid="yes"), 1.0, Decimal("0.07"))
    assert (reported.cost_source, reported.cost) == ("exact", Decimal("0.07"))


def test_models_that_keep_a_face_best_come_first_and_those_with_one_reference_last() -> None:
    catalogue = Catalogue(MODELS, frozenset({"recraft", "openai", "gemini"}))
    models = available_sheet_models(catalogue, date(2026, 11, 29))
    assert [model.wire_id for model in models][:2] == ["gemini-3-pro-image", "gemini-nano-banana-2.1"]
    assert {model.provider for model in models[-2:]} == {"recraft"}
    assert all(model.max_references for model in models)
    assert "recraftv4_1_flash" not in {model.wire_id for model in models}, "it takes no reference"


def test_a_view_is_redrawn_by_its_model_while_that_is_there() -> None:
    models = available_sheet_models(Catalogue(MODELS, frozenset({"openai", "gemini"})), date(2026, 11, 29))
    same = make_attempt(model="openai:gpt-image-2")
    assert redraw_model(same, models) == next(m for m in models if m.id == same.model)
    assert redraw_model(make_attempt(model="gone:gone"), models) == models[0]
    assert redraw_model(same, ()) is None


@pytest.mark.parametrize("model", [m for m in MODELS if m.max_references], ids=lambda model: model.name)
def test_a_view_costs_one_picture_and_one_reference(model: ModelSpec) -> None:
    assert view_price(model, Size.TWO_K) == model.prices[Size.TWO_K] + model.price_per_reference
    assert model.prices[Size.DRAFT] <= model.prices[Size.TWO_K] <= model.prices[Size.FOUR_K]
