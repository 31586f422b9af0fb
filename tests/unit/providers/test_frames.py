"""Sizes that OpenAI takes, computed."""

from fractions import Fraction
from itertools import count

import pytest

from bot.brief import ASPECTS
from providers._frames import Bound, openai_frame


def sides(size: str) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)


def legal(width: int, height: int) -> bool:
    if width % 16 or height % 16 or max(width, height) > 3 * min(width, height):
        return False
    return max(width, height) <= 3840 and 655_360 <= width * height <= 8_294_400


@pytest.mark.parametrize("aspect", [*ASPECTS, "16:9", "3:2", "21:9", "1:3", "3:1", "7:5", "14:10", "10:14", "6:10"])
def test_the_frame_is_legal_in_exactly_the_aspect_and_nothing_legal_is_larger(aspect: str) -> None:
    across, down = Fraction(*map(int, aspect.split(":"))).as_integer_ratio()
    found = sides(openai_frame(aspect))
    assert legal(*found)
    assert found[0] * down == found[1] * across
    assert found == max((n * across, n * down) for n, _ in zip(count(1), range(4000)) if legal(n * across, n * down))


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_bound_holds_for_the_side_and_for_all_pixels(aspect: str) -> None:
    width, height = sides(openai_frame(aspect, Bound(1536, 1_769_472)))
    assert legal(width, height)
    assert max(width, height) <= 1536
    assert width * height <= 1_769_472


@pytest.mark.parametrize(
    ("aspect", "within"),
    [("1:4", Bound(3840, 8_294_400)), ("10:3", Bound(3840, 8_294_400)), ("3:4", Bound(800, 600_000))],
)
def test_where_nothing_is_legal_it_says_so(aspect: str, within: Bound) -> None:
    with pytest.raises(ValueError, match="no legal size"):
        openai_frame(aspect, within)
