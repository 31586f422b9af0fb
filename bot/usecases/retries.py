"""How long the use cases wait before they try again, in seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.errors import MessageDeleted, SlackRejected

R = TypeVar("R")


async def retry_rejected(call: Callable[[], Awaitable[R]], waits: Sequence[float]) -> R:
    """What Slack refuses is asked again after each of the waits (seconds) before it is believed; raises NotTaken, and
    MessageGone at once."""
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
    """Shorter ones are for tests.

    `refused`: before Slack is asked again; an invitation, a permission or a setting may take a moment to be known
    everywhere in Slack. `not_kept`: before a full disk is tried again; a person clears it, so the last one repeats.
    `in_line`: between two looks at a line of requests.
    """

    rejected_message: tuple[float, ...] = (0.5, 1.5)
    storage: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0)
    rate_limit: float = 2.0
