"""The registry's rows: allowed sizes, and prices that are never too low."""

from datetime import date
from decimal import Decimal

import pytest

from bot.domain.brief import ASPECTS, TEXT_LIMIT, Brief
from bot.domain.catalogue import Catalogue, Look, ModelSpec, Size
from bot.domain.routing import route
from providers.registry import GEMINI_SIZES, MODELS, OPENAI_QUALITY, OPENAI_SIZES, RATES, UPSCALERS

# The price list per picture: size in pixels, then dollars at each quality.
PRICE_SHEET = {
    "gpt-image-2": {"medium": {"draft": "0.056", "square": "0.053"}, "high": {"4k": "0.401"}},
    "gpt-image-2.5-flare": {"medium": {"draft": "0.014", "square": "0.013"}, "high": {"4k": "0.100"}},
}


def test_no_two_models_share_a_name_or_an_id() -> None:
    assert len({m.name for m in MODELS}) == len({m.id for m in MODELS}) == len(MODELS) == 12


@pytest.mark.parametrize("look", [None, *Look])
def test_routing_uses_only_known_models(look: Look | None) -> None:
    catalogue = Catalogue(MODELS, frozenset({"recraft", "openai", "gemini"}))
    chosen = route(Brief("Maya", "x", look=look), catalogue, date(2026, 11, 24))
    assert chosen.reason.unavailable == ()
    assert len(chosen.models) == 4


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_model_has_price_and_pixels_for_both_sizes(model: ModelSpec) -> None:
    assert set(model.prices) == set(model.pixels) == set(Size)
    assert Decimal(0) < model.prices[Size.DRAFT] <= model.prices[Size.FOUR_K]
    assert model.provider == "recraft" or model.wire_id in RATES


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_successor_is_an_active_model_of_the_same_provider(model: ModelSpec) -> None:
    successor = next((m for m in MODELS if m.name == model.successor), None)
    assert bool(model.successor) == bool(successor)
    assert not successor or (successor.provider, successor.deprecated_on) == (model.provider, None)


@pytest.mark.parametrize("model", [m for m in MODELS if m.successor and m.pixels[Size.DRAFT] != m.pixels[Size.FOUR_K]])
def test_a_successor_with_the_same_sizes_is_not_dearer(model: ModelSpec) -> None:
    successor = next(m for m in MODELS if m.name == model.successor)
    assert all(successor.prices[size] <= model.prices[size] for size in Size)


def test_deprecated_model_has_a_successor_and_no_route() -> None:
    old = [m for m in MODELS if m.deprecated_on]
    assert {m.wire_id for m in old} == {"gemini-3.1-flash-image", "gemini-2.5-flash-image"}
    assert all(m.successor for m in old)
    catalogue = Catalogue(MODELS, frozenset({"recraft", "openai", "gemini"}))
    routes = [route(Brief("Maya", "x", look=look), catalogue, date(2026, 11, 24)) for look in (None, *Look)]
    assert not {m.name for m in old} & {m.name for one in routes for m in one.models}


@pytest.mark.parametrize("wire_id", ["gpt-image-2.6-flare", "gpt-image-2.6-sunburst"])
def test_unlisted_model_reserves_the_highest_price_of_its_family(wire_id: str) -> None:
    model = next(m for m in MODELS if m.wire_id == wire_id)
    family = [m for m in MODELS if m.provider == "openai"]
    assert all(model.price(size, 1) == max(m.price(size, 1) for m in family) for size in Size)


def test_reference_price_is_above_the_published_prices() -> None:
    by_name = {m.name: m for m in MODELS}
    # litellm lists an edit at high quality for $0.178, and the picture alone for $0.165; Pro's reference is $0.0011.
    assert by_name["gpt-image-2"].price_per_reference > Decimal("0.178") - Decimal("0.165")
    assert by_name["nano-banana-pro"].price_per_reference > Decimal("0.0011")
    assert all(m.price_per_reference for m in MODELS if m.max_references and m.provider != "recraft")


def test_upscaler_is_crisp_upscale() -> None:
    assert [(u.wire_id, u.price) for u in UPSCALERS] == [("crispUpscale", Decimal("0.004"))]


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("model", [m for m in MODELS if m.provider == "openai"], ids=lambda m: m.name)
def test_openai_sizes_equal_the_model_specs(model: ModelSpec, size: Size) -> None:
    assert OPENAI_SIZES[size]["3:4"] == model.pixels[size]
    assert set(OPENAI_SIZES[size]) == set(ASPECTS)


@pytest.mark.parametrize("name", PRICE_SHEET)
def test_openai_price_is_above_the_price_sheet(name: str) -> None:
    model = next(m for m in MODELS if m.wire_id == name)
    sheet = PRICE_SHEET[name]
    assert all(model.prices[Size.DRAFT] > Decimal(p) for p in sheet[OPENAI_QUALITY[Size.DRAFT]].values())
    assert all(model.prices[Size.FOUR_K] > Decimal(p) for p in sheet[OPENAI_QUALITY[Size.FOUR_K]].values())


@pytest.mark.parametrize(
    ("wire_id", "draft", "four_k"),
    [
        ("gemini-nano-banana-2.1", "0.0336", "0.1134"),
        ("gemini-3-pro-image", "0.134", "0.24"),
        ("gemini-3.1-flash-image", "0.067", "0.151"),
        ("gemini-2.5-flash-image", "0.039", "0.039"),
    ],
)
def test_gemini_price_covers_image_brief_and_thinking(wire_id: str, draft: str, four_k: str) -> None:
    model, rates = next(m for m in MODELS if m.wire_id == wire_id), RATES[wire_id]
    words = (TEXT_LIMIT + 2_000) // 4 * rates.text_in / 1_000_000 + 1_000 * rates.text_out / 1_000_000
    assert model.prices[Size.DRAFT] >= Decimal(draft) + words
    assert model.prices[Size.FOUR_K] >= Decimal(four_k) + words


def test_gemini_sizes_are_upper_case() -> None:
    assert GEMINI_SIZES == {Size.DRAFT: "1K", Size.TWO_K: "2K", Size.FOUR_K: "4K"}
