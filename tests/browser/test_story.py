"""The whole story on the page, through the real bot: typed, seen, voted by emoji and by button, locked, recalled."""

from pathlib import Path

import pytest

from playground.demo import together
from playground.pictures import play
from playground.screen import chromium, screen

SHOTS = Path(__file__).parent / "shots"
STEPS = ("0-first-look", "1-drawing", "2-sheet", "3-voting", "4-lock", "5-record", "6-recall")


async def test_a_brief_typed_on_the_page_becomes_a_locked_face_that_is_recalled(tmp_path: Path) -> None:
    if chromium() is None:
        pytest.skip("no Chromium on this machine")
    SHOTS.mkdir(exist_ok=True)
    async with together(tmp_path, 0, 2.0) as running, screen(running.workspace.address, SHOTS) as shown:
        told = await play(shown)
    assert "0 of 4 in" in told.drawing
    assert "which reads most human?" in told.voting
    assert not any(model in told.voting for model in ("Recraft", "GPT", "Banana"))
    assert "Candidate 2" in told.record
    assert "3 of 3 votes" in told.record
    assert "Maya" in told.recalled
    for step in STEPS:
        assert (SHOTS / f"{step}.png").stat().st_size > 10_000, step
