"""Messages, threads and ephemerals."""

import time

from playground.seed_data import Install, Person, Place
from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.workspace import files
from playground.slack.workspace.workspace import Workspace


def app_author(install: Install) -> Json:
    """Return the author fields of the app's messages."""
    return {"user": install.bot, "bot_id": install.bot_id, "app_id": install.app, "team": install.team}


def person_author(person: str, team: str) -> Json:
    return {"user": person, "team": team}


def author_of(person: Person) -> Json:
    """Return the author fields of a person, of another app's bot, or of a workflow, which has no user."""
    if not person.is_bot:
        return person_author(person.id, person.home or person.team)
    bot_id, app = person.id.replace("U", "B", 1), person.id.replace("U", "A", 1)
    profile = {"id": bot_id, "app_id": app, "name": person.real_name, "team_id": person.team, "deleted": False}
    fields: Json = {"bot_id": bot_id, "app_id": app, "team": person.team, "bot_profile": profile}
    user = {"subtype": "bot_message", "username": person.real_name} if person.workflow else {"user": person.id}
    return {**fields, **user}


def post_message(workspace: Workspace, place: Place, author: Json, content: Json, thread_ts: str | None = None) -> Json:
    """Store a new message, in the thread of `thread_ts` if given."""
    message: Json = {"type": "message", **author, **content, "ts": workspace.store.new_ts()}
    if thread_ts:
        message["thread_ts"] = _thread_root(workspace, place, thread_ts)
    return save_message(workspace, place, message)


def remember_client_msg_id(
    workspace: Workspace, install: Install, place: Place, message: Json, client_msg_id: str
) -> None:
    """Store the `client_msg_id` that an app gave its message."""
    workspace.store.set_document(
        "client_msg_id", f"{install.team}:{install.bot}:{client_msg_id}", {"place": place.id, "ts": message["ts"]}
    )


def find_by_client_msg_id(workspace: Workspace, install: Install, place: Place, client_msg_id: str) -> Json | None:
    """Return the app's earlier message with this `client_msg_id`; None if it is new.

    Raises SlackError `duplicate_channel_not_found` if it is elsewhere, `duplicate_message_not_found` if it is deleted
    (docs.slack.dev, errors of "chat.postMessage").
    """
    row = workspace.store.get_document("client_msg_id", f"{install.team}:{install.bot}:{client_msg_id}")
    if row is None:
        return None
    if row["place"] != place.id:
        raise SlackError("duplicate_channel_not_found")
    message = workspace.store.get_message(place.id, row["ts"])
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("duplicate_message_not_found")
    return to_message_object(workspace, place.id, message)


def post_ephemeral(
    workspace: Workspace, place: Place, reader: str, author: Json, content: Json, thread_ts: str | None = None
) -> Json:
    """Store an ephemeral, which only `reader` sees."""
    message: Json = {"type": "message", **author, **content, "ts": workspace.store.new_ts()}
    message |= {"is_ephemeral": True, "channel": place.id, "to": reader}
    if thread_ts:
        message["thread_ts"] = thread_ts
    return save_ephemeral(workspace, place.id, reader, message)


def save_message(workspace: Workspace, place: Place, message: Json) -> Json:
    """Store a message and send it to the pages of its readers; return it as it is displayed."""
    workspace.store.set_message(place.id, message)
    value = to_message_object(workspace, place.id, message)
    patches = [_patch(place.id, message, value)]
    parent = message.get("thread_ts")
    if parent and parent != message["ts"]:
        patches += _parent_patches(workspace, place, parent)
    workspace.live_updates.publish(*patches, readers=workspace.reader_ids(place))
    return value


def save_ephemeral(workspace: Workspace, channel: str, reader: str, message: Json) -> Json:
    workspace.store.set_message(channel, message, reader)
    workspace.live_updates.publish(_ephemeral_patch(channel, message["ts"], message), readers={reader})
    return message


