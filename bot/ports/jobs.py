"""Durable work."""

from typing import Protocol


class JobQueue(Protocol):
    """Durable work by kind (round, slot, close, again, finish) and id; starting what already runs does nothing."""

    async def start(self, kind: str, key: str) -> None: ...
