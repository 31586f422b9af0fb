"""What somebody wants who types `/cast ...`: a brief, or one of the words that answer.

A line is `NAME: BRIEF` with options, `NAME` alone (recall), `history NAME`, `alias NAME = OTHER`, `help`, `list`,
`roster`, `spend` or `settings`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.brief import MIN_VOTING_TIME, Brief, parse_name
from bot.domain.command_options import check_line_length, tokenize_options
from bot.domain.errors import BriefError

_ALIAS = re.compile(r"alias(?:es)?\s+([^:：]*|[^=:：]*=.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class RecallCommand:
    """The wish to see a character's face."""

    name: str


@dataclass(frozen=True)
class ListCommand:
    """The wish to see every character of the production."""


@dataclass(frozen=True)
class OpenFormCommand:
    """The wish for a form."""


@dataclass(frozen=True)
class SettingsCommand:
    """The wish to see or change the production's customs."""


@dataclass(frozen=True)
class HelpCommand:
    """The wish for help."""


@dataclass(frozen=True)
class SpendCommand:
    """The wish to see what was spent."""


@dataclass(frozen=True)
class HistoryCommand:
    """The wish to know all that happened to a character."""

    name: str


@dataclass(frozen=True)
class RosterCommand:
    """The wish to see the production's cast in one picture."""


@dataclass(frozen=True)
class AliasCommand:
    """The wish that `name` answers to `alias` too; without an alias, that `name` is one no longer."""

    name: str
    alias: str = ""


Command = (
    Brief
    | RecallCommand
    | HistoryCommand
    | ListCommand
    | SpendCommand
    | RosterCommand
    | AliasCommand
    | OpenFormCommand
    | SettingsCommand
    | HelpCommand
)


def parse_command(line: str, shortest: timedelta = MIN_VOTING_TIME) -> Command:
    """What a person who typed `/cast line` wants; raises BriefError when nothing can be made of it.

    `shortest` is the shortest voting time.
    """
    check_line_length(line)
    text = line.strip()
    if not text:
        return OpenFormCommand()
    if text.casefold() in ("help", "?"):
        return HelpCommand()
    if text.casefold() == "list":
        return ListCommand()
    if text.casefold() == "spend":
        return SpendCommand()
    if text.casefold() == "roster":
        return RosterCommand()
    if match := _ALIAS.fullmatch(text):
        return _parse_alias(match[1], line)
    if text.casefold() == "settings":
        return SettingsCommand()
    rest, options = tokenize_options(text)
    if not options and not re.search("[:：]", rest):
        word, _, name = rest.partition(" ")
        if word.casefold() == "history" and name.strip():
            return HistoryCommand(parse_name(name, line))
        return RecallCommand(parse_name(rest, line))
    return Brief.parse(text, shortest)


def _parse_alias(pair: str, line: str) -> AliasCommand:
    """`Maya = the fisherwoman`; nothing after the sign takes the name before it away."""
    name, separator, alias = pair.partition("=")
    if not separator or not name.strip():
        raise BriefError("alias", "missing", line=line)
    if re.search("[:：]", alias):
        raise BriefError("alias", "colon", alias.strip(), line=line)
    return AliasCommand(parse_name(name, line), parse_name(alias, line) if alias.strip() else "")
