"""Shared shutdown deadline: all components must stop within 10 s of SIGTERM."""

from time import monotonic

# Seconds since SIGTERM. Pending acks come first, then portraits that are already paid for.
ACK_DRAIN_SECONDS = 1.5
CLOSE_SECONDS = 1.5
GENERATION_DRAIN_SECONDS = 6.0
REDRAW_DRAIN_SECONDS = 1.0


class ShutdownDeadline:
    """Seconds left since the shutdown started."""

    def __init__(self) -> None:
        self._started_at: float | None = None

    def start(self) -> None:
        self._started_at = self._started_at or monotonic()

    def remaining(self, limit: float) -> float:
        """Return the seconds left of `limit` since the start of the shutdown; `limit` before it."""
        return max(0.0, limit - (monotonic() - self._started_at)) if self._started_at else limit
