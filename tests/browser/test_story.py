"""The whole story on the page, through the real bot: typed, seen, voted by emoji and by button, locked, recalled."""

from pathlib import Path

import pytest

from playground.demo import running_demo
from playground.scenarios.browser import find_chromium, open_browser
from playground.scenarios.screenshots import MainFlowTexts, play
from tests.support.forked_processes import forked_processes

SHOTS = Path(__file__).parent / "shots"
STEPS = ("0-first-look", "1-drawing", "2-sheet", "3-voting", "4-lock", "5-record", "6-recall")


async def test_brief_typed_on_the_page_becomes_a_face_that_can_be_recalled(tmp_path: Path) -> None:
    if find_chromium() is None:
        pytest.skip("no Chromium on this machine")
    SHOTS.mkdir(exist_ok=True)
    with forked_processes():
        texts = await play_story(tmp_path)
    assert "0 of 4 in" in texts.drawing
    assert "which looks most human?" in texts.voting
    assert not any(model in texts.voting for model in ("Recraft", "GPT", "Banana"))
    assert "Candidate 2" in texts.record
    assert "3 of 3 votes" in texts.record
    assert "Maya" in texts.recalled
    for step in STEPS:
        assert (SHOTS / f"{step}.png").stat().st_size > 10_000, step


async def play_story(data: Path) -> MainFlowTexts:
    """Play it on the page of a running demo, in pictures of each step."""
    async with (
        running_demo(data, 0, 2.0) as running,
        open_browser(running.workspace.address, SHOTS) as browser_page,
    ):
        return await play(browser_page)
