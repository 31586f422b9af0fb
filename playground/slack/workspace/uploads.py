"""The three-step upload and its processing."""

import asyncio
import io
import mimetypes
import time
from pathlib import Path

from PIL import Image

from playground.seed_data import Place
from playground.slack.core.errors import SlackError
from playground.slack.core.ids import new_id
from playground.slack.core.store import Json
from playground.slack.workspace import events, files, messages
from playground.slack.workspace.workspace import Workspace

_IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
# The event loop may wake a task slightly before the wall clock's time.
_CLOCK_SKEW_SECONDS = 0.005


def start_upload(workspace: Workspace, team: str, owner: str, name: str, size: int, alt_txt: str) -> Json:
    """First step: announce a file without bytes."""
    file: Json = {"id": new_id("F"), "team": team, "user": owner, "name": name, "size": size, "alt_txt": alt_txt}
    file |= {"title": name, "created": int(time.time()), "received": False, "ready_at": None, "shares": []}
    workspace.store.set_document("file", file["id"], file)
    return file


async def store_upload(workspace: Workspace, file: Json, body: bytes) -> None:
    """Second step: store the bytes."""
    properties = await asyncio.to_thread(_write_file, files.file_path(workspace, file["id"]), body, file["name"])
    workspace.store.set_document("file", file["id"], {**file, **properties, "received": True, "size": len(body)})


def complete_upload(
    workspace: Workspace,
    team: str,
    titles: dict[str, str],
    place: Place | None,
    author: Json,
    thread: str | None,
    text: str,
) -> list[Json]:
    """Third step, with titles by file id: share the files as one message of `place` once they are processed."""
    uploaded = [_require_uploaded(workspace, team, key) for key in titles]
    ready_at = time.time() + workspace.settings.file_ready_seconds
    for file in uploaded:
        file |= {"title": titles[file["id"]] or file["name"], "ready_at": ready_at}
        workspace.store.set_document("file", file["id"], file)
    pending: Json = {"files": list(titles), "at": ready_at, "author": author, "text": text, "thread_ts": thread}
    key = new_id("P")
    workspace.store.set_document("processing", key, pending | {"place": place.id if place else None})
    workspace.background.start(_process(workspace, key))
    return uploaded


def resume_processing(workspace: Workspace) -> None:
    """After a restart, continue processing of uploads."""
    for key in workspace.store.list_keys("processing"):
        workspace.background.start(_process(workspace, key))


async def _process(workspace: Workspace, key: str) -> None:
    pending = workspace.store.get_document("processing", key)
    if pending is None:
        return
    await asyncio.sleep(max(0.0, pending["at"] - time.time()) + _CLOCK_SKEW_SECONDS)
    if workspace.store.get_document("processing", key) is None:
        return
    workspace.store.delete_document("processing", key)
    processed = [file for file in (workspace.store.get_document("file", name) for name in pending["files"]) if file]
    place = workspace.place(pending["place"]) if pending["place"] else None
    if place:
        _share_files(workspace, place, pending, processed)
    patches = ({"kind": "file", "id": file["id"], "value": files.to_page_file(workspace, file)} for file in processed)
    workspace.live_updates.publish(*patches, readers=workspace.member_ids(processed[0]["team"]) if processed else ())


def _share_files(workspace: Workspace, place: Place, pending: Json, processed: list[Json]) -> None:
    content = {
        "subtype": "file_share",
        "upload": True,
        "text": pending["text"],
        "files": [{"id": file["id"]} for file in processed],
    }
    message = messages.post_message(workspace, place, pending["author"], content, pending["thread_ts"])
    for file in processed:
        file["shares"] = [*file["shares"], {"place": place.id, "ts": message["ts"]}]
        workspace.store.set_document("file", file["id"], file)
        events.send_file_shared(workspace, place, file["id"], file["user"])


def _require_uploaded(workspace: Workspace, team: str, key: str) -> Json:
    file = workspace.store.get_document("file", key)
    if file is None or file["team"] != team or not file["received"] or file["ready_at"]:
        raise SlackError("file_not_found")
    return file


def _write_file(target: Path, body: bytes, name: str) -> Json:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    try:
        with Image.open(io.BytesIO(body)) as picture:
            kind = _IMAGE_TYPES.get(picture.format or "", "application/octet-stream")
            return {"mimetype": kind, "original_w": picture.width, "original_h": picture.height}
    except (OSError, Image.DecompressionBombError):
        return {"mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream"}
