"""Practice models for each test, at five hundred times the usual speed."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from playground.models import drawing, server
from tests.support.practice_models import PracticeModels, open_practice_models


@pytest.fixture(scope="session", autouse=True)
def cached_drawings() -> Iterator[None]:
    """Cache drawings: equal orders give equal pictures, as the portraits' own tests show."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "draw_pictures", lru_cache(maxsize=64)(drawing.draw_pictures))
        yield


@pytest.fixture
async def practice_models(tmp_path: Path) -> AsyncIterator[PracticeModels]:
    async with open_practice_models(tmp_path) as opened:
        yield opened
