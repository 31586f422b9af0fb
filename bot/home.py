"""One person's home: what waits for their vote, the faces they may see, and the day's spending."""

from dataclasses import dataclass
from decimal import Decimal

from bot.budget import Caps
from bot.face import Character, Place
from bot.ports import Roster, Rounds, Visibility
from bot.recall import Recall
from bot.round import Round
from bot.spending import Spending


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
        spending: Spending,
        recall: Recall,
        visibility: Visibility,
        caps: Caps,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._spending = spending
        self._recall = recall
        self._visibility = visibility
        self._caps = caps

    async def home(self, team: str, person: str) -> HomeView:
        """What the person may see of their workspace."""
        rounds = await self._rounds.waiting_for(person, team)
        waiting = [r for r in rounds if r.may_vote(person) and await self._visibility.sees(person, r.place)]
        characters = await self._recall.visible(await self._roster.characters(team), person, Place(team, ""))
        spent = await self._spending.used_today(team)
        return HomeView(tuple(waiting), tuple(characters), spent, self._caps.per_day)
