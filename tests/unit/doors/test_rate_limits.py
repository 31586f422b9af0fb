"""Calls a minute of a caller."""

import pytest

from bot.domain.errors import DoorRefused
from bot.doors.rate_limits import CallLimits


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_quarter_of_a_minutes_calls_may_come_at_once() -> None:
    limits = CallLimits(8, Clock())
    for _ in range(2):
        limits.take("one")
    with pytest.raises(DoorRefused) as caught:
        limits.take("one")
    assert (caught.value.reason, caught.value.retry_after) == ("too_many", 8)
    limits.take("another")


def test_calls_come_back_evenly() -> None:
    clock = Clock()
    limits = CallLimits(60, clock)
    for _ in range(15):
        limits.take("one")
    accepted = 0
    for _ in range(600):
        clock.seconds += 0.1
        try:
            limits.take("one")
        except DoorRefused:
            continue
        accepted += 1
    assert accepted in (59, 60)


def test_one_call_a_minute_is_possible() -> None:
    clock = Clock()
    limits = CallLimits(1, clock)
    limits.take("one")
    with pytest.raises(DoorRefused) as caught:
        limits.take("one")
    assert caught.value.retry_after == 60
    clock.seconds += 60
    limits.take("one")
