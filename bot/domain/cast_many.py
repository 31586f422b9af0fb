"""`/cast many`: a pasted list of characters, checked line by line, then started one after another.

draft -> running -> done      running -> stopped (a cap or a permission) -> running
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from io import StringIO

from bot.domain.brief import MIN_VOTING_TIME, Brief
from bot.domain.command import parse_brief
from bot.domain.command_options import OPTIONS
from bot.domain.errors import BriefError, CastingError, OverBudget, PermissionDenied, PersonLimitReached
from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name

LINE_LIMIT = 30
_NAME, _BRIEF = "name", "brief"
_DELIMITERS = "\t;,"
_TRUE_WORDS = ("yes", "y", "true", "1", "x")


class ManyState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class LineState(StrEnum):
    WAITING = "waiting"
    STARTED = "started"
    FAILED = "failed"


@dataclass(frozen=True)
class TypedCharacter:
    """One line of a pasted list: a brief, or what is wrong with it. `number` counts from 1."""

    number: int
    text: str
    brief: Brief | None = None
    error: CastingError | None = None


@dataclass(frozen=True)
class ManyLine:
    """One character of a list: the most it may cost in dollars; `problem` is the kind of error that it failed with."""

    brief: Brief
    price: Decimal
    state: LineState = LineState.WAITING
    round_id: str = ""
    problem: str = ""


@dataclass(frozen=True)
class StopReason:
    """Why a list stopped, as stored: the kind and values of the error."""

    kind: str
    name: str = ""
    price: Decimal = Decimal(0)
    limit: Decimal = Decimal(0)
    remaining: Decimal = Decimal(0)
    resets_at: datetime | None = None
    is_production_cap: bool = False

    @classmethod
    def from_error(cls, error: CastingError) -> "StopReason | None":
        """Return the reason if the error stops the whole list rather than one line."""
        if isinstance(error, OverBudget) and error.cap != "round":
            return cls(
                "cap", error.cap, error.price, error.limit, error.remaining, error.resets_at, error.is_production_cap
            )
        if isinstance(error, PersonLimitReached):
            return cls("limit", error.kind, limit=Decimal(error.limit))
        if isinstance(error, PermissionDenied):
            return cls("permission")
        return None

    def to_error(self) -> CastingError | None:
        """Return the error that says why; None for a kind without values."""
        if self.kind == "cap":
            return OverBudget(self.name, self.price, self.limit, self.remaining, self.resets_at, self.is_production_cap)
        return PersonLimitReached(self.name, int(self.limit)) if self.kind == "limit" else None


@dataclass(frozen=True)
class ManyList:
    """A list as stored. Every change raises `version`; the message shows `shown_version`."""

    id: str
    place: ChannelRef
    person: str
    lines: tuple[ManyLine, ...]
    state: ManyState = ManyState.DRAFT
    stop: StopReason | None = None
    version: int = 0
    message_ts: str = ""
    shown_version: int = -1

    @property
    def price(self) -> Decimal:
        """The most that all lines may cost, in dollars."""
        return sum((line.price for line in self.lines), Decimal(0))

    @property
    def next_position(self) -> int | None:
        """The position of the line that starts next; None if none waits."""
        return next((n for n, line in enumerate(self.lines) if line.state is LineState.WAITING), None)

    @property
    def newest_round_id(self) -> str:
        return next((line.round_id for line in reversed(self.lines) if line.round_id), "")

    def count(self, state: LineState) -> int:
        return sum(line.state is state for line in self.lines)

    def with_line(self, position: int, line: ManyLine) -> "ManyList":
        """Return a copy with another line at a position; it is done if no line waits."""
        changed = replace(self, lines=(*self.lines[:position], line, *self.lines[position + 1 :]))
        return changed if changed.next_position is not None else replace(changed, state=ManyState.DONE)


def parse_list(text: str, shortest: timedelta = MIN_VOTING_TIME) -> tuple[TypedCharacter, ...]:
    """Parse `NAME: BRIEF [options]` a line, or a table with names and briefs; raises BriefError for the whole list.

    A table is separated by tabs, semicolons or commas. Its first row may name the columns: name, brief, and options.
    """
    lines = list(_table_lines(text) if _is_table(text) else filter(None, map(str.strip, text.splitlines())))
    if not lines:
        raise BriefError("list", "missing")
    if len(lines) > LINE_LIMIT:
        raise BriefError("list", "too_many", f"{len(lines)}", limit=LINE_LIMIT)
    seen: dict[str, int] = {}
    return tuple(_typed(number, line, seen, shortest) for number, line in enumerate(lines, start=1))


def _typed(number: int, line: str, seen: dict[str, int], shortest: timedelta) -> TypedCharacter:
    """Parse one line; a name that an earlier line has is an error."""
    try:
        brief = parse_brief(line, shortest)
    except BriefError as error:
        return TypedCharacter(number, line, error=error)
    first = seen.setdefault(normalize_name(brief.name), number)
    if unusable := _unusable_in_list(brief, line, first if first != number else 0):
        return TypedCharacter(number, line, error=unusable)
    return TypedCharacter(number, line, brief)


def _unusable_in_list(brief: Brief, line: str, earlier: int) -> BriefError | None:
    """Return what prevents a valid brief in a list; `earlier` is the number of a line with the same name, or 0."""
    if brief.voters:
        return BriefError("voters", "in_list", line=line)
    if brief.reference and brief.reference.needs_photo:
        return BriefError("like", "needs_form", line=line)
    return BriefError("name", "twice_in_list", f"{earlier}", line=line) if earlier else None


def _is_table(text: str) -> bool:
    """Return whether the first line is a row of a table: a separator stands before any colon, or it names columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if {_NAME, _BRIEF} <= {cell.strip().casefold() for cell in first.split(_delimiter(first))}:
        return True
    ends = [at for separator in _DELIMITERS if (at := first.find(separator)) > 0]
    colon = first.find(":")
    return bool(ends) and (colon < 0 or min(ends) < colon)


def _delimiter(first: str) -> str:
    return next((separator for separator in _DELIMITERS if separator in first), ",")


def _table_lines(text: str) -> Iterator[str]:
    """Yield each row as a line of `/cast`."""
    first = next(line for line in text.splitlines() if line.strip())
    try:
        rows = [row for row in csv.reader(StringIO(text.strip()), delimiter=_delimiter(first)) if any(row)]
    except csv.Error as error:
        raise BriefError("list", "unreadable", str(error)) from error
    header = [cell.strip().casefold() for cell in rows[0]]
    if not {_NAME, _BRIEF} <= set(header):
        header = [_NAME, _BRIEF]
    else:
        rows = rows[1:]
    for row in rows:
        yield _line_of(dict(zip(header, (" ".join(cell.split()) for cell in row), strict=False)))


def _line_of(cells: Mapping[str, str]) -> str:
    """Return `NAME: BRIEF --option value ...`; empty cells and unknown columns are left out."""
    options = []
    for option in OPTIONS:
        value = cells.get(option, "")
        if option == "4k":
            options += ["--4k"] if value.casefold() in _TRUE_WORDS else []
        elif value:
            options.append(f"--{option} {value}")
    return " ".join([f"{cells.get(_NAME, '')}: {cells.get(_BRIEF, '')}", *options])
