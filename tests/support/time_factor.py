"""How much slower this machine is than a quiet one; every limit in seconds is multiplied by it.

The first process of a run measures it and hands it to the others in TEST_TIME_FACTOR, which also overrides it.
"""

import os
from functools import cache
from time import monotonic

_VARIABLE = "TEST_TIME_FACTOR"
# What the work below takes on two quiet cores.
_QUIET_SECONDS = 0.1
_ROUNDS, _SAMPLES = 2_000_000, 3
# Beyond this a test that waits for nothing would hold up the run for an hour.
_MAX_FACTOR = 20.0


@cache
def time_factor() -> float:
    """At least 1."""
    if _VARIABLE not in os.environ:
        slowest = max(_work_seconds() for _ in range(_SAMPLES))
        os.environ[_VARIABLE] = f"{min(max(1.0, slowest / _QUIET_SECONDS), _MAX_FACTOR):.2f}"
    return float(os.environ[_VARIABLE])


def scaled(seconds: float) -> float:
    """The limit that means `seconds` on a quiet machine."""
    return seconds * time_factor()


def _work_seconds() -> float:
    started_at, total = monotonic(), 0
    for number in range(_ROUNDS):
        total += number * number % 7
    return monotonic() - started_at
