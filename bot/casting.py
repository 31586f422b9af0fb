"""The use cases in the order a round lives, wired to the ports they need. Handlers, engine and clock call only this."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from bot.audition import Audition, Models
from bot.budget import Caps
from bot.catalogue import Catalogue, Size
from bot.home import Home
from bot.locking import Locking
from bot.opening import Opening
from bot.ports import Clock, Errands, Ledger, Portraits, Roster, Rounds, Stage, Visibility
from bot.presenting import Presenting
from bot.recall import Recall
from bot.sealing import Sealing
from bot.voting import Voting


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Casting:
    """Everything a casting team can do."""

    opening: Opening
    audition: Audition
    presenting: Presenting
    voting: Voting
    sealing: Sealing
    locking: Locking
    recall: Recall
    home: Home
    catalogue: Catalogue

    @classmethod
    def of(
        cls,
        *,
        rounds: Rounds,
        roster: Roster,
        ledger: Ledger,
        portraits: Portraits,
        models: Models,
        stage: Stage,
        visibility: Visibility,
        errands: Errands,
        caps: Caps,
        patience: dict[Size, float],
        now: Clock = utc_now,
    ) -> Self:
        """The use cases over these ports; `patience` in seconds per size."""
        opening = Opening(rounds, errands, models.catalogue, caps, patience, now)
        presenting = Presenting(rounds, portraits, stage, models.catalogue)
        audition = Audition(rounds, portraits, models, stage, errands, opening, presenting, caps, now)
        voting = Voting(rounds, stage, errands, now)
        sealing = Sealing(rounds, stage, now)
        locking = Locking(rounds, roster, stage, errands, voting, now)
        recall = Recall(roster, portraits, visibility)
        home = Home(rounds, roster, ledger, recall, visibility, caps, now)
        return cls(opening, audition, presenting, voting, sealing, locking, recall, home, models.catalogue)

    async def tick(self) -> None:
        """What the clock asks every few seconds: closes that are due, reminders, and work that should be moving."""
        await self.voting.start_due()
        await self.voting.remind()
        await self.audition.resume()
