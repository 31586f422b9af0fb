"""Text that a person types, as Slack passes it to the app."""

import re

from playground.slack.core.store import Json
from playground.slack.workspace.workspace import Workspace

_HANDLE = re.compile(r"<@[UW][A-Z0-9]+>|(?<![\w@])@[\w.-]+")
_CHANNEL = re.compile(r"(?<![\w&#])#([\w-]+)")
_USER_MENTION = re.compile(r"(<@[UW][A-Z0-9]+>)")


def escape_text(text: str) -> str:
    """Escape the three characters that Slack writes as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode_mentions(workspace: Workspace, team: str, text: str) -> str:
    """Escape the text, and write `@name` of a known person as `<@U...>`."""
    ids = {person.name.lower(): person.id for person in workspace.people(team)}
    parts: list[str] = []
    end = 0
    for match in _HANDLE.finditer(text):
        word = match.group()
        person = word if word.startswith("<") else ids.get(word[1:].rstrip(".").lower())
        if person:
            token = person if person.startswith("<") else f"<@{person}>"
            parts += [escape_text(text[end : match.start()]), token]
            end = match.end() - (1 if word.endswith(".") and not word.startswith("<") else 0)
    return "".join([*parts, escape_text(text[end:])])


def encode_command_text(workspace: Workspace, team: str, text: str) -> str:
    """Escape a command's text; people and channels include their names, as `<@U...|mei>`."""
    names = {person.id: person.name for person in workspace.people(team)}
    with_names = _USER_MENTION.sub(
        lambda found: f"<@{found[1][2:-1]}|{names.get(found[1][2:-1], '')}>", encode_mentions(workspace, team, text)
    )
    ids = {place.name: place.id for place in workspace.places(team) if place.name}
    return _CHANNEL.sub(lambda found: f"<#{ids[found[1]]}|{found[1]}>" if found[1] in ids else found[0], with_names)


def rich_text_blocks(text: str) -> list[Json]:
    """Return the block that Slack's composer makes of the text."""
    pieces: list[Json] = []
    for piece in filter(None, _USER_MENTION.split(text)):
        if _USER_MENTION.fullmatch(piece):
            pieces.append({"type": "user", "user_id": piece[2:-1]})
        else:
            plain = piece.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            pieces.append({"type": "text", "text": plain})
    section = {"type": "rich_text_section", "elements": pieces}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]
