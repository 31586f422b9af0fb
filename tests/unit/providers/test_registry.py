"""The rows of models: legal sizes, and prices that are never too low."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from bot.brief import ASPECTS, TEXT_LIMIT, Brief
from bot.catalogue import Catalogue, Look, ModelFacts, Size
from bot.routing import route
from providers.registry import GEMINI_SIZES, MODELS, OPENAI_QUALITY, OPENAI_SIZES, RATES

# The price sheet per picture: size in pixels, then dollars at each quality.
SHEET = {
    "gpt-image-2": {"medium": {"draft": "0.056", "square": "0.053"}, "high": {"4k": "0.401"}},
    "gpt-image-2.5-flare": {"medium": {"draft": "0.014", "square": "0.013"}, "high": {"4k": "0.100"}},
}


def sides(size: str) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)


def legal(width: int, height: int) -> bool:
    return not (width % 16 or height % 16) and max(width, height) <= 3840 and 655_360 <= width * height <= 8_294_400


def test_no_two_models_share_a_name_or_an_id() -> None:
    assert len({m.name for m in MODELS}) == len({m.id for m in MODELS}) == len(MODELS) == 7


@pytest.mark.parametrize("look", [None, *Look])
def test_the_names_that_routing_knows_are_in_the_table(look: Look | None) -> None:
    catalogue = Catalogue(MODELS, frozenset({"recraft", "openai", "gemini"}))
    chosen = route(Brief("Maya", "x", look=look), catalogue, date(2026, 11, 24))
    assert chosen.reason.absent == ()
    assert len(chosen.models) == 4


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_a_row_has_a_price_and_pixels_for_both_sizes(model: ModelFacts) -> None:
    assert set(model.prices) == set(model.pixels) == set(Size)
    assert Decimal(0) < model.prices[Size.DRAFT] <= model.prices[Size.FOUR_K]
    assert model.provider == "recraft" or model.wire_id in RATES


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_a_successor_is_a_model_of_the_same_account_and_not_dearer(model: ModelFacts) -> None:
    successor = next((m for m in MODELS if m.name == model.successor), None)
    assert bool(model.successor) == bool(successor)
    assert not successor or successor.provider == model.provider
    assert not successor or all(successor.prices[size] <= model.prices[size] for size in Size)


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("aspect", ASPECTS)
def test_openai_sizes_are_legal_and_in_the_exact_ratio(size: Size, aspect: str) -> None:
    width, height = sides(OPENAI_SIZES[size][aspect])
    across, down = map(int, aspect.split(":"))
    assert legal(width, height)
    assert width * down == height * across


@pytest.mark.parametrize("aspect", ASPECTS)
def test_nothing_legal_in_the_ratio_is_larger_than_openai_4k(aspect: str) -> None:
    across, down = map(int, aspect.split(":"))
    found = max(n for n, _ in zip(count(1), range(4000), strict=False) if legal(n * across, n * down))
    assert sides(OPENAI_SIZES[Size.FOUR_K][aspect]) == (found * across, found * down)


@pytest.mark.parametrize("name", SHEET)
def test_openai_is_priced_above_the_sheet_at_the_quality_that_is_sent(name: str) -> None:
    model = next(m for m in MODELS if m.wire_id == name)
    sheet = SHEET[name]
    assert all(model.prices[Size.DRAFT] > Decimal(p) for p in sheet[OPENAI_QUALITY[Size.DRAFT]].values())
    assert all(model.prices[Size.FOUR_K] > Decimal(p) for p in sheet[OPENAI_QUALITY[Size.FOUR_K]].values())


@pytest.mark.parametrize(
    ("wire_id", "draft", "four_k"),
    [("gemini-nano-banana-2.1", "0.0336", "0.1134"), ("gemini-3-pro-image", "0.134", "0.24")],
)
def test_google_is_priced_above_its_picture_with_the_longest_brief_and_some_thinking(
    wire_id: str, draft: str, four_k: str
) -> None:
    model, rates = next(m for m in MODELS if m.wire_id == wire_id), RATES[wire_id]
    words = (TEXT_LIMIT + 2_000) // 4 * rates.text_in / 1_000_000 + 1_000 * rates.text_out / 1_000_000
    assert model.prices[Size.DRAFT] >= Decimal(draft) + words
    assert model.prices[Size.FOUR_K] >= Decimal(four_k) + words


def test_google_is_asked_for_its_sizes_in_capitals() -> None:
    assert GEMINI_SIZES == {Size.DRAFT: "1K", Size.FOUR_K: "4K"}
