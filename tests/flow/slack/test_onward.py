"""The commands of docs/onward.md, run as they stand there, against the real bot."""

import asyncio
import os
import re
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from bot.passport.keys import SIGNER_FILE, create_keys
from playground.processes import unused_port
from playground.scenarios.doors import make_token
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

PORT = unused_port()
KEYS = Path(mkdtemp())
create_keys(KEYS, "Harbour Film")
BOT_SETTINGS = {"DOORS_PORT": str(PORT), "PASSPORT_KEY_FILE": str(KEYS / SIGNER_FILE)}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "onward.md"


def blocks(language: str, after: str) -> list[str]:
    """The fenced blocks of a language below a heading."""
    part = PAGE.read_text("utf-8").partition(f"### {after}\n")[2].partition("\n### ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", part, re.DOTALL | re.MULTILINE)


async def run(command: list[str], folder: Path, token: str) -> str:
    environment = {"PATH": os.environ["PATH"], "CASTROOM": f"http://127.0.0.1:{PORT}", "TOKEN": token}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    return output


async def token_beside_a_face(workspace: PracticeEnvironment) -> str:
    """Make a token, in a production whose Maya is locked."""
    ts = await workspace.cast("Maya: weathered 60-year-old fisherwoman --each 1")
    await workspace.wait_for_ballot(ts)
    for person in (DANIEL, MEI):
        await workspace.press(person, ts, "vote:1")
    await workspace.wait_for_text(ts, "2 people")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "facts")
    return await make_token(workspace.control_client, LENA, FILM)


async def test_commands_of_the_page_fetch_maya_and_start_a_casting(
    workspace: PracticeEnvironment, tmp_path: Path
) -> None:
    token = await token_beside_a_face(workspace)
    (fetch,) = blocks("sh", "A script gets Maya")
    assert "Maya 1 " in await run(["bash", "-euc", fetch], tmp_path, token)
    assert (tmp_path / "maya.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    (check,) = blocks("sh passport", "A script checks her passport")
    assert '"is_unchanged":true' in await run(["bash", "-euc", check], tmp_path, token)
    assert (tmp_path / "maya.c2pa").stat().st_size > 1_000
    (start,) = blocks("sh", "A script starts a casting")
    assert '"state":"' in await run(["bash", "-euc", start], tmp_path, token)
    (agent,) = blocks("python", "An agent gets Maya")
    assert "Maya, version 1" in await run([sys.executable, "-c", agent], tmp_path, token)
    assert (tmp_path / "maya-by-agent.original").read_bytes() == (tmp_path / "maya.original").read_bytes()
