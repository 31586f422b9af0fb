"""Ten seconds from the word to stop until the process is gone, shared by all who have something to end."""

from time import monotonic

# Sockets first: whoever waits for an ack gets it. Then portraits that are paid for, until the engine has to stop.
LAST_ACKS = 1.5
LAST_CLOSES = 1.5
LAST_DRAWINGS = 6.0
LAST_REDRAWS = 1.0


class Farewell:
    """Knows when the process was told to stop."""

    def __init__(self) -> None:
        self._told: float | None = None

    def begin(self) -> None:
        self._told = self._told or monotonic()

    def left(self, until: float) -> float:
        """Seconds until it is `until` seconds since the word to stop; all of them where there was none."""
        return max(0.0, until - (monotonic() - self._told)) if self._told else until
