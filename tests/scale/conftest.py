"""Bots and workspaces that are forked, also by the benchmarks."""

from collections.abc import Iterator

import pytest

from tests.support.forked_processes import forked_processes


@pytest.fixture(scope="module", autouse=True)
def forks() -> Iterator[None]:
    """Fork bots and workspaces, also those of the benchmarks."""
    with forked_processes():
        yield
