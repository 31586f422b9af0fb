"""Sizes and prices of the practice models."""

import pytest

from playground.models.drawing import upscaled_size
from playground.models.gemini import catalogue
from playground.models.openai import catalogue as openai_catalogue
from playground.models.recraft import catalogue as recraft_catalogue


@pytest.mark.parametrize(
    ("model", "size", "quality", "price"),
    [
        ("gpt-image-2", (1024, 1024), "low", 0.006),
        ("gpt-image-2", (1024, 1024), "high", 0.211),
        ("gpt-image-2", (1024, 1536), "medium", 0.042),
        ("gpt-image-2", (1440, 2560), "high", 0.222),
        ("gpt-image-2", (2160, 3840), "high", 0.401),
        ("gpt-image-2.5-sunburst", (2160, 3840), "max", 0.400),
        ("gpt-image-2.5-flare", (1536, 1024), "high", 0.041),
    ],
)
def test_openai_price_equals_the_price_sheet(model: str, size: tuple[int, int], quality: str, price: float) -> None:
    usage = openai_catalogue.usage(openai_catalogue.MODELS[model], "", size, quality, 1, 0)
    assert usage.price_usd == pytest.approx(price, abs=3e-5)


def test_openai_price_is_interpolated_between_sizes() -> None:
    model = openai_catalogue.MODELS["gpt-image-2"]
    small, middle, large = (
        openai_catalogue.usage(model, "", size, "high", 1, 0).price_usd
        for size in ((1024, 1536), (1152, 1536), (1440, 2560))
    )
    assert small < middle < large


def test_openai_charges_text_and_references() -> None:
    model = openai_catalogue.MODELS["gpt-image-2"]
    bare = openai_catalogue.usage(model, "", (1024, 1536), "high", 1, 0).price_usd
    assert openai_catalogue.usage(model, "x" * 4000, (1024, 1536), "high", 1, 0).price_usd == pytest.approx(
        bare + 0.005
    )
    assert openai_catalogue.usage(model, "", (1024, 1536), "high", 1, 1).price_usd == pytest.approx(0.178, abs=0.001)


@pytest.mark.parametrize(
    ("model", "size", "price"),
    [
        ("gemini-nano-banana-2.1", "1K", 0.0336),
        ("gemini-nano-banana-2.1", "2K", 0.0504),
        ("gemini-nano-banana-2.1", "4K", 0.1134),
        ("gemini-3-pro-image", "1K", 0.134),
        ("gemini-3-pro-image", "2K", 0.134),
        ("gemini-3-pro-image", "4K", 0.24),
        ("gemini-3.1-flash-image", "512", 0.045),
    ],
)
def test_gemini_price_equals_the_price_sheet(model: str, size: str, price: float) -> None:
    assert catalogue.usage(catalogue.MODELS[model], "", size, 0).price_usd == pytest.approx(price, rel=0.015)


def test_gemini_4k_is_four_times_as_wide() -> None:
    model = catalogue.MODELS["gemini-3-pro-image"]
    assert model.pixels("3:4", "4K") == (3584, 4800)
    assert model.pixels("9:16", "4K") == (3072, 5504)
    assert model.pixels("1:8", "1K") is None
    assert model.pixels("3:4", "512") is None


@pytest.mark.parametrize("size", [(2160, 3840), (2448, 3264), (2336, 3504), (2560, 3200), (2880, 2880), (1152, 1536)])
def test_the_largest_portraits_are_legal_for_openai(size: tuple[int, int]) -> None:
    assert openai_catalogue.size_error(size) is None


@pytest.mark.parametrize(
    ("size", "word"),
    [
        ((1000, 1504), "16"),
        ((512, 2048), "ratio"),
        ((2304, 3856), "edge"),
        ((3200, 3200), "pixels"),
        ((512, 512), "pixels"),
    ],
)
def test_illegal_size_error_says_why(size: tuple[int, int], word: str) -> None:
    assert word in (openai_catalogue.size_error(size) or "")


def test_recraft_accepts_only_listed_sizes() -> None:
    pro = recraft_catalogue.MODELS["recraftv4_1_pro"]
    assert pro.pixels("3:4") == pro.pixels("1792x2432") == (1792, 2432)
    assert pro.pixels("896x1216") is None
    assert pro.pixels("21:9") is None


def test_upscale_size_is_limited_to_4096() -> None:
    assert upscaled_size(1122, 1402) == (3278, 4096)
