"""Slack refuses, loses or is slow with a picture: the ballot opens all the same, and no model is asked again."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from playground.door import Json, buttons_of, pictures_of
from tests.flow.house import DANIEL, FILM, LENA, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET, COMPLETE, INFO, UPLOAD = "files.getUploadURLExternal", "files.completeUploadExternal", "files.info", "upload"
TROUBLES: dict[str, Json] = {
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def large_pictures(film: House, ts: str) -> set[str]:
    """The names of the candidates' own pictures in the thread."""
    files = [f["name"] for m in await film.door.thread(FILM, ts) for f in m.get("files", [])]
    return {name for name in files if "sheet" not in name}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_picture_that_fails_once_is_brought_again_and_no_model_is_asked_again(
    film: House, trouble: str
) -> None:
    asked, told = await film.asked(), len(await film.door.private(LENA))
    await film.trouble(**TROUBLES[trouble])
    ts = await film.cast(f"{trouble}: a cook --each 1 --models recraft,gpt-image-2")
    assert len(pictures_of(await film.ballot(ts))) == 1, "the contact sheet"

    async def both() -> bool:
        return len(await large_pictures(film, ts)) == 2

    await film.door.until(both, "both pictures in the thread")
    assert await film.asked() == asked + 2
    assert len(await film.door.private(LENA)) == told, "nobody is worried by what mends itself"


async def test_a_sheet_slack_never_gets_ready_does_not_hold_up_the_vote_and_hangs_at_the_close(film: House) -> None:
    await film.door.post("slack/settings", {"file_ready_seconds": 22})
    ts = await film.cast("Slow: a cook --each 1 --models recraft,gpt-image-2")
    message = await film.ballot(ts, seconds=30)
    assert pictures_of(message) == []
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})

    async def ready() -> bool:
        return bool(await film.door.thread(FILM, ts))

    await film.door.until(ready, "the sheet in the thread", 30)
    await film.press(LENA, ts, "close")
    message = await film.shows(ts, "extend")
    assert len(pictures_of(message)) == 1
    assert "vote:1" not in buttons_of(message)


async def test_pictures_slack_has_lost_are_brought_again_from_our_own_store(film: House) -> None:
    await film.door.post("slack/settings", {"file_ready_seconds": 0.3})
    ts = await film.cast("Kept: a cook --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.press(LENA, ts, "lock")
    await film.shows(ts, "full")

    async def all_there() -> bool:
        return len([f for m in await film.door.thread(FILM, ts) for f in m.get("files", [])]) == 6

    await film.door.until(all_there, "sheet, record, two pictures and two originals")
    env = await film.workspace.environment()
    slack = AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=env["SLACK_BASE_URL"])
    lost = [f["id"] for m in await film.door.thread(FILM, ts) for f in m.get("files", [])]
    for file_id in lost:
        await slack.files_delete(file=file_id)
    asked, now = await film.asked(), time.time()
    await film.door.command(DANIEL, FILM, "Kept")
    (picture,) = pictures_of(await film.told(DANIEL, "Kept", after=now))
    assert picture not in lost
    await film.press(DANIEL, ts, "full")
    assert await film.told(DANIEL, "Open the original", after=now)
    assert await film.asked() == asked


async def test_an_original_that_slack_does_not_find_is_told_as_such(film: House) -> None:
    await film.door.post("slack/settings", {"file_ready_seconds": 0.3})
    ts = await film.cast("Full: a cook --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.press(LENA, ts, "lock")
    await film.shows(ts, "full")
    await film.trouble(INFO, "error", error="file_not_found", times=0)
    await film.press(DANIEL, ts, "full")
    assert await film.told(DANIEL, "The original is not in the round's thread yet; try again soon.")
    await film.calm(INFO)
