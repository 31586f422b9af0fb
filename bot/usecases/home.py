"""A person's home: rounds that wait for their vote, the faces they may see, page by page, and the day's spending."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.name_match import MAX_SIMILAR_NAMES, nearest
from bot.domain.round import Round
from bot.ports.roster import Page, RosterQuery, RosterSection
from bot.usecases.access import visible_channels
from bot.usecases.ports import Ports
from bot.usecases.spending import Spending

PAGE_SIZE = 15


@dataclass(frozen=True)
class RosterFilter:
    """The search words, the production id and the page (from 1) that a person chose in the roster."""

    words: str = ""
    production: str = ""
    page: int = 1


@dataclass(frozen=True)
class HomeView:
    """What a home shows; money in dollars of the workspace, for the current UTC day.

    `characters` are one page of `total`. `sections` are the parts of the roster that the person may see. With
    `is_fuzzy` no name matches the search words, and the characters are the nearest names.
    """

    waiting: tuple[Round, ...]
    characters: tuple[Character, ...]
    spent_today: Decimal
    cap: Decimal
    total: int = 0
    roster_filter: RosterFilter = RosterFilter()
    sections: tuple[RosterSection, ...] = ()
    is_fuzzy: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Home:
    """Builds home views."""

    ports: Ports
    spending: Spending

    async def view(self, team: str, person: str, roster_filter: RosterFilter = RosterFilter()) -> HomeView:
        """Return what the person may see of the workspace."""
        rounds = await self.ports.storage.ballots.list_without_vote(person, team)
        sections = await self.ports.storage.roster.sections(team)
        places = dict.fromkeys([*(r.place for r in rounds), *(section.place for section in sections)])
        visible = await visible_channels(self.ports.channel_access, places, person, ChannelRef(team, ""))
        visible_sections = tuple(section for section in sections if section.place in visible)
        if roster_filter.production not in {section.production_id for section in visible_sections}:
            roster_filter = replace(roster_filter, production="")
        page, roster_filter, is_fuzzy = await self._page(team, visible_sections, roster_filter)
        spent = await self.spending.used_today(team)
        waiting = tuple(r for r in rounds if r.place in visible and r.can_vote(person))
        return HomeView(
            waiting,
            page.characters,
            spent,
            self.ports.caps.per_day,
            page.total,
            roster_filter,
            visible_sections,
            is_fuzzy=is_fuzzy,
        )

    async def _page(
        self, team: str, sections: Sequence[RosterSection], roster_filter: RosterFilter
    ) -> tuple[Page, RosterFilter, bool]:
        """Return the chosen page, or the last one if there are fewer; without a match, the nearest names."""
        query = RosterQuery(
            tuple(dict.fromkeys(s.place for s in sections)), roster_filter.production, roster_filter.words
        )
        number = max(1, roster_filter.page)
        page = await self.ports.storage.roster.page(query, PAGE_SIZE, (number - 1) * PAGE_SIZE)
        if not page.characters and page.total:
            number = -(-page.total // PAGE_SIZE)
            page = await self.ports.storage.roster.page(query, PAGE_SIZE, (number - 1) * PAGE_SIZE)
        if page.total or not roster_filter.words:
            return page, replace(roster_filter, page=number), False
        similar = await self._similar(team, query)
        return Page(similar, len(similar)), replace(roster_filter, page=1), bool(similar)

    async def _similar(self, team: str, query: RosterQuery) -> tuple[Character, ...]:
        matches = [
            c
            for c in await self.ports.storage.roster.similar_names(team, query.text, MAX_SIMILAR_NAMES)
            if c.place in query.places and query.production_id in ("", c.production_id)
        ]
        found = dict.fromkeys(c.character_id for c in nearest(query.text, matches, PAGE_SIZE))
        return tuple(await self.ports.storage.roster.get_many(list(found)))
