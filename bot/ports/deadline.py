"""The moment by which the current Slack request needs its ack."""

from asyncio import get_running_loop
from contextvars import ContextVar
from dataclasses import dataclass

# Of the three that Slack waits; the rest is for the way back.
_ACK_SECONDS = 2.0
# After the deadline, so that a resource without contention is still used.
_GRACE_SECONDS = 0.2
# After the deadline Slack no longer waits, so a request without an ack must not hurry the tasks that it started.
_LATE_SECONDS = 1.0


@dataclass
class AckDeadline:
    """Event loop time in seconds; None once the request is acknowledged."""

    at: float | None


_current: ContextVar[AckDeadline | None] = ContextVar("ack_deadline", default=None)


def start_ack_deadline() -> AckDeadline:
    """Start the deadline that the current task shares with every task it creates from now on."""
    deadline = AckDeadline(get_running_loop().time() + _ACK_SECONDS)
    _current.set(deadline)
    return deadline


def ack_deadline() -> float | None:
    """Return the loop time by which the current request needs its ack.

    None outside requests, after the ack, and once Slack has stopped waiting for it.
    """
    current, now = _current.get(), get_running_loop().time()
    if current is None or current.at is None or now > current.at + _LATE_SECONDS:
        return None
    return max(current.at, now + _GRACE_SECONDS)
