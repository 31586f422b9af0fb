"""The text after `/cast`, parsed into a command.

The text is `NAME: BRIEF` with options, `NAME` alone (recall), `history NAME`, `alias NAME = OTHER`, or one of the
words `help`, `list`, `roster`, `spend` and `settings`. Empty text opens the form.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain.brief import (
    ASPECTS,
    MAX_VOTING_TIME,
    MIN_VOTING_TIME,
    PHOTO,
    QUORUM_LIMIT,
    QUOTES,
    SLOT_LIMIT,
    BallotMode,
    Brief,
    IntendedUse,
    Reference,
    parse_name,
    parse_text,
)
from bot.domain.catalogue import Look, Size
from bot.domain.command_options import check_line_length, tokenize_options
from bot.domain.errors import BriefError

E = TypeVar("E", bound=StrEnum)

_ALIAS = re.compile(r"alias(?:es)?\s+([^:：]*|[^=:：]*=.*)", re.IGNORECASE | re.DOTALL)
_DURATION = re.compile(r"(\d{1,4})\s*(m|min|h|d|w)", re.IGNORECASE)
_DURATION_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class RecallCommand:
    """Show a character's face."""

    name: str


@dataclass(frozen=True)
class ListCommand:
    """Show every character of the production."""


@dataclass(frozen=True)
class OpenFormCommand:
    """Open the form for a new brief."""


@dataclass(frozen=True)
class SettingsCommand:
    """Show or change the production's settings."""


@dataclass(frozen=True)
class HelpCommand:
    """Show the help."""


@dataclass(frozen=True)
class SpendCommand:
    """Show what was spent."""


@dataclass(frozen=True)
class HistoryCommand:
    """Show a character's history."""

    name: str


@dataclass(frozen=True)
class RosterCommand:
    """Show the production's cast in one picture."""


@dataclass(frozen=True)
class AliasCommand:
    """Add `alias` to the character `name`. An empty `alias` removes the alias `name`."""

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

_COMMAND_BY_WORD: Mapping[str, Command] = {
    "": OpenFormCommand(),
    "help": HelpCommand(),
    "?": HelpCommand(),
    "list": ListCommand(),
    "spend": SpendCommand(),
    "roster": RosterCommand(),
    "settings": SettingsCommand(),
}


def parse_command(line: str, shortest: timedelta = MIN_VOTING_TIME) -> Command:
    """Parse the text after `/cast`; raises BriefError. `shortest` is the shortest voting time."""
    check_line_length(line)
    text = line.strip()
    if command := _COMMAND_BY_WORD.get(text.casefold()):
        return command
    if match := _ALIAS.fullmatch(text):
        return _parse_alias(match[1], line)
    rest, options = tokenize_options(text)
    if not options and not re.search("[:：]", rest):
        word, _, name = rest.partition(" ")
        if word.casefold() == "history" and name.strip():
            return HistoryCommand(parse_name(name, line))
        return RecallCommand(parse_name(rest, line))
    return parse_brief(text, shortest)


def parse_brief(line: str, shortest: timedelta = MIN_VOTING_TIME) -> Brief:
    """Parse `NAME: BRIEF [options]`; raises BriefError with the first invalid field."""
    rest, options = tokenize_options(line)
    parts = re.split("[:：]", rest, maxsplit=1)
    if len(parts) < 2:
        raise BriefError("brief", "missing", rest, line=line)
    name, text = parse_name(parts[0], line), parse_text(parts[1], line)
    fields: dict[str, Any] = {
        field: parse(options[option], line)
        for option, (field, parse) in _option_parsers(shortest).items()
        if option in options
    }
    return Brief(name, text, explicit_fields=frozenset(options), **fields)


def _option_parsers(shortest: timedelta) -> Mapping[str, tuple[str, Callable[[str, str], object]]]:
    """Return the brief's field and the parser of each option, in the order in which errors are reported."""
    return {
        "models": ("models", _parse_models),
        "each": ("per_model", _parse_per_model),
        "aspect": ("aspect", _parse_aspect),
        "look": ("look", _choice_parser("look", Look)),
        "for": ("open_for", lambda raw, line: _parse_open_for(raw, line, shortest)),
        "4k": ("size", lambda _raw, _line: Size.FOUR_K),
        "like": ("reference", _parse_reference),
        "ballot": ("ballot", _choice_parser("ballot", BallotMode)),
        "quorum": ("quorum", _parse_quorum),
        "use": ("use", _choice_parser("use", IntendedUse)),
        "voters": ("voters", _parse_voters),
    }


def _parse_alias(pair: str, line: str) -> AliasCommand:
    """Parse `Maya = the fisherwoman`; `Maya =` removes the alias Maya."""
    name, separator, alias = pair.partition("=")
    if not separator or not name.strip():
        raise BriefError("alias", "missing", line=line)
    if re.search("[:：]", alias):
        raise BriefError("alias", "colon", alias.strip(), line=line)
    return AliasCommand(parse_name(name, line), parse_name(alias, line) if alias.strip() else "")


def _parse_models(raw: str, line: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(n.strip(QUOTES).casefold() for n in re.split(r"[,\s]+", raw) if n.strip(QUOTES)))
    if not names:
        raise BriefError("models", "missing", raw, line=line)
    return names


def _parse_per_model(raw: str, line: str) -> int:
    if not re.fullmatch("[1-8]", raw):
        raise BriefError("each", "not_a_count", raw, limit=SLOT_LIMIT, line=line)
    return int(raw)


def _parse_aspect(raw: str, line: str) -> str:
    aspect = re.sub("[：x/]", ":", raw)
    if aspect not in ASPECTS:
        raise BriefError("aspect", "unknown", raw, ASPECTS, line=line)
    return aspect


def _parse_reference(raw: str, line: str) -> Reference:
    name = parse_name(raw, line)
    return Reference(PHOTO if name.casefold() == PHOTO else name)


def _parse_open_for(raw: str, line: str, shortest: timedelta) -> timedelta:
    if not (match := _DURATION.fullmatch(raw)):
        raise BriefError("for", "not_a_time", raw, line=line)
    open_for = timedelta(**{_DURATION_UNITS[match[2].casefold()]: int(match[1])})
    if not shortest <= open_for <= MAX_VOTING_TIME:
        raise BriefError("for", "out_of_range", raw, line=line)
    return open_for


def _parse_quorum(raw: str, line: str) -> int:
    if not re.fullmatch("[1-9][0-9]?", raw):
        raise BriefError("quorum", "not_a_count", raw, limit=QUORUM_LIMIT, line=line)
    return int(raw)


def _parse_voters(raw: str, line: str) -> tuple[str, ...]:
    """Return names without their @; a name is one word."""
    names = tuple(dict.fromkeys(name.strip(QUOTES).lstrip("@") for name in re.split(r"[,\s]+", raw)))
    found = tuple(name for name in names if name)
    if not found:
        raise BriefError("voters", "missing", raw, line=line)
    return found


def _choice_parser(option: str, choices: type[E]) -> Callable[[str, str], E]:
    def parse(raw: str, line: str) -> E:
        if raw.casefold() not in tuple(choices):
            raise BriefError(option, "unknown", raw, tuple(choices), line=line)
        return choices(raw.casefold())

    return parse
