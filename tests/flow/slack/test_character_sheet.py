"""A character sheet in the practice workspace: ordered, refused in part, judged, decided, packed, with a kill."""

import json
import re
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
import pytest_asyncio

from playground.control.client import Json, buttons_of, pictures_of, text_of
from playground.faces.identity_mark import read_mark
from playground.models.drawing import open_rgb
from playground.processes import stop
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

# Processes of its own: a test kills the bot.
BOT_SETTINGS: dict[str, str] = {}


async def lock_face(workspace: PracticeEnvironment, name: str) -> str:
    ts = await workspace.cast(f"{name}: a fisherwoman, 60 --each 1 --models recraft,nano-banana")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "character_sheet")
    return ts


async def sheet_calls(workspace: PracticeEnvironment) -> int:
    """How many pictures the sheet's model has billed."""
    calls = await workspace.control_client.usage()
    return len([call for call in calls if call["model"] == "gemini-3-pro-image" and call["charged"]])


async def order(workspace: PracticeEnvironment, ts: str, preset: str) -> Json:
    """Choose a preset in the form and submit it as Lena; the submitted form."""
    form = await workspace.open_modal(LENA, ts, "character_sheet", "9 views")
    await workspace.control_client.select_in_view(LENA, form["id"], "sheet_preset", preset)
    form = await workspace.wait_for_modal(LENA, "as of 28 November 2026")
    values = {block["block_id"]: chosen for block in form["blocks"] if (chosen := _initial(block)) is not None}
    answer = await workspace.control_client.submit(LENA, form["id"], values)
    assert answer["ok"], answer
    return form


def _initial(block: Json) -> object:
    """What a field of the form has chosen."""
    element = block.get("element") or {}
    if "initial_option" in element:
        return element["initial_option"]["value"]
    if element.get("type") == "checkboxes":
        return [option["value"] for option in element.get("initial_options", [])]
    return None


async def wait_for_view(workspace: PracticeEnvironment, ts: str, start: str, expected: str) -> Json:
    """The newest message of a view in the record's thread, once it says what is expected."""

    async def probe() -> Json | None:
        thread = await workspace.control_client.thread(FILM, ts)
        found = [m for m in thread if text_of(m).startswith(f"*{start}*")]
        return found[-1] if found and expected in text_of(found[-1]) else None

    return await workspace.control_client.wait_for(probe, f"the view {start} with {expected!r}", 20)


async def wait_for_count(workspace: PracticeEnvironment, ts: str, start: str, action: str, label: str) -> None:
    async def probe() -> bool:
        view = await wait_for_view(workspace, ts, start, "")
        return buttons_of(view).get(action) == label

    await workspace.control_client.wait_for(probe, f"{label!r} under {start}", 20)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def maya_ts(workspace: PracticeEnvironment) -> str:
    """The record of a face with a sheet of three views, of which the model declined one."""
    ts = await lock_face(workspace, "Maya")
    await workspace.control_client.post("models/gemini-3-pro-image/faults", {"kind": "refusal", "skip": 1})
    form = await order(workspace, ts, "runway")
    assert "*3 views* by Nano Banana Pro, about 1792 × 2400 each: up to *$0.46*." in text_of(form)
    await workspace.wait_for_text(ts, "2 views drawn · 1 missing")
    await workspace.wait_for_jobs()
    return ts


async def test_a_declined_view_is_one_missing_picture_with_its_price(
    workspace: PracticeEnvironment, maya_ts: str
) -> None:
    thread = await workspace.control_client.thread(FILM, maya_ts)
    views = [m for m in thread if "sheet_again" in buttons_of(m)]
    assert len(views) == 3
    (missing,) = [view for view in views if "is missing" in text_of(view)]
    assert "Nano Banana Pro declined the brief" in text_of(missing)
    assert list(buttons_of(missing).items()) == [("sheet_again", "Draw again · $0.16")]
    assert await sheet_calls(workspace) == 2, "the refusal is not billed"
    title = re.match(r"\*(.+?)\*", text_of(missing))
    assert title
    await workspace.press(MEI, missing["ts"], "sheet_again")
    await workspace.control_client.click(DANIEL, FILM, missing["ts"], "sheet_again", None)
    await wait_for_view(workspace, maya_ts, title[1], "attempt 2")
    await workspace.wait_for_text(maya_ts, "3 views drawn")
    await workspace.wait_for_jobs()
    assert await sheet_calls(workspace) == 3, "two presses are one call"


