"""A practice workspace for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.practice_slack import PracticeWorkspace, open_practice_workspace


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeWorkspace]:
    async with open_practice_workspace(tmp_path) as opened:
        yield opened
