"""Files: who may see them, when they can be shown, how they look to app and page."""

import time
from collections.abc import Iterator
from pathlib import Path

from playground.slack.errors import SlackError
from playground.slack.store import Json
from playground.slack.world import World

# slack_file takes these alone (docs.slack.dev, "Slack file object").
_SHOWN_IN_BLOCKS = frozenset({"image/png", "image/jpeg", "image/gif"})


def shown(world: World, file: Json) -> Json:
    """A file object; what Slack finds out by processing is empty before it is ready."""
    done = ready(file)
    mimetype = file.get("mimetype", "") if done else ""
    link = f"{world.address}/slack/files-pri/{file['team']}-{file['id']}"
    body = {name: file[name] for name in ("id", "created", "name", "title", "user", "size", "alt_txt")}
    body |= {"timestamp": file["created"], "user_team": file["team"], "mode": "hosted", "is_external": False}
    body |= {"mimetype": mimetype, "filetype": mimetype.partition("/")[2].replace("jpeg", "jpg"), "pretty_type": ""}
    body |= {"url_private": f"{link}/{file['name']}", "url_private_download": f"{link}/download/{file['name']}"}
    body |= {"permalink": f"{world.address}/files/{file['user']}/{file['id']}/{file['name']}", "is_public": False}
    body |= _shares(world, file)
    if done and "original_w" in file:
        body |= {"original_w": file["original_w"], "original_h": file["original_h"], "thumb_360": body["url_private"]}
    return body


def on_page(world: World, file: Json) -> Json:
    return shown(world, file) | {"ready": ready(file), "bytes": f"/control/files/{file['id']}"}


def ready(file: Json) -> bool:
    return bool(file["ready_at"] and file["ready_at"] <= time.time())


def find(world: World, team: str, key: str) -> Json:
    """A completed file of the workspace; raises SlackError `file_not_found`, `file_deleted`."""
    file = world.store.thing("file", key)
    if file is None or file["team"] != team or not file["ready_at"]:
        raise SlackError("file_not_found")
    if file.get("deleted"):
        raise SlackError("file_deleted")
    return file


def listed(world: World, bot: str, team: str, author: str, place: str) -> list[Json]:
    """What the app may know of, newest first: its own files and those shared where it can read along.

    `author` and `place` narrow the list where they are not empty.
    """
    readable = {where.id for where in world.places(team) if where.kind == "public" or bot in where.members}
    found = []
    for file in world.store.things("file"):
        shared = {share["place"] for share in file["shares"]}
        known = file["team"] == team and file["ready_at"] and not file.get("deleted")
        if known and (file["user"] == bot or shared & readable) and author in ("", file["user"]):
            found += [file] if not place or place in shared else []
    return sorted(found, key=lambda file: (file["created"], file["id"]), reverse=True)


def usable_in_blocks(world: World, team: str, reference: Json) -> bool:
    """Whether a block's `slack_file` names a picture of the workspace that Slack would show by now."""
    file = world.store.thing("file", _key(reference))
    if file is None or file["team"] != team or file.get("deleted") or not ready(file):
        return False
    return file.get("mimetype") in _SHOWN_IN_BLOCKS


def named_in(part: object) -> Iterator[str]:
    """Ids of all files that messages or views show, however deep."""
    if isinstance(part, dict):
        if "slack_file" in part:
            yield _key(part["slack_file"])
        yield from (file["id"] for file in part.get("files", []) if isinstance(file, dict))
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from named_in(item)


def delete(world: World, file: Json) -> None:
    world.store.keep("file", file["id"], {**file, "deleted": True})
    world.live.publish({"kind": "file", "id": file["id"], "value": None}, readers=world.everybody(file["team"]))


def path(world: World, key: str) -> Path:
    return world.folder / "files" / key


def _shares(world: World, file: Json) -> Json:
    places = {share["place"]: world.place(share["place"]) for share in file["shares"]}
    grouped: Json = {}
    for share in file["shares"]:
        place = places[share["place"]]
        group = grouped.setdefault("public" if place and place.kind == "public" else "private", {})
        group.setdefault(share["place"], []).append({"ts": share["ts"]})
    of = {
        kind: [key for key, place in places.items() if place and place.kind == kind]
        for kind in ("public", "private", "im")
    }
    return {"shares": grouped, "channels": of["public"], "groups": of["private"], "ims": of["im"]}


def _key(reference: Json) -> str:
    """The file that a block's `slack_file` names, by id or by one of its addresses."""
    if "id" in reference:
        return str(reference["id"])
    parts = [part.rpartition("-")[2] for part in str(reference.get("url", "")).split("/")]
    return next((part for part in parts if part.startswith("F") and part.isalnum() and part.isupper()), "")