def delete_message(workspace: Workspace, place: Place, message: Json) -> None:
    """Delete a message; a parent leaves a tombstone while its thread has replies."""
    if workspace.store.thread_summary(place.id, message["ts"])[0]:
        tombstone: Json = {name: message[name] for name in ("type", "user", "ts", "team") if name in message}
        save_message(
            workspace, place, {**tombstone, "subtype": "tombstone", "hidden": True, "text": "This message was deleted."}
        )
        return
    workspace.store.delete_message(place.id, message["ts"])
    patches = [_patch(place.id, message, None)]
    parent = message.get("thread_ts")
    if parent and parent != message["ts"]:
        patches += _parent_patches(workspace, place, parent)
    workspace.live_updates.publish(*patches, readers=workspace.reader_ids(place))


def delete_ephemeral(workspace: Workspace, channel: str, reader: str, ts: str) -> None:
    workspace.store.delete_message(channel, ts)
    workspace.live_updates.publish(_ephemeral_patch(channel, ts, None), readers={reader})


def shared_message(workspace: Workspace, channel: str, ts: str) -> Json:
    """Return the attachment of a message that shares or forwards another one."""
    shared = find_message(workspace, channel, ts)
    blocks = [{"team": shared["team"], "channel": channel, "ts": ts, "message": {"blocks": shared.get("blocks", [])}}]
    author, text = shared.get("user", ""), shared.get("text", "")
    address = f"https://practice.slack.example/archives/{channel}/p{ts.replace('.', '')}"
    fields: Json = {"is_share": True, "is_msg_unfurl": True, "ts": ts, "channel_id": channel, "author_id": author}
    nested = {"attachments": shared["attachments"]} if shared.get("attachments") else {}
    fields |= {"text": text, "message_blocks": blocks, "from_url": address, "original_url": address, "footer": "Posted"}
    return {**fields, **nested, "fallback": f"[practice] {author}: {text}", "mrkdwn_in": ["text"]}


def find_message(workspace: Workspace, channel: str, ts: str) -> Json:
    """Return a message; raises SlackError `message_not_found`."""
    message = workspace.store.get_message(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    return message


def edit_message(workspace: Workspace, place: Place, message: Json, content: Json) -> Json:
    """Replace the content; reactions, files and thread stay."""
    unchanged = {name: value for name, value in message.items() if name not in ("text", "blocks", "attachments")}
    edited = {"user": message.get("user", ""), "ts": f"{int(time.time())}.000000"}
    return save_message(workspace, place, {**unchanged, **content, "edited": edited})


def list_replies(workspace: Workspace, channel: str, ts: str) -> list[Json]:
    """Return the replies of a message, oldest first."""
    return [_with_files(workspace, message) for message in workspace.store.list_replies(channel, ts)]


def to_message_object(workspace: Workspace, channel: str, message: Json) -> Json:
    """Build a message as conversations.history returns it, with whole files and a thread summary."""
    message = _with_files(workspace, message)
    count, latest, people = workspace.store.thread_summary(channel, message["ts"])
    if not count:
        return message
    thread = {"reply_count": count, "reply_users": people, "reply_users_count": len(people), "latest_reply": latest}
    return {**message, "thread_ts": message["ts"], **thread}


def _with_files(workspace: Workspace, message: Json) -> Json:
    """Replace stored file ids with file objects, which change, as does this server's address."""
    if "files" not in message:
        return message
    found = (workspace.store.get_document("file", file["id"]) for file in message["files"])
    return {**message, "files": [files.to_file_object(workspace, file) for file in found if file]}


def _thread_root(workspace: Workspace, place: Place, thread_ts: str) -> str:
    parent = workspace.store.get_message(place.id, thread_ts)
    if parent is None:
        raise SlackError("cannot_reply_to_message")
    return str(parent.get("thread_ts", thread_ts))


def _parent_patches(workspace: Workspace, place: Place, ts: str) -> list[Json]:
    parent = workspace.store.get_message(place.id, ts)
    return [_patch(place.id, parent, to_message_object(workspace, place.id, parent))] if parent else []


def _patch(channel: str, message: Json, value: Json | None) -> Json:
    thread = message.get("thread_ts")
    thread = None if thread == message["ts"] else thread
    return {"kind": "message", "channel": channel, "ts": message["ts"], "thread_ts": thread, "value": value}


def _ephemeral_patch(channel: str, ts: str, value: Json | None) -> Json:
    return {"kind": "ephemeral", "channel": channel, "ts": ts, "value": value}
