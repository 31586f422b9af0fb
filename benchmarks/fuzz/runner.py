"""Runs Hypothesis cases and collects crashes and unexpected changes."""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

# Hypothesis remembers every case of a run to avoid repetition, which gets slow; hence several runs.
_CASES_PER_RUN = 2_000
_MAX_NOTE_LENGTH = 3_000
# Picture data explains nothing, and would crowd out the rest of a note.
_PICTURE_DATA = re.compile(r"[\w+/=]{200,}|(?:\\x[0-9a-f]{2}){100,}")


class UnexpectedChange(AssertionError):
    """A refused input changed stored state or reserved money."""


@dataclass(frozen=True)
class FuzzResult:
    """The number of cases of a kind, and each finding with an example."""

    kind: str
    cases: int = 0
    crashes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def run_cases(
    kind: str, cases: SearchStrategy[T], check: Callable[[T], None], max_cases: int, first_seed: int | None
) -> FuzzResult:
    """Run `max_cases` cases from `first_seed` on, or always the same ones if it is None.

    A run ends at its first finding, and the next run goes on. Cases are not shrunk, which takes Hypothesis minutes.
    """
    count = 0
    findings: list[tuple[bool, str]] = []

    def counted_check(case: T) -> None:
        nonlocal count
        count += 1
        check(case)

    for number, start in enumerate(range(0, max_cases, _CASES_PER_RUN)):
        run = settings(
            max_examples=min(_CASES_PER_RUN, max_cases - start),
            derandomize=first_seed is None,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=tuple(HealthCheck),
            report_multiple_bugs=False,
        )(given(cases)(counted_check))
        try:
            (run if first_seed is None else seed(first_seed + number)(run))()
        except Exception as error:  # noqa: BLE001 - whatever breaks is what is looked for
            findings.append((isinstance(error, UnexpectedChange), _describe_error(error)))
    crashes = tuple(dict.fromkeys(text for is_change, text in findings if not is_change))
    return FuzzResult(kind, count, crashes, tuple(dict.fromkeys(text for is_change, text in findings if is_change)))


def _describe_error(error: Exception) -> str:
    """Return the traceback's end, the error and Hypothesis' note of the case."""
    notes = _PICTURE_DATA.sub("[...]", "\n".join(getattr(error, "__notes__", ())))
    return f"{''.join(traceback.format_tb(error.__traceback__)[-4:])}{error!r:.500}\n{notes[:_MAX_NOTE_LENGTH]}\n"
