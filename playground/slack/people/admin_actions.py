"""What an administrator or a member does by hand: archives, renames, removes, deletes, edits."""

from dataclasses import replace

from playground.seed_data import Place
from playground.slack.core.errors import ControlError
from playground.slack.core.store import Json
from playground.slack.people.actions import outcome
from playground.slack.workspace import events, files, messages
from playground.slack.workspace.interactions import Actor
from playground.slack.workspace.typed_text import rich_text_blocks


def archive_place(actor: Actor, place: Place, archived: bool) -> Json:
    """Nobody writes in an archived channel any more, and the app's messages there stand still."""
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
    """A new real name; the handle stays."""
    actor.workspace.save_person(replace(actor.person, real_name=name))
    return outcome(None)


def remove_member(actor: Actor, place: Place, member: str) -> Json:
    """The app, or another person, is in the channel no more."""
    if member not in place.members:
        return outcome(None) | {"ok": False, "error": "not_in_channel"}
    actor.workspace.leave(place, member)
    return outcome(None)


def delete_message(actor: Actor, place: Place, ts: str) -> Json:
    """Anybody's message, as an administrator may; with the files it brought, as Slack asks then."""
    message = messages.find_message(actor.workspace, place.id, ts)
    for file in message.get("files", []):
        if found := actor.workspace.store.get_document("file", file["id"]):
            files.delete_file(actor.workspace, found)
    messages.delete_message(actor.workspace, place, message)
    return outcome(None)


def edit_message(actor: Actor, place: Place, ts: str, text: str) -> Json:
    """Other words in the place of a message's own, as another tool with the app's token would put them."""
    if not text:
        raise ControlError("bad_request", "which words?")
    message = messages.find_message(actor.workspace, place.id, ts)
    messages.edit_message(actor.workspace, place, message, {"text": text, "blocks": rich_text_blocks(text)})
    return outcome(None)
