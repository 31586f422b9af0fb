"""Processes of its own for each test: they are stopped, killed and started again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.practice_environment import PracticeEnvironment, practice_environment


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path) as opened:
        yield opened
