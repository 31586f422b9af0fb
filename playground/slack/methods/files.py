"""files.*: the three-step upload, and what became of it."""

from playground.slack import files, messages, uploads
from playground.slack.access import known, visible, writable
from playground.slack.call import Call, Method
from playground.slack.errors import SlackError
from playground.slack.rates import TIER_3, TIER_4
from playground.slack.store import Json

# docs.slack.dev, "files.getUploadURLExternal".
_LONGEST_ALT = 1000


def get_upload_url(call: Call) -> Json:
    length = call.arguments.text("length")
    if not length.isdigit() or int(length) < 1:
        raise SlackError("invalid_arguments", ("length must be a positive number",))
    alt = call.arguments.text("alt_txt")
    if len(alt) > _LONGEST_ALT:
        raise SlackError("alt_txt_too_large")
    install = call.install
    file = uploads.begin(call.world, install.team, install.bot, call.arguments.text("filename"), int(length), alt)
    return {"upload_url": f"{call.world.address}/slack/upload/v1/{file['id']}", "file_id": file["id"]}


def complete_upload(call: Call) -> Json:
    rows = call.arguments.nested("files", "invalid_arguments")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows) or not rows:
        raise SlackError("invalid_arguments", ("files must be a list of objects with an id",))
    channel = call.arguments.text("channel_id") or next(iter(call.arguments.words("channels")), "")
    place = writable(call, channel) if channel else None
    thread = call.arguments.text("thread_ts") or None
    if place and thread:
        messages.find(call.world, place.id, thread)
    titles = {str(row["id"]): str(row.get("title") or "") for row in rows}
    author, text = messages.by_app(call.install), call.arguments.text("initial_comment")
    done = uploads.complete(call.world, call.install.team, titles, place, author, thread, text)
    return {"files": [files.shown(call.world, file) for file in done]}


def info(call: Call) -> Json:
    file = files.find(call.world, call.install.team, call.arguments.text("file"))
    return {"file": files.shown(call.world, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def list_all(call: Call) -> Json:
    """Newest first, by pages and not by cursors (docs.slack.dev, "files.list")."""
    place = visible(call, call.arguments.text("channel")).id if "channel" in call.arguments else ""
    author = known(call, call.arguments.text("user")).id if "user" in call.arguments else ""
    found = files.listed(call.world, call.install.bot, call.install.team, author, place)
    count, page = call.arguments.number("count", 100, 1000), call.arguments.number("page", 1, 1_000_000)
    shown = [files.shown(call.world, file) for file in found[(page - 1) * count : page * count]]
    pages = max(1, -(-len(found) // count))
    return {"files": shown, "paging": {"count": count, "total": len(found), "page": page, "pages": pages}}


def delete(call: Call) -> Json:
    file = files.find(call.world, call.install.team, call.arguments.text("file"))
    if file["user"] != call.install.bot:
        raise SlackError("cant_delete_file")
    files.delete(call.world, file)
    return {}


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, TIER_4, ("files:write",), ("filename", "length")),
    "files.completeUploadExternal": Method(complete_upload, TIER_4, ("files:write",), ("files",)),
    "files.info": Method(info, TIER_4, ("files:read",), ("file",)),
    "files.list": Method(list_all, TIER_3, ("files:read",)),
    "files.delete": Method(delete, TIER_3, ("files:write",), ("file",)),
}
