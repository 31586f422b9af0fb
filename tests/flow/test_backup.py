"""A copy taken while the bot runs, the way back, and a second bot on the same file."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from playground.processes import ROOT, bot_environment, stop
from tests.flow.house import DANIEL, LENA, House, house


async def command(film: House, *words: str, **extra: str) -> tuple[int, str]:
    """`python -m bot WORDS` with the bot's variables; its status and what it said."""
    variables = bot_environment(film.data, await film.workspace.environment(), **extra)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=ROOT,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, said.decode()


async def test_a_round_goes_on_from_a_copy_taken_while_it_was_open(tmp_path: Path) -> None:
    async with house(tmp_path / "house") as film:
        ts = await film.cast("Maya: a fisherwoman")
        await film.ballot(ts)
        await film.press(DANIEL, ts, "vote:1")
        await film.reads(ts, "1 person voted")
        copy = tmp_path / "copy"
        assert (await command(film, "backup", str(copy)))[0] == 0
        contents = json.loads((copy / "backup.json").read_text())
        assert contents["portraits"] == 8  # an original and a preview of each
        status, said = await command(film, "backup", str(copy))
        assert (status, "not empty" in said) == (1, True)

        await stop(film.bot)
        status, said = await command(film, "restore", str(copy))
        assert (status, "writes over nothing" in said) == (1, True)
        elsewhere = str(tmp_path / "elsewhere")
        assert (await command(film, "restore", str(copy), DATA_DIR=elsewhere))[0] == 0
        asked = await film.asked()
        await film.start_bot(DATA_DIR=elsewhere)
        await film.press(LENA, ts, "lock")
        await film.reads(ts, "Maya is cast")
        assert await film.asked() == asked


async def test_a_damaged_copy_is_not_put_back(tmp_path: Path) -> None:
    async with house(tmp_path / "house") as film:
        await film.ballot(await film.cast("Maya: a fisherwoman"))
        copy = tmp_path / "copy"
        await command(film, "backup", str(copy))
        original = next((copy / "portraits").rglob("original"))
        original.write_bytes(original.read_bytes()[:-1])
        elsewhere = str(tmp_path / "elsewhere")
        status, said = await command(film, "restore", str(copy), DATA_DIR=elsewhere)
        assert (status, "missing from the copy or damaged" in said) == (1, True)
        assert not Path(elsewhere, "castroom.sqlite").exists()
        (copy / "backup.json").unlink()
        status, said = await command(film, "restore", str(copy), DATA_DIR=elsewhere)
        assert (status, "holds no finished backup" in said) == (1, True)


@pytest.mark.parametrize("words", [("run",), ("restore", ".")])
async def test_a_second_bot_on_the_same_file_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    async with house(tmp_path) as film:
        copy = tmp_path / "copy"
        await command(film, "backup", str(copy))
        status, said = await command(film, *(str(copy) if word == "." else word for word in words))
        assert (status, "castroom.sqlite. Stop it first" in said) == (1, True)
