"""[Report ...]: one portrait disappears from message and thread, the lead and an administrator know, and decide."""

import pytest

from playground.control.client import buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy


async def thread_files(workspace: PracticeEnvironment, ts: str) -> list[str]:
    """Return the ids of the files in a round's thread that are not deleted."""
    state = await workspace.control_client.get("state", channel=FILM, thread=ts)
    replies = state["threads"].get(FILM, {}).get(ts, [])
    shared = [file["id"] if isinstance(file, dict) else file for m in replies for file in m.get("files", [])]
    return [file_id for file_id in shared if file_id in state["files"]]


async def image_files(workspace: PracticeEnvironment, ts: str) -> list[str]:
    message = await workspace.control_client.message(FILM, ts)
    return [block["slack_file"]["id"] for block in message["blocks"] if block["type"] == "image"]


async def report(workspace: PracticeEnvironment, user: str, ts: str, number: str, opener: str) -> None:
    """Open the form from the comparison or from the record, and send it."""
    if opener == "report_candidate":
        modal = await workspace.open_modal(user, ts, "look", "One large")
        answer = await workspace.control_client.select_in_view(user, modal["id"], opener, None)
        assert answer["ok"], answer
        modal = await workspace.wait_for_modal(user, "The portrait is hidden at once")
    else:
        modal = await workspace.open_modal(user, ts, opener, "The portrait is hidden at once")
    menu = next(block["element"] for block in modal["blocks"] if block.get("block_id") == "candidate")
    value = next(option["value"] for option in menu["options"] if option["text"]["text"].startswith(number))
    values = {"candidate": value, "reason": "looks like my neighbour"}
    assert (await workspace.control_client.submit(user, modal["id"], values))["ok"]


async def wait_for_new_sheet(workspace: PracticeEnvironment, ts: str, old: list[str]) -> list[str]:
    async def probe() -> list[str] | None:
        shown = await image_files(workspace, ts)
        return shown if shown and shown != old else None

    return await workspace.control_client.wait_for(probe, "another contact sheet", 20)


async def test_a_reported_candidate_is_covered_and_shown_again_by_an_administrator(
    workspace: PracticeEnvironment,
) -> None:
    added = await workspace.control_client.post(
        "people", {"name": "ada", "real_name": "Ada Admin", "admin": True, "channels": ["harbour-film"]}
    )
    ada = added["person"]["id"]
    ts = await workspace.cast("Wren: a fisherwoman")
    await workspace.wait_for_ballot(ts)

    async def has_all_pictures() -> bool:
        return len(await thread_files(workspace, ts)) == 5

    await workspace.control_client.wait_for(has_all_pictures, "the sheet and four pictures", 20)
    sheet = await image_files(workspace, ts)
    await report(workspace, DANIEL, ts, "Candidate 2", "report_candidate")
    await workspace.wait_for_text(ts, "Candidate 2 was reported and is hidden")
    covered = await wait_for_new_sheet(workspace, ts, sheet)

    async def has_no_old_pictures() -> bool:
        files = await thread_files(workspace, ts)
        return sheet[0] not in files and covered[0] in files and len(files) == 4

    await workspace.control_client.wait_for(has_no_old_pictures, "the pictures without candidate 2", 20)

    async def told() -> bool:
        calls = await workspace.control_client.calls("chat.postMessage")
        notices = [c["arguments"] for c in calls if "reported candidate 2" in c["arguments"].get("text", "")]
        return {n["channel"] for n in notices if "my neighbour" in n["text"]} == {LENA, ada}

    await workspace.control_client.wait_for(told, "the notices", 20)
    await workspace.press(MEI, ts, "report_dismiss:2")
    await workspace.wait_for_ephemeral(MEI, "Only")
    await workspace.press(ada, ts, "report_dismiss:2")

    async def is_shown_again() -> bool:
        shown = text_of(await workspace.control_client.message(FILM, ts))
        files = await thread_files(workspace, ts)
        return "was reported" not in shown and len(files) == 6

    await workspace.control_client.wait_for(is_shown_again, "the picture of candidate 2 again", 20)
    await wait_for_new_sheet(workspace, ts, covered)


async def test_a_reported_face_is_hidden_in_the_record_and_in_recalls(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Corin: a pilot")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Corin is cast")
    await report(workspace, MEI, ts, "Candidate 1", "report")
    await workspace.wait_for_text(ts, "This portrait was reported and is hidden")
    assert await image_files(workspace, ts) == []
    assert "This portrait was reported" in await workspace.run_command("Corin")
    await workspace.press(LENA, ts, "report_dismiss:1")

    async def is_shown() -> bool:
        message = await workspace.control_client.message(FILM, ts)
        return bool(await image_files(workspace, ts)) and "report_dismiss:1" not in buttons_of(message)

    await workspace.control_client.wait_for(is_shown, "the face again", 20)
