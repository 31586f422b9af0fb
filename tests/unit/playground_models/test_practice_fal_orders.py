"""Orders and prices of fal's endpoints."""

from typing import Any

import msgspec
import pytest

from playground.models.fal.catalogue import ENDPOINTS
from playground.models.fal.orders import Reference, build_order
from playground.models.generation_order import GenerationOrder
from playground.models.vendor_errors import VendorError


def make_order(endpoint: str, references: int = 0, **fields: Any) -> GenerationOrder:
    fal_endpoint = ENDPOINTS[endpoint]
    fal_request = msgspec.convert(fields, fal_endpoint.input_type)
    return build_order(fal_endpoint, fal_request, tuple(Reference(b"", (1122, 1402)) for _ in range(references)))


@pytest.mark.parametrize(
    ("endpoint", "fields", "size", "price"),
    [
        ("fal-ai/recraft/v4.1/text-to-image", {"image_size": "portrait_4_3"}, "896x1216", 0.035),
        ("fal-ai/recraft/v4.1/pro/text-to-image", {"image_size": "portrait_16_9"}, "1536x2688", 0.21),
        ("openai/gpt-image-2", {"image_size": {"width": 2160, "height": 3840}}, "2160x3840", 0.401),
        ("openai/gpt-image-2", {"quality": "medium", "num_images": 2}, "1024x1536", 0.084),
        ("openai/gpt-image-2.5/flare/text-to-image", {"quality": "max"}, "1024x1536", 0.165),
        ("openai/gpt-image-2.5/sunburst/text-to-image", {"quality": "low"}, "1024x1536", 0.005),
        ("google/nano-banana-2.1", {"aspect_ratio": "3:4", "resolution": "4K"}, "3584x4800", 0.1134),
        ("fal-ai/nano-banana-2", {"aspect_ratio": "3:4", "resolution": "0.5K"}, "448x600", 0.06),
        ("fal-ai/nano-banana-pro", {"resolution": "2K", "num_images": 3}, "2048x2048", 0.45),
    ],
)
def test_endpoint_has_vendor_sizes_and_fal_prices(
    endpoint: str, fields: dict[str, Any], size: str, price: float
) -> None:
    ordered = make_order(endpoint, prompt="anyone", **fields)
    assert (ordered.model, ordered.size) == (endpoint, size)
    assert ordered.price_usd == pytest.approx(price, abs=0.0005)


def test_an_upscale_ends_at_4096_and_costs_four_tenths_of_a_cent() -> None:
    enlarged = make_order("fal-ai/recraft-crisp-upscale", references=1, image_url="data:")
    assert (enlarged.size, enlarged.price_usd, enlarged.operation) == ("3278x4096", 0.004, "upscale")


def test_references_make_an_edit_and_openai_charges_for_them() -> None:
    urls = ["data:", "data:"]
    image = make_order("openai/gpt-image-2", prompt="anyone")
    edited = make_order("openai/gpt-image-2/edit", references=2, prompt="anyone", image_urls=urls)
    assert (image.operation, edited.operation) == ("draw", "edit")
    assert edited.price_usd == pytest.approx(image.price_usd + 2 * 1600 * 8e-6)


@pytest.mark.parametrize(
    ("endpoint", "fields", "place"),
    [
        ("openai/gpt-image-2", {"image_size": {"width": 4096, "height": 4096}}, "image_size"),
        ("openai/gpt-image-2", {"quality": "xhigh"}, "quality"),
        ("google/nano-banana-2.1", {"resolution": "0.5K"}, "resolution"),
        ("fal-ai/nano-banana-pro", {"aspect_ratio": "1:8"}, "aspect_ratio"),
    ],
)
def test_unsupported_size_error_names_the_field(endpoint: str, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(VendorError) as caught:
        make_order(endpoint, prompt="anyone", **fields)
    assert caught.value.body["detail"][0]["loc"] == ["body", place]


def test_queue_app_is_owner_and_name() -> None:
    assert ENDPOINTS["google/nano-banana-2.1/edit"].app == "google/nano-banana-2.1"
    assert ENDPOINTS["fal-ai/recraft/v4.1/pro/text-to-image"].app == "fal-ai/recraft"
