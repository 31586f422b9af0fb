"""A person's home: what waits for their decision and their vote, the faces they may see, and the day's spending."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.lead_decision import LeadDecision, pending_decision
from bot.domain.name_match import MAX_SIMILAR_NAMES, nearest
from bot.domain.round import Round
from bot.ports.roster import Page, RosterQuery, RosterSection
from bot.usecases.access import visible_channels
from bot.usecases.ports import UseCase
from bot.usecases.spending import Spending

PAGE_SIZE = 15


@dataclass(frozen=True)
class RosterFilter:
    """The search words, the production id and the page (from 1) that a person chose in the roster."""

    words: str = ""
    production: str = ""
    page: int = 1


@dataclass(frozen=True)
class WaitingDecision:
    """A round that waits for its lead, and what it waits for."""

    round: Round
    decision: LeadDecision


@dataclass(frozen=True)
class HomeView:
    """What a home shows; money in dollars of the workspace, for the current UTC day.

    `decisions` are rounds that the person leads, `waiting` rounds without their vote. `characters` are one page of
    `total`. `sections` are the parts of the roster that the person may see. With `is_fuzzy` no name matches the search
    words, and the characters are the nearest names.
    """

    waiting: tuple[Round, ...]
    characters: tuple[Character, ...]
    spent_today: Decimal
    cap: Decimal
    total: int = 0
    roster_filter: RosterFilter = RosterFilter()
    sections: tuple[RosterSection, ...] = ()
    is_fuzzy: bool = False
    decisions: tuple[WaitingDecision, ...] = ()

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Home(UseCase):
    """Builds home views."""

    spending: Spending

    async def view(self, team: str, person: str, roster_filter: RosterFilter = RosterFilter()) -> HomeView:
        """Return what the person may see of the workspace."""
        rounds = await self.storage.ballots.list_without_vote(person, team)
        led = await self.storage.rounds.list_open_led_by(person, team)
        decisions = [WaitingDecision(r, decision) for r in led if (decision := pending_decision(r))]
        sections = await self.storage.roster.sections(team)
        places = dict.fromkeys(
            [*(r.place for r in rounds), *(d.round.place for d in decisions), *(section.place for section in sections)]
        )
        visible = await visible_channels(self.ports.channel_access, places, person, ChannelRef(team, ""))
        visible_sections = tuple(section for section in sections if section.place in visible)
        if roster_filter.production not in {section.production_id for section in visible_sections}:
            roster_filter = replace(roster_filter, production="")
        page, roster_filter, is_fuzzy = await self._page(team, visible_sections, roster_filter)
        spent, cap = await self.spending.today_for(team, person)
        waiting = tuple(r for r in rounds if r.place in visible and r.can_vote(person))
        return HomeView(
            waiting,
            tuple([await self._without_hidden_round(c, person, visible) for c in page.characters]),
            spent,
            cap,
            page.total,
            roster_filter,
            visible_sections,
            is_fuzzy=is_fuzzy,
            decisions=tuple(d for d in decisions if d.round.place in visible),
        )

    async def _without_hidden_round(
        self, character: Character, person: str, visible: frozenset[ChannelRef]
    ) -> Character:
        """Remove the open round of a channel that the person may not see; productions share characters."""
        if not character.open_round_id:
            return character
        place = (await self.storage.rounds.get(character.open_round_id)).place
        if place in visible or await self.ports.channel_access.can_see(person, place):
            return character
        return replace(character, open_round_id=None)

    async def _page(
        self, team: str, sections: Sequence[RosterSection], roster_filter: RosterFilter
    ) -> tuple[Page, RosterFilter, bool]:
        """Return the chosen page, or the last one if there are fewer; without a match, the nearest names."""
        query = RosterQuery(
            tuple(dict.fromkeys(s.place for s in sections)), roster_filter.production, roster_filter.words
        )
        number = max(1, roster_filter.page)
        page = await self.storage.roster.page(query, PAGE_SIZE, (number - 1) * PAGE_SIZE)
        if not page.characters and page.total:
            number = -(-page.total // PAGE_SIZE)
            page = await self.storage.roster.page(query, PAGE_SIZE, (number - 1) * PAGE_SIZE)
        if page.total or not roster_filter.words:
            return page, replace(roster_filter, page=number), False
        similar = await self._similar(team, query)
        return Page(similar, len(similar)), replace(roster_filter, page=1), bool(similar)

    async def _similar(self, team: str, query: RosterQuery) -> tuple[Character, ...]:
        matches = [
            c
            for c in await self.storage.roster.similar_names(team, query.text, MAX_SIMILAR_NAMES)
            if c.place in query.places and query.production_id in ("", c.production_id)
        ]
        found = dict.fromkeys(c.character_id for c in nearest(query.text, matches, PAGE_SIZE))
        return tuple(await self.storage.roster.get_many(list(found)))
