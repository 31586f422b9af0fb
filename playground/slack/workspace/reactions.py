"""Reactions on messages, by people and by the app."""

from playground.seed_data import Place
from playground.slack.core import emoji
from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.workspace import messages
from playground.slack.workspace.workspace import Workspace

# Commonly quoted numbers; Slack documents the errors without them.
_MAX_EMOJI = 50
_MAX_PER_USER = 23


def add(workspace: Workspace, place: Place, ts: str, name: str, person: str) -> Json:
    """Add a reaction; raises SlackError `invalid_name`, `already_reacted`, `too_many_emoji`, `too_many_reactions`."""
    message, users_by_emoji = _load_reactions(workspace, place, ts, name)
    if person in users_by_emoji.get(name, []):
        raise SlackError("already_reacted")
    if name not in users_by_emoji and len(users_by_emoji) >= _MAX_EMOJI:
        raise SlackError("too_many_emoji")
    if sum(person in people for people in users_by_emoji.values()) >= _MAX_PER_USER:
        raise SlackError("too_many_reactions")
    return _save_reactions(workspace, place, message, {**users_by_emoji, name: [*users_by_emoji.get(name, []), person]})


def remove(workspace: Workspace, place: Place, ts: str, name: str, person: str) -> Json:
    """Remove a reaction; raises SlackError `invalid_name`, `no_reaction`."""
    message, users_by_emoji = _load_reactions(workspace, place, ts, name)
    if person not in users_by_emoji.get(name, []):
        raise SlackError("no_reaction")
    return _save_reactions(
        workspace,
        place,
        message,
        {**users_by_emoji, name: [other for other in users_by_emoji[name] if other != person]},
    )


def _load_reactions(workspace: Workspace, place: Place, ts: str, name: str) -> tuple[Json, dict[str, list[str]]]:
    if not emoji.is_known(name):
        raise SlackError("invalid_name")
    if place.is_archived:
        raise SlackError("is_archived")
    message = messages.find_message(workspace, place.id, ts)
    return message, {row["name"]: row["users"] for row in message.get("reactions", [])}


def _save_reactions(workspace: Workspace, place: Place, message: Json, users_by_emoji: dict[str, list[str]]) -> Json:
    rows = [{"name": name, "users": people, "count": len(people)} for name, people in users_by_emoji.items() if people]
    unchanged = {name: value for name, value in message.items() if name != "reactions"}
    return messages.save_message(workspace, place, {**unchanged, "reactions": rows} if rows else unchanged)
