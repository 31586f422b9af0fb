"""The text after `/cast`, parsed into a command.

The text is `NAME: BRIEF` with options, `NAME` alone (recall), `history NAME`, `delete NAME`, `alias NAME = OTHER`, or
one of the words `help`, `list`, `roster`, `spend`, `standings` and `settings`. Empty text opens the form.
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
    QUOTES,
    SLOT_LIMIT,
    BallotMode,
    Brief,
    Ground,
    IntendedUse,
    Reference,
    parse_name,
    parse_quorum,
    parse_single_line,
    parse_text,
    require_length,
)
from bot.domain.catalogue import Look, Size
from bot.domain.command_hints import COMMANDS
from bot.domain.command_options import DURATION_UNITS, LIST_SEPARATOR, check_line_length, split_line
from bot.domain.errors import BriefError
from bot.domain.names import DASHES, drop_invisible, normalize_name

E = TypeVar("E", bound=StrEnum)

_ALIAS_WORDS = ("alias", "aliases")
_COLON = re.compile("[:：]")
# `many` alone, or with a list that begins on the next line.
_MANY = re.compile(r"many[ \t]*(?:\n(.*))?", re.IGNORECASE | re.DOTALL)
_SHARE_ROSTER = re.compile(r"share\s+roster\b([^:：]*)", re.IGNORECASE | re.DOTALL)
_PDF_OPTION = re.compile(rf"(?:^|\s)[{DASHES}]{{1,2}}(review|watermark)\b", re.IGNORECASE)
WATERMARK_LIMIT = 60
_DURATION = re.compile(r"(\d{1,4})\s*+([^\W\d]{1,7})")


class PlainCommand(StrEnum):
    """A command that is one word, or no text at all."""

    OPEN_FORM = ""  # the form for a new brief
    HELP = "help"
    LIST = "list"  # every character of the production
    ROSTER = "roster"  # the production's cast in one picture
    SETTINGS = "settings"
    SPEND = "spend"
    STANDINGS = "standings"


@dataclass(frozen=True)
class RecallCommand:
    """Show a character's face."""

    name: str


@dataclass(frozen=True)
class ManyCommand:
    """Open the form for a list of characters; `text` is a list that was typed already."""

    text: str = ""


@dataclass(frozen=True)
class HistoryCommand:
    """Show a character's history."""

    name: str


@dataclass(frozen=True)
class DeleteCommand:
    """Delete a character."""

    name: str


@dataclass(frozen=True)
class RosterPdfCommand:
    """Send the cast as a PDF; `watermark` is a text across each page, and may be empty."""

    is_for_review: bool = False
    watermark: str = ""


@dataclass(frozen=True)
class AliasCommand:
    """Add `alias` to the character `name`. An empty `alias` removes the alias `name`."""

    name: str
    alias: str = ""


Command = (
    Brief
    | PlainCommand
    | RecallCommand
    | HistoryCommand
    | DeleteCommand
    | RosterPdfCommand
    | AliasCommand
    | ManyCommand
)

_COMMAND_BY_WORD: Mapping[str, PlainCommand] = {
    **{command.value: command for command in PlainCommand if command.value},
    **dict.fromkeys(("?", "-h", "-help", "--help"), PlainCommand.HELP),
}


def parse_command(line: str, shortest: timedelta = MIN_VOTING_TIME) -> Command:
    """Parse the text after `/cast`; raises BriefError. `shortest` is the shortest voting time."""
    check_line_length(line)
    text = _without_slash_command(line)
    if not text:
        return PlainCommand.OPEN_FORM
    if command := _COMMAND_BY_WORD.get(normalize_name(text)):
        return command
    first, _, others = " ".join(drop_invisible(text).split()).partition(" ")
    word = first.casefold()
    if word in _ALIAS_WORDS and others and _is_alias_pair(others):
        return _parse_alias(others, line)
    if match := _MANY.fullmatch(text):
        return ManyCommand((match[1] or "").strip())
    if match := _SHARE_ROSTER.fullmatch(text):
        return _parse_roster_pdf(match[1], line)
    typed = split_line(text)
    if not typed.options and not _COLON.search(typed.text):
        if word == "history" and others:
            return HistoryCommand(parse_name(others, line))
        if word == "delete" and others:
            return DeleteCommand(parse_name(others, line))
        return RecallCommand(parse_name(typed.text, line))
    return parse_brief(text, shortest)


