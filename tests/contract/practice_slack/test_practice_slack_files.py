"""Uploads in three steps, the wait until they can be shown, and who may read them."""

import asyncio
import io
from typing import Any

import httpx
from PIL import Image

from playground.people import HARBOUR
from tests.contract.practice_slack.practice import Practice


def png(width: int = 30, height: int = 40) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(target, "PNG")
    return target.getvalue()


async def upload(practice: Practice, body: bytes, name: str = "face.png", channel: str | None = None) -> Any:
    asked = await practice.slack.files_getUploadURLExternal(filename=name, length=len(body), alt_txt="A face")
    assert (await practice.door.post(asked["upload_url"], content=body)).status_code == 200
    files = [{"id": asked["file_id"], "title": "One"}]
    done = await practice.slack.files_completeUploadExternal(files=files, channel_id=channel)
    return done["files"][0]


def picture(file: str) -> list[dict[str, Any]]:
    return [{"type": "image", "alt_text": "A face", "slack_file": {"id": file}}]


async def test_a_block_may_show_a_file_only_once_it_is_ready(practice: Practice) -> None:
    file = await upload(practice, png())
    before = (await practice.slack.files_info(file=file["id"]))["file"]
    assert (before["mimetype"], file["mimetype"]) == ("", "")
    refused = await practice.refusal("chat.postMessage", channel=HARBOUR, text="x", blocks=picture(file["id"]))
    assert refused["error"] == "invalid_blocks"
    assert refused["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    await asyncio.sleep(0.35)
    after = (await practice.slack.files_info(file=file["id"]))["file"]
    assert (after["mimetype"], after["original_w"], after["original_h"]) == ("image/png", 30, 40)
    await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=picture(file["id"]))
    by_url = [{"type": "image", "alt_text": "A face", "slack_file": {"url": after["url_private"]}}]
    await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=by_url)
    shown = (await practice.get("state", channel=HARBOUR))["files"]
    assert (shown[file["id"]]["ready"], shown[file["id"]]["alt_txt"]) == (True, "A face")


async def test_the_delay_can_be_set(practice: Practice) -> None:
    await practice.set("slack/settings", file_ready_seconds=0)
    file = await upload(practice, png())
    await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=picture(file["id"]))


async def test_blocks_do_not_show_what_is_no_png_jpeg_or_gif(practice: Practice) -> None:
    await practice.set("slack/settings", file_ready_seconds=0)
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "WEBP")
    for body, name in ((target.getvalue(), "face.webp"), (b"words", "notes.txt")):
        file = await upload(practice, body, name)
        refused = await practice.refusal("chat.postMessage", channel=HARBOUR, text="x", blocks=picture(file["id"]))
        assert refused["error"] == "invalid_blocks"


async def test_all_files_of_one_completion_are_one_message_in_the_thread(practice: Practice) -> None:
    parent = (await practice.slack.chat_postMessage(channel=HARBOUR, text="sheet"))["ts"]
    files = [{"content": png(), "filename": f"{number}.png", "title": str(number)} for number in (1, 2, 3)]
    await practice.slack.files_upload_v2(channel=HARBOUR, thread_ts=parent, file_uploads=files, initial_comment="large")
    await asyncio.sleep(0.4)
    state = await practice.get("state", channel=HARBOUR, thread=parent)
    (message,) = state["threads"][HARBOUR][parent]
    assert (message["text"], [file["title"] for file in message["files"]]) == ("large", ["1", "2", "3"])
    shared = (await practice.slack.files_info(file=message["files"][0]["id"]))["file"]
    assert shared["shares"] == {"public": {HARBOUR: [{"ts": message["ts"]}]}}


async def test_an_app_that_listens_hears_of_shared_files(practice: Practice) -> None:
    await practice.set("slack/install", events=["file_shared"])
    await practice.set("slack/settings", file_ready_seconds=0)
    file = await upload(practice, png(), channel=HARBOUR)
    await asyncio.sleep(0.05)
    (delivery,) = (await practice.get("deliveries"))["deliveries"]
    assert (delivery["about"], delivery["payload"]["event"]["file_id"]) == ("file_shared", file["id"])


async def test_private_files_want_the_token_and_give_a_login_page_without_it(practice: Practice) -> None:
    body = png()
    file = await upload(practice, body)
    url = file["url_private_download"]
    async with httpx.AsyncClient(trust_env=False) as client:
        stranger = await client.get(url)
        owner = await client.get(url, headers={"Authorization": f"Bearer {practice.slack.token}"})
    assert stranger.headers["content-type"].startswith("text/html")
    assert (owner.content, owner.headers["content-type"]) == (body, "image/png")


async def test_the_door_gives_bytes_and_smaller_pictures(practice: Practice) -> None:
    body = png(400, 600)
    file = await upload(practice, body)
    assert (await practice.door.get(f"/control/files/{file['id']}")).content == body
    small = await practice.door.get(f"/control/files/{file['id']}", params={"width": "100"})
    with Image.open(io.BytesIO(small.content)) as shown:
        assert shown.size == (100, 150)


async def test_an_upload_must_be_as_long_as_announced_and_completed_once(practice: Practice) -> None:
    asked = await practice.slack.files_getUploadURLExternal(filename="a.png", length=10)
    assert (await practice.door.post(asked["upload_url"], content=b"short")).status_code == 400
    unsent = await practice.refusal("files.completeUploadExternal", files=[{"id": asked["file_id"]}])
    assert unsent["error"] == "file_not_found"
    file = await upload(practice, png())
    twice = await practice.refusal("files.completeUploadExternal", files=[{"id": file["id"]}])
    assert twice["error"] == "file_not_found"


async def test_a_deleted_file_is_gone(practice: Practice) -> None:
    file = await upload(practice, png())
    await practice.slack.files_delete(file=file["id"])
    assert (await practice.refusal("files.info", file=file["id"]))["error"] == "file_deleted"


async def test_an_upload_can_fail_on_demand(practice: Practice) -> None:
    await practice.set("slack/faults", method="upload", kind="status", status=502)
    asked = await practice.slack.files_getUploadURLExternal(filename="a.png", length=5)
    assert (await practice.door.post(asked["upload_url"], content=b"12345")).status_code == 502
    assert (await practice.door.post(asked["upload_url"], content=b"12345")).status_code == 200
