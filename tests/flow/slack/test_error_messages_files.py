"""Slack refuses, loses or is slow with a picture: the ballot opens all the same, and no model is asked again."""

import time

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.control.client import Json, buttons_of, pictures_of
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment

pytestmark = pytest.mark.heavy

GET, COMPLETE, INFO, UPLOAD = "files.getUploadURLExternal", "files.completeUploadExternal", "files.info", "upload"
FAULTS: dict[str, Json] = {
    "no place to upload to": {"method": GET, "kind": "error", "error": "internal_error"},
    "uploads switched off, twice": {"method": GET, "kind": "error", "error": "file_uploads_disabled", "times": 2},
    "rate of uploads": {"method": GET, "kind": "ratelimited", "seconds": 1},
    "upload cut": {"method": UPLOAD, "kind": "cut_before"},
    "upload cut at its end": {"method": UPLOAD, "kind": "cut_after"},
    "upload 500": {"method": UPLOAD, "kind": "status", "status": 500},
    "completion of a lost file": {"method": COMPLETE, "kind": "error", "error": "file_not_found"},
    "completion cut": {"method": COMPLETE, "kind": "cut_before"},
    "completion cut at its end": {"method": COMPLETE, "kind": "cut_after"},
    "file gone": {"method": INFO, "kind": "error", "error": "file_not_found"},
    "file deleted": {"method": INFO, "kind": "error", "error": "file_deleted"},
    "no word of the file": {"method": INFO, "kind": "cut_before"},
}


async def large_pictures(workspace: PracticeEnvironment, ts: str) -> set[str]:
    """The names of the candidates' own pictures in the thread."""
    files = [f["name"] for m in await workspace.control_client.thread(FILM, ts) for f in m.get("files", [])]
    return {name for name in files if "sheet" not in name}


@pytest.mark.parametrize("trouble", FAULTS)
async def test_failed_upload_is_retried_without_calling_models(workspace: PracticeEnvironment, trouble: str) -> None:
    calls_before, ephemerals_before = (
        await workspace.count_model_calls(),
        len(await workspace.control_client.ephemerals(LENA)),
    )
    await workspace.inject_fault(**FAULTS[trouble])
    ts = await workspace.cast(f"{trouble}: a cook --each 1 --models recraft,gpt-image-2")
    assert len(pictures_of(await workspace.wait_for_ballot(ts))) == 1, "the contact sheet"

    async def both() -> bool:
        return len(await large_pictures(workspace, ts)) == 2

    await workspace.control_client.wait_for(both, "both pictures in the thread")
    assert await workspace.count_model_calls() == calls_before + 2
    assert len(await workspace.control_client.ephemerals(LENA)) == ephemerals_before, (
        "nobody is worried by what mends itself"
    )


async def test_unready_sheet_does_not_delay_the_vote(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("slack/settings", {"file_ready_seconds": 22})
    ts = await workspace.cast("Slow: a cook --each 1 --models recraft,gpt-image-2")
    message = await workspace.wait_for_ballot(ts, seconds=30)
    assert pictures_of(message) == []
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})

    async def ready() -> bool:
        return bool(await workspace.control_client.thread(FILM, ts))

    await workspace.control_client.wait_for(ready, "the sheet in the thread", 30)
    await workspace.press(LENA, ts, "close")
    message = await workspace.wait_for_button(ts, "extend")
    assert len(pictures_of(message)) == 1
    assert "vote:1" not in buttons_of(message)


async def test_files_lost_by_slack_are_uploaded_again(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("slack/settings", {"file_ready_seconds": 0.3})
    ts = await workspace.cast("Kept: a cook --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "full")

    async def all_there() -> bool:
        return len([f for m in await workspace.control_client.thread(FILM, ts) for f in m.get("files", [])]) == 6

    await workspace.control_client.wait_for(all_there, "sheet, record, two pictures and two originals")
    env = await workspace.server.environment()
    slack = AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=env["SLACK_BASE_URL"])
    lost = [f["id"] for m in await workspace.control_client.thread(FILM, ts) for f in m.get("files", [])]
    for file_id in lost:
        await slack.files_delete(file=file_id)
    calls_before, now = await workspace.count_model_calls(), time.time()
    await workspace.control_client.command(DANIEL, FILM, "Kept")
    (picture,) = pictures_of(await workspace.wait_for_ephemeral(DANIEL, "Kept", after=now))
    assert picture not in lost
    await workspace.press(DANIEL, ts, "full")
    assert await workspace.wait_for_ephemeral(DANIEL, "Open the original", after=now)
    assert await workspace.count_model_calls() == calls_before


async def test_missing_original_is_reported(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("slack/settings", {"file_ready_seconds": 0.3})
    ts = await workspace.cast("Full: a cook --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "full")
    await workspace.inject_fault(INFO, "error", error="file_not_found", times=0)
    await workspace.press(DANIEL, ts, "full")
    assert await workspace.wait_for_ephemeral(DANIEL, "The original is not in the round's thread yet; try again soon.")
    await workspace.clear_faults(INFO)
