"""Durable jobs."""

from datetime import datetime
from typing import Protocol


class JobQueue(Protocol):
    """Durable jobs by kind (round, slot, close, repost, upscale, sheet_view, passport, delete, webhook) and key.

    Starting a running job does nothing.
    """

    async def start(self, kind: str, key: str) -> None: ...

    async def purge(self, before: datetime) -> int:
        """Delete what is stored of jobs that ended before then; return how many."""
