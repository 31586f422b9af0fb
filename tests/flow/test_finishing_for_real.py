"""A face finished, taken on and exported in the practice workspace, by the bot that serves a real one."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import pytest_asyncio
from PIL import Image

from playground.door import buttons_of, pictures_of, text_of
from playground.processes import bot_environment, stop
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).resolve().parents[2]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def locked(film: House, name: str, options: str = "") -> str:
    """The address of the record of a face."""
    ts = await film.cast(f"{name}: a fisherwoman, 60 --each 1 {options}")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.press(LENA, ts, "lock")
    await film.shows(ts, "finish")
    return ts


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def maya(film: House) -> str:
    """The record of a face that two people had finished, pressing at once."""
    ts = await locked(film, "Maya")
    await asyncio.gather(film.press(MEI, ts, "finish"), film.press(DANIEL, ts, "finish"))
    await film.reads(ts, "4K by Recraft Crisp Upscale for $0.004")
    return ts


async def test_a_press_by_two_people_finishes_the_face_at_4k_and_is_paid_once(film: House, maya: str) -> None:
    message = await film.door.message(FILM, maya)
    assert re.search(r"original \d{3,4} × \d{4}$", text_of(message), re.MULTILINE), "and it is not called 4K"
    assert "finish" not in buttons_of(message)
    assert len(pictures_of(message)) == 1, "the finish is never shown in the original's place"
    assert ["crispUpscale" in json.dumps(call) for call in await film.door.bill()].count(True) == 1


async def test_the_zip_comes_privately_and_its_hashes_are_those_of_its_bytes(film: House, maya: str) -> None:
    await film.press(MEI, maya, "take")
    await film.told(MEI, "is in your messages with me")
    (shared,) = [c for c in await film.door.calls("files.completeUploadExternal") if "Maya-1.zip" in json.dumps(c)]
    assert FILM not in json.dumps(shared)
    file_id = re.findall(r"F[A-Z0-9]{8,}", json.dumps(shared))[0]
    with ZipFile(BytesIO(await film.door.bytes_of(file_id))) as archive:
        packed = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    record = json.loads(packed["record.json"])
    for what in ("original", "finish"):
        assert sha256(packed[record[what]["file"]]).hexdigest() == record[what]["sha256"]
    with Image.open(BytesIO(packed[record["finish"]["file"]])) as finish:
        assert max(finish.size) >= 3840


async def test_the_roster_is_exported_while_the_bot_runs(film: House, maya: str, tmp_path: Path) -> None:
    variables = bot_environment(film.data, await film.workspace.environment())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "export", FILM, str(tmp_path / "out"),
        cwd=ROOT, env=variables, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    said, trouble = await process.communicate()
    assert process.returncode == 0, trouble.decode()
    assert said.decode().startswith("Exported: ")
    record = json.loads((tmp_path / "out" / "Maya-1" / "record.json").read_text("utf-8"))
    for what in ("original", "finish"):
        data = (tmp_path / "out" / "Maya-1" / record[what]["file"]).read_bytes()
        assert sha256(data).hexdigest() == record[what]["sha256"]


async def test_without_an_upscaler_a_model_draws_the_face_again_and_the_lead_looks_first(film: House) -> None:
    await stop(film.bot)
    film.extra = {"RECRAFT_API_TOKEN": ""}
    await film.start_bot()
    ts = await locked(film, "Ines", "--models gpt-image-2,nano-banana")
    await film.press(MEI, ts, "finish")
    await film.shows(ts, "keep_finish")
    message = await film.door.message(FILM, ts)
    assert "Still the same face?" in text_of(message)
    with Image.open(BytesIO(await film.door.bytes_of(pictures_of(message)[1]))) as both:
        assert both.size == (2000, 1328)
    await film.press(MEI, ts, "keep_finish")
    assert await film.told(MEI, f"Only <@{LENA}> can keep or decline this finish")
    await film.press(LENA, ts, "keep_finish")
    assert "4K by Nano Banana" in await film.reads(ts, "Finish: ")
