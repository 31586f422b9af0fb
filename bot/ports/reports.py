"""Reports of portraits that somebody finds wrong; implemented in storage/erasure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.round import Round


@dataclass(frozen=True)
class Report:
    """Who reported which portrait of a round, and why."""

    round_id: str
    slot_id: str
    team: str
    person: str
    reason: str
    at: datetime


class PictureReports(Protocol):
    """Reports, the hiding of reported portraits, and which files in Slack still show them."""

    async def add(self, report: Report) -> None:
        """Store a report and hide its portrait: the rows forget every picture that shows it."""

    async def show_again(self, round_id: str, slot_id: str, audit_event: AuditEvent) -> bool:
        """Show the portrait again; False if it is not hidden. Its pictures count as not uploaded."""

    async def list_hidden_files(self, round_id: str) -> Sequence[str]:
        """List the files in Slack that still show a hidden portrait."""

    async def forget_files(self, round_id: str, file_ids: Collection[str]) -> None:
        """Forget files that were deleted in Slack."""

    async def list_unsettled(self) -> Sequence[str]:
        """List the rounds whose pictures in Slack are not yet as a report, or its decision, wants them."""

    async def settle(self, seen: Round, at: datetime) -> None:
        """Store that Slack shows the pictures of `seen`, unless other portraits are hidden by now."""

    async def list_hidden_faces(self, round_ids: Collection[str]) -> frozenset[str]:
        """Return those of the rounds whose face is hidden."""
