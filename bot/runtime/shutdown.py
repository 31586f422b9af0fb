"""Ten seconds from the word to stop until the process is gone, shared by all who have something to end."""

from time import monotonic

# Sockets first: whoever waits for an ack gets it. Then portraits that are paid for, until the engine has to stop.
ACK_DRAIN_SECONDS = 1.5
CLOSE_SECONDS = 1.5
GENERATION_DRAIN_SECONDS = 6.0
REDRAW_DRAIN_SECONDS = 1.0


class ShutdownDeadline:
    """Knows when the process was told to stop."""

    def __init__(self) -> None:
        self._started_at: float | None = None

    def start(self) -> None:
        self._started_at = self._started_at or monotonic()

    def remaining(self, limit: float) -> float:
        """Seconds until it is `until` seconds since the word to stop; all of them where there was none."""
        return max(0.0, limit - (monotonic() - self._started_at)) if self._started_at else limit
