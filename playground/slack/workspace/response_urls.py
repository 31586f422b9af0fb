"""response_url: five responses within thirty minutes, in any channel."""

import secrets
import time

from playground.seed_data import Place
from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.workspace import messages
from playground.slack.workspace.arguments import Arguments
from playground.slack.workspace.message_content import read_content
from playground.slack.workspace.workspace import Workspace

# docs.slack.dev, "Handling user interaction": 5 times within 30 minutes.
_MAX_USES = 5
_LIFETIME_SECONDS = 1800


def new_response_url(
    workspace: Workspace, place: str, person: str, ts: str | None = None, ephemeral: bool = False
) -> str:
    """Create a URL; `ts` is the clicked message, which a response may replace or delete."""
    key = secrets.token_urlsafe(24)
    expires_at = time.time() + _LIFETIME_SECONDS
    row = {"place": place, "person": person, "ts": ts, "ephemeral": ephemeral, "uses": 0, "until": expires_at}
    workspace.store.set_document("response_url", key, row)
    return f"{workspace.address}/slack/respond/{key}"


def respond(workspace: Workspace, key: str, body: Json) -> None:
    """Handle a response; raises SlackError `expired_url`, `used_url`, and the errors of a message."""
    row = workspace.store.get_document("response_url", key)
    if row is None or row["until"] < time.time():
        raise SlackError("expired_url")
    if row["uses"] >= _MAX_USES:
        raise SlackError("used_url")
    workspace.store.set_document("response_url", key, {**row, "uses": row["uses"] + 1})
    place = workspace.place(row["place"])
    if place is None:
        raise SlackError("channel_not_found")
    arguments = Arguments(body)
    if arguments.flag("delete_original"):
        _delete(workspace, place, row)
    elif arguments.flag("replace_original") and row["ts"]:
        _replace(workspace, place, row, arguments)
    else:
        post_response(workspace, place, row["person"], arguments)


def post_response(workspace: Workspace, place: Place, person: str, arguments: Arguments) -> Json:
    """Post a new message of the app, ephemeral for `person` unless `response_type` is in_channel.

    Membership is not required.
    """
    author = messages.app_author(workspace.install(place.team))
    content = read_content(workspace, place.team, arguments)
    thread = arguments.text("thread_ts") or None
    if arguments.text("response_type") == "in_channel":
        return messages.post_message(workspace, place, author, content, thread)
    return messages.post_ephemeral(workspace, place, person, author, content, thread)


def _delete(workspace: Workspace, place: Place, row: Json) -> None:
    if row["ephemeral"]:
        messages.delete_ephemeral(workspace, place.id, row["person"], row["ts"])
    elif row["ts"]:
        messages.delete_message(workspace, place, messages.find_message(workspace, place.id, row["ts"]))


def _replace(workspace: Workspace, place: Place, row: Json, arguments: Arguments) -> None:
    content = read_content(workspace, place.team, arguments)
    if not row["ephemeral"]:
        messages.edit_message(workspace, place, messages.find_message(workspace, place.id, row["ts"]), content)
        return
    old = workspace.store.get_ephemeral(place.id, row["ts"], row["person"])
    if old is None:
        raise SlackError("message_not_found")
    unchanged = {name: value for name, value in old.items() if name not in ("text", "blocks", "attachments")}
    messages.save_ephemeral(workspace, place.id, row["person"], {**unchanged, **content})
