"""A harness with a locked face, and its character sheet drawn job by job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.catalogue import Catalogue, Size
from bot.domain.character_sheet import Angle, Expression, SheetView, View
from bot.ports.character_sheet import SheetStart
from bot.usecases.character_sheet import SheetRequest
from tests.support.casting_harness import LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA, LITERAL, SKIN

CATALOGUE = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai", "gemini"}))
FRONT, PROFILE, SMILE = View(Angle.FRONT), View(Angle.PROFILE), View(Angle.FRONT, Expression.SMILE)
PRICE = BANANA.price(Size.TWO_K, 1)


@asynccontextmanager
async def harness_with_face(folder: Path, **options: Any) -> AsyncIterator[tuple[CastingHarness, str]]:
    async with casting_harness(folder, catalogue=CATALOGUE, **options) as harness:
        yield harness, await harness.run_to_lock()


def request(harness: CastingHarness, round_id: str, *views: View, **changes: Any) -> SheetRequest:
    form = SheetRequest(round_id, LEAD, views, BANANA.id, Size.TWO_K, PRICE * len(views), harness.now)
    return replace(form, **changes)


async def draw(harness: CastingHarness, start: SheetStart) -> list[SheetView]:
    """Run the jobs of the created attempts; return the attempts as they are then."""
    for attempt in start.created:
        await harness.casting.draw_sheet_view.draw_sheet_view(attempt.id)
        await harness.casting.draw_sheet_view.show_sheet_view(attempt.id)
    return [await harness.storage.sheets.get(attempt.id) for attempt in start.created]


async def start(harness: CastingHarness, round_id: str, *views: View, **changes: Any) -> SheetStart:
    started = await harness.casting.character_sheets.start(request(harness, round_id, *views, **changes))
    harness.advance(seconds=1)
    return started
