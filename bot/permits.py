"""Who may start rounds, spend, lock and change customs: as a production's customs say."""

from typing import Literal

from bot.errors import Barred, LeadLeft, Unreachable
from bot.face import Place
from bot.ports import People, Productions
from bot.round import Round, State


class Permits:
    """Asks for the customs at every press, so that a change holds at once. `admins` may always change customs, so that
    nobody is locked out when those who may are gone."""

    def __init__(self, productions: Productions, people: People, admins: frozenset[str] = frozenset()) -> None:
        self._productions = productions
        self._people = people
        self._admins = admins

    async def start(self, place: Place, person: str) -> None:
        """Raise Barred unless the person may start a round, which spends; Unreachable if nobody knows who they are."""
        await self._named("start", place, person)
        await self.spend(place, person)

    async def spend(self, place: Place, person: str) -> None:
        """The same for whatever costs money in a round that is there."""
        await self._named("spend", place, person)

    async def keep(self, place: Place, person: str) -> None:
        """The same for changing customs."""
        if person not in self._admins:
            await self._named("keep", place, person)

    async def lock(self, round_: Round, person: str, what: str = "lock") -> None:
        """Raise Barred where others are named for it, and NotYours where nobody is and the person does not lead.

        `what` they want is to lock a face, or to let one go.
        """
        lockers = (await self._productions.of(round_.place)).customs.lockers
        if not lockers:
            await self.lead(round_, person, what)
        elif person not in lockers:
            raise Barred("lock", lockers)

    async def lead(self, round_: Round, person: str, what: str) -> None:
        """Raise NotYours unless the person leads the round; LeadLeft where whoever does has left the workspace."""
        alive = round_.state is not State.VOID
        if alive and person != round_.lead and await self.has_left(round_.place, round_.lead):
            raise LeadLeft(what, round_.lead, round_.id)
        round_.for_lead(person, what)

    async def has_left(self, place: Place, person: str) -> bool:
        """Whether somebody's account is closed; a Slack that says nothing counts as no."""
        try:
            return (await self._people.who(place.team, person)).gone
        except Unreachable:
            return False

    async def _named(self, what: Literal["start", "spend", "keep"], place: Place, person: str) -> None:
        customs = (await self._productions.of(place)).customs
        named = {"start": customs.starters, "spend": customs.spenders, "keep": customs.keepers}[what]
        if person in named:
            return
        if named:
            raise Barred(what, named)
        if (await self._people.who(place.team, person)).guest:
            raise Barred(what, (), guest=True)
