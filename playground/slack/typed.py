"""What a person types, as Slack passes it on."""

import re

from playground.slack.store import Json
from playground.slack.world import World

_HANDLE = re.compile(r"<@[UW][A-Z0-9]+>|(?<![\w@])@[\w.-]+")
_CHANNEL = re.compile(r"(?<![\w&#])#([\w-]+)")
_TOKEN = re.compile(r"(<@[UW][A-Z0-9]+>)")


def escaped(text: str) -> str:
    """The three characters Slack writes as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encoded(world: World, team: str, text: str) -> str:
    """Escaped, with `@name` of somebody here as `<@U...>`."""
    ids = {person.name.lower(): person.id for person in world.people(team)}
    parts: list[str] = []
    end = 0
    for found in _HANDLE.finditer(text):
        word = found.group()
        person = word if word.startswith("<") else ids.get(word[1:].rstrip(".").lower())
        if person:
            token = person if person.startswith("<") else f"<@{person}>"
            parts += [escaped(text[end : found.start()]), token]
            end = found.end() - (1 if word.endswith(".") and not word.startswith("<") else 0)
    return "".join([*parts, escaped(text[end:])])


def spelled(world: World, team: str, text: str) -> str:
    """A command's text where the app has it escaped: people and channels come with their names, as `<@U...|mei>`."""
    names = {person.id: person.name for person in world.people(team)}
    named = _TOKEN.sub(lambda found: f"<@{found[1][2:-1]}|{names.get(found[1][2:-1], '')}>", encoded(world, team, text))
    ids = {place.name: place.id for place in world.places(team) if place.name}
    return _CHANNEL.sub(lambda found: f"<#{ids[found[1]]}|{found[1]}>" if found[1] in ids else found[0], named)


def rich_text(text: str) -> list[Json]:
    """The block Slack's composer makes of it."""
    pieces: list[Json] = []
    for piece in filter(None, _TOKEN.split(text)):
        if _TOKEN.fullmatch(piece):
            pieces.append({"type": "user", "user_id": piece[2:-1]})
        else:
            plain = piece.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            pieces.append({"type": "text", "text": plain})
    section = {"type": "rich_text_section", "elements": pieces}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]
