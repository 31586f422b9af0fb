"""Three-step uploads, their processing, and read access."""

import io
from typing import Any

import httpx
from PIL import Image

from playground.seed_data import HARBOUR
from tests.support.practice_slack import PracticeWorkspace, processed_file
from tests.support.time_factor import scaled


def make_png(width: int = 30, height: int = 40) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(target, "PNG")
    return target.getvalue()


async def upload_file(
    workspace: PracticeWorkspace, body: bytes, name: str = "face.png", channel: str | None = None
) -> Any:
    upload_url = await workspace.slack.files_getUploadURLExternal(filename=name, length=len(body), alt_txt="A face")
    assert (await workspace.http.post(upload_url["upload_url"], content=body)).status_code == 200
    files = [{"id": upload_url["file_id"], "title": "One"}]
    done = await workspace.slack.files_completeUploadExternal(files=files, channel_id=channel)
    return done["files"][0]


def image_blocks(file: str) -> list[dict[str, Any]]:
    return [{"type": "image", "alt_text": "A face", "slack_file": {"id": file}}]


async def test_block_can_show_a_file_only_once_it_is_processed(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", file_ready_seconds=scaled(0.3))
    file = await upload_file(workspace, make_png())
    before = (await workspace.slack.files_info(file=file["id"]))["file"]
    assert (before["mimetype"], file["mimetype"]) == ("", "")
    refused = await workspace.api_error("chat.postMessage", channel=HARBOUR, text="x", blocks=image_blocks(file["id"]))
    assert refused["error"] == "invalid_blocks"
    assert refused["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    after = await processed_file(workspace.slack, file["id"])
    assert (after["mimetype"], after["original_w"], after["original_h"]) == ("image/png", 30, 40)
    await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=image_blocks(file["id"]))
    by_url = [{"type": "image", "alt_text": "A face", "slack_file": {"url": after["url_private"]}}]
    await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=by_url)
    shown = (await workspace.get("state", channel=HARBOUR))["files"]
    assert (shown[file["id"]]["ready"], shown[file["id"]]["alt_txt"]) == (True, "A face")


async def test_processing_delay_can_be_set(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", file_ready_seconds=0)
    file = await upload_file(workspace, make_png())
    await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=image_blocks(file["id"]))


async def test_image_blocks_accept_only_png_jpeg_and_gif(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", file_ready_seconds=0)
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "WEBP")
    for body, name in ((target.getvalue(), "face.webp"), (b"words", "notes.txt")):
        file = await upload_file(workspace, body, name)
        refused = await workspace.api_error(
            "chat.postMessage", channel=HARBOUR, text="x", blocks=image_blocks(file["id"])
        )
        assert refused["error"] == "invalid_blocks"


async def test_files_of_one_completion_share_one_thread_message(workspace: PracticeWorkspace) -> None:
    parent = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="sheet"))["ts"]
    files = [{"content": make_png(), "filename": f"{number}.png", "title": str(number)} for number in (1, 2, 3)]
    await workspace.slack.files_upload_v2(
        channel=HARBOUR, thread_ts=parent, file_uploads=files, initial_comment="large"
    )

    async def replies() -> list[Any]:
        threads = (await workspace.get("state", channel=HARBOUR, thread=parent))["threads"][HARBOUR]
        return threads.get(parent) or []

    (message,) = await workspace.wait_for(replies)
    assert (message["text"], [file["title"] for file in message["files"]]) == ("large", ["1", "2", "3"])
    shared = (await workspace.slack.files_info(file=message["files"][0]["id"]))["file"]
    assert shared["shares"] == {"public": {HARBOUR: [{"ts": message["ts"]}]}}


async def test_subscribed_app_receives_file_shared_events(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/install", events=["file_shared"])
    await workspace.post("slack/settings", file_ready_seconds=0)
    file = await upload_file(workspace, make_png(), channel=HARBOUR)

    async def deliveries() -> list[Any]:
        found: list[Any] = (await workspace.get("deliveries"))["deliveries"]
        return found

    (delivery,) = await workspace.wait_for(deliveries)
    assert (delivery["about"], delivery["payload"]["event"]["file_id"]) == ("file_shared", file["id"])


async def test_private_file_url_needs_the_token(workspace: PracticeWorkspace) -> None:
    body = make_png()
    file = await upload_file(workspace, body)
    url = file["url_private_download"]
    async with httpx.AsyncClient(trust_env=False, timeout=scaled(10)) as client:
        unauthorized = await client.get(url)
        authorized = await client.get(url, headers={"Authorization": f"Bearer {workspace.slack.token}"})
    assert unauthorized.headers["content-type"].startswith("text/html")
    assert (authorized.content, authorized.headers["content-type"]) == (body, "image/png")


async def test_control_api_returns_bytes_and_thumbnails(workspace: PracticeWorkspace) -> None:
    body = make_png(400, 600)
    file = await upload_file(workspace, body)
    assert (await workspace.http.get(f"/control/files/{file['id']}")).content == body
    small = await workspace.http.get(f"/control/files/{file['id']}", params={"width": "100"})
    with Image.open(io.BytesIO(small.content)) as shown:
        assert shown.size == (100, 150)


async def test_upload_must_match_its_length_and_complete_once(workspace: PracticeWorkspace) -> None:
    upload_url = await workspace.slack.files_getUploadURLExternal(filename="a.png", length=10)
    assert (await workspace.http.post(upload_url["upload_url"], content=b"short")).status_code == 400
    unsent = await workspace.api_error("files.completeUploadExternal", files=[{"id": upload_url["file_id"]}])
    assert unsent["error"] == "file_not_found"
    file = await upload_file(workspace, make_png())
    twice = await workspace.api_error("files.completeUploadExternal", files=[{"id": file["id"]}])
    assert twice["error"] == "file_not_found"


async def test_deleted_file_is_not_found(workspace: PracticeWorkspace) -> None:
    file = await upload_file(workspace, make_png())
    await workspace.slack.files_delete(file=file["id"])
    assert (await workspace.api_error("files.info", file=file["id"]))["error"] == "file_deleted"


async def test_an_upload_can_fail_on_demand(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/faults", method="upload", kind="status", status=502)
    upload_url = await workspace.slack.files_getUploadURLExternal(filename="a.png", length=5)
    assert (await workspace.http.post(upload_url["upload_url"], content=b"12345")).status_code == 502
    assert (await workspace.http.post(upload_url["upload_url"], content=b"12345")).status_code == 200
