"""Deeds: who did what and when, where no other row tells it. Only ever added to."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import ChannelRef


@dataclass(frozen=True)
class AuditEvent:
    """`person` did `what` (a kind: closed, extended, dropped, unlocked, ...) at `place`; `note` is what they gave as
    their reason, or what changed. `character_id` and `round_id` are empty where it concerns a whole production."""

    action: str
    place: ChannelRef
    person: str
    at: datetime
    character_id: str = ""
    round_id: str = ""
    detail: str = ""
