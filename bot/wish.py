"""What somebody wants who types `/cast ...`: a brief, or one of the words that answer.

A line is `NAME: BRIEF` with options, `NAME` alone (recall), `history NAME`, `alias NAME = OTHER`, `help`, `list`,
`roster`, `spend` or `settings`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.brief import SHORTEST, Brief, name_of
from bot.errors import BriefError
from bot.line import bounded, options_of

_ALIAS = re.compile(r"alias(?:es)?\s+([^:：]*|[^=:：]*=.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Recalling:
    """The wish to see a character's face."""

    name: str


@dataclass(frozen=True)
class Listing:
    """The wish to see every character of the production."""


@dataclass(frozen=True)
class Filling:
    """The wish for a form."""


@dataclass(frozen=True)
class Arranging:
    """The wish to see or change the production's customs."""


@dataclass(frozen=True)
class Helping:
    """The wish for help."""


@dataclass(frozen=True)
class Reckoning:
    """The wish to see what was spent."""


@dataclass(frozen=True)
class Remembering:
    """The wish to know all that happened to a character."""

    name: str


@dataclass(frozen=True)
class Picturing:
    """The wish to see the production's cast in one picture."""


@dataclass(frozen=True)
class Naming:
    """The wish that `name` answers to `alias` too; without an alias, that `name` is one no longer."""

    name: str
    alias: str = ""


Wish = Brief | Recalling | Remembering | Listing | Reckoning | Picturing | Naming | Filling | Arranging | Helping


def understand(line: str, shortest: timedelta = SHORTEST) -> Wish:
    """What a person who typed `/cast line` wants; raises BriefError when nothing can be made of it.

    `shortest` is the shortest voting time.
    """
    bounded(line)
    plain = line.strip()
    if not plain:
        return Filling()
    if plain.casefold() in ("help", "?"):
        return Helping()
    if plain.casefold() == "list":
        return Listing()
    if plain.casefold() == "spend":
        return Reckoning()
    if plain.casefold() == "roster":
        return Picturing()
    if alias := _ALIAS.fullmatch(plain):
        return _naming(alias[1], line)
    if plain.casefold() == "settings":
        return Arranging()
    rest, options = options_of(plain)
    if not options and not re.search("[:：]", rest):
        word, _, name = rest.partition(" ")
        if word.casefold() == "history" and name.strip():
            return Remembering(name_of(name, line))
        return Recalling(name_of(rest, line))
    return Brief.of(plain, shortest)


def _naming(pair: str, line: str) -> Naming:
    """`Maya = the fisherwoman`; nothing after the sign takes the name before it away."""
    name, sign, alias = pair.partition("=")
    if not sign or not name.strip():
        raise BriefError("alias", "missing", line=line)
    if re.search("[:：]", alias):
        raise BriefError("alias", "colon", alias.strip(), line=line)
    return Naming(name_of(name, line), name_of(alias, line) if alias.strip() else "")
