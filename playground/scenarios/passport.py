"""The passport of a locked face: somebody downloads the package, and the bot's command verifies it."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path

from playground.control.client import ControlClient, Json
from playground.processes import ROOT
from playground.scenarios.failure import ScenarioFailed

_STATES = {
    "signed_here": "signed by this studio's own key, and the original is unchanged",
    "signed_by_stranger": "signed by a key that is not known here",
    "expired": "signed with a certificate that has ended",
    "changed": "not that of the original: a byte changed",
    "broken": "not valid",
    "none": "missing",
}


async def download_package(control_client: ControlClient, person: str, channel: str, ts: str, folder: Path) -> Path:
    """Press [Download package] under the record and save the ZIP that arrives as a direct message."""
    known = len(await control_client.calls("files.completeUploadExternal"))
    result = await control_client.click(person, channel, ts, "take")
    if not result.get("ok"):
        raise ScenarioFailed(f"expected that the download was acknowledged; Slack said {result.get('error')}")

    async def find_package() -> tuple[str, str] | None:
        for call in (await control_client.calls("files.completeUploadExternal"))[known:]:
            text = json.dumps(call)
            names = re.findall(r"[^\"/\\]+\.zip", text)
            ids = re.findall(r"F[A-Z0-9]{8,}", text)
            if names and ids:
                return names[0], ids[0]
        return None

    name, file_id = await control_client.wait_for(find_package, "the package in the direct messages", 30)
    path = folder / Path(name).name
    data = await control_client.download_file(file_id)
    await asyncio.to_thread(_write, path, data)
    return path


async def verify(package: Path, variables: Mapping[str, str]) -> list[Json]:
    """Return what `python -m bot passport verify` prints of a package; raises ScenarioFailed if it is not valid."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "passport", "verify", str(package), "--json",
        cwd=ROOT, env=dict(variables), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    stdout, stderr = await process.communicate()
    if process.returncode != 0:
        raise ScenarioFailed(f"the passport was not verified: {(stderr or stdout).decode()[-300:]}")
    found: list[Json] = json.loads(stdout)
    return found


def describe_passport(checked: list[Json]) -> str:
    """Return in words what was found of the original."""
    return _STATES.get(str(checked[0]["state"]), "missing") if checked else "missing"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
