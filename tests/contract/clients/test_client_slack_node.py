"""Slack's own client for Node (`@slack/web-api`), where Node is there.

It is installed once, into `node/node_modules`, from the lock file beside it; that install is the only thing here that
leaves this machine.
"""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from playground.people import HARBOUR
from tests.contract.clients.door import Door, png

_FOLDER = Path(__file__).parent / "node"
_PATIENCE = 60  # seconds for the install


@pytest.fixture(scope="module")
def node() -> str:
    """The program `node` with Slack's client beside the script; skips with a word where either cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        pytest.skip("Node is not installed: Slack's client for Node was not tried")
    if not (_FOLDER / "node_modules" / "@slack" / "web-api").is_dir():
        if npm is None:
            pytest.skip("npm is not installed: Slack's client for Node was not tried")
        _install(npm)
    return node


def _install(npm: str) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(command, cwd=_FOLDER, check=True, capture_output=True, timeout=_PATIENCE)  # noqa: S603
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm ci took more than {_PATIENCE} s: Slack's client for Node was not tried")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm ci failed ({error.stderr.decode()[-200:]}): Slack's client for Node was not tried")


async def told(node: str, door: Door, picture: Path) -> dict[str, Any]:
    """What the story prints."""
    variables = {**await door.get("env"), "CHANNEL": HARBOUR, "PICTURE": str(picture), "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        node, "story.mjs", cwd=_FOLDER, env=variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, err.decode()
    story: dict[str, Any] = json.loads(out)
    return story


async def test_it_posts_uploads_and_reacts_and_hears_why_not(node: str, door: Door, tmp_path: Path) -> None:
    picture = tmp_path / "portrait.png"
    picture.write_bytes(png())
    story = await told(node, door, picture)
    message, (reply,) = await door.thread(HARBOUR, story["ts"], replies=1)
    assert (story["team"], story["refused"]) == ("Harbour Pictures", "already_reacted")
    assert message["blocks"][0]["text"]["text"] == "*Casting Maya*"
    assert [reaction["name"] for reaction in message["reactions"]] == ["one"]
    assert [(file["id"], file["size"]) for file in reply["files"]] == [(story["file"], len(png()))]
