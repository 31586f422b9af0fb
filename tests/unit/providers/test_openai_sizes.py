"""Computed sizes that OpenAI accepts."""

from fractions import Fraction
from itertools import count

import pytest

from bot.domain.brief import ASPECTS
from providers.sizes import SizeLimit, openai_size


def parse_size(size: str) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)


def is_legal(width: int, height: int) -> bool:
    if width % 16 or height % 16 or max(width, height) > 3 * min(width, height):
        return False
    return max(width, height) <= 3840 and 655_360 <= width * height <= 8_294_400


@pytest.mark.parametrize("aspect", [*ASPECTS, "16:9", "3:2", "21:9", "1:3", "3:1", "7:5", "14:10", "10:14", "6:10"])
def test_size_is_the_largest_legal_one_of_the_aspect(aspect: str) -> None:
    aspect_width, aspect_height = Fraction(*map(int, aspect.split(":"))).as_integer_ratio()
    found = parse_size(openai_size(aspect))
    assert is_legal(*found)
    assert found[0] * aspect_height == found[1] * aspect_width
    assert found == max(
        (n * aspect_width, n * aspect_height)
        for n, _ in zip(count(1), range(4000))
        if is_legal(n * aspect_width, n * aspect_height)
    )


@pytest.mark.parametrize("aspect", ASPECTS)
def test_size_limit_applies_to_side_and_pixels(aspect: str) -> None:
    width, height = parse_size(openai_size(aspect, SizeLimit(1536, 1_769_472)))
    assert is_legal(width, height)
    assert max(width, height) <= 1536
    assert width * height <= 1_769_472


@pytest.mark.parametrize(
    ("aspect", "limit"),
    [("1:4", SizeLimit(3840, 8_294_400)), ("10:3", SizeLimit(3840, 8_294_400)), ("3:4", SizeLimit(800, 600_000))],
)
def test_no_legal_size_raises(aspect: str, limit: SizeLimit) -> None:
    with pytest.raises(ValueError, match="no legal size"):
        openai_size(aspect, limit)
