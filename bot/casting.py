"""The use cases in the order a round lives, wired to the ports they need. Handlers, engine and clock call only this."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.audition import Audition
from bot.brief import SHORTEST
from bot.budget import Caps
from bot.catalogue import Catalogue, Size
from bot.drafting import Drafting
from bot.drawing import Drawing, Models
from bot.enlarging import Enlarging
from bot.finishing import Finishing
from bot.history import History
from bot.holding import Holding
from bot.home import Home
from bot.keeping import Keeping
from bot.lifecycle import Lifecycle
from bot.likeness import Likeness
from bot.lineup import Lineup
from bot.locking import Locking
from bot.looking import Looking
from bot.naming import Aliases
from bot.opening import Opening
from bot.permits import Permits
from bot.ports import Accounts, Clock, Errands, Health, Kept, Messenger, People, Stage, Visibility
from bot.posting import Posting
from bot.presenting import Presenting
from bot.recall import Recall
from bot.recasting import Recasting
from bot.refining import Refining
from bot.reminding import Reminding
from bot.rerolling import Rerolling
from bot.sealing import Sealing
from bot.spending import Spending
from bot.sweeping import Sweeping
from bot.taking import Taking
from bot.voting import Voting
from bot.waits import Waits


def utc_now() -> datetime:
    return datetime.now(UTC)


class AllUp:
    """The port Health where nobody watches the accounts."""

    def available(self, model_id: str) -> bool:  # noqa: ARG002 - a port's argument
        return True


@dataclass(frozen=True)
class Casting:
    """Everything a casting team can do."""

    opening: Opening
    posting: Posting
    audition: Audition
    presenting: Presenting
    voting: Voting
    sealing: Sealing
    locking: Locking
    recall: Recall
    spending: Spending
    home: Home
    lifecycle: Lifecycle
    finishing: Finishing
    enlarging: Enlarging
    taking: Taking
    rerolling: Rerolling
    refining: Refining
    looking: Looking
    catalogue: Catalogue
    permits: Permits
    reminding: Reminding
    recasting: Recasting
    history: History
    aliases: Aliases
    lineup: Lineup
    drafting: Drafting
    keeping: Keeping
    holding: Holding
    sweeping: Sweeping
    now: Clock
    shortest_voting: timedelta

    @classmethod
    def of(
        cls,
        kept: Kept,
        *,
        models: Models,
        stage: Stage,
        visibility: Visibility,
        people: People,
        errands: Errands,
        accounts: Accounts,
        messenger: Messenger,
        caps: Caps,
        patience: dict[Size, float],
        admins: frozenset[str] = frozenset(),
        now: Clock = utc_now,
        shortest_voting: timedelta = SHORTEST,
        health: Health = AllUp(),  # noqa: B008 - it holds nothing
        waits: Waits = Waits(),  # noqa: B008 - it is frozen
    ) -> Self:
        """The use cases over what is kept and the other ports; `patience` in seconds per size, `admins` who may answer
        for any charge."""
        rounds, roster, finishes, ledger = kept.rounds, kept.roster, kept.finishes, kept.ledger
        portraits, productions, chronicle = kept.portraits, kept.productions, kept.chronicle
        permits = Permits(productions, people, admins)
        likeness = Likeness(roster, portraits, visibility, productions)
        opening = Opening(
            rounds, errands, models.catalogue, caps, patience, now, likeness, health, permits, productions, visibility
        )
        posting = Posting(rounds, stage, errands, waits)
        presenting = Presenting(rounds, portraits, stage, models.catalogue, now, waits)
        holding = Holding(portraits, stage, waits)
        drawing = Drawing(rounds, portraits, models, stage, now, holding, waits)
        audition = Audition(rounds, drawing, stage, errands, presenting, now, permits, chronicle, shortest_voting)
        rerolling = Rerolling(rounds, stage, errands, opening, models.catalogue, health, caps, now, permits, chronicle)
        refining = Refining(rounds, stage, opening, permits)
        voting = Voting(rounds, stage, errands, now, chronicle, permits)
        reminding = Reminding(rounds, stage, people, messenger, now)
        sealing = Sealing(rounds, stage, now)
        recasting = Recasting(rounds, roster, opening, permits, stage, now)
        locking = Locking(rounds, roster, stage, errands, voting, now, permits, portraits)
        recall = Recall(rounds, roster, finishes, portraits, stage, visibility, productions)
        spending = Spending(ledger, visibility, messenger, stage, caps, admins, now, productions)
        home = Home(rounds, roster, spending, recall, visibility, caps)
        lifecycle = Lifecycle(accounts, kept.notices, messenger, now)
        finishing = Finishing(
            rounds, roster, finishes, stage, errands, visibility, models.catalogue, caps, now, permits
        )
        enlarging = Enlarging(rounds, roster, finishes, portraits, models, stage, now, holding, waits)
        drafting = Drafting(
            rounds,
            roster,
            productions,
            visibility,
            people,
            permits,
            opening,
            recall,
            models.catalogue,
            health,
            now,
            shortest_voting,
        )
        before = (opening, posting, audition, presenting, voting, sealing, locking, recall, spending, home, lifecycle)
        history = History(rounds, roster, ledger, chronicle, recall, visibility, now)
        aliases = Aliases(roster, productions, recall, permits, now)
        lineup = Lineup(roster, productions, recall, portraits, visibility)
        keeping = Keeping(productions, chronicle, visibility, permits, models.catalogue, caps, admins, now)
        after = (finishing, enlarging, Taking(recall, portraits), rerolling, refining, Looking(rounds))
        return cls(
            *before,
            *after,
            models.catalogue,
            permits,
            reminding,
            recasting,
            history,
            aliases,
            lineup,
            drafting,
            keeping,
            holding,
            Sweeping(portraits, kept.inventory, now),
            now,
            shortest_voting,
        )

    @property
    def drawing(self) -> int:
        """Portraits and finishes that are paid for and under way."""
        return self.audition.drawing + self.enlarging.drawing

    async def wake(self) -> None:
        """Once after a start: whoever was killed between a change and its redraw left a message that is out of date."""
        await self.presenting.refresh_all()

    async def tick(self) -> None:
        """What the clock asks every few seconds: lost messages, due closes, reminders, work that should move, and
        charges that passed what was reserved for them."""
        await self.posting.replace_lost()
        await self.voting.start_due()
        await self.reminding.remind()
        await self.audition.resume()
        await self.finishing.resume()
        await self.spending.tell()
