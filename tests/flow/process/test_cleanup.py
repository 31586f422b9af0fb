"""A portrait stored before a kill survives the cleanup at the next start."""

import os
import signal
from pathlib import Path

import pytest

from tests.support.crashing_bot import crash_in_method
from tests.support.practice_environment import practice_environment
from tests.support.steps import lock_after_one_vote

TWO_DAYS_AGO = 2 * 86_400


def stored_keys(data: Path) -> set[str]:
    folder = data / "portraits"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.heavy
async def test_portrait_without_a_row_survives_cleanup_after_a_kill(
    tmp_path: Path,
) -> None:
    async with practice_environment(tmp_path) as workspace:
        await crash_in_method(workspace, "storage.rounds.slots", "SqlSlotRepository", "record_portrait")
        ts = await workspace.cast("Maya: a fisherwoman --each 1 --models recraft")
        await workspace.bot.wait()
        assert workspace.bot.returncode == -signal.SIGKILL
        (original,) = (key for key in stored_keys(tmp_path / "bot") if key.endswith("/original"))
        leftover = f"probe/{'ab' * 16}"
        folder = tmp_path / "bot" / "portraits"
        (folder / "probe").mkdir(exist_ok=True)
        (folder / leftover).write_bytes(b"probe")
        for file in [file for file in folder.rglob("*") if file.is_file()]:
            old = file.stat().st_mtime - TWO_DAYS_AGO
            os.utime(file, (old, old))
        await workspace.start_bot(FIRST_SWEEP_SECONDS="0")

        async def leftover_deleted() -> bool:
            return leftover not in stored_keys(tmp_path / "bot")

        await workspace.control_client.wait_for(leftover_deleted, "the sweep")
        assert original in stored_keys(tmp_path / "bot")
        await workspace.wait_for_ballot(ts)
        assert await workspace.count_model_calls() == 1
        await lock_after_one_vote(workspace, ts, "Maya")