def parse_brief(line: str, shortest: timedelta = MIN_VOTING_TIME) -> Brief:
    """Parse `NAME: BRIEF [options]`; raises BriefError with the first invalid field."""
    typed = split_line(_without_slash_command(line))
    parts = _COLON.split(typed.text, maxsplit=1)
    if len(parts) < 2:
        raise BriefError("brief", "missing", typed.text, line=line)
    name, text = parse_name(parts[0], line), parse_text(parts[1], line)
    if normalize_name(name) in COMMANDS:
        raise BriefError("name", "command", name, line=line)
    fields: dict[str, Any] = {
        field: parse(typed.options[option], line)
        for option, (field, parse) in _option_parsers(shortest).items()
        if option in typed.options
    }
    typed.require_one_piece(line)
    brief = Brief(name, text, explicit_fields=frozenset(typed.options), **fields)
    brief.require_reachable_quorum(line)
    return brief


def _without_slash_command(line: str) -> str:
    """Return a line without a `/cast` copied into it."""
    text = line.strip()
    word, *others = text.split(maxsplit=1)[:2] or [""]
    return (others[0] if others else "") if word.casefold() == "/cast" else text


def _option_parsers(shortest: timedelta) -> Mapping[str, tuple[str, Callable[[str, str], object]]]:
    """Return the brief's field and the parser of each option, in the order in which errors are reported."""
    return {
        "models": ("models", _parse_models),
        "each": ("per_model", _parse_per_model),
        "aspect": ("aspect", _parse_aspect),
        "ground": ("ground", _choice_parser("ground", Ground)),
        "look": ("look", _choice_parser("look", Look)),
        "for": ("open_for", lambda raw, line: _parse_open_for(raw, line, shortest)),
        "4k": ("size", lambda _raw, _line: Size.FOUR_K),
        "like": ("reference", _parse_reference),
        "ballot": ("ballot", _choice_parser("ballot", BallotMode)),
        "quorum": ("quorum", parse_quorum),
        "use": ("use", _choice_parser("use", IntendedUse)),
        "voters": ("voters", _parse_voters),
    }


def _is_alias_pair(text: str) -> bool:
    """Return whether the words after `alias` are no brief: `Alias Smith: a = b` is one."""
    before_equals, equals, _ = text.partition("=")
    return not _COLON.search(before_equals if equals else text)


def _parse_alias(pair: str, line: str) -> AliasCommand:
    """Parse `Maya = the fisherwoman`; `Maya =` removes the alias Maya."""
    name, separator, alias = pair.partition("=")
    if not separator or not name.strip():
        raise BriefError("alias", "missing", line=line)
    if _COLON.search(alias):
        raise BriefError("alias", "colon", alias.strip(), line=line)
    return AliasCommand(parse_name(name, line), parse_name(alias, line) if alias.strip() else "")


def _parse_roster_pdf(options: str, line: str) -> RosterPdfCommand:
    """Parse `--review` and `--watermark TEXT`, each at most once."""
    before, *parts = _PDF_OPTION.split(parse_single_line(options, "share"))
    values = {key.casefold(): value.strip().strip(QUOTES) for key, value in zip(parts[::2], parts[1::2], strict=True)}
    wrong = before.strip() or values.get("review", "")
    if wrong or len(values) * 2 < len(parts):
        raise BriefError("share", "unknown", wrong or options.strip(), line=line)
    watermark = values.get("watermark", "")
    if "watermark" in values and not watermark:
        raise BriefError("watermark", "missing", line=line)
    return RosterPdfCommand("review" in values, require_length(watermark, WATERMARK_LIMIT, "watermark", line))


def _parse_models(raw: str, line: str) -> tuple[str, ...]:
    words = [word.strip(QUOTES).casefold() for word in LIST_SEPARATOR.split(raw)]
    names = tuple(dict.fromkeys(word for word in words if word))
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
    return Reference(PHOTO if normalize_name(name) == PHOTO else name)


def _parse_open_for(raw: str, line: str, shortest: timedelta) -> timedelta:
    match = _DURATION.fullmatch(raw)
    unit = next((unit for unit, words in DURATION_UNITS.items() if match and match[2].casefold() in words), "")
    if not match or not unit:
        raise BriefError("for", "not_a_time", raw, line=line)
    open_for = timedelta(**{unit: int(match[1])})
    if not shortest <= open_for <= MAX_VOTING_TIME:
        raise BriefError("for", "out_of_range", raw, line=line)
    return open_for


def _parse_voters(raw: str, line: str) -> tuple[str, ...]:
    """Return names without their @; a name is one word."""
    words = [word.strip(QUOTES).lstrip("@＠") for word in LIST_SEPARATOR.split(raw)]
    found = tuple(dict.fromkeys(word for word in words if word))
    if not found:
        raise BriefError("voters", "missing", raw, line=line)
    return found


def _choice_parser(option: str, choices: type[E]) -> Callable[[str, str], E]:
    def parse(raw: str, line: str) -> E:
        if raw.casefold() not in tuple(choices):
            raise BriefError(option, "unknown", raw, tuple(choices), line=line)
        return choices(raw.casefold())

    return parse
