"""Messages that changed, as several processes see them; implemented in storage/."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class RedrawMark:
    """A message that changed `version` times; `urgent` marks a change of its round's state."""

    round_id: str
    team: str
    version: int
    urgent: bool


class RedrawMarks(Protocol):
    """Marks of changed messages. Every method but `listen` raises StorageUnavailable. Times are seconds."""

    def listen(self, callback: Callable[[str, str, bool], None]) -> None:
        """Call `callback` with workspace, round and urgency after each mark of any process."""

    async def mark(self, *round_ids: str, urgent: bool = False) -> None:
        """Mark the rounds' messages as changed and notify every process."""

    async def begin(self, round_id: str, team: str) -> int:
        """Count an update of the message against the workspace's limit; return its version."""

    async def finish(self, round_id: str, version: int) -> None:
        """Record that the message shows this version."""

    async def list_undrawn(self, older_than: float) -> Sequence[RedrawMark]:
        """List messages that changed longer ago and do not show it."""

    async def list_changed(self, team: str, within: float) -> Sequence[RedrawMark]:
        """List the workspace's messages that changed since then, or do not show their last change."""

    async def update_ages(self, team: str) -> Sequence[float]:
        """Return how long ago each update of the last minute was, oldest first."""

    async def purge(self) -> None:
        """Delete marks and updates that nothing needs any more."""
