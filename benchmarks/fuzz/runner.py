"""Cases by hypothesis, so many of a kind, and what came of them: tried, crashed, lost."""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

# hypothesis remembers every case of a run so as not to repeat it, which grows slow; a run of its own each.
_CASES_PER_RUN = 2_000
_MAX_NOTE_LENGTH = 3_000
# A picture in a case says nothing, and what comes after it would be cut off.
_PICTURE_DATA = re.compile(r"[\w+/=]{200,}|(?:\\x[0-9a-f]{2}){100,}")


class UnexpectedChange(AssertionError):
    """What was refused left something behind: stored state, or money reserved."""


@dataclass(frozen=True)
class FuzzResult:
    """How many cases of a kind, and each thing found, with a case that shows it."""

    kind: str
    cases: int = 0
    crashes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def run_cases(
    kind: str, cases: SearchStrategy[T], check: Callable[[T], None], max_cases: int, first_seed: int | None
) -> FuzzResult:
    """So many cases from the seed `first` on, or always the same ones where it is None.

    A run ends with the first thing it finds; the next one goes on. Cases are small as they come and are told as they
    are: making them smaller takes hypothesis minutes.
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
    crashes = tuple(dict.fromkeys(told for lost, told in findings if not lost))
    return FuzzResult(kind, count, crashes, tuple(dict.fromkeys(told for lost, told in findings if lost)))


def _describe_error(error: Exception) -> str:
    """Where it was raised and what, and hypothesis' note of the case."""
    notes = _PICTURE_DATA.sub("[...]", "\n".join(getattr(error, "__notes__", ())))
    return f"{''.join(traceback.format_tb(error.__traceback__)[-4:])}{error!r:.500}\n{notes[:_MAX_NOTE_LENGTH]}\n"
