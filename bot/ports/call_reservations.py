"""Reserved calls of provider accounts that several processes share; implemented in storage/."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.call_windows import Window


class CallReservations(Protocol):
    """The queue of every account. Every method raises StorageUnavailable: without a reservation no call may start."""

    async def seconds_left(self, key: str, account: str, windows: Sequence[Window]) -> float:
        """Return the seconds until the request `key` may be sent. 0 means now, and counts it as sent.

        The first call joins the end of the account's queue. A request that has not asked for ten seconds is passed
        over until it asks again: its process may have ended.
        """

    async def release(self, key: str, account: str) -> None:
        """Give the reservation back, also if it counts as sent; does nothing if it does not exist."""

    async def back_off(self, account: str, seconds: float) -> None:
        """Send no request of the account for `seconds`."""

    async def purge(self) -> None:
        """Delete reservations that no window contains any more, and back-offs that are over."""
