"""Sliding windows of an account's rate limit, and when a waiting request may start."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """At most `limit` requests in any period of `seconds`."""

    limit: int
    seconds: float


def start_behind(waiting: int, sent: Sequence[float], windows: Sequence[Window], *, earliest: float) -> float:
    """Return when a request may start that `waiting` others precede, without exceeding a window.

    `sent` are the times of requests that started already, oldest first. No request starts before `earliest`. All times
    are seconds of one clock.
    """
    times = list(sent)
    for _ in range(waiting + 1):
        available_at = (times[-w.limit] + w.seconds for w in windows if len(times) >= w.limit)
        times.append(max((earliest, *available_at)))
    return times[-1]
