"""A face finished, taken on and exported in the practice workspace, by the bot that serves a real one."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import pytest_asyncio
from PIL import Image

from playground.control.client import buttons_of, pictures_of, text_of
from playground.processes import bot_environment, stop
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS: dict[str, str] = {}
ROOT = Path(__file__).resolve().parents[3]


async def lock_face(workspace: PracticeEnvironment, name: str, options: str = "") -> str:
    """The address of the record of a face."""
    ts = await workspace.cast(f"{name}: a fisherwoman, 60 --each 1 {options}")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "finish")
    return ts


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def maya_record_ts(workspace: PracticeEnvironment) -> str:
    """The record of a face that two people had finished, pressing at once."""
    ts = await lock_face(workspace, "Maya")
    await asyncio.gather(workspace.press(MEI, ts, "finish"), workspace.press(DANIEL, ts, "finish"))
    await workspace.wait_for_text(ts, "4K by Recraft Crisp Upscale for $0.004")
    return ts


async def test_two_users_pressing_upscale_pay_once(workspace: PracticeEnvironment, maya_record_ts: str) -> None:
    message = await workspace.control_client.message(FILM, maya_record_ts)
    assert re.search(r"original \d{3,4} × \d{4}$", text_of(message), re.MULTILINE), "and it is not called 4K"
    assert "finish" not in buttons_of(message)
    assert len(pictures_of(message)) == 1, "the finish is never shown in the original's place"
    assert ["crispUpscale" in json.dumps(call) for call in await workspace.control_client.usage()].count(True) == 1


async def test_download_is_sent_privately_with_correct_hashes(
    workspace: PracticeEnvironment, maya_record_ts: str
) -> None:
    await workspace.press(MEI, maya_record_ts, "take")
    await workspace.wait_for_ephemeral(MEI, "is in our direct messages")
    (shared,) = [
        c for c in await workspace.control_client.calls("files.completeUploadExternal") if "Maya-1.zip" in json.dumps(c)
    ]
    assert FILM not in json.dumps(shared)
    file_id = re.findall(r"F[A-Z0-9]{8,}", json.dumps(shared))[0]
    with ZipFile(BytesIO(await workspace.control_client.download_file(file_id))) as archive:
        files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    record = json.loads(files["Maya-1-record.json"])
    for what in ("original", "finish"):
        assert sha256(files[record[what]["file"]]).hexdigest() == record[what]["sha256"]
    with Image.open(BytesIO(files[record["finish"]["file"]])) as upscale:
        assert max(upscale.size) >= 3840


async def test_the_roster_is_exported_while_the_bot_runs(
    workspace: PracticeEnvironment, maya_record_ts: str, tmp_path: Path
) -> None:
    variables = bot_environment(workspace.data, await workspace.server.environment())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "export", FILM, str(tmp_path / "out"),
        cwd=ROOT, env=variables, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert output.decode().startswith("Exported: ")
    record = json.loads((tmp_path / "out" / "Maya-1" / "Maya-1-record.json").read_text("utf-8"))
    for what in ("original", "finish"):
        assert record["names"][record["lead"]] == "lena"
        data = (tmp_path / "out" / "Maya-1" / record[what]["file"]).read_bytes()
        assert sha256(data).hexdigest() == record[what]["sha256"]


async def test_without_an_upscaler_a_redraw_needs_the_leads_approval(workspace: PracticeEnvironment) -> None:
    await stop(workspace.bot)
    workspace.extra = {"RECRAFT_API_TOKEN": ""}
    await workspace.start_bot()
    ts = await lock_face(workspace, "Ines", "--models gpt-image-2,nano-banana")
    await workspace.press(MEI, ts, "finish")
    await workspace.wait_for_button(ts, "keep_finish")
    message = await workspace.control_client.message(FILM, ts)
    assert "Still the same face?" in text_of(message)
    with Image.open(BytesIO(await workspace.control_client.download_file(pictures_of(message)[1]))) as both:
        assert both.size == (2000, 1328)
    await workspace.press(MEI, ts, "keep_finish")
    assert await workspace.wait_for_ephemeral(MEI, f"Only <@{LENA}> can keep or decline this finish")
    await workspace.press(LENA, ts, "keep_finish")
    assert "4K by Nano Banana" in await workspace.wait_for_text(ts, "Finish: ")
