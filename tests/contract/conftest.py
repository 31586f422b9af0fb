"""Drawings of the practice models, kept."""

from collections.abc import Iterator
from functools import lru_cache

import pytest

from playground.models import drawing, server


@pytest.fixture(scope="session", autouse=True)
def cached_drawings() -> Iterator[None]:
    """Cache drawings: equal orders give equal pictures, as the portraits' own tests show."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "draw_pictures", lru_cache(maxsize=64)(drawing.draw_pictures))
        yield
