"""The passport of a face in the practice workspace: details, the package, and what the command says of it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from playground.control.client import text_of
from playground.processes import bot_environment
from playground.scenarios.passport import download_package
from tests.support.passport_keys import STUDIO, as_setting, studio_key
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS = {"PASSPORT_KEY": as_setting(studio_key())}
ROOT = Path(__file__).resolve().parents[3]


async def lock_face(workspace: PracticeEnvironment, name: str, model: str) -> str:
    """Lock a face of one model; return the address of its record."""
    ts = await workspace.cast(f"{name}: a fisherwoman, 60 --each 2 --models {model}")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "facts")
    return ts


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vendor_signed_ts(workspace: PracticeEnvironment) -> str:
    """The record of a face whose original carries the vendor's credentials."""
    return await lock_face(workspace, "Maya", "gpt-image-2")


async def verify(workspace: PracticeEnvironment, package: Path) -> tuple[int, list[dict[str, Any]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "passport", "verify", str(package), "--json",
        cwd=ROOT, env=bot_environment(workspace.data, {}, **BOT_SETTINGS), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    return process.returncode or 0, json.loads(output or b"[]") or [{"error": errors.decode()}]


async def test_details_name_the_vendors_credentials_and_the_passport(
    workspace: PracticeEnvironment, vendor_signed_ts: str
) -> None:
    await workspace.wait_for_log("passport_signed")
    await workspace.press(MEI, vendor_signed_ts, "facts")
    text = text_of(await workspace.wait_for_ephemeral(MEI, "SHA-256"))
    assert "by OpenAI (practice): intact, signer not trusted here" in text
    assert "signed by this studio's own key; it is in the package" in text


async def test_original_without_credentials_says_none(workspace: PracticeEnvironment) -> None:
    ts = await lock_face(workspace, "Ines", "recraft")
    await workspace.press(DANIEL, ts, "facts")
    text = text_of(await workspace.wait_for_ephemeral(DANIEL, "SHA-256"))
    assert "*Content credentials:* none" in text


@pytest.mark.parametrize("is_changed", [False, True])
async def test_package_verifies_until_a_byte_changes(
    workspace: PracticeEnvironment, vendor_signed_ts: str, tmp_path: Path, is_changed: bool
) -> None:
    package = await download_package(workspace.control_client, MEI, FILM, vendor_signed_ts, tmp_path)
    if is_changed:
        data = await asyncio.to_thread(package.read_bytes)
        at = data.index(b"IDAT") + 2_000
        await asyncio.to_thread(package.write_bytes, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        status, _ = await verify(workspace, package)
        assert status in (1, 2), "a changed picture, or a ZIP whose checksum says so"
        return
    status, (found,) = await verify(workspace, package)
    assert (status, found["state"], found["signed_by"]) == (0, "signed_here", STUDIO)
    assert found["actions"] == ["c2pa.opened"]
    assert found["tools"] == ["openai:gpt-image-2"]
    assert found["casting"]["locked_by_role"] == "lead"
    assert found["casting"]["content_credentials"] == "untrusted"
    assert not [person for person in (DANIEL, LENA, MEI) if person in json.dumps(found)]
