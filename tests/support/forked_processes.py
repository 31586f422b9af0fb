"""Forks in place of new processes, for what starts bots and workspaces by itself: the demo and the benchmarks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from playground import processes
from tests.support.fork_server import fork_python


@contextmanager
def forked_processes() -> Iterator[None]:
    """Let the playground fork every Python that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "spawn_python", fork_python)
        yield
