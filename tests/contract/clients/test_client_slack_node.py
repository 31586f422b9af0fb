"""Slack's own client for Node (`@slack/web-api`), if Node is installed.

npm installs it once into `node/node_modules` from the lock file beside it; only that install uses the network.
"""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from playground.seed_data import HARBOUR
from tests.support.control_client import ControlClient, make_png
from tests.support.time_factor import scaled

_FOLDER = Path(__file__).parent / "node"
_INSTALL_TIMEOUT_SECONDS = 60  # seconds for the install


@pytest.fixture(scope="module")
def node() -> str:
    """Return the path of `node` with Slack's client installed; skip the test if either is missing."""
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
        subprocess.run(command, cwd=_FOLDER, check=True, capture_output=True, timeout=_INSTALL_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm ci took more than {_INSTALL_TIMEOUT_SECONDS} s: Slack's client for Node was not tried")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm ci failed ({error.stderr.decode()[-200:]}): Slack's client for Node was not tried")


async def run_script(node: str, control_client: ControlClient, picture: Path) -> dict[str, Any]:
    """Run the script; return its output."""
    variables = {
        **await control_client.get("env"),
        "CHANNEL": HARBOUR,
        "PICTURE": str(picture),
        "PATH": os.environ["PATH"],
    }
    process = await asyncio.create_subprocess_exec(
        node, "story.mjs", cwd=_FOLDER, env=variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), scaled(30))
    assert process.returncode == 0, err.decode()
    result: dict[str, Any] = json.loads(out)
    return result


async def test_client_posts_uploads_reacts_and_gets_errors(
    node: str, control_client: ControlClient, tmp_path: Path
) -> None:
    picture = tmp_path / "portrait.png"
    picture.write_bytes(make_png())
    result = await run_script(node, control_client, picture)
    message, (reply,) = await control_client.thread(HARBOUR, result["ts"], replies=1)
    assert (result["team"], result["refused"]) == ("Harbour Pictures", "already_reacted")
    assert message["blocks"][0]["text"]["text"] == "*Casting Maya*"
    assert [reaction["name"] for reaction in message["reactions"]] == ["one"]
    assert [(file["id"], file["size"]) for file in reply["files"]] == [(result["file"], len(make_png()))]
