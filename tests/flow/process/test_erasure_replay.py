"""Erasures after a backup are replayed by its restore, and by the command after a restore by other means."""

import json
import re
from pathlib import Path

import pytest

from playground.processes import stop
from tests.flow.process.test_backup import run_bot_command
from tests.support.personal_data import files_with
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment, practice_environment

NAME = "Marguerite"


async def delete_character(workspace: PracticeEnvironment, ts: str) -> None:
    await workspace.control_client.command(LENA, FILM, f"delete {NAME}")
    form = await workspace.wait_for_modal(LENA, "It cannot be undone")
    wrong = await workspace.control_client.submit(LENA, form["id"], {"name": "Maya", "reason": "x"})
    assert "is not the name of this character" in wrong["errors"]["name"]
    values = {"name": NAME, "reason": "the actor withdrew"}
    assert (await workspace.control_client.submit(LENA, form["id"], values))["ok"]
    await workspace.wait_for_text(ts, "was deleted with its portraits")


@pytest.mark.heavy
async def test_a_deleted_character_and_an_erased_person_stay_erased_after_a_restore(tmp_path: Path) -> None:
    async with practice_environment(tmp_path / "house") as workspace:
        ts = await workspace.cast(f"{NAME}: a lighthouse keeper --models recraft --each 1 --for 1h")
        await workspace.wait_for_ballot(ts)
        await workspace.press(DANIEL, ts, "vote:1")
        await workspace.wait_for_text(ts, "1 person voted")
        copy, elsewhere = tmp_path / "copy", tmp_path / "elsewhere"
        assert (await run_bot_command(workspace, "backup", str(copy)))[0] == 0
        assert files_with(copy, NAME.encode())
        await delete_character(workspace, ts)
        assert (await run_bot_command(workspace, "erase", "user", DANIEL))[0] == 0
        await stop(workspace.bot)
        assert files_with(workspace.data / "bot", rb"(?i)" + NAME.encode()) == []
        log = tmp_path / "erasures.jsonl"
        log.write_text((await run_bot_command(workspace, "erasures"))[1])
        assert [json.loads(line)["kind"] for line in log.read_text().splitlines()] == ["character", "person"]
        assert not re.search(f"{DANIEL}|{LENA}|{NAME}", log.read_text())

        extra = {"DATA_DIR": str(elsewhere)}
        status, output = await run_bot_command(workspace, "restore", str(copy), "--erasures", str(log), **extra)
        assert (status, "Erased again: 2 erasures" in output) == (0, True), output
        assert files_with(elsewhere, rb"(?i)" + NAME.encode()) == []
        assert files_with(elsewhere, DANIEL.encode()) == []
        assert not [file for file in elsewhere.rglob("original") if file.is_file()]
        status, output = await run_bot_command(workspace, "erasures", **extra)
        assert len(output.splitlines()) == 2, "the restored log has them for the next restore"


async def test_a_file_that_is_no_log_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with practice_environment(tmp_path / "house") as workspace:
        await workspace.wait_for_ballot(await workspace.cast(f"{NAME}: a keeper --models recraft --each 1"))
        copy, wrong = tmp_path / "copy", tmp_path / "wrong"
        await run_bot_command(workspace, "backup", str(copy))
        wrong.write_text("no log")
        elsewhere = str(tmp_path / "elsewhere")
        status, output = await run_bot_command(
            workspace, "restore", str(copy), "--erasures", str(wrong), DATA_DIR=elsewhere
        )
        assert (status, "is no log of erasures" in output, "Do not start the bot yet" in output) == (1, True, True)
        status, output = await run_bot_command(
            workspace, "erasures", "--replay-since", "2026-01-01T00:00:00+00:00", DATA_DIR=elsewhere
        )
        assert (status, "Erased again: 0" in output) == (0, True), output