async def test_every_view_is_the_same_drawn_person_as_the_locked_face(
    workspace: PracticeEnvironment, maya_ts: str
) -> None:
    await workspace.press(MEI, maya_ts, "take")
    await workspace.wait_for_ephemeral(MEI, "is in our direct messages")
    (shared,) = [
        c for c in await workspace.control_client.calls("files.completeUploadExternal") if "Maya-1.zip" in json.dumps(c)
    ]
    file_id = re.findall(r"F[A-Z0-9]{8,}", json.dumps(shared))[0]
    with ZipFile(BytesIO(await workspace.control_client.download_file(file_id))) as archive:
        files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    record = json.loads(files["Maya-1-sheet.json"])
    assert {view["view"] for view in record["views"]} <= {"front", "three-quarter-left", "profile"}
    assert len(record["views"]) + len(record["missing"]) == 3
    locked = read_mark(open_rgb(files[record["locked_face"]["file"]]))
    assert locked
    for view in record["views"]:
        assert sha256(files[view["file"]]).hexdigest() == view["sha256"]
        assert (view["width"], view["height"]) == (1792, 2400)
        assert read_mark(open_rgb(files[view["file"]])) == locked
    assert open_rgb(files["Maya-1-sheet.jpg"]).width > 2000


async def test_everybody_says_what_they_see_and_the_lead_decides(workspace: PracticeEnvironment, maya_ts: str) -> None:
    front = await wait_for_view(workspace, maya_ts, "Front", "Compare by eye")
    assert len(pictures_of(front)) == 1
    await workspace.press(DANIEL, front["ts"], "sheet_same")
    await workspace.press(MEI, front["ts"], "sheet_drifted")
    await wait_for_count(workspace, maya_ts, "Front", "sheet_drifted", "Drifted · 1")
    await workspace.press(MEI, front["ts"], "sheet_same")
    await wait_for_count(workspace, maya_ts, "Front", "sheet_same", "Same person · 2")
    await wait_for_count(workspace, maya_ts, "Front", "sheet_drifted", "Drifted")
    await workspace.press(MEI, front["ts"], "sheet_keep")
    assert await workspace.wait_for_ephemeral(MEI, f"Only <@{LENA}> can decide about this view")
    await workspace.press(LENA, front["ts"], "sheet_keep")
    kept = await wait_for_view(workspace, maya_ts, "Front", f"Kept by <@{LENA}>")
    assert "sheet_keep" not in buttons_of(kept)
    await workspace.wait_for_text(maya_ts, "1 kept")


async def test_a_kill_in_the_middle_loses_no_view_and_pays_for_none_twice(workspace: PracticeEnvironment) -> None:
    ts = await lock_face(workspace, "Ines")
    before = await sheet_calls(workspace)
    await workspace.control_client.post("models/gemini-3-pro-image/latency", {"least": 1.0, "most": 3.0})
    await order(workspace, ts, "kling")
    await workspace.wait_for_text(ts, "being drawn")
    await stop(workspace.bot)
    await workspace.start_bot()

    async def is_settled() -> bool:
        text = text_of(await workspace.control_client.message(FILM, ts))
        return "Character sheet" in text and "being drawn" not in text

    await workspace.control_client.wait_for(is_settled, "the end of the sheet", 60)
    await workspace.wait_for_jobs()
    thread = await workspace.control_client.thread(FILM, ts)
    views = [m for m in thread if "sheet_again" in buttons_of(m)]
    assert len(views) == 5, "each view has one message, also after the kill"
    drawn = [view for view in views if "sheet_same" in buttons_of(view)]
    assert await sheet_calls(workspace) - before <= 5
    for view in views:
        if view not in drawn:
            assert "its answer was lost" in text_of(view)
