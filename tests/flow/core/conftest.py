"""The use cases over a real database, with scripted models and a recorded Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.casting_harness import CastingHarness, casting_harness


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        yield opened
