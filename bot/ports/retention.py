"""Data whose retention time is over; implemented in storage/erasure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.ballot import Tally
from bot.domain.ids import ChannelRef
from bot.domain.production import Production
from bot.domain.retention import WorkspaceRetention


class ExpiredData(Protocol):
    """Finds and deletes what is too old. Rounds are those that ended with a lock or without a face, never open ones.

    `before` is by id of a production; productions without a time keep everything. Every deletion is one transaction
    with its audit event, and may be repeated.
    """

    async def list_portrait_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        """List rounds with portraits that were not locked."""

    async def list_photo_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        """List rounds with a photo that no open round uses."""

    async def list_voter_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        """List rounds with votes that name people."""

    async def list_opinion_rounds(self, before: Mapping[str, datetime], limit: int) -> Sequence[str]:
        """List rounds whose character sheet has opinions of people from before then."""

    async def clear_portraits(self, round_id: str, slot_ids: Sequence[str], audit_event: AuditEvent) -> None:
        """Delete the portraits of these slots, and the contact sheet, from the round's rows."""

    async def clear_photo(self, round_id: str, audit_event: AuditEvent) -> None:
        """Delete the photo from every round that uses the same one, and keep who confirmed the consent."""

    async def clear_voters(self, round_id: str, tally: Tally | None, audit_event: AuditEvent) -> None:
        """Delete who voted for what; `tally` is stored where the round has none."""

    async def clear_opinions(self, round_id: str, before: datetime, audit_event: AuditEvent) -> None:
        """Delete who said what about views before then, and keep the counts; the event gets the number of people."""

    async def delete_audit_events(self, production_id: str, before: datetime) -> int:
        """Delete the entries of a production's channels and its ended access tokens; return how many entries."""

    async def list_productions(self) -> Sequence[Production]:
        """List the productions of all workspaces."""

    async def home_of(self, production_id: str) -> ChannelRef:
        """Return the channel in which a production began."""

    async def drop_deleted_content(self) -> None:
        """Overwrite what the database file still holds of deleted rows, where it does."""


class WorkspaceRetentions(Protocol):
    """How long workspaces keep data; a workspace without an entry leaves everything to Castroom."""

    async def get(self, team: str) -> WorkspaceRetention: ...

    async def list_all(self) -> Mapping[str, WorkspaceRetention]:
        """List the entries by workspace."""

    async def save(
        self, team: str, retention: WorkspaceRetention, expected_digest: str, audit_events: Sequence[AuditEvent]
    ) -> None:
        """Store the entry with its audit events; raises SettingsConflict unless the digest is the stored one's."""
