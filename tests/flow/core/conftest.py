"""The use cases over a real database, with scripted models and a recorded Slack."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.imaging import callback_sheet, contact_sheet
from tests.support.casting_harness import CastingHarness, casting_harness
from tests.support.sqlite_in_loop import sqlite_in_loop

SHEET_WIDTH = 400


@pytest.fixture(scope="module", autouse=True)
def small_sheets() -> Iterator[None]:
    """Draw sheets at a quarter of their width: at full size they take longer than all else in a round."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (contact_sheet, callback_sheet):
            patch.setattr(module, "SHEET_WIDTH", SHEET_WIDTH)
        yield


@pytest.fixture(scope="module", autouse=True)
def fast_sqlite() -> Iterator[None]:
    with sqlite_in_loop():
        yield


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        yield opened
