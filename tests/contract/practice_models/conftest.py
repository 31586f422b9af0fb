"""A practice studio for each test, fifty times as fast as it plays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.practice_models.studio import Practice, open_practice


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    async with open_practice(tmp_path) as opened:
        yield opened
