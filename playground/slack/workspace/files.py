"""Files: who may see them, when they can be displayed, their objects for app and page."""

import time
from collections.abc import Iterator
from pathlib import Path

from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.workspace.workspace import Workspace

# Types for slack_file (docs.slack.dev, "Slack file object").
_BLOCK_IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})


def to_file_object(workspace: Workspace, file: Json) -> Json:
    """Build a file object; fields that Slack gets by processing are empty before."""
    is_processed = is_ready(file)
    mimetype = file.get("mimetype", "") if is_processed else ""
    link = f"{workspace.address}/slack/files-pri/{file['team']}-{file['id']}"
    body = {name: file[name] for name in ("id", "created", "name", "title", "user", "size", "alt_txt")}
    body |= {"timestamp": file["created"], "user_team": file["team"], "mode": "hosted", "is_external": False}
    body |= {"mimetype": mimetype, "filetype": mimetype.partition("/")[2].replace("jpeg", "jpg"), "pretty_type": ""}
    body |= {"url_private": f"{link}/{file['name']}", "url_private_download": f"{link}/download/{file['name']}"}
    body |= {"permalink": f"{workspace.address}/files/{file['user']}/{file['id']}/{file['name']}", "is_public": False}
    body |= _share_fields(workspace, file)
    if is_processed and "original_w" in file:
        body |= {"original_w": file["original_w"], "original_h": file["original_h"], "thumb_360": body["url_private"]}
    return body


def to_page_file(workspace: Workspace, file: Json) -> Json:
    return to_file_object(workspace, file) | {"ready": is_ready(file), "bytes": f"/control/files/{file['id']}"}


def is_ready(file: Json) -> bool:
    return bool(file["ready_at"] and file["ready_at"] <= time.time())


def find_file(workspace: Workspace, team: str, key: str) -> Json:
    """Return a completed file of the workspace; raises SlackError `file_not_found`, `file_deleted`."""
    file = workspace.store.get_document("file", key)
    if file is None or file["team"] != team or not file["ready_at"]:
        raise SlackError("file_not_found")
    if file.get("deleted"):
        raise SlackError("file_deleted")
    return file


def list_files(workspace: Workspace, bot: str, team: str, author: str, place: str) -> list[Json]:
    """Return files visible to the app, newest first: its own and those in readable channels.

    `author` and `place` narrow the list if not empty.
    """
    readable = {where.id for where in workspace.places(team) if where.kind == "public" or bot in where.members}
    found = []
    for file in workspace.store.list_documents("file"):
        shared_in = {share["place"] for share in file["shares"]}
        is_listable = file["team"] == team and file["ready_at"] and not file.get("deleted")
        if is_listable and (file["user"] == bot or shared_in & readable) and author in ("", file["user"]):
            found += [file] if not place or place in shared_in else []
    return sorted(found, key=lambda file: (file["created"], file["id"]), reverse=True)


def is_usable_in_blocks(workspace: Workspace, team: str, reference: Json) -> bool:
    """Return whether a block's `slack_file` names a picture that Slack can display yet."""
    file = workspace.store.get_document("file", _referenced_id(reference))
    if file is None or file["team"] != team or file.get("deleted") or not is_ready(file):
        return False
    return file.get("mimetype") in _BLOCK_IMAGE_TYPES


def referenced_file_ids(part: object) -> Iterator[str]:
    """Return the ids of all files in messages or views, at any depth."""
    if isinstance(part, dict):
        if "slack_file" in part:
            yield _referenced_id(part["slack_file"])
        yield from (file["id"] for file in part.get("files", []) if isinstance(file, dict))
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from referenced_file_ids(item)


def delete_file(workspace: Workspace, file: Json) -> None:
    workspace.store.set_document("file", file["id"], {**file, "deleted": True})
    workspace.live_updates.publish(
        {"kind": "file", "id": file["id"], "value": None}, readers=workspace.member_ids(file["team"])
    )


def file_path(workspace: Workspace, key: str) -> Path:
    return workspace.folder / "files" / key


def _share_fields(workspace: Workspace, file: Json) -> Json:
    places = {share["place"]: workspace.place(share["place"]) for share in file["shares"]}
    shares: Json = {}
    for share in file["shares"]:
        place = places[share["place"]]
        group = shares.setdefault("public" if place and place.kind == "public" else "private", {})
        group.setdefault(share["place"], []).append({"ts": share["ts"]})
    places_by_kind = {
        kind: [key for key, place in places.items() if place and place.kind == kind]
        for kind in ("public", "private", "im")
    }
    return {
        "shares": shares,
        "channels": places_by_kind["public"],
        "groups": places_by_kind["private"],
        "ims": places_by_kind["im"],
    }


def _referenced_id(reference: Json) -> str:
    """Return the file of a block's `slack_file`, by id or by URL."""
    if "id" in reference:
        return str(reference["id"])
    parts = [part.rpartition("-")[2] for part in str(reference.get("url", "")).split("/")]
    return next((part for part in parts if part.startswith("F") and part.isalnum() and part.isupper()), "")
