"""Reports about faces in the tools that use them; implemented in storage/."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.target import TargetReport


class TargetRepository(Protocol):
    """The newest report for each face and target."""

    async def list_for_face(self, round_id: str) -> Sequence[TargetReport]:
        """List the reports about the face of a round, by target."""

    async def save(self, report: TargetReport, audit_event: AuditEvent) -> bool:
        """Replace the report about this face and target, with an audit event, and mark the record for a redraw.

        False if there is no such face, or if the same state and external id are stored already.
        """
