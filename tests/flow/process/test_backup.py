"""A copy taken while the bot runs, the way back, and a second bot on the same file."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from playground.processes import ROOT, bot_environment, stop
from tests.support.practice_environment import DANIEL, LENA, PracticeEnvironment, practice_environment
from tests.support.time_factor import scaled


async def run_bot_command(workspace: PracticeEnvironment, *arguments: str, **extra: str) -> tuple[int, str]:
    """`python -m bot WORDS` with the bot's variables; its status and what it said."""
    variables = bot_environment(workspace.data, await workspace.server.environment(), **extra)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=ROOT,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), scaled(30))
    return process.returncode or 0, output.decode()


@pytest.mark.heavy
async def test_open_round_continues_from_a_backup(tmp_path: Path) -> None:
    async with practice_environment(tmp_path / "house") as workspace:
        ts = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(ts)
        await workspace.press(DANIEL, ts, "vote:1")
        await workspace.wait_for_text(ts, "1 person voted")
        copy = tmp_path / "copy"
        assert (await run_bot_command(workspace, "backup", str(copy)))[0] == 0
        contents = json.loads((copy / "backup.json").read_text())
        assert contents["portraits"] == 8  # an original and a preview of each
        status, output = await run_bot_command(workspace, "backup", str(copy))
        assert (status, "not empty" in output) == (1, True)

        await stop(workspace.bot)
        status, output = await run_bot_command(workspace, "restore", str(copy))
        assert (status, "writes over nothing" in output) == (1, True)
        elsewhere = str(tmp_path / "elsewhere")
        assert (await run_bot_command(workspace, "restore", str(copy), DATA_DIR=elsewhere))[0] == 0
        calls_before = await workspace.count_model_calls()
        await workspace.start_bot(DATA_DIR=elsewhere)
        await workspace.press(LENA, ts, "lock")
        await workspace.wait_for_text(ts, "Maya is cast")
        assert await workspace.count_model_calls() == calls_before


@pytest.mark.heavy
async def test_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    async with practice_environment(tmp_path / "house") as workspace:
        await workspace.wait_for_ballot(await workspace.cast("Maya: a fisherwoman"))
        copy = tmp_path / "copy"
        await run_bot_command(workspace, "backup", str(copy))
        original = next((copy / "portraits").rglob("original"))
        original.write_bytes(original.read_bytes()[:-1])
        elsewhere = str(tmp_path / "elsewhere")
        status, output = await run_bot_command(workspace, "restore", str(copy), DATA_DIR=elsewhere)
        assert (status, "missing from the copy or damaged" in output) == (1, True)
        assert not Path(elsewhere, "castroom.sqlite").exists()
        (copy / "backup.json").unlink()
        status, output = await run_bot_command(workspace, "restore", str(copy), DATA_DIR=elsewhere)
        assert (status, "holds no finished backup" in output) == (1, True)


@pytest.mark.heavy
@pytest.mark.parametrize("words", [("run",), ("restore", ".")])
async def test_second_bot_on_the_same_database_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    async with practice_environment(tmp_path) as workspace:
        copy = tmp_path / "copy"
        await run_bot_command(workspace, "backup", str(copy))
        status, output = await run_bot_command(workspace, *(str(copy) if word == "." else word for word in words))
        assert (status, "castroom.sqlite. Stop it first" in output) == (1, True)
