"""Audit log entries: who did what and when, where no other row records it. Append-only."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import ChannelRef

# A call of a door: its `detail` is the token's id and what was called.
DOOR_USED = "door_used"


@dataclass(frozen=True)
class AuditEvent:
    """One entry of the audit log: `person` did `action` (closed, extended, dropped, unlocked, ...) at `place`.

    `detail` is the reason given, or what changed. `character_id` and `round_id` are empty for events of a production.
    """

    action: str
    place: ChannelRef
    person: str
    at: datetime
    character_id: str = ""
    round_id: str = ""
    detail: str = ""
