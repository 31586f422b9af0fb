"""What a person types, as Slack passes it on."""

import re

from playground.slack.store import Json
from playground.slack.world import World

_HANDLE = re.compile(r"<@[UW][A-Z0-9]+>|(?<![\w@])@[\w.-]+")
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
