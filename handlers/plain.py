"""What people wrote, without Slack's way of writing it (docs.slack.dev, "Formatting message text")."""

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_NAMED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")


def decoded(text: str) -> str:
    """Slack writes three characters as entities; the ampersand comes last so that nothing is decoded twice."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def named_in(text: str) -> tuple[str, ...]:
    """The ids of the people mentioned in it, each once."""
    return tuple(dict.fromkeys(person for person, _ in _NAMED.findall(text)))


def readable(text: str, names: Mapping[str, str] | None = None) -> str:
    """The words a person sees: mentions by name (`names` by id), links by what they are called, entities decoded."""
    return decoded(_TOKEN.sub(lambda token: _shown(token[1], token[2] or "", names or {}), text))


def spoken(text: str) -> tuple[str, Mapping[str, str]]:
    """The words a person sees, and who is named in them with @: the name there, and whose id that is.

    A command's people come with their names where the manifest asks for `should_escape`; a mention's come as ids alone,
    which then stand for themselves.
    """
    names = {person: label or person for person, label in _NAMED.findall(text)}
    return readable(text, names), {name: person for person, name in names.items()}


def _shown(what: str, label: str, names: Mapping[str, str]) -> str:
    sign, rest = what[:1], what[1:]
    if sign == "@":
        return f"@{names.get(rest) or label or 'somebody'}"
    if sign == "#":
        return f"#{label}" if label else "a channel"
    if sign == "!":
        return label or (f"@{rest}" if rest in ("here", "channel", "everyone") else "")
    return label or what.removeprefix("mailto:")
