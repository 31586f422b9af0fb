"""A backup with the operator's key: made while the bot runs, restored with the key only."""

from pathlib import Path

import pytest

from playground.processes import stop
from tests.flow.process.test_backup import run_bot_command
from tests.support.personal_data import files_with
from tests.support.practice_environment import practice_environment

NAME = "Marguerite"


@pytest.mark.heavy
async def test_an_encrypted_backup_is_restored_with_its_key_only(tmp_path: Path) -> None:
    async with practice_environment(tmp_path / "house") as workspace:
        await workspace.wait_for_ballot(await workspace.cast(f"{NAME}: a keeper --models recraft --each 1"))
        key, other, copy = tmp_path / "key", tmp_path / "other", tmp_path / "copy"
        for file in (key, other):
            file.write_text((await run_bot_command(workspace, "keys", "new"))[1])
        status, output = await run_bot_command(workspace, "backup", str(copy), "--key-file", str(key))
        assert status == 0, output
        assert [file.name for file in copy.iterdir()] == ["backup.castroom"]
        assert files_with(copy, NAME.encode()) == []
        assert not list((workspace.data / "bot").glob("backup-*")), "the plain copy is removed"
        await stop(workspace.bot)
        elsewhere = str(tmp_path / "elsewhere")
        for arguments, expected in (
            (("restore", str(copy)), "is encrypted. Name its key"),
            (("restore", str(copy), "--key-file", str(other)), "The key is not the one"),
        ):
            status, output = await run_bot_command(workspace, *arguments, DATA_DIR=elsewhere)
            assert (status, expected in output) == (1, True), output
        assert not Path(elsewhere, "castroom.sqlite").exists()
        restored = await run_bot_command(workspace, "restore", str(copy), "--key-file", str(key), DATA_DIR=elsewhere)
        assert restored[0] == 0, restored[1]
        assert files_with(Path(elsewhere), NAME.encode())
        assert not list(Path(elsewhere).glob("restore-*"))
