"""One person's home: what waits for their vote, the faces they may see, and the day's spending."""

from dataclasses import dataclass
from decimal import Decimal

from bot.budget import Caps, purse_day
from bot.face import Character, Place
from bot.ports import Clock, Ledger, Roster, Rounds, Visibility
from bot.recall import Recall
from bot.round import Round


@dataclass(frozen=True)
class HomeView:
    """What a home shows; money in dollars, of the workspace, today in UTC."""

    waiting: tuple[Round, ...]
    characters: tuple[Character, ...]
    spent_today: Decimal
    cap: Decimal


class Home:
    """Gathers homes."""

    def __init__(
        self,
        rounds: Rounds,
        roster: Roster,
        ledger: Ledger,
        recall: Recall,
        visibility: Visibility,
        caps: Caps,
        now: Clock,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._ledger = ledger
        self._recall = recall
        self._visibility = visibility
        self._caps = caps
        self._now = now

    async def home(self, team: str, person: str) -> HomeView:
        """What the person may see of their workspace."""
        rounds = await self._rounds.waiting_for(person, team)
        waiting = [r for r in rounds if await self._visibility.sees(person, r.place)]
        characters = await self._recall.visible(await self._roster.characters(team), person, Place(team, ""))
        spent = await self._ledger.committed(team, purse_day(self._now()))
        return HomeView(tuple(waiting), tuple(characters), spent, self._caps.per_day)
