"""Users' text without Slack's markup (docs.slack.dev, "Formatting message text")."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.domain.brief import Brief
from bot.domain.errors import BriefError

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")

_USER_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,40})(?:\|([^<>]*))?>")
_PUNCTUATION = ".:!?)"
# Slack cuts a message at 40,000 characters (docs.slack.dev, "chat.postMessage").
_TEXT_LIMIT = 40_000


def decode_entities(text: str) -> str:
    """Decode Slack's three entities; the ampersand comes last, so no text is decoded twice."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentioned_user_ids(text: str) -> tuple[str, ...]:
    """Return the ids of the mentioned users, each once."""
    return tuple(dict.fromkeys(person for person, _ in _USER_MENTION.findall(text)))


def to_plain_text(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return the text as a user sees it: mentions by name (`names` by id), links by label, entities decoded."""
    return decode_entities(_TOKEN.sub(lambda token: _token_text(token[1], token[2] or "", names or {}), text))


def decode_mentions(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the text as a user sees it, and the user ids by the names after @ in it.

    Commands have names with their ids, since the manifest sets `should_escape`; events have ids alone, used as names.
    A name is one word. Of two people with one name, who may come from two organisations, the second keeps the id.
    """
    text = text[:_TEXT_LIMIT]
    names: dict[str, str] = {}
    people: dict[str, str] = {}
    for person, label in _USER_MENTION.findall(text):
        name = "_".join(label.split()) or person
        names[person] = name if people.setdefault(name, person) == person else person
        people[names[person]] = person
    return to_plain_text(text, names), people


def _token_text(target: str, label: str, names: Mapping[str, str]) -> str:
    sign, rest = target[:1], target[1:]
    if sign == "@":
        return f"@{names.get(rest) or label or 'somebody'}"
    if sign == "#":
        return f"#{label}" if label else "a channel"
    if sign == "!":
        return label or (f"@{rest}" if rest in ("here", "channel", "everyone") else "")
    return label or target.removeprefix("mailto:")


def resolve_voters(brief: Brief, mentions: Mapping[str, str], line: str) -> Brief:
    """Replace the names of the brief's voters by their ids.

    Raises BriefError for a name that is no mention, and if more people must vote than are named.
    """
    people = [mentions.get(name) or mentions.get(name.rstrip(_PUNCTUATION)) for name in brief.voters]
    if unknown := [name for name, person in zip(brief.voters, people, strict=True) if person is None]:
        raise BriefError("voters", "unknown", ", ".join(f"@{name}" for name in unknown), line=line)
    resolved = replace(brief, voters=tuple(dict.fromkeys(person for person in people if person)))
    resolved.require_reachable_quorum(line)
    return resolved
