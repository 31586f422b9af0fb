"""Access tokens of the doors; implemented in storage/."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.door_token import DoorToken
from bot.domain.ids import ChannelRef


class DoorTokens(Protocol):
    """Access tokens. A token is found by the hash of its text, which is stored nowhere."""

    async def add(self, token: DoorToken, secret_hash: str, audit_event: AuditEvent) -> DoorToken:
        """Store a token for the production of its channel, and the audit event; return it with the production's id.

        Raises BriefError if the channel has too many live tokens.
        """

    async def find(self, secret_hash: str) -> DoorToken | None:
        """Return the token with this hash as it is now; nothing is cached."""

    async def get(self, token_id: str) -> DoorToken | None: ...

    async def list_for_channel(self, place: ChannelRef) -> Sequence[DoorToken]:
        """List the tokens of a channel, newest first, the revoked and expired ones too."""

    async def count_live(self, at: datetime) -> int:
        """Count the tokens of all workspaces that are neither revoked nor expired."""

    async def revoke(self, token_id: str, person: str, at: datetime, audit_event: AuditEvent) -> bool:
        """Revoke a token and write the audit event; False if it was revoked already."""

    async def record_use(self, token_id: str, at: datetime, audit_event: AuditEvent) -> None:
        """Write a call of the token to the audit log, and when it was."""
