"""Character sheets; implemented in storage/."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.budget import Caps
from bot.domain.character_sheet import Sheet, SheetView


@dataclass(frozen=True)
class SheetStart:
    """The attempts that a call created, and the ids of those that another call had started before."""

    created: tuple[SheetView, ...] = ()
    existing: tuple[str, ...] = ()


class SheetRepository(Protocol):
    """Attempts at the views of faces. Every change is one short transaction; states change by compare-and-set."""

    async def start(self, new: Sequence[SheetView], caps: Caps) -> SheetStart:
        """Reserve the price of these attempts of one face and insert them, or none of them; raises OverBudget.

        Attempts that exist, and views with an attempt in progress, are left out.
        """

    async def get(self, attempt_id: str) -> SheetView:
        """Raises KeyError if it does not exist."""

    async def load(self, round_id: str) -> Sheet:
        """Return all attempts for the face of a round, with the opinions on them."""

    async def mark_requested(self, attempt_id: str, at: datetime, asked_by: str = "") -> bool:
        """Record that the request is about to be sent; False if another call was recorded or the attempt ended.

        Idempotent for the same `asked_by`, which names the call.
        """

    async def mark_waiting(self, attempt_id: str) -> None:
        """Undo `mark_requested` after an answer that certainly cost nothing; the model may be asked again."""

    async def set_provider_job(self, attempt_id: str, provider_job_id: str) -> None:
        """Record the accepted job of a queued model."""

    async def record_result(self, ended: SheetView) -> SheetView:
        """Record the result and replace the reservation by the cost; an ended attempt is returned unchanged."""

    async def keep(self, attempt_id: str, person: str, at: datetime) -> bool:
        """Keep a drawn attempt instead of any other at its view; False if it is not drawn or kept already."""

    async def set_opinion(self, attempt_id: str, person: str, event_ts_us: int, *, same: bool) -> bool:
        """Store a person's opinion on a drawn attempt; False if it is not newer than the stored one."""

    async def set_file(self, attempt_id: str, file_id: str) -> None:
        """Record the Slack file that shows the view beside the locked face."""

    async def set_message(self, attempt_id: str, message_ts: str, digest: str) -> None:
        """Record the message of an attempt, and what it shows."""

    async def list_unfinished(self, since: datetime) -> Sequence[str]:
        """Return ids in progress, and those started since then without a message."""
