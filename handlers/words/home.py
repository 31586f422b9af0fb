"""What a person's home says."""

from datetime import datetime
from decimal import Decimal

from handlers.words.text import channel, dollars, link, quiet, when

WAITING = "Waiting for your vote"
NOTHING_WAITS = "Nothing waits for your vote."
ROSTER = "Faces"


def waiting(name: str, channel_id: str, closes_at: datetime | None, url: str) -> str:
    closing = f" · closes {when(closes_at)}" if closes_at else ""
    return f"{quiet(name)} · {channel(channel_id)}{closing} · {link(url, 'Vote')}"


def spent(today: Decimal, cap: Decimal) -> str:
    return f"{dollars(today)} of {dollars(cap)} for portraits today (the day in UTC), reserved ones included."
