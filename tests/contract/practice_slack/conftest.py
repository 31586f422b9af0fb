"""A practice workspace for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.practice_slack.practice import Practice, open_practice


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    async with open_practice(tmp_path) as opened:
        yield opened
