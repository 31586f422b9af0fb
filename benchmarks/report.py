"""The result of one benchmark part: a table of figures and notes on it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class RunSize(Enum):
    """The size of a run: all parts together take two minutes, or twenty."""

    QUICK = "quick"
    FULL = "full"

    def pick(self, quick: int, full: int) -> int:
        """Return the value for this size."""
        return quick if self is RunSize.QUICK else full


@dataclass(frozen=True)
class Row:
    """A figure with its unit, and its goal if there is one."""

    label: str
    figure: str
    goal: str = ""


@dataclass(frozen=True)
class Section:
    """A part's figures; `notes` are sentences under the table, `summary` are the rows of the summary."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    summary: tuple[Row, ...] = ()


# Takes a folder that does not exist yet.
Measure = Callable[[Path, RunSize], Coroutine[Any, Any, Section]]
