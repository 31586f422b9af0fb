"""Durable jobs."""

from typing import Protocol


class JobQueue(Protocol):
    """Durable jobs by kind (round, slot, close, repost, upscale) and key; starting a running job does nothing."""

    async def start(self, kind: str, key: str) -> None: ...
