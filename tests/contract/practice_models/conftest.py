"""A practice studio for each test, five hundred times as fast as it plays."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from playground.models import drawing, server
from tests.support.practice_models import PracticeModels, open_practice_models


@pytest.fixture(scope="session", autouse=True)
def cached_drawings() -> Iterator[None]:
    """The same order at the same take is the same picture, as the portraits' own tests show: draw it for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "draw_pictures", lru_cache(maxsize=64)(drawing.draw_pictures))
        yield


@pytest.fixture
async def practice_models(tmp_path: Path) -> AsyncIterator[PracticeModels]:
    async with open_practice_models(tmp_path) as opened:
        yield opened
