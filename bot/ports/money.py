"""Finishes, and what was spent; implemented in storage/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from bot.budget import Caps, Charge, Purse, Spender
from bot.finish import Finish
from bot.statement import Entry, Paid, Spent, Veiled


@dataclass(frozen=True)
class Begun:
    """A finish, and whether this call began it (False: it was pressed before)."""

    finish: Finish
    fresh: bool


class Finishes(Protocol):
    """Attempts to finish faces. Every change is one short transaction; states change by compare-and-set."""

    async def begin(self, new: Finish, caps: Caps) -> Begun:
        """Reserve the price and write `new`, unless its attempt was made or another one is live; raises OverBudget."""
        ...

    async def get(self, finish_id: str) -> Finish:
        """Raises KeyError for an id nobody gave."""
        ...

    async def of(self, round_id: str) -> tuple[Finish, ...]:
        """Every attempt for the face of a round, in order."""
        ...

    async def intend(self, finish_id: str, at: datetime) -> bool:
        """Write that somebody is about to be asked; False when that stands there already or it has ended."""
        ...

    async def settle(self, ended: Finish) -> Finish:
        """Write what a finish came to and put its cost in the place of its reservation; one that has ended stays."""
        ...

    async def decide(self, finish_id: str, person: str, at: datetime, *, keep: bool) -> bool:
        """offered -> kept or declined; False when it is not offered."""
        ...

    async def set_files(self, finish_id: str, pair_file: str | None, file_id: str) -> None:
        """Where the thread shows both side by side, and the finish's own bytes."""
        ...

    async def moving(self, since: datetime) -> Sequence[str]:
        """Finishes under way, and those begun since then whose pictures do not hang yet."""
        ...


class Ledger(Protocol):
    """What was spent and what is held back. A month is the calendar month of a UTC `day`."""

    async def committed(self, team: str, day: date) -> Decimal:
        """Dollars spent or reserved by the workspace on a UTC day."""
        ...

    async def charged(self, round_id: str) -> Mapping[str, Charge]:
        """What each slot of a round cost, by slot id."""
        ...

    async def held(self, spender: Spender) -> Mapping[Purse, Decimal]:
        """What each purse of the spender holds, reserved and spent."""
        ...

    async def spent(self, team: str, day: date) -> Sequence[Spent]:
        """The month's charges of rounds whose ballots are closed."""
        ...

    async def paid(self, character_id: str) -> Sequence[Paid]:
        """What a character's rounds whose ballots are closed cost, finishes included, by round and person."""
        ...

    async def veiled(self, team: str, day: date) -> Sequence[Veiled]:
        """The month's charges and reservations of the rounds that draw or vote."""
        ...

    async def faces(self, team: str, day: date) -> Mapping[str, int]:
        """Faces locked in the month, by channel."""
        ...

    async def questions(self, team: str) -> Sequence[Entry]:
        """Charges that may not have been made, and those above their reservation that nobody has seen; oldest first."""
        ...

    async def entry(self, item_id: str) -> Entry:
        """Raises KeyError for what was never charged."""
        ...

    async def settle(self, item_id: str, person: str, *, charged: bool) -> bool:
        """A person says whether an unknown charge was made; if not, its dollars go back. False once it is settled."""
        ...

    async def see(self, item_id: str, person: str) -> bool:
        """A person has seen that a charge passed its reservation; False once somebody has."""
        ...

    async def untold(self) -> Sequence[Entry]:
        """Charges that passed their reservation and whose lead was not told yet."""
        ...

    async def take(self, item_id: str, at: datetime) -> bool:
        """Write that the lead is being told; False when that stands there already."""
        ...

    async def give_back(self, item_id: str) -> None:
        """They could not be told."""
        ...
