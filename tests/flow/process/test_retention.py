"""The nightly job of a real bot whose clock shows some days later."""

from pathlib import Path

import pytest

from playground.processes import stop
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment, practice_environment

DAYS_LATER = str(3 * 24 * 3_600)
# The job runs half a minute after the first cleanup.
SETTINGS = {"KEEP_PORTRAITS_DAYS": "1", "FIRST_SWEEP_SECONDS": "1"}


async def originals(workspace: PracticeEnvironment) -> int:
    return len([file for file in (workspace.data / "bot").rglob("original") if file.is_file()])


@pytest.mark.heavy
async def test_portraits_that_were_not_locked_are_deleted_and_the_face_stays(tmp_path: Path) -> None:
    async with practice_environment(tmp_path / "house", SETTINGS) as workspace:
        await workspace.speed_up()
        ts = await workspace.cast("Wren: a fisherwoman --models recraft --each 3")
        await workspace.wait_for_ballot(ts)
        await workspace.press(DANIEL, ts, "vote:1")
        await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
        await workspace.press(LENA, ts, "lock")
        await workspace.wait_for_text(ts, "Wren is cast")
        await workspace.wait_for_jobs()
        assert await originals(workspace) == 3
        await stop(workspace.bot)
        await workspace.start_bot(CLOCK_OFFSET_SECONDS=DAYS_LATER)
        await workspace.wait_for_text(ts, "The portraits that were not locked were deleted", seconds=90)
        assert await originals(workspace) == 1
        message = await workspace.control_client.message(FILM, ts)
        shown = [block["slack_file"]["id"] for block in message["blocks"] if block["type"] == "image"]
        state = await workspace.control_client.get("state", channel=FILM)
        assert shown
        assert set(shown) <= set(state["files"]), "the record's picture is there"
        assert "Wren" in await workspace.run_command("Wren")
