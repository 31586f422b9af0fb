"""Lists of characters that are started one after another; implemented in storage/."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.cast_many import ManyList


class ManyRepository(Protocol):
    """Lists of `/cast many`. A change applies only to the version that was read."""

    async def save(self, many: ManyList, at: datetime) -> None:
        """Store a draft unless its id is stored.

        Deletes the person's drafts that are older than a day, and the workspace's ended lists older than 30 days.
        """

    async def get(self, list_id: str) -> ManyList:
        """Raises KeyError for an unknown id."""

    async def update(self, many: ManyList) -> bool:
        """Store lines, state and stop reason with the next version; False if another change came first."""

    async def set_shown(self, list_id: str, message_ts: str, version: int) -> None:
        """Store the message's timestamp and the version that it shows."""

    async def list_due(self) -> Sequence[ManyList]:
        """List running lists, and those whose message does not show their version."""
