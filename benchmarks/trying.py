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
_A_RUN = 2_000
_NOTE = 3_000
# A picture in a case says nothing, and what comes after it would be cut off.
_PICTURE = re.compile(r"[\w+/=]{200,}|(?:\\x[0-9a-f]{2}){100,}")


class Lost(AssertionError):
    """What was refused left something behind: stored state, or money reserved."""


@dataclass(frozen=True)
class Tried:
    """How many cases of a kind, and each thing found, with a case that shows it."""

    kind: str
    cases: int = 0
    crashes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def tried(kind: str, cases: SearchStrategy[T], check: Callable[[T], None], most: int, first: int | None) -> Tried:
    """So many cases from the seed `first` on, or always the same ones where it is None.

    A run ends with the first thing it finds; the next one goes on. Cases are small as they come and are told as they
    are: making them smaller takes hypothesis minutes.
    """
    count = 0
    found: list[tuple[bool, str]] = []

    def counted(case: T) -> None:
        nonlocal count
        count += 1
        check(case)

    for number, start in enumerate(range(0, most, _A_RUN)):
        run = settings(
            max_examples=min(_A_RUN, most - start),
            derandomize=first is None,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=tuple(HealthCheck),
            report_multiple_bugs=False,
        )(given(cases)(counted))
        try:
            (run if first is None else seed(first + number)(run))()
        except Exception as error:  # noqa: BLE001 - whatever breaks is what is looked for
            found.append((isinstance(error, Lost), _told(error)))
    crashes = tuple(dict.fromkeys(told for lost, told in found if not lost))
    return Tried(kind, count, crashes, tuple(dict.fromkeys(told for lost, told in found if lost)))


def _told(error: Exception) -> str:
    """Where it was raised and what, and hypothesis' note of the case."""
    notes = _PICTURE.sub("[...]", "\n".join(getattr(error, "__notes__", ())))
    return f"{''.join(traceback.format_tb(error.__traceback__)[-4:])}{error!r:.500}\n{notes[:_NOTE]}\n"
