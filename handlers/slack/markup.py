"""Users' text without Slack's markup (docs.slack.dev, "Formatting message text")."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.domain.brief import Brief
from bot.domain.errors import BriefError

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")

_USER_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")


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
    """
    names = {person: label or person for person, label in _USER_MENTION.findall(text)}
    return to_plain_text(text, names), {name: person for person, name in names.items()}


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
    """Replace the names of the brief's voters by their ids; raises BriefError for a name that is no mention."""
    if unknown := [name for name in brief.voters if name not in mentions]:
        raise BriefError("voters", "unknown", ", ".join(f"@{name}" for name in unknown), line=line)
    return replace(brief, voters=tuple(mentions[name] for name in brief.voters))
