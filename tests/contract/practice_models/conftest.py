"""Practice models for each test, at five hundred times the usual speed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.practice_models import PracticeModels, open_practice_models


@pytest.fixture
async def practice_models(tmp_path: Path) -> AsyncIterator[PracticeModels]:
    async with open_practice_models(tmp_path) as opened:
        yield opened
