"""Reports of pictures that somebody finds wrong; implemented in storage/erasure."""

from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent


class PictureReports(Protocol):
    """Reports, and the hiding of the reported round's pictures."""

    async def add(self, round_id: str, team: str, person: str, reason: str, at: datetime) -> None:
        """Store a report and hide the round's pictures."""
        ...

    async def show_again(self, round_id: str, audit_event: AuditEvent) -> bool:
        """Show the pictures again; False if they are not hidden."""
        ...
