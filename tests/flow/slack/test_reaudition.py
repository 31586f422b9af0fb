"""A re-audition as people in Slack see it: the list of a retired model's faces, the unmarked original, the result."""

from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image

from playground.control.client import Json, buttons_of, text_of
from playground.processes import stop
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS: dict[str, str] = {}
RETIRED = "gemini-nano-banana-2.1"
LENA_DM = "D0LENAORTIZ"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def record_ts(workspace: PracticeEnvironment) -> str:
    """The record of a face whose model is retired afterwards."""
    ts = await workspace.cast("Maya: a fisherwoman, 60 --models nano-banana --each 2 --4k")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    message = await workspace.wait_for_button(ts, "callback")
    assert "reaudition" not in buttons_of(message), "its model is served"
    return ts


async def retirement_notice(workspace: PracticeEnvironment) -> Json:
    """The notice that Lena gets in her direct messages with the bot."""

    async def probe() -> Json | None:
        sent = await workspace.control_client.messages(LENA_DM)
        return next((m for m in sent if "is retired by its vendor" in text_of(m)), None)

    return await workspace.control_client.wait_for(probe, "the notice")


async def new_message(workspace: PracticeEnvironment, before: set[str]) -> str:
    async def probe() -> str | None:
        messages = await workspace.control_client.messages(FILM)
        return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

    return await workspace.control_client.wait_for(probe, "the re-audition's message")


async def pictures_in_thread(workspace: PracticeEnvironment, ts: str, count: int) -> list[Json]:
    async def probe() -> list[Json] | None:
        files = [file for m in await workspace.control_client.thread(FILM, ts) for file in m.get("files", [])]
        return files if len(files) >= count else None

    return await workspace.control_client.wait_for(probe, f"{count} files in the thread")


async def test_reaudition_from_the_notice_to_the_result(workspace: PracticeEnvironment, record_ts: str) -> None:
    await workspace.control_client.post(f"models/{RETIRED}/life", {"state": "retired"})
    await stop(workspace.bot)
    await workspace.start_bot()
    notice = await retirement_notice(workspace)
    assert f"*Maya* in <#{FILM}>" in text_of(notice)
    view = await workspace.open_modal(LENA, notice["ts"], "reaudition", "which is retired", LENA_DM)
    assert "2 pictures for up to $" in text_of(view)
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    assert (await workspace.control_client.submit(LENA, view["id"], {}))["ok"]
    ts = await new_message(workspace, before)
    message = await workspace.wait_for_ballot(ts)
    text = text_of(message)
    assert "Re-audition of Maya · which is still Maya?" in text
    assert {"vote:1", "vote:2", "vote:3", "close"} <= set(buttons_of(message))
    assert not {"lock", "reroll", "look"} & set(buttons_of(message))
    assert "Nano Banana 2.1" not in text, "the original's model is told after the close"
    files = await pictures_in_thread(workspace, ts, 4)
    candidates = [file for file in files if "sheet" not in file["name"]]
    assert sorted(file["name"] for file in candidates) == ["Maya-1.jpg", "Maya-2.jpg", "Maya-3.jpg"]
    looks = set()
    for file in candidates:
        with Image.open(BytesIO(await workspace.control_client.download_file(file["id"]))) as image:
            looks.add((image.format, image.size))
    assert len(looks) == 1, "a 4K original has the size of the drafts beside it"
    for user, action in ((DANIEL, "vote:1"), (MEI, "vote:1"), (LENA, "vote:2")):
        await workspace.press(user, ts, action)
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 2", "vote:2": "2 · 1"})
    await workspace.press(LENA, ts, "close")
    text = await workspace.wait_for_text(ts, "is the original: ")
    assert "the original · Nano Banana 2.1 · " in text
    assert "The face of Maya stays as it was locked" in text
    record = await workspace.wait_for_text(record_ts, "from 3 people")
    assert "the original " in record
    assert "Maya is cast." in record
    assert "Re-audition" in await workspace.run_command("history Maya")
