"""One person's home: what waits for their vote, the faces they may see, page by page, and the day's spending."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.budget import Caps
from bot.face import Character, Place
from bot.ports import Page, Roster, Rounds, Search, Shelf, Visibility
from bot.recall import LIKELY, Recall, nearest
from bot.round import Round
from bot.spending import Spending

A_PAGE = 15


@dataclass(frozen=True)
class Browsing:
    """Where somebody is in the roster: words they search for, the production (its id) they chose, the page from 1."""

    words: str = ""
    production: str = ""
    page: int = 1


@dataclass(frozen=True)
class HomeView:
    """What a home shows; money in dollars, of the workspace, today in UTC.

    `characters` are one page of `total`. `shelves` are all parts of the roster the person may see. With `nearest`
    nobody is called like the words of `looking`, and these are the nearest.
    """

    waiting: tuple[Round, ...]
    characters: tuple[Character, ...]
    spent_today: Decimal
    cap: Decimal
    total: int = 0
    looking: Browsing = Browsing()
    shelves: tuple[Shelf, ...] = ()
    nearest: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // A_PAGE))


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

    async def home(self, team: str, person: str, looking: Browsing = Browsing()) -> HomeView:
        """What the person may see of their workspace now, wherever in it they were."""
        rounds = await self._rounds.waiting_for(person, team)
        shelves = await self._roster.shelves(team)
        places = dict.fromkeys([*(r.place for r in rounds), *(shelf.place for shelf in shelves)])
        seen = await self._recall.seen(places, person, Place(team, ""))
        open_to = tuple(shelf for shelf in shelves if shelf.place in seen)
        if looking.production not in {shelf.production for shelf in open_to}:
            looking = replace(looking, production="")
        page, looking, guessed = await self._page(team, open_to, looking)
        spent = await self._spending.used_today(team)
        waiting = tuple(r for r in rounds if r.place in seen and r.may_vote(person))
        return HomeView(
            waiting, page.characters, spent, self._caps.per_day, page.total, looking, open_to, nearest=guessed
        )

    async def _page(self, team: str, shelves: Sequence[Shelf], looking: Browsing) -> tuple[Page, Browsing, bool]:
        """The page looked at, or the last one there is; where nobody is called so, those who nearly are."""
        search = Search(tuple(dict.fromkeys(s.place for s in shelves)), looking.production, looking.words)
        number = max(1, looking.page)
        page = await self._roster.page(search, A_PAGE, (number - 1) * A_PAGE)
        if not page.characters and page.total:
            number = -(-page.total // A_PAGE)
            page = await self._roster.page(search, A_PAGE, (number - 1) * A_PAGE)
        if page.total or not looking.words:
            return page, replace(looking, page=number), False
        near = await self._near(team, search)
        return Page(near, len(near)), replace(looking, page=1), bool(near)

    async def _near(self, team: str, search: Search) -> tuple[Character, ...]:
        called = [
            c
            for c in await self._roster.like(team, search.words, LIKELY)
            if c.place in search.places and search.production in ("", c.production)
        ]
        found = dict.fromkeys(c.character_id for c in nearest(search.words, called, A_PAGE))
        return tuple(await self._roster.some(list(found)))
