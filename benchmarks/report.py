"""What one part of the benchmarks tells: a table of figures, the command that makes it, and what to read into it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class RunSize(Enum):
    """How much is measured: all parts together take two minutes, or twenty."""

    QUICK = "quick"
    FULL = "full"

    def pick(self, quick: int, full: int) -> int:
        """How many of something to do."""
        return quick if self is RunSize.QUICK else full


@dataclass(frozen=True)
class Row:
    """A figure with its unit, and the goal it is held against where there is one."""

    label: str
    figure: str
    goal: str = ""


@dataclass(frozen=True)
class Section:
    """A part's figures. `notes` are whole sentences under the table; `short` are the rows the README shows."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    summary: tuple[Row, ...] = ()


# Gets a folder of its own that does not exist yet.
Measure = Callable[[Path, RunSize], Coroutine[Any, Any, Section]]
