"""The three-step upload, and the processing that comes after it."""

import asyncio
import io
import mimetypes
import time
from pathlib import Path

from PIL import Image

from playground.people import Place
from playground.slack import events, files, messages
from playground.slack.errors import SlackError
from playground.slack.ids import new_id
from playground.slack.store import Json
from playground.slack.world import World

_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
# The loop's clock may wake a sleeper a little before the wall clock says so.
_CLOCKS_DIFFER = 0.005


def begin(world: World, team: str, owner: str, name: str, size: int, alt_txt: str) -> Json:
    """The first step: a file that is announced but has no bytes yet."""
    file: Json = {"id": new_id("F"), "team": team, "user": owner, "name": name, "size": size, "alt_txt": alt_txt}
    file |= {"title": name, "created": int(time.time()), "received": False, "ready_at": None, "shares": []}
    world.store.keep("file", file["id"], file)
    return file


async def receive(world: World, file: Json, body: bytes) -> None:
    """The second step: the bytes, kept as they came."""
    measured = await asyncio.to_thread(_keep, files.path(world, file["id"]), body, file["name"])
    world.store.keep("file", file["id"], {**file, **measured, "received": True, "size": len(body)})


def complete(
    world: World, team: str, names: dict[str, str], place: Place | None, author: Json, thread: str | None, text: str
) -> list[Json]:
    """The third step, titles by file id: the files become one message of `place` once they are ready."""
    uploaded = [_uploaded(world, team, key) for key in names]
    ready_at = time.time() + world.settings.file_ready_seconds
    for file in uploaded:
        file |= {"title": names[file["id"]] or file["name"], "ready_at": ready_at}
        world.store.keep("file", file["id"], file)
    due: Json = {"files": list(names), "at": ready_at, "author": author, "text": text, "thread_ts": thread}
    key = new_id("P")
    world.store.keep("processing", key, due | {"place": place.id if place else None})
    world.background.start(_process(world, key))
    return uploaded


def resume(world: World) -> None:
    """After a restart: uploads that were still being processed."""
    for key in world.store.keys("processing"):
        world.background.start(_process(world, key))


async def _process(world: World, key: str) -> None:
    due = world.store.thing("processing", key)
    if due is None:
        return
    await asyncio.sleep(max(0.0, due["at"] - time.time()) + _CLOCKS_DIFFER)
    if world.store.thing("processing", key) is None:
        return
    world.store.forget("processing", key)
    done = [file for file in (world.store.thing("file", name) for name in due["files"]) if file]
    place = world.place(due["place"]) if due["place"] else None
    if place:
        _share(world, place, due, done)
    patches = ({"kind": "file", "id": file["id"], "value": files.on_page(world, file)} for file in done)
    world.live.publish(*patches, readers=world.everybody(done[0]["team"]) if done else ())


def _share(world: World, place: Place, due: Json, done: list[Json]) -> None:
    content = {
        "subtype": "file_share",
        "upload": True,
        "text": due["text"],
        "files": [{"id": file["id"]} for file in done],
    }
    message = messages.post(world, place, due["author"], content, due["thread_ts"])
    for file in done:
        file["shares"] = [*file["shares"], {"place": place.id, "ts": message["ts"]}]
        world.store.keep("file", file["id"], file)
        events.file_shared(world, place, file["id"], file["user"])


def _uploaded(world: World, team: str, key: str) -> Json:
    file = world.store.thing("file", key)
    if file is None or file["team"] != team or not file["received"] or file["ready_at"]:
        raise SlackError("file_not_found")
    return file


def _keep(target: Path, body: bytes, name: str) -> Json:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    try:
        with Image.open(io.BytesIO(body)) as picture:
            kind = _PICTURES.get(picture.format or "", "application/octet-stream")
            return {"mimetype": kind, "original_w": picture.width, "original_h": picture.height}
    except (OSError, Image.DecompressionBombError):
        return {"mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream"}
