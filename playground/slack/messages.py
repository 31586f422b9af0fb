"""Messages, threads and ephemerals."""

import time

from playground.people import Install, Place
from playground.slack import files
from playground.slack.errors import SlackError
from playground.slack.store import Json
from playground.slack.world import World


def by_app(install: Install) -> Json:
    """The author of what the app writes."""
    return {"user": install.bot, "bot_id": install.bot_id, "app_id": install.app, "team": install.team}


def by_person(person: str, team: str) -> Json:
    return {"user": person, "team": team}


def post(world: World, place: Place, author: Json, content: Json, thread_ts: str | None = None) -> Json:
    """Writes a new message, into the thread of `thread_ts` where one is named."""
    message: Json = {"type": "message", **author, **content, "ts": world.store.stamp()}
    if thread_ts:
        message["thread_ts"] = _root(world, place, thread_ts)
    return save(world, place, message)


def name(world: World, install: Install, place: Place, message: Json, given: str) -> None:
    """Remembers the `client_msg_id` an app gave its message."""
    world.store.keep("client_msg_id", f"{install.team}:{install.bot}:{given}", {"place": place.id, "ts": message["ts"]})


def sent_as(world: World, install: Install, place: Place, given: str) -> Json | None:
    """What the app posted under this `client_msg_id` before; None if it is new.

    Raises SlackError `duplicate_channel_not_found` where that was elsewhere, `duplicate_message_not_found` once it is
    deleted (docs.slack.dev, errors of "chat.postMessage").
    """
    row = world.store.thing("client_msg_id", f"{install.team}:{install.bot}:{given}")
    if row is None:
        return None
    if row["place"] != place.id:
        raise SlackError("duplicate_channel_not_found")
    message = world.store.message(place.id, row["ts"])
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("duplicate_message_not_found")
    return shown(world, place.id, message)


def whisper(world: World, place: Place, reader: str, author: Json, content: Json, thread_ts: str | None = None) -> Json:
    """Writes an ephemeral, which only `reader` sees."""
    message: Json = {"type": "message", **author, **content, "ts": world.store.stamp()}
    message |= {"is_ephemeral": True, "channel": place.id, "to": reader}
    if thread_ts:
        message["thread_ts"] = thread_ts
    return save_ephemeral(world, place.id, reader, message)


def save(world: World, place: Place, message: Json) -> Json:
    """Writes a message through and shows it to everybody who can read it; returns it as it is shown."""
    world.store.keep_message(place.id, message)
    value = shown(world, place.id, message)
    patches = [_patch(place.id, message, value)]
    parent = message.get("thread_ts")
    if parent and parent != message["ts"]:
        patches += _parent_patch(world, place, parent)
    world.live.publish(*patches, readers=world.readers(place))
    return value


def save_ephemeral(world: World, channel: str, reader: str, message: Json) -> Json:
    world.store.keep_message(channel, message, reader)
    world.live.publish(_ephemeral_patch(channel, message["ts"], message), readers={reader})
    return message


def drop(world: World, place: Place, message: Json) -> None:
    """A parent leaves a gravestone as long as its thread has replies."""
    if world.store.summary(place.id, message["ts"])[0]:
        left = {name: message[name] for name in ("type", "user", "ts", "team")}
        save(world, place, {**left, "subtype": "tombstone", "hidden": True, "text": "This message was deleted."})
        return
    world.store.drop_message(place.id, message["ts"])
    patches = [_patch(place.id, message, None)]
    parent = message.get("thread_ts")
    if parent and parent != message["ts"]:
        patches += _parent_patch(world, place, parent)
    world.live.publish(*patches, readers=world.readers(place))


def drop_ephemeral(world: World, channel: str, reader: str, ts: str) -> None:
    world.store.drop_message(channel, ts)
    world.live.publish(_ephemeral_patch(channel, ts, None), readers={reader})


def find(world: World, channel: str, ts: str) -> Json:
    """Raises SlackError `message_not_found`."""
    message = world.store.message(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    return message


def edit(world: World, place: Place, message: Json, content: Json) -> Json:
    """Puts new content in place of the old one; reactions, files and thread stay."""
    kept = {name: value for name, value in message.items() if name not in ("text", "blocks", "attachments")}
    edited = {"user": message["user"], "ts": f"{int(time.time())}.000000"}
    return save(world, place, {**kept, **content, "edited": edited})


def thread(world: World, channel: str, ts: str) -> list[Json]:
    """The replies of a message, oldest first."""
    return [_with_files(world, message) for message in world.store.replies(channel, ts)]


def shown(world: World, channel: str, message: Json) -> Json:
    """A message as conversations.history gives it: files in full, a parent with its thread's summary."""
    message = _with_files(world, message)
    count, latest, people = world.store.summary(channel, message["ts"])
    if not count:
        return message
    thread = {"reply_count": count, "reply_users": people, "reply_users_count": len(people), "latest_reply": latest}
    return {**message, "thread_ts": message["ts"], **thread}


def _with_files(world: World, message: Json) -> Json:
    """Only ids are kept with a message: what a file is changes, and the address of this server too."""
    if "files" not in message:
        return message
    found = (world.store.thing("file", file["id"]) for file in message["files"])
    return {**message, "files": [files.shown(world, file) for file in found if file]}


def _root(world: World, place: Place, thread_ts: str) -> str:
    parent = world.store.message(place.id, thread_ts)
    if parent is None:
        raise SlackError("cannot_reply_to_message")
    return str(parent.get("thread_ts", thread_ts))


def _parent_patch(world: World, place: Place, ts: str) -> list[Json]:
    parent = world.store.message(place.id, ts)
    return [_patch(place.id, parent, shown(world, place.id, parent))] if parent else []


def _patch(channel: str, message: Json, value: Json | None) -> Json:
    thread = message.get("thread_ts")
    thread = None if thread == message["ts"] else thread
    return {"kind": "message", "channel": channel, "ts": message["ts"], "thread_ts": thread, "value": value}


def _ephemeral_patch(channel: str, ts: str, value: Json | None) -> Json:
    return {"kind": "ephemeral", "channel": channel, "ts": ts, "value": value}
