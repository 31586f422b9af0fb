"""Upscales and spending; implemented in storage/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from bot.domain.budget import BudgetPeriod, Caps, Payer
from bot.domain.spend_report import BlindRoundSpend, LedgerEntry, RoundSpend, SpendTotal
from bot.domain.upscale import Upscale


@dataclass(frozen=True)
class UpscaleStart:
    """An upscale, and whether this call created it."""

    upscale: Upscale
    created: bool


class UpscaleRepository(Protocol):
    """Attempts to upscale faces. Every change is one short transaction; states change by compare-and-set."""

    async def start(self, new: Upscale, caps: Caps) -> UpscaleStart:
        """Reserve the price and insert `new`, unless the attempt exists or another is live; raises OverBudget."""

    async def get(self, upscale_id: str) -> Upscale:
        """Raises KeyError if it does not exist."""

    async def list_for_face(self, round_id: str) -> tuple[Upscale, ...]:
        """Return all attempts for the face of a round, in order."""

    async def mark_requested(self, upscale_id: str, at: datetime, asked_by: str = "") -> bool:
        """Record that the request is about to be sent; False if another call was recorded or the upscale ended.

        Idempotent for the same `asked_by`, which names the call.
        """

    async def record_result(self, ended: Upscale) -> Upscale:
        """Record the result and replace the reservation by the cost; an ended upscale is returned unchanged."""

    async def decide(self, upscale_id: str, person: str, at: datetime, *, keep: bool) -> bool:
        """Change offered to kept or declined; False if it is not offered."""

    async def set_files(self, upscale_id: str, pair_file: str | None, file_id: str) -> None:
        """Record the Slack files of the side-by-side picture and of the upscale."""

    async def list_unfinished(self, since: datetime) -> Sequence[str]:
        """Return ids in progress, and those started since then without uploaded files."""


@dataclass(frozen=True)
class MoneySummary:
    """All workspaces together: `pending_charges` wait for a person; `highest` is the largest committed sum by cap.

    A cap is one of BudgetPeriod, and its sum that of the current period, in dollars.
    """

    pending_charges: int
    highest: Mapping[str, Decimal]


class Ledger(Protocol):
    """Charges and reservations. A month is the calendar month of a UTC `day`."""

    async def committed(self, team: str, day: date) -> Decimal:
        """Return the dollars spent or reserved by the workspace on a UTC day."""

    async def committed_by_period(self, payer: Payer) -> Mapping[BudgetPeriod, Decimal]:
        """Return the amount reserved and spent in each of the payer's budget periods."""

    async def list_spend_totals(self, team: str, day: date) -> Sequence[SpendTotal]:
        """Return the month's charges of rounds whose ballots are closed."""

    async def list_round_spends(self, character_id: str) -> Sequence[RoundSpend]:
        """Return charges by round and person for a character's rounds with closed ballots, upscales included."""

    async def list_blind_round_spends(self, team: str, day: date) -> Sequence[BlindRoundSpend]:
        """Return the month's charges and reservations of rounds that are drawing or voting."""

    async def count_locked_faces(self, team: str, day: date) -> Mapping[str, int]:
        """Return the number of faces locked in the month, by channel."""

    async def list_pending_charges(self, team: str) -> Sequence[LedgerEntry]:
        """Return unknown charges and unacknowledged charges above their reservation, oldest first."""

    async def summarize(self, day: date) -> MoneySummary:
        """Return what monitoring shows for a UTC day."""

    async def get_entry(self, item_id: str) -> LedgerEntry:
        """Raises KeyError if there is no charge."""

    async def confirm(self, item_id: str, person: str, *, charged: bool) -> bool:
        """Record whether an unknown charge was made; if not, release its amount. False if already confirmed."""

    async def acknowledge(self, item_id: str, person: str) -> bool:
        """Record that a person saw a charge above its reservation; False if already acknowledged."""

    async def list_unnotified_overspends(self) -> Sequence[LedgerEntry]:
        """Return charges above their reservation whose lead was not notified."""

    async def claim_notification(self, item_id: str, at: datetime) -> bool:
        """Record the notification before it is sent; False if already recorded."""

    async def release_notification(self, item_id: str) -> None:
        """Undo the claim after a failed notification."""
