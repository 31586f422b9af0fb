"""Reactions on messages, by people and by the app."""

from playground.people import Place
from playground.slack import emoji, messages
from playground.slack.errors import SlackError
from playground.slack.store import Json
from playground.slack.world import World

# Numbers commonly quoted; Slack's documentation names the errors but no figures.
_MOST_EMOJI = 50
_MOST_BY_ONE = 23


def add(world: World, place: Place, ts: str, name: str, person: str) -> Json:
    """Raises SlackError `invalid_name`, `already_reacted`, `too_many_emoji`, `too_many_reactions`."""
    message, found = _reactions(world, place, ts, name)
    if person in found.get(name, []):
        raise SlackError("already_reacted")
    if name not in found and len(found) >= _MOST_EMOJI:
        raise SlackError("too_many_emoji")
    if sum(person in people for people in found.values()) >= _MOST_BY_ONE:
        raise SlackError("too_many_reactions")
    return _save(world, place, message, {**found, name: [*found.get(name, []), person]})


def remove(world: World, place: Place, ts: str, name: str, person: str) -> Json:
    """Raises SlackError `invalid_name`, `no_reaction`."""
    message, found = _reactions(world, place, ts, name)
    if person not in found.get(name, []):
        raise SlackError("no_reaction")
    return _save(world, place, message, {**found, name: [other for other in found[name] if other != person]})


def _reactions(world: World, place: Place, ts: str, name: str) -> tuple[Json, dict[str, list[str]]]:
    if not emoji.known(name):
        raise SlackError("invalid_name")
    if place.is_archived:
        raise SlackError("is_archived")
    message = messages.find(world, place.id, ts)
    return message, {row["name"]: row["users"] for row in message.get("reactions", [])}


def _save(world: World, place: Place, message: Json, found: dict[str, list[str]]) -> Json:
    rows = [{"name": name, "users": people, "count": len(people)} for name, people in found.items() if people]
    kept = {name: value for name, value in message.items() if name != "reactions"}
    return messages.save(world, place, {**kept, "reactions": rows} if rows else kept)
