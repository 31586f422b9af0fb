"""Actions of an administrator or a member: archive, rename, remove, delete, edit."""

from dataclasses import replace

from playground.seed_data import Place
from playground.slack.core.errors import ControlError
from playground.slack.core.ids import new_id as make_id
from playground.slack.core.store import Json
from playground.slack.people.actions import outcome
from playground.slack.workspace import events, files, messages
from playground.slack.workspace.interactions import Actor
from playground.slack.workspace.typed_text import encode_mentions, rich_text_blocks


def archive_place(actor: Actor, place: Place, archived: bool) -> Json:
    """Archive a channel: nothing can be posted or changed in it."""
    actor.workspace.save_place(replace(place, is_archived=archived))
    kind = "channel_archive" if archived else "channel_unarchive"
    event_ts = actor.workspace.store.new_ts()
    events.send_place_event(
        actor.workspace, place, {"type": kind, "channel": place.id, "user": actor.person.id, "event_ts": event_ts}
    )
    return outcome(None)


def rename_place(actor: Actor, place: Place, name: str) -> Json:
    actor.workspace.save_place(replace(place, name=name))
    channel = {"id": place.id, "name": name}
    event_ts = actor.workspace.store.new_ts()
    events.send_place_event(
        actor.workspace, place, {"type": "channel_rename", "channel": channel, "event_ts": event_ts}
    )
    return outcome(None)


def rename_person(actor: Actor, name: str) -> Json:
    """Change a real name; the handle stays."""
    actor.workspace.save_person(replace(actor.person, real_name=name))
    return outcome(None)


def remove_member(actor: Actor, place: Place, member: str) -> Json:
    """Remove the app or a person from a channel."""
    if member not in place.members:
        return outcome(None) | {"ok": False, "error": "not_in_channel"}
    actor.workspace.leave(place, member)
    return outcome(None)


def delete_message(actor: Actor, place: Place, ts: str) -> Json:
    """Delete any message with its files, as an administrator may."""
    message = messages.find_message(actor.workspace, place.id, ts)
    for file in message.get("files", []):
        if found := actor.workspace.store.get_document("file", file["id"]):
            files.delete_file(actor.workspace, found)
    messages.delete_message(actor.workspace, place, message)
    return outcome(None)


def edit_message(actor: Actor, place: Place, ts: str, text: str) -> Json:
    """Replace a message's text, as its author, or as another tool with the app's token could.

    Slack sends `app_mention` again for an edited message that mentions the app, with a new event id.
    """
    if not text:
        raise ControlError("bad_request", "which words?")
    message = messages.find_message(actor.workspace, place.id, ts)
    encoded_text = encode_mentions(actor.workspace, place.team, text)
    content = {"text": encoded_text, "blocks": rich_text_blocks(encoded_text)}
    edited = messages.edit_message(actor.workspace, place, message, content)
    if f"<@{actor.install.bot}>" in encoded_text and message.get("app_id") != actor.install.app:
        events.send_app_mention(actor.workspace, place, edited)
    return outcome(None)


def change_place_id(actor: Actor, place: Place, new_id: str) -> Json:
    """Give a channel another id, as Slack does when a private channel is shared; the old id is no longer found."""
    moved = actor.workspace.move_place(place, new_id or make_id("C"))
    events.send_channel_id_changed(actor.workspace, place.id, moved)
    return outcome(None) | {"channel": actor.workspace.place_to_json(moved)}
