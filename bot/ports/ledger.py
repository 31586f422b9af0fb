"""Finishes, and what was spent; implemented in storage/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from bot.domain.budget import BudgetPeriod, Caps, Charge, Payer
from bot.domain.spend_report import BlindRoundSpend, LedgerEntry, RoundSpend, SpendTotal
from bot.domain.upscale import Upscale


@dataclass(frozen=True)
class UpscaleStart:
    """A finish, and whether this call began it (False: it was pressed before)."""

    upscale: Upscale
    created: bool


class UpscaleRepository(Protocol):
    """Attempts to finish faces. Every change is one short transaction; states change by compare-and-set."""

    async def start(self, new: Upscale, caps: Caps) -> UpscaleStart:
        """Reserve the price and write `new`, unless its attempt was made or another one is live; raises OverBudget."""
        ...

    async def get(self, upscale_id: str) -> Upscale:
        """Raises KeyError for an id nobody gave."""
        ...

    async def list_for_face(self, round_id: str) -> tuple[Upscale, ...]:
        """Every attempt for the face of a round, in order."""
        ...

    async def mark_requested(self, upscale_id: str, at: datetime) -> bool:
        """Write that somebody is about to be asked; False when that stands there already or it has ended."""
        ...

    async def record_result(self, ended: Upscale) -> Upscale:
        """Write what a finish came to and put its cost in the place of its reservation; one that has ended stays."""
        ...

    async def decide(self, upscale_id: str, person: str, at: datetime, *, keep: bool) -> bool:
        """offered -> kept or declined; False when it is not offered."""
        ...

    async def set_files(self, upscale_id: str, pair_file: str | None, file_id: str) -> None:
        """Where the thread shows both side by side, and the finish's own bytes."""
        ...

    async def list_unfinished(self, since: datetime) -> Sequence[str]:
        """Finishes under way, and those begun since then whose pictures do not hang yet."""
        ...


class Ledger(Protocol):
    """What was spent and what is held back. A month is the calendar month of a UTC `day`."""

    async def committed(self, team: str, day: date) -> Decimal:
        """Dollars spent or reserved by the workspace on a UTC day."""
        ...

    async def list_charges(self, round_id: str) -> Mapping[str, Charge]:
        """What each slot of a round cost, by slot id."""
        ...

    async def committed_by_period(self, payer: Payer) -> Mapping[BudgetPeriod, Decimal]:
        """What each purse of the spender holds, reserved and spent."""
        ...

    async def list_spend_totals(self, team: str, day: date) -> Sequence[SpendTotal]:
        """The month's charges of rounds whose ballots are closed."""
        ...

    async def list_round_spends(self, character_id: str) -> Sequence[RoundSpend]:
        """What a character's rounds whose ballots are closed cost, finishes included, by round and person."""
        ...

    async def list_blind_round_spends(self, team: str, day: date) -> Sequence[BlindRoundSpend]:
        """The month's charges and reservations of the rounds that draw or vote."""
        ...

    async def count_locked_faces(self, team: str, day: date) -> Mapping[str, int]:
        """Faces locked in the month, by channel."""
        ...

    async def list_pending_charges(self, team: str) -> Sequence[LedgerEntry]:
        """Charges that may not have been made, and those above their reservation that nobody has seen; oldest first."""
        ...

    async def get_entry(self, item_id: str) -> LedgerEntry:
        """Raises KeyError for what was never charged."""
        ...

    async def confirm(self, item_id: str, person: str, *, charged: bool) -> bool:
        """A person says whether an unknown charge was made; if not, its dollars go back. False once it is settled."""
        ...

    async def acknowledge(self, item_id: str, person: str) -> bool:
        """A person has seen that a charge passed its reservation; False once somebody has."""
        ...

    async def list_unnotified_overspends(self) -> Sequence[LedgerEntry]:
        """Charges that passed their reservation and whose lead was not told yet."""
        ...

    async def claim_notification(self, item_id: str, at: datetime) -> bool:
        """Write that the lead is being told; False when that stands there already."""
        ...

    async def release_notification(self, item_id: str) -> None:
        """They could not be told."""
        ...
