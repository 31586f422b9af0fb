"""Processes of its own for each test: they are stopped, killed and started again."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.forked_processes import forked_processes
from tests.support.practice_environment import PracticeEnvironment, practice_environment


@pytest.fixture(scope="module", autouse=True)
def forks() -> Iterator[None]:
    """Fork bots and workspaces, also those of the benchmarks."""
    with forked_processes():
        yield


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path) as opened:
        yield opened
