"""files.*: the three-step upload, and file information."""

from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import TIER_3, TIER_4
from playground.slack.core.store import Json
from playground.slack.workspace import files, messages, uploads
from playground.slack.workspace.access import get_visible_place, get_writable_place, require_user
from playground.slack.workspace.api_call import ApiCall, ApiMethod

# docs.slack.dev, "files.getUploadURLExternal".
_MAX_ALT_LENGTH = 1000


def get_upload_url(call: ApiCall) -> Json:
    length = call.arguments.text("length")
    if not length.isdigit() or int(length) < 1:
        raise SlackError("invalid_arguments", ("length must be a positive number",))
    alt = call.arguments.text("alt_txt")
    if len(alt) > _MAX_ALT_LENGTH:
        raise SlackError("alt_txt_too_large")
    install = call.install
    file = uploads.start_upload(
        call.workspace, install.team, install.bot, call.arguments.text("filename"), int(length), alt
    )
    return {"upload_url": f"{call.workspace.address}/slack/upload/v1/{file['id']}", "file_id": file["id"]}


def complete_upload(call: ApiCall) -> Json:
    rows = call.arguments.json_value("files", "invalid_arguments")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows) or not rows:
        raise SlackError("invalid_arguments", ("files must be a list of objects with an id",))
    channel = call.arguments.text("channel_id") or next(iter(call.arguments.string_list("channels")), "")
    place = get_writable_place(call, channel) if channel else None
    thread = call.arguments.text("thread_ts") or None
    if place and thread:
        messages.find_message(call.workspace, place.id, thread)
    titles = {str(row["id"]): str(row.get("title") or "") for row in rows}
    author, text = messages.app_author(call.install), call.arguments.text("initial_comment")
    completed = uploads.complete_upload(call.workspace, call.install.team, titles, place, author, thread, text)
    return {"files": [files.to_file_object(call.workspace, file) for file in completed]}


def info(call: ApiCall) -> Json:
    file = files.find_file(call.workspace, call.install.team, call.arguments.text("file"))
    return {
        "file": files.to_file_object(call.workspace, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def list_all(call: ApiCall) -> Json:
    """Return files, newest first, by page number instead of cursor (docs.slack.dev, "files.list")."""
    place = get_visible_place(call, call.arguments.text("channel")).id if "channel" in call.arguments else ""
    author = require_user(call, call.arguments.text("user")).id if "user" in call.arguments else ""
    matching = files.list_files(call.workspace, call.install.bot, call.install.team, author, place)
    count, page = call.arguments.number("count", 100, 1000), call.arguments.number("page", 1, 1_000_000)
    file_objects = [files.to_file_object(call.workspace, file) for file in matching[(page - 1) * count : page * count]]
    pages = max(1, -(-len(matching) // count))
    return {"files": file_objects, "paging": {"count": count, "total": len(matching), "page": page, "pages": pages}}


def delete(call: ApiCall) -> Json:
    file = files.find_file(call.workspace, call.install.team, call.arguments.text("file"))
    if file["user"] != call.install.bot:
        raise SlackError("cant_delete_file")
    files.delete_file(call.workspace, file)
    return {}


METHODS = {
    "files.getUploadURLExternal": ApiMethod(get_upload_url, TIER_4, ("files:write",), ("filename", "length")),
    "files.completeUploadExternal": ApiMethod(complete_upload, TIER_4, ("files:write",), ("files",)),
    "files.info": ApiMethod(info, TIER_4, ("files:read",), ("file",)),
    "files.list": ApiMethod(list_all, TIER_3, ("files:read",)),
    "files.delete": ApiMethod(delete, TIER_3, ("files:write",), ("file",)),
}
