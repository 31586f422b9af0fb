"""Retry delays of the use cases, in seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.domain.service_errors import MessageDeleted, SlackRejected

R = TypeVar("R")


async def retry_rejected(call: Callable[[], Awaitable[R]], waits: Sequence[float]) -> R:
    """Repeat a call that Slack rejects, after each of `waits` (seconds).

    Raises SlackRejected after the last one, and MessageDeleted at once.
    """
    for delay in waits:
        try:
            return await call()
        except MessageDeleted:
            raise
        except SlackRejected:
            await asyncio.sleep(delay)
    return await call()


@dataclass(frozen=True)
class RetryDelays:
    """Delays in seconds; tests shorten them.

    `rejected_message`: before a rejected Slack call is repeated, since an invitation or a setting takes a moment to
    spread in Slack. `storage`: before a failed write is repeated; the last one repeats, because a person must free the
    disk. `rate_limit`: between two checks of a rate limit. `other_call`: between two looks for the result of another
    process's call. `lost_process`: how long a process may be away before its call counts as ended.
    """

    rejected_message: tuple[float, ...] = (0.5, 1.5)
    storage: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0)
    rate_limit: float = 2.0
    other_call: float = 1.0
    lost_process: timedelta = timedelta(seconds=10)
