"""response_url: five answers within thirty minutes, wherever the interaction happened."""

import secrets
import time

from playground.people import Place
from playground.slack import messages
from playground.slack.arguments import Arguments
from playground.slack.content import read_content
from playground.slack.errors import SlackError
from playground.slack.store import Json
from playground.slack.world import World

# docs.slack.dev, "Handling user interaction": 5 times within 30 minutes.
_USES = 5
_SECONDS = 1800


def new_response_url(world: World, place: str, person: str, ts: str | None = None, ephemeral: bool = False) -> str:
    """`ts` is the message that was clicked, which an answer may replace or delete."""
    key = secrets.token_urlsafe(24)
    until = time.time() + _SECONDS
    row = {"place": place, "person": person, "ts": ts, "ephemeral": ephemeral, "uses": 0, "until": until}
    world.store.keep("response_url", key, row)
    return f"{world.address}/slack/respond/{key}"


def respond(world: World, key: str, body: Json) -> None:
    """Raises SlackError `expired_url`, `used_url`, and what a message may raise."""
    row = world.store.thing("response_url", key)
    if row is None or row["until"] < time.time():
        raise SlackError("expired_url")
    if row["uses"] >= _USES:
        raise SlackError("used_url")
    world.store.keep("response_url", key, {**row, "uses": row["uses"] + 1})
    place = world.place(row["place"])
    if place is None:
        raise SlackError("channel_not_found")
    arguments = Arguments(body)
    if arguments.flag("delete_original"):
        _delete(world, place, row)
    elif arguments.flag("replace_original") and row["ts"]:
        _replace(world, place, row, arguments)
    else:
        say(world, place, row["person"], arguments)


def say(world: World, place: Place, person: str, arguments: Arguments) -> Json:
    """A new message of the app: for `person` alone unless `response_type` is in_channel. Membership does not matter."""
    author = messages.by_app(world.install(place.team))
    content = read_content(world, place.team, arguments)
    thread = arguments.text("thread_ts") or None
    if arguments.text("response_type") == "in_channel":
        return messages.post(world, place, author, content, thread)
    return messages.whisper(world, place, person, author, content, thread)


def _delete(world: World, place: Place, row: Json) -> None:
    if row["ephemeral"]:
        messages.drop_ephemeral(world, place.id, row["person"], row["ts"])
    elif row["ts"]:
        messages.drop(world, place, messages.find(world, place.id, row["ts"]))


def _replace(world: World, place: Place, row: Json, arguments: Arguments) -> None:
    content = read_content(world, place.team, arguments)
    if not row["ephemeral"]:
        messages.edit(world, place, messages.find(world, place.id, row["ts"]), content)
        return
    old = world.store.ephemeral(place.id, row["ts"], row["person"])
    if old is None:
        raise SlackError("message_not_found")
    kept = {name: value for name, value in old.items() if name not in ("text", "blocks", "attachments")}
    messages.save_ephemeral(world, place.id, row["person"], {**kept, **content})
